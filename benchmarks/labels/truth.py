"""What each point is, found without any indicator that a label rests on.

In this order: mathematics, where it decides (`Family.exact`; for circle maps with K < 1, the sign of f^q(x) - x - p);
cycles by recurrence after a long run, refined by Newton's method, with multipliers inside the unit circle; chaos by
sensitive dependence itself: two orbits 10⁻¹¹ apart come to be as far apart as the attractor is wide, for two starts;
tori and islands by its absence in 300,000 steps. What lies between is dropped. Hyperchaos: λ2 over 50,000 steps.
"""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from family import Family
from numba import njit

from attractors.exponents.spectrum import spectrum_from_stretching

SAMPLES = 5_000  # the longest run that is judged
LONG = 100_000  # steps before anything is looked at
FIRST, SECOND = 300_000, 100_000  # steps in which sensitivity may show, from two starts
OF_SECOND = 51_200  # steps for λ2
LONGEST = 8_192  # steps of the longest cycle looked for
APART = 1e-11
REGULAR, CHAOTIC = 1e-4, 1e-2  # distance, relative to the extent, below and above which it is decided
RETURNED = 1e-7
RETURNS, SLOWLY = (RETURNED, 1e-3), (1e-3, 0.2)  # how close a cycle returns, and its point is to where one looked
MARGINAL = 1e-6
SETTLED = 1e-9
LARGEST_Q = 200  # of tongues of circle maps
LARGE = 1e6  # beyond which an orbit has diverged


class Truth(NamedTuple):
    """Kind (a label's name; "dropped" if there is no truth to be had), period, and where the run of `SAMPLES` ends.

    `stand`: "settled", "approaching" (in the neighbourhood of what it comes to) or "elsewhere" (a chaotic transient).
    """

    kind: str
    period: int
    stand: str


class Kernels(NamedTuple):
    """Loops over one map."""

    advance: Callable[..., bool]
    separation: Callable[..., tuple[float, float]]
    returns: Callable[..., int]
    extent: Callable[..., np.ndarray]
    monodromy: Callable[..., None]


def kernels_of(family: Family) -> Kernels:
    """Compile the loops; a step is inlined, which makes them some three times as fast as `DiscreteMap`."""
    step, turn = njit(family.step, error_model="numpy"), family.turn
    jacobian = njit(family.jacobian, error_model="numpy")

    @njit(error_model="numpy")
    def apart(x, y):
        largest = 0.0
        for a in range(x.size):
            d = abs(x[a] - y[a])
            if turn > 0.0:
                d = min(d, abs(turn - d))
            largest = max(largest, d)
        return largest

    @njit(error_model="numpy")
    def move(x, p, y):
        step(x, p, y)
        for a in range(x.size):
            x[a] = y[a]

    @njit(error_model="numpy")
    def advance(x, p, n):
        """Go n steps in place; whether x stayed small."""
        y = np.empty_like(x)
        for _ in range(n):
            move(x, p, y)
            if not abs(x[0]) < LARGE:
                return False
        return True

    @njit(error_model="numpy")
    def separation(x, z, p, n, enough):
        """Largest distance of two orbits within n steps, or the first beyond `enough`."""
        y = np.empty_like(x)
        largest = 0.0
        for _ in range(n):
            move(x, p, y)
            move(z, p, y)
            d = apart(x, z)
            if not d < enough:
                return d
            largest = max(largest, d)
        return largest

    @njit(error_model="numpy")
    def returns(x, p, longest, near):
        """First time in which the orbit comes back to x, 0 if it does not; and the least distance to it."""
        z, y = x.copy(), np.empty_like(x)
        for t in range(1, longest + 1):
            move(z, p, y)
            if apart(x, z) <= near:
                return t
        return 0

    @njit(error_model="numpy")
    def extent(x, p, n):
        """Ranges of the coordinates over n steps, (2, d); x moves on."""
        y = np.empty_like(x)
        ends = np.empty((2, x.size))
        for a in range(x.size):
            ends[0, a] = ends[1, a] = x[a]
        for _ in range(n):
            move(x, p, y)
            for a in range(x.size):
                ends[0, a] = min(ends[0, a], x[a])
                ends[1, a] = max(ends[1, a], x[a])
        return ends

    @njit(error_model="numpy")
    def monodromy(x, p, q, total):
        """Go q steps in place; `total` (d, d), the identity at first, becomes the derivative of F^q."""
        d = x.size
        y, J, column = np.empty(d), np.zeros((d, d)), np.empty(d)
        for _ in range(q):
            jacobian(x, p, J)
            for c in range(d):
                for a in range(d):
                    column[a] = 0.0
                    for b in range(d):
                        column[a] += J[a, b] * total[b, c]
                for a in range(d):
                    total[a, c] = column[a]
            move(x, p, y)

    return Kernels(advance, separation, returns, extent, monodromy)


