"""The paper's network and Hénon's map: this package beside other ways to compute the same; one thread."""

import importlib.metadata
import math
from pathlib import Path

import numpy as np
from scalar import functions_of, ring_of
from timing import median, ratio, rounds, table

from attractors import DiscreteMap
from dmfsa import Ensemble, Features, MeanFieldMap, Window

try:
    from pynamicalsys import DiscreteDynamicalSystem
except ImportError:
    DiscreteDynamicalSystem = None

BETA, GAMMA, EPSILON, L, M = 1.28, 220.0, 0.02, 4, 3  # chaos: λ_1 = 0.148
PARAMETERS = np.array([BETA, GAMMA / math.sqrt(M), EPSILON])
PUBLISHED = Path(__file__).parents[1] / "tests" / "data" / "published_run_public.npz"


def main() -> None:
    network_map()
    network_spectrum()
    henon()
    published()


def network_map() -> None:
    """The map alone."""
    features, start, n = Features.segments(), Window.paper_beta3(), 100_000
    ring = ring_of(features, L)
    state = np.append(start.attention.ravel(), float(start.phase))
    step, jacobian = functions_of(features, L)
    network = MeanFieldMap(features, beta=BETA)
    one, many = points(features, 1), points(features, 1024)
    calls = {
        "NumPy, `MeanFieldMap.step`": (lambda: numpy_steps(network, start, n // 200), n // 200),
        "plain numba, one point at a time": (lambda: ring(start.attention.copy(), start.phase, PARAMETERS, n), n),
        "Ensemble, 1 point": (lambda: one.advance(n), n),
        "Ensemble, 1,024 points": (lambda: many.advance(n // 100), n // 100 * 1024),
    }
    if DiscreteDynamicalSystem:
        system = DiscreteDynamicalSystem(
            mapping=step, jacobian=jacobian, system_dimension=L * M + 1, number_of_parameters=3
        )
        calls["pynamicalsys, `trajectory`"] = (lambda: system.trajectory(state, n, parameters=PARAMETERS), n)
        last = system.trajectory(state, 30, parameters=PARAMETERS)[-1, : L * M].reshape(L, M)
        assert abs(last - network.trajectory(start, 30).end.attention).max() < 1e-11, "orbits differ"
    window = start.attention.copy()
    ring(window, start.phase, PARAMETERS, 30)
    assert abs(window - network.trajectory(start, 30).end.attention).max() < 1e-11, "orbits differ"
    report(
        "Map step, M = 3, L = 4, β = 1.28: per step and point (the same orbit, to 1e-11 over 30 steps)",
        calls,
        ours="Ensemble, 1,024 points",
    )


def network_spectrum() -> None:
    """All 12 exponents, QR at every step."""
    features, start, n = Features.segments(), Window.paper_beta3(), 20_000
    one, many = points(features, 1), points(features, 64)

    def stretch(ensemble: Ensemble, n_steps: int) -> np.ndarray:
        found = ensemble.stretching(n_exponents=L * M, n_blocks=1, block_length=n_steps, qr_interval=1)
        return found.log_factors[0, 0] / n_steps

    calls = {
        "Ensemble, 1 point": (lambda: stretch(one, n), n),
        "Ensemble, 64 points": (lambda: stretch(many, n // 20), n // 20 * 64),
    }
    if DiscreteDynamicalSystem:
        step, jacobian = functions_of(features, L)
        system = DiscreteDynamicalSystem(
            mapping=step, jacobian=jacobian, system_dimension=L * M + 1, number_of_parameters=3
        )
        state = np.append(start.attention.ravel(), float(start.phase))
        calls["pynamicalsys, `lyapunov`, analytic Jacobian"] = (
            lambda: system.lyapunov(state, n, parameters=PARAMETERS),
            n,
        )
        ours = stretch(one, 200_000)
        theirs = np.sort(system.lyapunov(state, 200_000, parameters=PARAMETERS))[::-1]
        theirs = np.delete(theirs, np.argmin(abs(theirs)))  # the clock's, which is 0 and means nothing
        print(f"Exponents 1 to 3: {ours[:3].round(4)} here, {theirs[:3].round(4)} by pynamicalsys.\n")
        assert abs(ours - theirs)[:3].max() < 0.01, "exponents differ"
    title = "Step with all exponents, QR at every step: per step and point (pynamicalsys has the clock as a 13th)"
    report(title, calls, ours="Ensemble, 64 points")


def henon() -> None:
    """Hénon's map, both exponents, QR at every step."""

    def step(x, p, out):
        out[0] = 1.0 - p[0] * x[0] ** 2 + x[1]
        out[1] = p[1] * x[0]

    def jacobian(x, p, out):
        out[0, 0], out[0, 1], out[1, 0], out[1, 1] = -2.0 * p[0] * x[0], 1.0, p[1], 0.0

    n, start = 200_000, np.array([0.1, 0.2])
    ours = DiscreteMap(step, jacobian, [1.4, 0.3], 2)

    def spectrum() -> np.ndarray:
        return ours.stretching(start, n_exponents=2, n_blocks=1, block_length=n).log_factors[0] / n

    calls = {"`DiscreteMap.stretching`": (spectrum, n)}
    if DiscreteDynamicalSystem:
        theirs = DiscreteDynamicalSystem(model="henon map")
        for method in ("QR", "ER", "QR_HH"):
            calls[f'pynamicalsys, `lyapunov`, method "{method}"'] = (
                lambda method=method: theirs.lyapunov(start, n, parameters=[1.4, 0.3], method=method),
                n,
            )
        assert abs(spectrum() - theirs.lyapunov(start, n, parameters=[1.4, 0.3])).max() < 0.01, "exponents differ"
    report("Hénon's map, both exponents at every step: per iteration", calls, ours="`DiscreteMap.stretching`")


def published() -> None:
    """What the authors' own code takes."""
    seconds = np.load(PUBLISHED)["simulation_seconds"]
    rows = [
        ["map step", "216 µs", "measured for the design of this project, on a core of this kind"],
        ["step with the spectrum (autograd)", "9,200 µs", "the same"],
        [
            "one β: 175,000 steps, spectrum on 75,000",
            f"{np.median(seconds):,.0f} s",
            f"median of the {len(seconds)} points in tests/data/published_run_public.npz (simulation_seconds), "
            "authors' cluster",
        ],
    ]
    table("The published code", ["", "takes", "source"], rows)


def points(features: Features, n: int) -> Ensemble:
    return Ensemble(features, beta=np.full(n, BETA), gamma=GAMMA, epsilon=EPSILON, windows=[Window.paper_beta3()])


def numpy_steps(network: MeanFieldMap, window: Window, n: int) -> None:
    for _ in range(n):
        window = network.step(window)


def report(title: str, calls: dict, ours: str) -> None:
    """`calls`: name -> what to time, and how many steps times points it takes; quotients are with `ours`."""
    times = rounds({name: call for name, (call, _) in calls.items()}, n=9)
    times = {name: [t / calls[name][1] for t in times[name]] for name in calls}
    rows = [[name, f"{median(t) * 1e9:,.1f} ns", f"{ratio(t, times[ours]):,.2f}"] for name, t in times.items()]
    rows.sort(key=lambda row: -float(row[2].replace(",", "")))
    table(title, ["", "takes", "ratio"], rows)


if __name__ == "__main__":
    if DiscreteDynamicalSystem:
        print(f"pynamicalsys {importlib.metadata.version('pynamicalsys')}; all times after compilation.\n")
    else:
        print("pynamicalsys is not installed (python -m pip install pynamicalsys): its rows are missing.\n")
    main()
