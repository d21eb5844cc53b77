"""Degenerate input, every analysis: a status, or a ValueError that names what is wrong; no warning, no silent number.

Warnings are errors in all tests. A silent number: the status says OK, or names a motion, and nothing was measured.
"""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
import systems
from systems import examples, linear

import attractors
from attractors import DiscreteMap
from attractors.results import Result

NOISE = np.random.default_rng(0).normal(size=1_600)

SERIES = {
    "power_spectrum": attractors.power_spectrum,
    "power_spectrum, welch": lambda x: attractors.power_spectrum(x, method="welch"),
    "autocorrelation": attractors.autocorrelation,
    "birkhoff_average": attractors.birkhoff_average,
    "zero_one_test": attractors.zero_one_test,
    "torus": attractors.torus,
    "find_period": attractors.find_period,
    "classify_series": lambda x: attractors.classify_series(x).recurrence,  # labels: test_noisy_series.py
    "rotation_number": attractors.rotation_number,
    "analyse": lambda x: attractors.analyse(x, thorough=True),
    "poincare_section": attractors.poincare_section,
    "plane_crossings": attractors.plane_crossings,
    "stroboscopic_section": lambda x: attractors.stroboscopic_section(x, period=2),
    "successive_maxima": attractors.successive_maxima,
    "return_map": attractors.return_map,
    "return_times": attractors.return_times,
    "correlation_dimension": attractors.correlation_dimension,
    "box_counting_dimension": attractors.box_counting_dimension,
    "sample_entropy": attractors.sample_entropy,
    "detrended_fluctuation": attractors.detrended_fluctuation,
    "hurst_exponent": attractors.hurst_exponent,
    "largest_exponent": attractors.largest_exponent,
    "exponents_of_series": attractors.exponents_of_series,
    "embed": lambda x: attractors.embed(x, 1, 2),
    "mutual_information": attractors.mutual_information,
    "information_from_samples": lambda x: attractors.information_from_samples(x, 0, 1),
    "information_from_samples, neighbours": lambda x: attractors.information_from_samples(x, 0, 1, method="neighbours"),
    "false_neighbours": attractors.false_neighbours,
}
EXACT = {"embed", "stroboscopic_section"}  # rearrange samples, whatever these are
SHAPE = "samples|component|column|shape"
STILL = {"CONSTANT", "REST", "FINITE", "NOT_CROSSED", "NO_FLAT", "LOCKED", "FOUND"}
UNDECIDED = {"SHORT", "NO_LINES_SOUGHT", "NO_DECAY", "NO_FLAT", "FEW", "FEW_MATCHES", "UNDETERMINED"}
NOTHING = set()  # only an error will do
INPUTS = {  # series, what the error must say, statuses that say that there is nothing to measure
    "constant": (np.full(1_600, 0.3), f"{SHAPE}|ascend", STILL),
    "zeros": (np.zeros(1_600), f"{SHAPE}|ascend", STILL),
    "a fixed point of two components": (np.full((1_600, 2), [0.1, -7.0]), SHAPE, STILL),
    "two points": ([1.0, 2.0], SHAPE, UNDECIDED),
    "two equal points": ([1.0, 1.0], SHAPE, STILL | UNDECIDED),
    "one point": ([1.0], SHAPE, NOTHING),
    "empty": ([], SHAPE, NOTHING),
    "empty, three components": (np.empty((0, 3)), SHAPE, NOTHING),
    "no components": (np.empty((300, 0)), "shape", NOTHING),
    "three axes": (np.zeros((300, 2, 2)), "shape", NOTHING),
    "NaN inside": (np.r_[NOISE[:200], math.nan, NOISE[:200]], r"\[200\] is not finite", {"NON_FINITE"}),
    "inf inside": (np.r_[NOISE[:200], -math.inf, NOISE[:200]], r"\[200\] is not finite", {"NON_FINITE"}),
    "diverging": (systems.logistic(4.5).orbit([0.3], 400)[0], r"\[18\] is not finite|\[1\d\] holds", {"NON_FINITE"}),
    "huge": (1e300 * NOISE, r"\[0\] holds 1.257\d*e\+299, too large", {"NON_FINITE"}),
    "the largest": (np.array([1.7e308, -1.7e308] * 400), r"\[0\] holds 1.7e\+308, too large", {"NON_FINITE"}),
    "tiny": (1e-300 * NOISE, f"{SHAPE}|ascend", STILL | {"NONE", "COARSE"}),
    "denormal": (
        5e-324 * np.random.default_rng(3).integers(0, 9, 1_600),
        f"{SHAPE}|ascend",
        STILL | {"NONE", "COARSE"},
    ),
    "complex": (NOISE + 1j, "must be real, got complex", NOTHING),
    "text": (["a", "b"], "convert string", NOTHING),
}


