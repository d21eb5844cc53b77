"""The C yardstick: built in a temporary folder, called through ctypes, with arrays like the package's."""

import ctypes
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dmfsa import Ensemble, Features, Window
from dmfsa.roles import KEY, QUERY, VALUE

HERE = Path(__file__).parent
FLAGS = ["-O3", "-march=native", "-ffast-math", "-fopenmp-simd", "-fPIC"]


class Unavailable(Exception):  # noqa: N818 - a benchmark is skipped, nothing is wrong
    """There is no gcc, or it has no libmvec."""


def gcc(source: Path, library: Path, *options: str, libraries: tuple[str, ...] = ("-lm",)) -> str:
    """Compile and link; return what the vectoriser reported.

    In two calls: linking with -ffast-math would make the whole process flush denormal numbers to zero.
    """
    if shutil.which("gcc") is None:
        raise Unavailable("there is no gcc here")
    compile_it = ["gcc", *FLAGS, *options, "-fopt-info-vec-optimized", "-c", str(source), "-o", f"{library}.o"]
    link_it = ["gcc", "-shared", f"{library}.o", "-o", str(library), *libraries]
    try:
        report = subprocess.run(compile_it, capture_output=True, text=True, check=True).stderr
        subprocess.run(link_it, capture_output=True, text=True, check=True)
    except subprocess.CalledProcessError as error:
        raise Unavailable(f"gcc fails (is there a libmvec?): {error.stderr.strip()[-300:]}") from None
    return report


class Case(NamedTuple):
    """A network, its context, and how many tangent vectors."""

    features: Features
    context: int
    n_vectors: int

    @property
    def sizes(self) -> tuple[int, int, int, int]:
        """M, J, L, K."""
        return self.features.n_patterns, len(self.features.signs), self.context, self.n_vectors

    @property
    def start(self) -> Window:
        if self.sizes[:3] == (3, 3, 4):
            return Window.paper_beta3()
        return Window.random(self.context, self.features.n_patterns, seed=0)[0]

    def ensemble(self, n_points: int) -> Ensemble:
        beta = beta_of(n_points)
        return Ensemble(self.features, beta=beta, gamma=220, epsilon=0.02, context=self.context, windows=[self.start])


def beta_of(n_points: int) -> np.ndarray:
    return np.linspace(1.24, 1.28, n_points)


class Arrays:
    """What the C code takes: the lane last, the points those of a Case's Ensemble."""

    def __init__(self, case: Case, width: int, n_tail: int = 0) -> None:
        M, _, L, K = case.sizes
        features = case.features
        self.window = np.repeat(case.start.attention[:, :, None], width, axis=2)
        self.time = case.start.phase
        self.parameters = [beta_of(width), np.full(width, 220 / M**0.5), np.full(width, 0.02)]
        roles = [VALUE, QUERY, KEY]
        clock = np.array([features.clock(phase) for phase in range(2**features.positional_bits)])
        positional = np.einsum("rap,tp->tra", features.positional[roles], clock) / features.positional_bits
        network = features.signs, features.coefficients[roles], positional
        self.network = [np.ascontiguousarray(array) for array in network]
        self.tail = np.empty((n_tail, M, width))
        self.frame = np.zeros((K, L, M, width))
        for i in range(K):
            self.frame[i, i // M, i % M] = 1.0
        self.logs = np.zeros((K, width))

    def continue_from(self, ensemble: Ensemble) -> None:
        windows = ensemble.windows()
        self.window = np.ascontiguousarray(np.array([window.attention for window in windows]).transpose(1, 2, 0))
        self.time = windows[0].phase


class Yardstick:
    """The C code for one case and number of lanes."""

    def __init__(self, folder: Path, case: Case, width: int) -> None:
        macros = dict(zip("MJLKW", (*case.sizes, width), strict=True))
        name = "-".join(f"{key}{value}" for key, value in macros.items())
        options = [f"-D{key}={value}" for key, value in macros.items()]
        libraries = ("-lmvec", "-lm")
        report = gcc(HERE / "yardstick.c", folder / f"{name}.so", *options, libraries=libraries)
        self.vectorised = {int(line) for line in re.findall(r":(\d+):\d+: optimized: loop vectorized", report)}
        self.width = width
        self._advance = ctypes.CDLL(str(folder / f"{name}.so")).advance

    def run(self, arrays: Arrays, n_steps: int, interval: int = 1) -> None:
        def pointer(array: np.ndarray) -> ctypes.c_void_p:
            return array.ctypes.data_as(ctypes.c_void_p)

        self._advance(
            pointer(arrays.window),
            ctypes.c_int(arrays.time),
            ctypes.c_long(n_steps),
            *map(pointer, arrays.parameters),
            *map(pointer, arrays.network),
            ctypes.c_int(len(arrays.network[2])),
            pointer(arrays.tail),
            ctypes.c_long(len(arrays.tail)),
            pointer(arrays.frame),
            ctypes.c_int(interval),
            pointer(arrays.logs),
        )
        arrays.time += n_steps


def function_of_line(line: int) -> str:
    """Name of the function of yardstick.c that a line is in."""
    lines = (HERE / "yardstick.c").read_text(encoding="utf-8").splitlines()[:line]
    return [found[1] for text in lines if (found := re.match(r"(?:static )?void (\w+)\(", text))][-1]
