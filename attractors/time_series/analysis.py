"""Everything that can be said of a recorded series, in one call."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from attractors.indicators.zero_one import ZeroOneStatus
from attractors.recurrence.period import PeriodStatus
from attractors.registry import Recording, in_order
from attractors.results import Result
from attractors.series import as_series
from attractors.status import Status, doubt, sure
from attractors.tori.birkhoff import BirkhoffStatus
from attractors.tori.resonances import TorusStatus


class Motion(Status):
    """What several analyses say together; the value says why."""

    REST = sure("Nothing varies beyond rounding.")
    PERIODIC = sure("The whole series repeats exactly.")
    QUASIPERIODIC = sure("Lines carry the variance, and a few incommensurate frequencies explain them.")
    IRREGULAR = sure(
        "Averages converge as by chance, a walker driven by the series diffuses, and nothing repeats: chaos, or noise, "
        "which a series alone does not tell apart."
    )
    UNDETERMINED = doubt(
        "The analyses do not agree, or do not decide: the series is too short, has not settled, is near a "
        "bifurcation, or noisy. Take a longer one, after a longer transient; `classify_series` sees through noise."
    )


@dataclass(frozen=True, eq=False)
class Analysis(Result):
    """What a series shows: the answers of all registered analyses, each an attribute of its own.

    Attributes
    ----------
    n_samples, n_components : int
        Shape of the series.
    answers : mapping of str to Result or None
        All answers by their names, which follow here.
    period, spectrum, correlation, average, growth, torus : Result
        Answers of `find_period`, `power_spectrum`, `autocorrelation`, `birkhoff_average`, `zero_one_test`, `torus`.
    section : Section or None
        Answer of `poincare_section` across the second component; None for one component.
    dimension, entropy, fluctuation, exponent : Result or None
        Answers of `correlation_dimension` (of the samples as they are), and for the first component that varies of
        `sample_entropy`, `detrended_fluctuation`, `largest_exponent` (in three delays); None if not asked for. Their
        `n_used` says of how many samples.
    boxes, hurst, information, neighbours, returns, exponents : Result or None
        The same of `box_counting_dimension` (of the last 20,000 samples), and for that component of `hurst_exponent`,
        `mutual_information` and `false_neighbours` (None below 40 samples), `return_map` (of successive samples),
        `exponents_of_series`.
    status : Motion
        What they say together.
    """

    n_samples: int
    n_components: int
    answers: Mapping[str, Result | None]
    status: Motion

    def __getattr__(self, name: str) -> Any:
        answers = vars(self).get("answers", {})
        if name not in answers:
            raise AttributeError(f"an Analysis has no {name!r}; its answers are {', '.join(answers)}")
        return answers[name]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.answers]

    def contents(self) -> dict[str, Any]:
        """Return shape, answers and status."""
        return {
            "n_samples": self.n_samples,
            "n_components": self.n_components,
            **self.answers,
            "status": self.status,
        }

    def headline(self) -> str:
        """Return what the answers say together, and the period if there is one."""
        return self.status.words + (f" {self.period.period}" if self.period.period else "")

    def lines(self) -> list[str]:
        """Return a line of text for each answer."""
        return [
            f"{entry.title}: {answer.headline()}"
            for entry in in_order()
            if (answer := self.answers.get(entry.name)) is not None
        ]


def analyse(
    series: npt.ArrayLike, *, context: int | None = None, clock_period: int = 1, thorough: bool = False
) -> Analysis:
    """Do every analysis of a series alone: all that are registered (`attractors.registry.analyses`).

    Parameters
    ----------
    series : array-like, shape (n,) or (n, m)
        Samples at equal intervals along one orbit, transient removed.
    context : int, optional
        Tokens in the context window, to single out memory beyond it.
    clock_period : int
        Period of the drive.
    thorough : bool
        Also what takes longer: dimensions, entropy, fluctuations, delays, return map and exponents.

    Returns
    -------
    Analysis

    Raises
    ------
    ValueError
        If the series has fewer than 8 samples, or is not finite.

    Notes
    -----
    Components that do not vary are left out of the 0-1 test. Cost: some 0.3 s for 75,000 samples of 3 components.
    Thorough, some 2 s more, however long the series: the dimension takes 10,000 samples at random times (fewer if
    there are more than 16 components), the entropy the last 5,000, the fluctuations the last 20,000, the exponent 8
    times 1,000.

    Examples
    --------
    >>> x = [0.3]
    >>> for _ in range(4000):
    ...     x.append(3.5 * x[-1] * (1 - x[-1]))
    >>> answer = analyse(x[1000:])
    >>> answer.status.name, answer.period.period
    ('PERIODIC', 4)
    """
    recording = Recording(as_series(series, at_least=8), context, clock_period)
    answers = {
        entry.name: recording.answer(entry.name)
        if (thorough or not entry.thorough) and entry.applies(recording)
        else None
        for entry in in_order()
    }
    n_samples, n_components = recording.samples.shape
    return Analysis(n_samples, n_components, answers, _motion(recording))


def _motion(recording: Recording) -> Motion:
    """Say what holds if nothing speaks against it."""
    if not recording.varying.any():
        return Motion.REST
    period, average, growth, torus = (
        recording.answer(name).status for name in ("period", "average", "growth", "torus")
    )
    if period is PeriodStatus.FOUND:
        return Motion.PERIODIC
    regular = growth is not ZeroOneStatus.CHAOTIC and average is not BirkhoffStatus.CHAOTIC
    if torus is TorusStatus.QUASIPERIODIC and regular:
        return Motion.QUASIPERIODIC
    restless = growth is ZeroOneStatus.CHAOTIC and average is BirkhoffStatus.CHAOTIC
    if restless and torus is TorusStatus.NO_TORUS and period is PeriodStatus.NONE:
        return Motion.IRREGULAR
    return Motion.UNDETERMINED