def check_text(found):
    """At most six lines of 120 columns that name the status, whatever was or was not found."""
    text = str(found)
    assert text == repr(found)
    assert len(text.splitlines()) <= 6
    assert max(map(len, text.splitlines())) <= 120
    assert text.startswith(f"{type(found).__name__}: {found.headline()[:40]}")
    if hasattr(found, "status"):
        assert found.status.words in found.headline()
        assert found.status.words in text


def answer(call):
    """Status and message: one of them is None. Any other exception, and any warning, fails the test."""
    try:
        found = call()
    except ValueError as error:
        return None, str(error)
    if isinstance(found, Result):
        check_text(found)
    status = getattr(found, "status", None)
    return (None if status is None else status.name), None


@pytest.mark.slow
@pytest.mark.parametrize("analysis", SERIES)
@pytest.mark.parametrize("name", INPUTS)
def test_series(name, analysis):
    series, message, statuses = INPUTS[name]
    status, error = answer(lambda: SERIES[analysis](series))
    if error is not None:
        assert re.search(message, error)
    elif analysis not in EXACT:
        assert status in statuses


@pytest.mark.slow
@pytest.mark.parametrize("analysis", SERIES)
@pytest.mark.parametrize("kind", ["one component", "200 components", "integers"])
def test_series_that_are_unusual_but_sound(kind, analysis):
    """An answer with a status; or what takes one component says so, or what takes several."""
    wide = np.random.default_rng(1).normal(size=(300, 200))
    series = {"one component": NOISE[:, None], "200 components": wide, "integers": list(range(7)) * 200}[kind]
    status, error = answer(lambda: SERIES[analysis](series))
    assert (status is not None) or analysis == "embed" or any(x in error for x in ("component", "column"))


def test_every_analysis_of_series_is_here():
    """All public functions but those of maps, and of numbers that are made of others."""
    of_maps = {"lyapunov_spectrum", "lyapunov_until", "finite_time_exponents", "covariant_vectors", "classify"}
    of_maps |= {"alignment_indices", "refine_cycle", "find_attractors", "follow_attractors"}
    of_maps |= {"continue_cycle", "switch_branch", "follow_cascade", "feigenbaum_ratios", "all_cycles"}
    of_maps |= {"continue_bifurcation", "devils_staircase", "resonant_points"}
    of_numbers = {
        "distinguish_attractors",
        "spectrum_from_stretching",
        "finite_time_from_stretching",
        "kaplan_yorke_dimension",
        "classify_evidence",
        "conditional_information_nats",
    }
    of_chains = {"markov_chain", "steady_states", "time_reversed", "driven_chain"}  # test_markov.py hands them bad ones
    of_flows = {"solve_flow"}
    public = {name for name in attractors.__all__ if name.islower()}
    assert public == {name.split(",")[0] for name in SERIES} | of_maps | of_numbers | of_chains | of_flows


# ---- maps ---------------------------------------------------------------------------------------------------------


