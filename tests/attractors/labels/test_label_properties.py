"""What must not change a label: how the orbit is looked at, from where, for how long, and beside whom.

Boundaries are left out here; benchmarks/labels counts what changes beside them.
"""

import numpy as np
import pytest
import systems
from hypothesis import given, settings
from hypothesis import strategies as st

from attractors import classify, classify_evidence, examples, find_period, spectrum_from_stretching
from dmfsa import Ensemble, Features, Window

MAPS = {
    "fixed_point": (examples.logistic(2.7), [0.3]),
    "periodic, 4": (examples.logistic(3.5), [0.3]),
    "periodic, 2, locked": (systems.circle(0.9, 0.5), [0.1]),
    "chaotic": (examples.henon(), [0.1, 0.1]),
    "chaotic, weakly": (examples.delayed_logistic(2.25), [0.4, 0.5]),
    "hyperchaotic": (examples.generalised_henon(), [0.1, 0.1, 0.1]),
    "torus": (examples.delayed_logistic(2.1), [0.4, 0.5]),
    "torus, an angle": (systems.circle(0.6, systems.GOLDEN), [0.1]),
    "islands": (examples.standard(0.6), [3.0, 0.5]),
}
RUN = {"n_transient": 3_000, "n_steps": 5_000}
pytestmark = pytest.mark.slow


class Observed:
    """A system of which one sees something else than its state."""

    def __init__(self, system, seen):
        self.system, self.seen = system, seen
        self.dimension, self.clock_period, self.stretching = system.dimension, system.clock_period, system.stretching

    def orbit(self, start, n_steps):
        orbit, end = self.system.orbit(start, n_steps)
        return np.ascontiguousarray(self.seen(orbit)), end


def said(answer):
    return answer.label, answer.period, answer.torus_dimension


@pytest.fixture(scope="module")
def labels():
    found = {name: said(classify(system, start, **RUN)) for name, (system, start) in MAPS.items()}
    wanted = ["fixed_point", *["periodic"] * 2, *["chaotic"] * 2, "hyperchaotic", *["quasiperiodic"] * 3]
    assert [label.value for label, _, _ in found.values()] == wanted
    return found


@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize("seen", [np.arctan, lambda x: np.exp(-0.5 * x), lambda x: 1e6 * x - 3.0])
def test_another_observable(labels, name, seen):
    system, start = MAPS[name]
    assert said(classify(Observed(system, seen), start, **RUN)) == labels[name]


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
@pytest.mark.parametrize("name", ["chaotic", "chaotic, weakly", "hyperchaotic", "torus"])
def test_another_mixture(labels, name, seed):
    """An angle taken modulo a turn, as the islands have it, has no smooth mixtures."""
    system, start = MAPS[name]
    d = system.dimension
    mixture = np.linalg.qr(np.random.default_rng(seed).normal(size=(d, d)))[0] + 0.2 * np.eye(d)
    if np.linalg.cond(mixture) > 20:
        mixture = np.eye(d)
    assert said(classify(Observed(system, lambda x: x @ mixture), start, **RUN)) == labels[name]


@pytest.mark.parametrize("name", MAPS)
def test_twice_the_steps(labels, name):
    system, start = MAPS[name]
    assert said(classify(system, start, n_transient=3_000, n_steps=10_000)) == labels[name]


@pytest.mark.parametrize("name", MAPS)
def test_another_start(labels, name):
    system, start = MAPS[name]
    beside = system.orbit(start, 37)[0][-1] * (1.0 + 1e-7)
    assert said(classify(system, beside, **RUN)) == labels[name]


def test_another_order_of_the_lanes():
    """Exactly: every number of a point is its own."""
    beta = [1.24, 1.255, 1.266, 1.27, 1.28, 1.4, 3.0]

    def of(order):
        windows = [Window.paper_beta3()]
        ensemble = Ensemble(Features.segments(), beta=[beta[i] for i in order], windows=windows)
        ensemble.advance(20_000)
        run = ensemble.stretching(n_exponents=2, n_blocks=64, block_length=80, n_settle=256, n_tail=4_096)
        found = {}
        for place, i in enumerate(order):
            spectrum = spectrum_from_stretching(run.log_factors[place], 80, run.unresolved[place])
            samples = np.ascontiguousarray(run.tail[:, place])
            answer = classify_evidence(spectrum, find_period(samples), samples=samples, clock_period=4)
            found[i] = (*said(answer), answer.reason, answer.confidence)
        return found

    forward = of(range(len(beta)))
    assert forward == of(range(len(beta))[::-1])
    assert {label.value for label, *_ in forward.values()} >= {"periodic", "quasiperiodic", "chaotic"}