class Judge:
    """Finds the truth of points of one family, and the states from which they are judged."""

    def __init__(self, family: Family) -> None:
        self.family = family
        self.kernels = kernels_of(family)
        self.shaking = np.zeros(family.dimension)
        self.shaking[list(family.shaken)] = 1.0

    def __call__(self, points: Sequence[tuple[list[float], list[float]]]) -> list[Truth]:
        return [self.of_one(p, x0) for p, x0 in points]

    def before(self, p: list[float], x0: list[float], n: int) -> np.ndarray:
        """State after n steps."""
        x = np.array(x0)
        self.kernels.advance(x, np.array(p), n)
        return x

    def of_one(self, p: list[float], x0: list[float]) -> Truth:
        family, kernels, p_array = self.family, self.kernels, np.array(p)
        x = np.array(x0)
        if not kernels.advance(x, p_array, family.n_before):
            return Truth("divergent", 0, "settled")
        seen = kernels.extent(x, p_array, SAMPLES)
        here = x.copy()
        if not np.abs(here[0]) < LARGE:
            return Truth("divergent", 0, "settled")
        if not kernels.advance(x, p_array, LONG):
            return Truth("divergent", 0, "elsewhere")
        later = kernels.extent(x.copy(), p_array, max(SAMPLES, 20_000))
        scale = float(np.max(later[1] - later[0]))
        exact = exact_circle(p) if family.turn == 1.0 and abs(p[0]) < 1.0 else family.exact(p)
        truth = Truth(*exact, "settled") if exact else self.found(here, x, p, scale)
        if exact and truth.period:
            truth = truth._replace(stand=self.stand(here, p, truth.period, scale))
        if truth.kind == "quasiperiodic" and not float(np.abs(seen - later).max()) <= 0.02 * scale:
            truth = truth._replace(stand="approaching")
        return truth

    def found(self, here: np.ndarray, x: np.ndarray, p: list[float], scale: float) -> Truth:
        """What the orbit of x comes to, without mathematics; `here` is where the run of `SAMPLES` ended."""
        period = self.cycle(x, p, scale)
        if period:
            return Truth(name_of(period), period, self.stand(here, p, period, scale))
        kind = self.sensitive(x, p, scale)
        if kind == "chaotic" and self.family.many_positive:
            kind = self.how_chaotic(x, p)
        slow = kind == "quasiperiodic"
        period = self.cycle(x, p, scale, *(SLOWLY if slow else RETURNS))
        if period:
            return Truth(name_of(period), period, self.stand(here, p, period, scale) if slow else "elsewhere")
        if slow and self.family.dimension == 1 and not self.family.turn:
            kind = "dropped"  # an interval has no tori
        return Truth(kind, 0, "settled")

    def cycle(
        self, x: np.ndarray, p: list[float], scale: float, near: float = RETURNS[0], moved: float = RETURNS[1]
    ) -> int:
        """Period of the stable cycle on which x lies; 0 if there is none."""
        q = self.kernels.returns(x, np.array(p), LONGEST, near * max(scale, 1e-6))
        if not q:
            return 0
        for longer in (q, 2 * q):  # a flip has not told its two halves apart yet
            point, multiplier = self.newton(x, p, longer)
            if multiplier < 1.0 - MARGINAL and self.apart(point, x) <= moved * max(scale, 1e-6):
                return next(r for r in range(1, longer + 1) if longer % r == 0 and self.misses(point, p, r) <= 1e-10)
        return 0

    def newton(self, x: np.ndarray, p: list[float], q: int) -> tuple[np.ndarray, float]:
        """Solve F^q(x) = x from nearby; the largest modulus of a multiplier, NaN if there is no solution."""
        point = x.copy()
        for _ in range(30):
            end, total = point.copy(), np.eye(len(x))
            self.kernels.monodromy(end, np.array(p), q, total)
            miss = self.reduced(end - point)
            if not np.isfinite(total).all():
                break
            if np.abs(miss).max() <= 1e-13 * max(1.0, np.abs(point).max()):
                return point, float(np.abs(np.linalg.eigvals(total)).max())
            try:
                point = point - np.linalg.solve(total - np.eye(len(x)), miss)
            except np.linalg.LinAlgError:
                break
        return point, math.nan

    def reduced(self, difference: np.ndarray) -> np.ndarray:
        turn = self.family.turn
        return difference - turn * np.round(difference / turn) if turn else difference

    def apart(self, x: np.ndarray, y: np.ndarray) -> float:
        return float(np.abs(self.reduced(x - y)).max())

    def misses(self, x: np.ndarray, p: list[float], q: int) -> float:
        """By how much x misses itself after q steps."""
        there = x.copy()
        self.kernels.advance(there, np.array(p), q)
        return self.apart(there, x)

    def stand(self, here: np.ndarray, p: list[float], period: int, scale: float) -> str:
        """How far the run has come to its cycle: by its distance from itself a period later, over 1 - |multiplier|."""
        point, multiplier = self.newton(here, p, period)
        known = multiplier < 1.0
        distance = self.misses(here, p, period) / max(1.0 - multiplier, 1e-12) if known else 1.0
        if distance <= SETTLED * max(scale, 1e-3):
            return "settled"
        return "approaching" if known and self.apart(point, here) < 0.1 * max(scale, 0.1) else "elsewhere"

    def sensitive(self, x: np.ndarray, p: list[float], scale: float) -> str:
        """Chaos or not, by two pairs of orbits; x moves on."""
        p_array = np.array(p)
        wide = min(max(scale, 1e-6), 1.0)
        kinds = set()
        for n, sign in ((FIRST, 1.0), (SECOND, -1.0)):
            largest = self.kernels.separation(x, x + sign * APART * wide * self.shaking, p_array, n, CHAOTIC * wide)
            if not math.isfinite(largest):
                return "dropped"
            between = REGULAR * wide < largest < CHAOTIC * wide
            kinds.add("dropped" if between else ("chaotic" if largest >= CHAOTIC * wide else "quasiperiodic"))
            self.kernels.advance(x, p_array, LONG)
        return kinds.pop() if len(kinds) == 1 else "dropped"

    def how_chaotic(self, x: np.ndarray, p: list[float]) -> str:
        """Hyperchaos if λ2 is positive over 50,000 steps; dropped if five errors do not decide."""
        found = self.family.system(p).stretching(
            x, n_exponents=2, n_blocks=64, block_length=OF_SECOND // 64, n_settle=1_000
        )
        return second_positive(found.log_factors)