def _nan_step(x, p, out):
    out[0], out[1] = x[0] * math.nan, x[1]


MAPS = {  # map, start
    "identity": (linear(np.eye(2)), [0.3, 0.4]),
    "all to zero": (linear(np.zeros((2, 2))), [0.3, 0.4]),
    "singular": (linear([[1.0, 1.0], [1.0, 1.0]]), [0.0, 0.0]),
    "diverging": (systems.logistic(4.5, 4.0), [0.3, 0.3]),
    "growing": (linear([[30.0, 1.0], [0.0, 20.0]]), [1.0, 1.0]),
    "NaN at once": (DiscreteMap(_nan_step, None, [], 2), [0.1, 0.2]),
    "1-D": (systems.logistic(4.0), [0.3]),
    "200-D": (examples.coupled_logistic(4.0, 0.1, 200), np.random.default_rng(0).random(200)),
    "integers": (linear([[1, 1], [0, 1]]), [1, 2]),
    "huge state": (linear(np.diag([1.0, 0.5])), [1e300, 1e300]),
    "tiny state": (linear(np.diag([1.0, 0.5])), [1e-300, 1e-300]),
    "huge Jacobian": (linear(np.diag([1e300, 1e-300])), [0.0, 0.0]),
}


def few(system):
    return min(4, system.dimension)


def near(system):
    """A range around the first parameter."""
    value = float(system.parameters[0]) if len(system.parameters) else 0.0
    return value - 0.1 * max(1.0, abs(value)), value + 0.1 * max(1.0, abs(value))


CONTINUED = {"continue_cycle", "follow_cascade"}
OF_MAPS = {
    "lyapunov_spectrum": lambda s, x: attractors.lyapunov_spectrum(
        s, x, n_steps=256, n_transient=300, n_exponents=few(s)
    ),
    "lyapunov_until": lambda s, x: attractors.lyapunov_until(s, x, half_width=0.1, n_max=500),
    "finite_time_exponents": lambda s, x: attractors.finite_time_exponents(
        s, x, window=2, n_windows=160, n_transient=0, n_exponents=few(s)
    ),
    "covariant_vectors": lambda s, x: attractors.covariant_vectors(s, x, n_steps=20, n_align=300, n_vectors=few(s)),
    "alignment_indices": lambda s, x: attractors.alignment_indices(s, x, n_steps=320),
    "refine_cycle": lambda s, x: attractors.refine_cycle(s, x, 1),
    "continue_cycle": lambda s, x: attractors.continue_cycle(s, x, 1, 0, near(s), max_points=40, confirm=False),
    "follow_cascade": lambda s, x: attractors.follow_cascade(s, x, 1, 0, near(s), max_period=2),
    "classify": lambda s, x: attractors.classify(s, x, n_transient=300, n_steps=256, n_window=60, n_exponents=few(s)),
    "find_attractors": lambda s, x: attractors.find_attractors(
        s, [x, x], n_transient=300, n_steps=256, n_window=60, n_exponents=few(s)
    ),
}
SAID = {  # what must be said; where a map is missing the numbers are right, and test_lyapunov.py and others see to it
    "diverging": {"DIVERGED", "divergent", "OTHER", "NO_CONVERGENCE"},
    "growing": {"DIVERGED", "divergent", "OTHER"},
    "NaN at once": {"DIVERGED", "divergent", "NO_CONVERGENCE"},
    "huge Jacobian": {"DIVERGED", "divergent", "CONVERGED"},
    "singular": {"UNRESOLVED", "SINGULAR", "CONVERGED", "OK", "undetermined"},
    "identity": {"OK", "NOT_CONVERGED", "REGULAR", "SINGULAR", "undetermined"},
}


