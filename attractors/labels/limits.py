"""All thresholds that a label rests on, in one place, each with its unit."""

from dataclasses import dataclass
from typing import Any

from attractors.exponents.spectrum import BAND_ERRORS, BOUNDED_SUM
from attractors.recurrence.period import AT_REST, DECAYS, LEAST_REPEATS, NEARLY, OWN, ROUNDING, TOLERANCE
from attractors.tori.birkhoff import BY_CHANCE, FAR_FROM_CHANCE, SHORTEST


@dataclass(frozen=True)
class Limits:
    """Thresholds of the rule, and of the evidence that it reads.

    Those of an analysis that is also used by itself are taken from there. Limits of the rule that are no definition are
    those that `python benchmarks/labels fit` chooses, from training families alone.

    Attributes
    ----------
    band_errors : float
        Standard errors within which an exponent may be 0.
    bounded_sum : float
        Nats by which sums of log stretching are taken to swing on a torus, where they stay bounded; what grows by more
        was chaotic.
    neutral : float
        Nats per step: a cycle that attracts less than that cannot have been reached in any run.
    contracts : float
        Nats: a cycle that shrinks differences by so much attracts, however uneven its blocks are.
    steady : float
        Times by which a sum is larger than its swings beside a cycle that repels, at least; not fitted.
    agreed : float
        Standard errors of λ_1 above 0, instead of `band_errors`, where averages or an even growth say chaos.
    even, even_sum : float
        Times by which a sum is larger than its swings, and nats, that no torus has.
    hyper, hyper_sum : float
        Standard errors of λ_2 above 0, and nats of its sum; between 0 and that it is open.
    regular_sum : float
        Nats: how far the sum of log stretching may be from 0 at the end on a torus.
    larger_sum, many_digits : float
        Nats, instead of `regular_sum`, where averages converge to so many digits beyond those of chance.
    smooth_sum : float
        Nats: or where the sum is that small with smooth weights, under which what swings drops out.
    noise_errors : float
        Standard errors: beyond them, and 10 nats, an exponent is not 0 on a torus.
    slow_sum : float
        Nats by which a second exponent that may be 0 is below it, where there are no samples: an approach to a cycle.
    digits : float
        Digits of averages beyond those of chance, where the other exponents are negative.
    safe_digits : float
        The same where a second one may be 0, for chaos sticks to islands, or after a transient.
    phase : float
        Digits beyond those of chance at which one component runs quasi-periodically by itself, as a drive does.
    spread : float
        Of the extent: pieces smaller than that are those of cycles and cascades.
    errors, nats : float
        Standard errors of λ_1 above 0, and of its sum: enough where the 0-1 test says chaos.
    diffuses : float
        Growth of its walker, 0 to 1: more in chaos, less on a torus.
    lines : float
        Of the variance: a torus has more in lines.
    tolerance, rounding, own, nearly : float
        How closely an orbit has to repeat, and nearly repeats: see `find_period`.
    at_rest, decays : float
        What has decayed to 0: see `rest_at_zero`.
    repeats, fewest : int
        Periods, and samples, at least, that the end of an orbit must hold to have settled on a cycle.
    exact : float
        Relative distance of a return that is no chance.
    still : float
        Of the largest value: what varies by less stands still.
    shortest : int
        Samples below which averages, pieces and second opinions are not asked.
    turns : int
        Of the clock that the samples hold, at least, to be asked whether they come closer or depart.
    last : int
        The last of so many parts of all blocks says what the orbit settles to.
    sigmas : float
        Standard deviations of those blocks: beyond, a block belongs to a transient.
    change : float
        Nats, at least.
    parts : int
        Parts in which distances of returns must fall one after the other: chance does that once in 40,000 times.
    shrunk : float
        Last over first part, for falls that are no rounding.
    tenth : float
        First over largest part, for a rise before a fall.
    stays : float
        Of an amplitude: between the slowest approach to a cycle and a torus.
    sampled : int
        Times that the samples hold a lag, at least, to say how the amplitude of every p-th of them changes.
    level : float
        Relative change of an amplitude that counts as none.
    pieces : int
        The longest lag of a return that tells a cascade from a torus.
    """

    band_errors: float = BAND_ERRORS
    bounded_sum: float = BOUNDED_SUM
    neutral: float = 1e-9
    contracts: float = 1.0
    steady: float = 3.0
    agreed: float = 2.0
    even: float = 3.0
    even_sum: float = 4.0
    hyper: float = 1.0
    hyper_sum: float = 7.0
    regular_sum: float = 2.0
    larger_sum: float = 10.0
    many_digits: float = 5.0
    smooth_sum: float = 0.5
    noise_errors: float = 2.0
    slow_sum: float = 1.0
    digits: float = BY_CHANCE
    safe_digits: float = FAR_FROM_CHANCE
    phase: float = 6.0
    spread: float = 0.001
    errors: float = 1.5
    nats: float = 6.0
    diffuses: float = 0.1
    lines: float = 0.9
    tolerance: float = TOLERANCE
    rounding: float = ROUNDING
    own: float = OWN
    nearly: float = NEARLY
    at_rest: float = AT_REST
    decays: float = DECAYS
    repeats: int = LEAST_REPEATS
    fewest: int = 24
    exact: float = 1e-8
    still: float = 1e-12
    shortest: int = SHORTEST
    turns: int = 16
    last: int = 4
    sigmas: float = 8.0
    change: float = 1.0
    parts: int = 8
    shrunk: float = 0.99
    tenth: float = 0.1
    stays: float = 0.85
    sampled: int = 24
    level: float = 1e-3
    pieces: int = 128

    @property
    def of_recurrence(self) -> dict[str, Any]:
        """Those that `find_period` takes."""
        return {"tolerance": self.tolerance, "rounding": self.rounding, "own": self.own, "nearly": self.nearly}


LIMITS = Limits()
