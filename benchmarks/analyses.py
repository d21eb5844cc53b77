"""Analyses of a window of 75,000 samples of three components, as the paper's runs keep them.

Targets: spectrum, section, autocorrelation and period together in 50 ms; 0-1 test and Birkhoff average in 100 ms.
"""

import time
from collections.abc import Callable
from typing import Any

from timing import median, table

from attractors import autocorrelation, birkhoff_average, find_period, poincare_section, power_spectrum, zero_one_test
from attractors.arrays import FloatArray
from dmfsa import Features, MeanFieldMap, Window

N_SAMPLES = 75_000
CONTEXT = 4
ROUNDS = 15
TOGETHER: dict[str, tuple[float, dict[str, Callable[[FloatArray], Any]]]] = {
    "spectrum, section, autocorrelation, period": (
        50.0,
        {
            "spectrum with lines": power_spectrum,
            "section": poincare_section,
            "autocorrelation": lambda x: autocorrelation(x, context=CONTEXT),
            "period": find_period,
        },
    ),
    "0-1 test, Birkhoff average": (100.0, {"0-1 test": zero_one_test, "Birkhoff average": birkhoff_average}),
}


def main() -> None:
    windows = {"chaos, β = 1.4": window(1.4), "torus, β = 1.255": window(1.255), "cycle, β = 1.27": window(1.27)}
    rows = []
    for name, samples in windows.items():
        for together, (target, calls) in TOGETHER.items():
            rounds = [[milliseconds(call, samples) for call in calls.values()] for _ in range(ROUNDS + 1)][1:]
            for i, part in enumerate(calls):
                rows.append([name, part, f"{median([times[i] for times in rounds]):.1f}", ""])
            whole = median([sum(times) for times in rounds])
            rows.append([name, f"**{together}**", f"**{whole:.1f}**", f"{target:.0f}"])
    table("Processor time of 75,000 × 3 samples, ms, medians of 15 rounds", ["", "", "ms", "target"], rows)


def window(beta: float) -> FloatArray:
    """Mean fields of the paper's network after a transient."""
    orbit = MeanFieldMap(Features.segments(), beta=beta).trajectory(
        Window.paper_beta3(), N_SAMPLES, n_transient=100_000
    )
    return orbit.m_o


def milliseconds(call: Callable[[FloatArray], Any], samples: FloatArray) -> float:
    """Processor time, which does not count what else the machine does."""
    began = time.process_time()
    call(samples)
    return 1e3 * (time.process_time() - began)


if __name__ == "__main__":
    main()