def name_of(period: int) -> str:
    return "fixed_point" if period == 1 else "periodic"


def second_positive(log_factors: np.ndarray) -> str:
    spectrum = spectrum_from_stretching(log_factors, OF_SECOND // 64)
    second, error = spectrum.exponents[1], spectrum.standard_errors[1]
    if abs(second) < max(5.0 * error, 1e-3):
        return "dropped"
    return "hyperchaotic" if second > 0.0 else "chaotic"


def exact_circle(p: list[float]) -> tuple[str, int] | None:
    """Locked in p/q where f^q(x) - x - p has both signs, f the lift of a diffeomorphism; dropped if only just."""
    k, omega = p
    x, n = 0.0, 200_000
    x = lifted(x, k, omega, n)
    low, high = Fraction((x - 1.0) / n), Fraction((x + 1.0) / n)
    for q in range(1, LARGEST_Q + 1):
        for numerator in range(math.ceil(low * q), math.floor(high * q) + 1):
            if math.gcd(numerator, q) > 1:
                continue
            least, most = misses(k, omega, q, 16 * q)
            least, most = least - numerator, most - numerator
            if least < 0.0 < most:
                return ("fixed_point" if q == 1 else "periodic"), q
            if min(abs(least), abs(most)) < 1e-7 / q:
                return "dropped", 0
    return "quasiperiodic", 0


@njit
def lifted(x, k, omega, n):
    for _ in range(n):
        x += omega - k / (2.0 * math.pi) * math.sin(2.0 * math.pi * x)
    return x


@njit
def misses(k, omega, q, n):
    """Least and largest f^q(x) - x: over a grid of x, then ever finer around the extremes."""
    least, most, low, high = math.inf, -math.inf, 0.0, 0.0
    for i in range(n):
        d = lifted(i / n, k, omega, q) - i / n
        if d < least:
            least, low = d, i / n
        if d > most:
            most, high = d, i / n
    width = 1.0 / n
    for _ in range(8):
        at_low, at_high = low, high
        for i in range(-4, 5):
            x, z = at_low + i * width / 4.0, at_high + i * width / 4.0
            d, e = lifted(x, k, omega, q) - x, lifted(z, k, omega, q) - z
            if d < least:
                least, low = d, x
            if e > most:
                most, high = e, z
        width /= 4.0
    return least, most
