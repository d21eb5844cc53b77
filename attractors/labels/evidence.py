"""What a label can rest on: indicators that fail in different places, the cheap ones first."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from attractors.arrays import FloatArray
from attractors.exponents.spectrum import LyapunovSpectrum, SpectrumStatus
from attractors.indicators.zero_one import zero_one_test
from attractors.labels.exponent import Exponent, exponents_of
from attractors.labels.limits import LIMITS, Limits
from attractors.labels.transients import (
    Transient,
    closest_return,
    is_approaching,
    is_departing,
    over_whole_turns,
    remaining_amplitude,
    repeats_from,
    settled_spectrum,
    settling_cycle,
    spread_of_piece,
    transient_before,
    transient_of,
)
from attractors.recurrence.period import Period, PeriodStatus, allowance, find_period, smallest_period
from attractors.results import json_number, plain
from attractors.series import without_clock
from attractors.spectra.periodogram import power_spectrum
from attractors.tori.birkhoff import birkhoff_average, birkhoff_weights
from attractors.tori.frequencies import Torus

MEASURED = (  # what is computed on demand, and told in JSON if it was
    "is_approaching",
    "is_departing",
    "levels_off",
    "nearly_repeats",
    "digits_of_components",
    "spread",
    "growth",
    "line_share",
)


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that was looked at; what costs more is computed when the rule asks for it.

    Attributes
    ----------
    spectrum : LyapunovSpectrum or None
        Exponents over all steps.
    recurrence : Period or None
        Search for a period in the last samples.
    samples : array (n, m), or None
        Those samples.
    finite : bool
        Whether the orbit stayed finite.
    clock_period : int
        Period of the drive.
    torus : Torus or None
        Frequencies, if they were asked for.
    limits : Limits
        Thresholds.
    """

    spectrum: LyapunovSpectrum | None
    recurrence: Period | None
    samples: FloatArray | None = None
    finite: bool = True
    clock_period: int = 1
    torus: Torus | None = None
    limits: Limits = LIMITS

    @property
    def asked(self) -> tuple[str, ...]:
        """Names of what is computed on demand and has been."""
        known = vars(self)
        return tuple(name for name in MEASURED if name in known)

    @property
    def diverged(self) -> bool:
        """Whether the orbit did not stay finite."""
        return (
            not self.finite
            or (self.spectrum is not None and self.spectrum.status is SpectrumStatus.DIVERGED)
            or (self.recurrence is not None and self.recurrence.status is PeriodStatus.NON_FINITE)
        )

    @property
    def is_settling(self) -> bool:
        """Whether only the end of the samples repeats, or all of them nearly do."""
        return self.recurrence is not None and self.recurrence.status is PeriodStatus.SETTLING

    @cached_property
    def exponents(self) -> tuple[Exponent, ...]:
        """Exponents after the transient, λ_1 first; none if there are none."""
        return exponents_of(self.settled, self.limits)

    @cached_property
    def whole(self) -> tuple[Exponent, ...]:
        """Exponents over all steps."""
        return exponents_of(self.spectrum, self.limits)

    @property
    def n_steps(self) -> int:
        """Steps that those after the transient are averaged over; 0 if there are none."""
        return self.settled.n_steps if self.settled is not None else 0

    @property
    def total(self) -> float:
        """λ_1's sum of log stretching after the transient, nats."""
        return self.exponents[0].value * self.n_steps

    @property
    def n_neutral(self) -> int:
        """How many exponents after the transient lie within their bands."""
        return sum(exponent.may_be_zero for exponent in self.exponents)

    @cached_property
    def scatter(self) -> float:
        """Standard deviation of λ_1's sums of log stretching over blocks, nats; infinite if a sum is."""
        assert self.settled is not None
        sums = self.settled.log_factors[:, 0]
        return float(np.std(sums, ddof=1)) if np.isfinite(sums).all() else math.inf

    @cached_property
    def period(self) -> int | None:
        """Period of the cycle on which the orbit ends, of state and clock together; None if it does not repeat."""
        cycle = self.cycle
        return None if cycle is None or cycle.period is None else math.lcm(cycle.period, self.clock_period)

    @cached_property
    def cycle(self) -> Period | None:
        """The period with which the orbit repeats at its end: of all samples, or of those after it has settled.

        Where all of them nearly repeat, and fulfil only a longer period closely, it is the shorter one if the orbit
        comes ever closer to that: it winds into the cycle, or flips from side to side.
        """
        found = self.recurrence
        if found is None or found.status is PeriodStatus.FOUND:
            return found
        p = self._last_period
        if p is None:
            return None
        if found.status is PeriodStatus.SETTLING and self.nearly_repeats is not None:
            period = settling_cycle(self._samples, p, self.limits)
            if period is not None:
                return replace(found, period=period, status=PeriodStatus.FOUND)
        rest = self._samples[repeats_from(self._samples, p, self.limits) :]
        if len(rest) < max(self.limits.repeats * p + 1, self.limits.fewest):
            return None
        again = find_period(rest, max_period=p, **self.limits.of_recurrence)
        if again.status is PeriodStatus.SETTLING:
            period = settling_cycle(rest, p, self.limits)
            return None if period is None else replace(again, period=period, status=PeriodStatus.FOUND)
        return again if again.status is PeriodStatus.FOUND else None

    @cached_property
    def ends_on_a_cycle(self) -> int | None:
        """Period of a cycle that the orbit's last part comes ever closer to, whatever it did before; None if none."""
        p = self._last_period
        if p is None:
            return None
        lasts = (self._samples[-(len(self._samples) // part) :] for part in (2, 4, 8))
        comes = (self.limits.parts * p <= len(x) and is_approaching(x, lag=p, limits=self.limits) for x in lasts)
        return p if any(comes) else None

    @cached_property
    def nearly_repeats(self) -> int | None:
        """Shortest lag, up to half of the samples, with which all of them nearly repeat: to 10⁻⁶ of their extent."""
        x, limits = np.ascontiguousarray(self._samples.T), self.limits
        ends = x.min(axis=1), x.max(axis=1)
        allowed = allowance(*ends, limits.tolerance, limits.nearly, rounding=limits.rounding, own=limits.own)
        return smallest_period(x, x.shape[1] // 2, allowed)[0]

    @cached_property
    def attracts(self) -> bool:
        """Whether the orbit came ever closer to the cycle on which it ends."""
        cycle = self.cycle
        if cycle is None or cycle.period is None or self.samples is None:
            return False
        return settling_cycle(self.samples, cycle.period, self.limits) == cycle.period

    @cached_property
    def _last_period(self) -> int | None:
        """Period with which the orbit seems to repeat at its very end."""
        found = self.recurrence
        if found is None or self.samples is None or found.status is PeriodStatus.NON_FINITE:
            return None
        if found.status is PeriodStatus.SETTLING:
            return found.settling_period
        if not found.error <= self.limits.exact:
            return None
        return closest_return(self._samples, len(self._samples) // self.limits.repeats, self.clock_period)

    @cached_property
    def _settled(self) -> tuple[LyapunovSpectrum | None, Transient | None]:
        if self.spectrum is None:
            return None, None
        cycle = self.cycle
        if cycle is None or cycle.period is None or not self.spectrum.exponents.size:
            return settled_spectrum(self.spectrum, self.limits)
        settled: LyapunovSpectrum | None
        settled, earlier = settled_spectrum(self.spectrum, self.limits)
        since = self.spectrum.n_steps - cycle.n_checked
        if self.samples is not None and cycle.n_checked < len(self.samples):
            settled, earlier = self._settled_from(since)
            if settled is not None:  # chaos ended before the orbit repeated closely
                sums = self.spectrum.log_factors
                length = self.spectrum.n_steps // len(sums)
                earlier = transient_before(sums[:, 0], length, settled, self.limits) or earlier
        elif settled.exponents[0] > exponents_of(settled, self.limits)[0].band:  # chaos until then
            late = self._settled_from(since)
            settled, earlier = late if late[0] is not None else (settled, earlier)
        if settled is not None:
            settled = over_whole_turns(settled, math.lcm(cycle.period, self.clock_period), cycle.n_checked)
        return settled, earlier

    def _settled_from(self, start: int) -> tuple[LyapunovSpectrum | None, Transient | None]:
        """Average over the blocks from some step on, None if there are fewer than two; and what came before."""
        assert self.spectrum is not None
        sums = self.spectrum.log_factors
        length = self.spectrum.n_steps // len(sums)
        first = max(-(-start // length), 0)
        earlier = transient_of(sums[:first, 0], start, self.limits)
        if len(sums) - first < 2:
            return None, earlier
        return self.spectrum.since(first), earlier

    @property
    def settled(self) -> LyapunovSpectrum | None:
        """The average over what comes after the transient; None if that is too short."""
        return self._settled[0]

    @cached_property
    def swings(self) -> float:
        """How far λ_1's sum of log stretching strays from a straight line, nats."""
        assert self.settled is not None
        sums = self.settled.log_factors[:, 0]
        return float(np.ptp(np.cumsum(sums - sums.mean())))

    @cached_property
    def smooth_sum(self) -> float:
        """N times the average of λ_1's log stretching with smooth weights, nats: what swings drops out."""
        assert self.settled is not None
        sums = self.settled.log_factors[:, 0]
        return float(birkhoff_weights(len(sums)) @ sums) * len(sums)

    @property
    def transient(self) -> Transient | None:
        """What came before, if anything did."""
        return self._settled[1]

    @cached_property
    def is_approaching(self) -> bool:
        """Whether the orbit comes ever closer to repeating itself, without having got there."""
        if self.is_settling:
            return True
        return self._tells_a_trend and is_approaching(self._samples, self.clock_period, limits=self.limits)

    @cached_property
    def is_departing(self) -> bool:
        """Whether the orbit goes ever farther from repeating itself: it leaves what repels it, and is nowhere yet."""
        return self._tells_a_trend and is_departing(self._samples, self.clock_period, self.limits)

    @cached_property
    def levels_off(self) -> bool:
        """Whether the orbit, if it comes closer to repeating, keeps an amplitude: a torus is what it comes to."""
        x = self._samples
        lag = closest_return(x, len(x) // self.limits.sampled, self.clock_period)
        return self._long_enough and remaining_amplitude(x, lag, self.limits) > self.limits.stays

    @cached_property
    def digits_of_components(self) -> FloatArray:
        """Digits to which averages converge beyond those of chance, for each component that varies.

        Of the samples, and of their bumps: the better of the two.
        """
        u = self._within_range
        if not u.shape[1]:
            return np.empty(0)
        averages = [birkhoff_average(series) for series in (u, self._bumps)]
        digits = np.fmax(averages[0].digits, averages[1].digits)
        return np.asarray(digits[np.isfinite(digits)] - averages[0].digits_by_chance)

    @cached_property
    def _within_range(self) -> FloatArray:
        """Components that vary, (n, k), from 0 to 1; none if there are too few samples."""
        if not self._long_enough:
            return np.empty((0, 0))
        x = self._samples
        x = x[:, np.ptp(x, axis=0) > self.limits.still * np.abs(x).max()]
        return np.asarray((x - x.min(axis=0)) / np.ptp(x, axis=0)) if x.shape[1] else x

    @cached_property
    def _bumps(self) -> FloatArray:
        """A smooth bump over the range of each, which does not see where an angle is taken modulo a turn."""
        inside = np.clip(self._within_range, 1e-3, 1.0 - 1e-3)
        return np.asarray(np.exp(4.0 - 1.0 / (inside * (1.0 - inside))))

    @cached_property
    def _beside_the_clock(self) -> FloatArray:
        """The bumps without what the clock does in each of its phases; those that have nothing else are left out."""
        if not self._within_range.shape[1]:
            return np.empty((0, 0))
        rest = without_clock(self._bumps, self.clock_period)
        return rest[:, np.ptp(rest, axis=0) > self.limits.still]

    @cached_property
    def growth(self) -> float:
        """How much the walker of the 0-1 test diffuses, 0 to 1, in the component where most; NaN if none varies."""
        x = self._beside_the_clock
        return float(zero_one_test(x).growth.max()) if x.shape[1] else math.nan

    @cached_property
    def line_share(self) -> float:
        """Share of the variance that is in lines, the clock's apart, in the component where least; NaN if none."""
        x = self._beside_the_clock
        return float(power_spectrum(x).line_share.min()) if x.shape[1] else math.nan

    @property
    def digits(self) -> float:
        """Those of the component where they are fewest; NaN if there is none."""
        each = self.digits_of_components
        return float(each.min()) if each.size else math.nan

    @property
    def has_a_phase(self) -> bool:
        """Whether some component runs quasi-periodically, as a drive does."""
        return bool(np.max(self.digits_of_components, initial=-math.inf) > self.limits.phase)

    @cached_property
    def spread(self) -> float:
        """Extent of every p-th sample, relative to all, for the p after which the orbit comes back most closely."""
        return spread_of_piece(self._samples, self.clock_period, self.limits) if self._long_enough else math.nan

    @cached_property
    def _samples(self) -> FloatArray:
        """The samples with contiguous columns, which makes a torus' label three times as fast."""
        assert self.samples is not None
        return np.asfortranarray(self.samples)

    @property
    def _tells_a_trend(self) -> bool:
        return self.samples is not None and len(self.samples) >= self.limits.turns * self.clock_period

    @property
    def _long_enough(self) -> bool:
        limits = self.limits
        return self.samples is not None and len(self.samples) >= max(limits.shortest, limits.turns * self.clock_period)

    def to_dict(self, asked: Iterable[str]) -> dict[str, Any]:
        """Return what was looked at beside exponents, for JSON; of what is computed on demand, what is named."""
        known = {name: getattr(self, name) for name in asked}
        return {
            "recurrence_error": json_number(self.recurrence.error) if self.recurrence else None,
            "settling_period": self.recurrence.settling_period if self.recurrence else None,
            "approaching": known.get("is_approaching"),
            "departing": known.get("is_departing"),
            "levels_off": known.get("levels_off"),
            "nearly_repeats": known.get("nearly_repeats"),
            "digits_beyond_chance": json_number(self.digits) if "digits_of_components" in known else None,
            "spread": json_number(known["spread"]) if "spread" in known else None,
            "zero_one_growth": json_number(known["growth"]) if "growth" in known else None,
            "line_share": json_number(known["line_share"]) if "line_share" in known else None,
            "torus": plain(self.torus) if self.torus is not None else None,
        }
