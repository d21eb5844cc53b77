"""Import paths of version 0.1, which go on working for one release: each warns, and names the new one."""

import importlib
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

MOVED = {  # a module of version 0.1: where its names are now
    "alignment": "indicators.alignment",
    "analysis": "time_series.analysis",
    "autocorrelation": "spectra.correlation",
    "bifurcations": "continuation.bifurcations",
    "birkhoff": "tori.birkhoff",
    "box_counting": "dimensions.box_counting",
    "branch_plotting": "drawing.continuation drawing.multistability",
    "branches": "continuation.branches",
    "classification": "labels.classification",
    "comparison": "multistability.same_attractor",
    "complexity": "time_series.entropy",
    "covariant": "exponents.covariant",
    "crossings": "sections.crossings",
    "cycles": "recurrence.cycles",
    "density": "streams",
    "distinction": "multistability.distinction",
    "divergence": "time_series.lyapunov_from_data",
    "drawings": "results drawing.style",
    "embedding": "time_series.embedding",
    "evidence": "labels.evidence",
    "figure": "drawing.figure",
    "finite_time": "exponents.finite_time",
    "fluctuations": "time_series.fluctuations time_series._nolds",
    "following": "continuation.following",
    "kaplan_yorke": "exponents.kaplan_yorke",
    "lyapunov": "exponents.runs",
    "noisy_series": "labels.noisy_series",
    "number_plotting": "drawing.recurrence drawing.tori drawing.time_series",
    "periodicity": "recurrence.period",
    "poincare": "sections.poincare streams",
    "quasiperiodicity": "tori.frequencies tori.resonances tori.rotation",
    "returns": "sections.returns",
    "rule": "labels.rule labels.label labels.exponent labels.line",
    "scaling": "dimensions.power_law",
    "shares": "multistability.basin_shares",
    "standard_errors": "exponents.standard_errors",
    "torus_ends": "continuation.torus_bifurcations",
    "transients": "labels.transients",
    "volume_preserving": "examples.volume_preserving",
    "zero_one": "indicators.zero_one",
}


def names_from(package: str, *places: str) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package that was a module: names that it does not hand out come from `places`."""

    def moved(name: str) -> Any:
        for place in () if name.startswith("__") else places:
            module = importlib.import_module(place)
            if hasattr(module, name):
                warnings.warn(f"{name} of {package} has moved to {place}", DeprecationWarning, stacklevel=2)
                return getattr(module, name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return moved


class MovedModule(ModuleType):
    """A module that is gone: its names come from where they are now."""

    def __init__(self, name: str, places: Sequence[str], *, warn_late: bool = False) -> None:
        super().__init__(name)
        self._places, self._warn_late = places, warn_late

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__"):
            for place in self._places:
                module = importlib.import_module(place)
                if hasattr(module, name):
                    if self._warn_late:
                        self.warn()
                    return getattr(module, name)
        raise AttributeError(f"module {self.__name__!r} has moved to {' and '.join(self._places)}, without {name!r}")

    def warn(self) -> None:
        """Warn, at the line that imports from it, and name the new path."""
        warnings.warn(f"{self.__name__} has moved to {' and '.join(self._places)}", DeprecationWarning, stacklevel=3)


class MovedModules(MetaPathFinder, Loader):
    """Finds the modules of one package that have moved, and warns when one is imported.

    Parameters
    ----------
    package : str
        Its name.
    moved : mapping
        An old name, without that of the package: the new ones, with blanks between.
    public : sequence of str
        Names that the package hands out itself. Where an old module has such a name, importing it must not put the
        module in the function's place: it is there from the beginning, and warns when a name is taken from it.
    """

    def __init__(self, package: str, moved: Mapping[str, str], public: Sequence[str] = ()) -> None:
        self._places = {
            f"{package}.{old}": [f"{package}.{new}" for new in places.split()] for old, places in moved.items()
        }
        for name in {f"{package}.{name}" for name in public} & set(self._places):
            sys.modules[name] = MovedModule(name, self._places[name], warn_late=True)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Return how a module that has moved is loaded; None for any other."""
        if name not in self._places:
            return None
        is_package = any(other.startswith(f"{name}.") for other in self._places)
        return ModuleSpec(name, self, is_package=is_package)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Make the module."""
        return MovedModule(spec.name, self._places[spec.name])

    def exec_module(self, module: ModuleType) -> None:
        """Warn of the old path: there is nothing to run."""
        if isinstance(module, MovedModule):
            module.warn()
