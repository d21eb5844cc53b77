"""The 25 points of the authors' run: from where it ended, and from the paper's start."""

from pathlib import Path

import numpy as np
import pytest

from attractors import Label, classify
from attractors.labels.transients import TransientKind
from attractors.recurrence.cycles import CycleStatus, refine_cycle
from dmfsa import Features, MeanFieldMap, Window


def published(i):
    """The paper's network at one β of the published run, and its last window there."""
    with np.load(Path(__file__).parents[1] / "data" / "published_run_public.npz") as run:
        network = MeanFieldMap(Features.segments(), beta=float(run["beta"][i]))
        return network, Window(run["attention_tail"][i, :-5:-1], int(run["clock_phase_of_newest"][i]))


PUBLISHED_PERIODS = [28, 28, 32, 28, 28, 32, 32, 28, 28, 28, 32, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 64, 64, 64]


@pytest.mark.slow
def test_the_published_points_end_on_cycles():
    """The published averages say λ1 up to 0.07. The periods are checked by Newton's method: a cycle, and stable."""
    for i, period in enumerate(PUBLISHED_PERIODS):
        network, window = published(i)
        answer = classify(network, window, n_transient=0, n_steps=20_000, n_exponents=2, n_max=8_000_000)
        assert (answer.label, answer.period) == (Label.periodic, period), i
        cycle = refine_cycle(network, network.orbit(window, 100_000)[1], period)
        assert (cycle.status, cycle.period, cycle.stability) == (CycleStatus.CONVERGED, period, "stable"), i


@pytest.mark.slow
def test_the_published_points_tell_of_their_chaotic_transients():
    """From the paper's start: chaos with λ1 near 0.13, and a cycle after it; number 9 had settled after 1,560 steps.

    Number 14 takes 243,700 steps, so that it is still chaotic where the published run ended. How long each lasts is
    decided by the last digit, so most are only counted: 24 tell, where this was written.
    """
    chaotic = []
    for i in range(len(PUBLISHED_PERIODS)):
        network, _ = published(i)
        answer = classify(network, Window.paper_beta3(), n_transient=100_000, n_steps=200_000, n_exponents=2)
        assert answer.label is Label.periodic
        assert answer.period in {28, 32, 64}
        assert answer.spectrum.exponents[0] < 0.0
        assert answer.transient.until < 300_000
        chaotic.append(answer.transient.status is TransientKind.CHAOTIC)
        if i in (0, 4, 7, 9, 14, 20, 24):
            assert chaotic[i] == (i != 9)
            assert i == 9 or answer.transient.exponent == pytest.approx(0.12, abs=0.06)
    assert sum(chaotic) > 20
