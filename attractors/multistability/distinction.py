"""Distinct attractors of many orbits told apart, each with the share of starts that reach it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.labels.answer import Classification
from attractors.labels.label import Label, in_words
from attractors.multistability.basin_shares import share_bound, share_interval
from attractors.multistability.same_attractor import compare_measures, cycle_tolerance, same_cycle
from attractors.results import Result
from attractors.series import as_series
from attractors.status import Status, doubt, sure

FEWEST = 8  # starts: (2/3)^8 = 0.04
BY_CHANCE = 1e-3  # probability at which one of the exponents of an attractor's starts is said not to belong
UNKNOWN = -1  # the attractor of a start that is undetermined

IntArray = npt.NDArray[np.int64]


class MultistabilityStatus(Status):
    """How far a list of attractors can be trusted; the value says what to do."""

    OK = sure("Every start reached an attractor, and the attractors are well apart.")
    UNDETERMINED_STARTS = doubt(
        "Some starts are on no attractor that could be told; the intervals allow for them. Raise n_transient, and "
        "n_steps if their labels ask for it."
    )
    UNCLEAR = doubt(
        "Some aperiodic orbits are neither clearly on the same attractor nor clearly on different ones. Raise n_window "
        "until it is long compared with the time in which an orbit visits all of its attractor."
    )
    SEEN_ONCE = doubt("Some attractors were reached by a single start, so there may well be others: use more starts.")
    FEW_STARTS = doubt(
        "Fewer than 8 starts: an attractor with a third of all starts is easily missed. Use more starts."
    )


class Orbits(NamedTuple):
    """What is known of many orbits of one system.

    Attributes
    ----------
    windows : array, shape (n, n_window, m)
        Consecutive samples after the transient; the first of them at the same phase of the clock for all.
    answers : tuple of Classification
        Their labels.
    ends : tuple
        A state of each to continue from.
    """

    windows: FloatArray
    answers: tuple[Classification, ...]
    ends: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Attractor(Result):
    """One attractor, and the share of starts that reach it.

    Attributes
    ----------
    label : Label
        Its kind: that of most of its starts.
    period, torus_dimension : int or None
        As in `Classification`.
    share : float
        Of all starts; those that are undetermined are not distributed.
    interval : array, shape (2,)
        95 % interval of the share, as wide as the undetermined starts make it.
    exponents, standard_errors : arrays, shape (k,)
        Lyapunov exponents of the representative, nats per step.
    starts : int array
        The starts that reach it.
    representative : int
        The start with the surest label.
    window : array, shape (n_window, m)
        Its last samples.
    """

    label: Label
    period: int | None
    torus_dimension: int | None
    share: float
    interval: FloatArray
    exponents: FloatArray
    standard_errors: FloatArray
    starts: IntArray
    representative: int
    window: FloatArray

    @property
    def name(self) -> str:
        """The label in words with its period, such as "periodic 28"."""
        return in_words(self.label, self.period)


@dataclass(frozen=True, eq=False)
class Attractors(Result):
    """All attractors that a set of starts reached.

    Attributes
    ----------
    attractors : tuple of Attractor
        The largest share first.
    n_starts, n_undetermined : int
        All starts, and those of which the attractor is not known.
    reached : int array, shape (n_starts,)
        Number of the attractor of each start, -1 where it is not known.
    unseen_bound : float
        An attractor with a larger share would have been seen with a probability of 95 % (for few percent: 3/n_starts,
        the rule of three); undetermined starts could be on it.
    unseen_share : float
        Estimate of the share of all attractors together that were not seen: that of attractors seen once (Good and
        Turing).
    status : MultistabilityStatus
        The first that applies of UNCLEAR, UNDETERMINED_STARTS, FEW_STARTS, SEEN_ONCE.
    """

    attractors: tuple[Attractor, ...]
    n_starts: int
    n_undetermined: int
    reached: IntArray
    unseen_bound: float
    unseen_share: float
    status: MultistabilityStatus


def distinguish_attractors(
    windows: npt.ArrayLike, answers: Sequence[Classification], *, clock_period: int = 1
) -> Attractors:
    """Tell the attractors of many orbits apart.

    Parameters
    ----------
    windows : array-like, shape (n, n_window, m)
        The last samples of each orbit, all from the same phase of the clock. NaN where one diverged.
    answers : sequence of Classification, length n
        Their labels.
    clock_period : int
        Period of the drive.

    Returns
    -------
    Attractors

    Raises
    ------
    ValueError
        If windows and labels do not belong together: their numbers differ, or a window is empty, or not finite or
        beyond 10¹⁰⁰ and its label is not divergent.

    Notes
    -----
    *Cycles* are the same if one is a shift of the other, by whole periods of the clock, within what their approach
    and rounding leave open (`comparison.cycle_tolerance`). So symmetric partners, with the same period and the same
    exponents, are two. An orbit whose label is undetermined, as its average still contains a transient, but whose
    window lies on a cycle that another start is known to reach, is counted to it.

    *Tori and chaos* are told apart by their invariant measures (`comparison.compare_measures`), and gathered by
    average linkage. Labels, and the exponents, do not divide them: if two starts on one measure differ in them, that
    is noise. The status is UNCLEAR if λ_1 differs by more than noise, if a pair is gathered that differs, or divided
    that does not, or if an orbit that is told from others has not seen all of its attractor.

    *Diverged* orbits share one entry. All other labels count as undetermined, and so does a cycle whose window does not
    repeat with its period.

    The interval of a share is that of Clopper and Pearson, from k of n starts up to k + u of n, where u are
    undetermined.
    """
    samples = np.asarray(windows, dtype=np.float64)
    if samples.ndim != 3 or len(samples) != len(answers) or not len(answers):
        raise ValueError(
            f"windows must have shape (n, n_window, m), with one label each and n >= 1, got shape {samples.shape} and "
            f"{len(answers)} labels"
        )
    if clock_period < 1:
        raise ValueError(f"clock_period must be at least 1, got {clock_period}")
    for i, answer in enumerate(answers):
        if answer.label is not Label.divergent:
            as_series(samples[i], at_least=1, name=f"windows[{i}], labelled {answer.label}: row")
    groups = _cycles(samples, answers, clock_period)
    aperiodic, clear = _aperiodic(samples, answers, clock_period)
    groups += aperiodic
    groups.append([i for i, answer in enumerate(answers) if answer.label is Label.divergent])
    groups = sorted((group for group in groups if group), key=lambda group: (-len(group), group[0]))
    n, reached = len(answers), np.full(len(answers), UNKNOWN, dtype=np.int64)
    for number, group in enumerate(groups):
        reached[group] = number
    n_undetermined = int((reached == UNKNOWN).sum())
    found = tuple(_attractor(samples, answers, group, n_undetermined) for group in groups)
    n_single = sum(len(group) == 1 for group in groups)
    return Attractors(
        attractors=found,
        n_starts=n,
        n_undetermined=n_undetermined,
        reached=reached,
        unseen_bound=share_bound(n_undetermined, n),
        unseen_share=n_single / n,
        status=_status(clear, n_undetermined, n_single, n),
    )


def _cycles(windows: FloatArray, answers: Sequence[Classification], clock_period: int) -> list[list[int]]:
    """Orbits of each cycle: first those that are labelled, then those that lie on one of them all the same."""
    n_window = windows.shape[1]
    groups: list[list[int]] = []
    known: list[tuple[FloatArray, float, float]] = []  # one period of each cycle, how well it is known, and λ_1
    labelled = [i for i, answer in enumerate(answers) if answer.label.is_cycle]
    others = [i for i, answer in enumerate(answers) if answer.label.is_open]
    for i in labelled + others:
        period = answers[i].period or _recurrence(answers[i], clock_period)
        if period is None or 2 * period > n_window:
            continue
        cycle = windows[i, -period:]  # of one period all begin at the same phase
        for group, (other, allowed, exponent) in zip(groups, known, strict=True):
            tolerance = cycle_tolerance(windows[i], period, exponent)
            if tolerance is not None and same_cycle(other, cycle, clock_period, tolerance + allowed):
                group.append(i)
                break
        else:
            exponent = answers[i].leading[0]
            tolerance = cycle_tolerance(windows[i], period, exponent)
            if i in labelled and tolerance is not None:
                groups.append([i])
                known.append((cycle, tolerance, exponent))
    return groups


def _recurrence(answer: Classification, clock_period: int) -> int | None:
    """Period with which the whole window of an orbit repeats, whatever its label."""
    found = answer.recurrence
    return None if found is None or found.period is None else int(np.lcm(found.period, clock_period))


def _aperiodic(
    windows: FloatArray, answers: Sequence[Classification], clock_period: int
) -> tuple[list[list[int]], bool]:
    """Orbits of each torus and chaotic attractor; and whether it is clear which belong together."""
    orbits = np.array([i for i, answer in enumerate(answers) if answer.label.is_aperiodic], dtype=np.int64)
    if len(orbits) < 2:
        return [[int(i)] for i in orbits], True
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415 - the analysis stays light to import

    distances, incomplete = compare_measures(windows[orbits], clock_period)
    upper = np.triu_indices(len(orbits), 1)
    numbers = fcluster(linkage(distances[upper], "average"), 1.0, criterion="distance")
    apart = numbers[:, None] != numbers
    clear = bool((apart == (distances > 1.0)).all()) and not apart[incomplete].any()
    groups = [orbits[numbers == number].tolist() for number in np.unique(numbers)]
    return groups, clear and all(_alike([answers[i] for i in group]) for group in groups)


def _alike(answers: Sequence[Classification]) -> bool:
    """Whether λ_1 of several orbits may be one number, given its errors."""
    from scipy.special import stdtrit  # noqa: PLC0415 - as above

    exponents, errors = np.array([answer.leading for answer in answers]).T
    used = np.isfinite(exponents) & (errors > 0.0)
    if used.sum() < 2:
        return True
    mean = np.average(exponents[used], weights=errors[used] ** -2.0)
    n_blocks = np.array([answer.spectrum.n_blocks[0] if answer.spectrum else 0 for answer in answers])[used]
    allowed = stdtrit(np.maximum(n_blocks - 1.0, 1.0), 1.0 - 0.5 * BY_CHANCE / used.sum())
    return bool((np.abs(exponents[used] - mean) <= allowed * errors[used]).all())


def _attractor(
    windows: FloatArray, answers: Sequence[Classification], group: list[int], n_undetermined: int
) -> Attractor:
    """Describe what a group of starts reaches by the surest of them, out of those with the label of most."""
    labels = [answers[i].label for i in group]
    settled = [label for label in labels if not label.is_open]
    label = max(settled, key=settled.count)
    representative = max((i for i in group if answers[i].label is label), key=lambda i: answers[i].confidence)
    answer = answers[representative]
    spectrum = answer.spectrum
    return Attractor(
        label=label,
        period=answer.period,
        torus_dimension=answer.torus_dimension,
        share=len(group) / len(answers),
        interval=share_interval(len(group), len(answers), n_undetermined),
        exponents=np.empty(0) if spectrum is None else spectrum.exponents,
        standard_errors=np.empty(0) if spectrum is None else spectrum.standard_errors,
        starts=np.array(sorted(group), dtype=np.int64),
        representative=representative,
        window=windows[representative],
    )


def _status(clear: bool, n_undetermined: int, n_single: int, n_starts: int) -> MultistabilityStatus:
    if not clear:
        return MultistabilityStatus.UNCLEAR
    if n_undetermined:
        return MultistabilityStatus.UNDETERMINED_STARTS
    if n_starts < FEWEST:
        return MultistabilityStatus.FEW_STARTS
    return MultistabilityStatus.SEEN_ONCE if n_single else MultistabilityStatus.OK