@pytest.mark.slow
@pytest.mark.parametrize("analysis", OF_MAPS)
@pytest.mark.parametrize("name", MAPS)
def test_maps(name, analysis):
    system, start = MAPS[name]
    if (name, analysis) == ("1-D", "alignment_indices"):
        with pytest.raises(ValueError, match="a volume needs two"):
            OF_MAPS[analysis](system, start)
        return
    if analysis in CONTINUED and (not len(system.parameters) or abs(system.parameters[0]) > 1e200):
        with pytest.raises(ValueError, match=r"one of the map's|between 1e-100 and 1e\+100 wide"):
            OF_MAPS[analysis](system, start)
        return
    found = OF_MAPS[analysis](system, start)
    check_text(found)
    if analysis in CONTINUED:
        numbers = found.parameters if analysis == "continue_cycle" else [flip.parameter for flip in found.flips]
        assert np.isfinite(numbers).all()
        assert len(numbers) or found.status.name == "NO_CYCLE"
        return
    status = found.label if analysis == "classify" else found.status
    if analysis == "find_attractors":  # of two starts; one entry, or none is known
        assert status.name in {"FEW_STARTS", "UNDETERMINED_STARTS", "UNCLEAR"}
        for one in found.attractors:
            check_text(one)
        assert {str(one.label) for one in found.attractors} <= SAID.get(
            name, {str(one.label) for one in found.attractors}
        )
        return
    assert status.name in SAID.get(name, {status.name})
    exponents = getattr(found, "exponents", np.zeros(1))
    assert not np.isnan(exponents).any() or status.name not in {"OK", "CONVERGED"}


@pytest.mark.slow
@pytest.mark.parametrize("name", MAPS)
def test_maps_that_are_followed(name):
    """The same map at two values of a parameter that does nothing: all branches go from edge to edge, or it is said."""
    system, start = MAPS[name]
    found = attractors.follow_attractors(
        lambda _: system, [0.0, 1.0], [start, start], n_transient=300, n_steps=256, n_window=60, n_exponents=few(system)
    )
    for one in (found, *found.branches, *(branch.begins for branch in found.branches)):
        check_text(one)
    for branch in found.branches:
        assert branch.labels[0] in SAID.get(name, {branch.labels[0]})
    known = found.status.name in {"OK", "UNDETERMINED_STARTS"}
    assert known == all((b.begins.kind, b.ends.kind) == ("edge", "edge") for b in found.branches)


@pytest.mark.parametrize("analysis", OF_MAPS)
@pytest.mark.parametrize(
    ("start", "message"),
    [
        ([math.nan, 0.1], "start must be finite"),
        ([math.inf, 0.1], "start must be finite"),
        ([0.1], r"start must have shape \(2,\)"),
        ([], r"start must have shape \(2,\)"),
        ([0.1j, 0.1], "start must be real"),
        ([[0.1, 0.1]], r"start must have shape \(2,\)"),
    ],
)
def test_starts(start, message, analysis):
    with pytest.raises(ValueError, match=message):
        OF_MAPS[analysis](examples.henon(), start)


@pytest.mark.slow
def test_exponents_of_singular_and_of_still_maps():
    """-inf where a direction is annihilated, 0 where nothing moves; and no entropy."""
    zero = attractors.lyapunov_spectrum(*MAPS["all to zero"], n_steps=256)
    assert np.isneginf(zero.exponents).all()
    assert (zero.kaplan_yorke_dimension, zero.entropy_bound) == (0.0, 0.0)
    np.testing.assert_allclose(attractors.lyapunov_spectrum(*MAPS["identity"], n_steps=256).exponents, 0.0, atol=1e-15)
    cycle = attractors.refine_cycle(*MAPS["singular"], 1)
    assert cycle.exponents.tolist() == [pytest.approx(math.log(2.0)), -math.inf]
    for name in ("huge state", "tiny state"):
        found = attractors.lyapunov_spectrum(*MAPS[name], n_steps=256, n_transient=300)
        np.testing.assert_allclose(found.exponents, [0.0, -math.log(2.0)], atol=1e-12)


WINDOWS = {  # three windows, and what the error must say
    "NaN": (np.full((3, 60, 2), math.nan), r"windows\[0\], labelled chaotic: row\[0\] is not finite"),
    "one NaN": (np.where(np.arange(60)[:, None] == 7, math.nan, np.ones((3, 60, 2))), r"row\[7\] is not finite"),
    "inf": (np.full((3, 60, 2), math.inf), r"row\[0\] is not finite"),
    "huge": (np.full((3, 60, 2), 1e300), r"row\[0\] holds 1e\+300, too large"),
    "no samples": (np.empty((3, 0, 2)), "at least 1 samples"),
    "no components": (np.empty((3, 60, 0)), "shape"),
    "two axes": (np.empty((3, 60)), "windows must have shape"),
    "two windows": (np.zeros((2, 60, 1)), "one label each"),
    "four samples": (np.zeros((3, 4, 1)), "at least 8 turns of the clock"),
}


@pytest.mark.parametrize("name", WINDOWS)
def test_windows_that_are_no_attractors(name):
    windows, message = WINDOWS[name]
    unknown = attractors.classify_evidence(None, None)
    with pytest.raises(ValueError, match=message):
        attractors.distinguish_attractors(windows, [replace(unknown, label=attractors.Label.chaotic)] * 3)
    if windows.ndim == 3 and len(windows) == 3:
        diverged = attractors.distinguish_attractors(windows, [replace(unknown, label=attractors.Label.divergent)] * 3)
        assert [len(one.starts) for one in diverged.attractors] == [3]


@pytest.mark.parametrize(("place", "n_attractors"), [(0.0, 1), (0.3, 2)])
def test_windows_at_rest(place, n_attractors):
    rest = replace(attractors.classify_evidence(None, None), label=attractors.Label.fixed_point, period=1)
    windows = np.stack([np.zeros((60, 2)), np.full((60, 2), place)])
    found = attractors.distinguish_attractors(windows, [rest, rest])
    assert len(found.attractors) == n_attractors
    assert found.status.name == "FEW_STARTS"


# ---- numbers, and samples of many orbits ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sums", "status"),
    [
        (np.full((64, 2), math.nan), "DIVERGED"),
        (np.full((64, 2), math.inf), "DIVERGED"),
        (np.zeros((2, 1)), "FEW_BLOCKS"),
        (np.zeros((64, 200)), "OK"),
    ],
)
def test_sums_of_stretching(sums, status):
    spectrum = attractors.spectrum_from_stretching(sums, 1)
    assert spectrum.status.name == status
    windows = attractors.finite_time_from_stretching(sums, 1)
    assert windows.status.name == status.replace("BLOCKS", "WINDOWS")


def test_no_sums_and_no_exponents():
    for function in (attractors.spectrum_from_stretching, attractors.finite_time_from_stretching):
        for sums in ([], [[1.0]], np.zeros(9)):
            with pytest.raises(ValueError, match="must have shape"):
                function(sums, 1)
    assert attractors.kaplan_yorke_dimension([]) == 0.0
    assert math.isnan(attractors.kaplan_yorke_dimension([math.nan]))
    assert attractors.classify_evidence(None, None).label is attractors.Label.undetermined


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e300, 1e-300])
def test_samples_of_many_orbits(value):
    """None is lost from a density, whose ends take what is beyond, as documented; none but the small are in a slab."""
    density = attractors.OrbitDensity(1, n_bins=4, low=-1.0, high=1.0)
    slab = attractors.SlabSection(1, half_width=0.1)
    block = np.full((5, 2, 1), value)
    density(block)
    slab(block)
    where = 0 if math.isnan(value) else 2 if value < 1.0 else 3
    assert density.counts[0].tolist() == [5 * (i == where) for i in range(4)]
    assert slab.n_hits[0] == (5 if value == 1e-300 else 0)
