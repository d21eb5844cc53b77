"""What was measured beside what was known: a row for each number, with the difference and its reason."""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from scipy.optimize import brentq

from attractors import Classification, Cycle, CycleStatus, Label, classify, refine_cycle
from attractors.labels.label import in_words
from attractors.results import plain
from dmfsa import MeanFieldMap, Window
from sweeps.config import Config
from sweeps.figures.orbits import Remembered
from sweeps.models.network import full, map_of, network_in, starts_of
from sweeps.regimes import label_names, regimes
from sweeps.reproduce.known import (
    AUTHORS,
    CLOCKED,
    EARLIER,
    EXPONENTS,
    FREQUENCIES,
    KINDS,
    LAST_CHAOS,
    NOTES,
    PERIODS,
    PublishedPoint,
    published_points,
)

AVERAGED = 2e-4  # nats per step: within it, two averages over 75,000 steps of one orbit agree
LONGEST = 100  # times the steps of a run, for cycles that attract weakly


@dataclass(frozen=True)
class Row:
    """A number, measured and known.

    Attributes
    ----------
    quantity : str
    beta : float or None
    known, source : str
        The number as it was given, and by whom; empty if it was not known.
    measured : str
    standard_error, difference : float
        Measured minus known; NaN where there is none.
    explanation : str
    """

    quantity: str
    beta: float | None
    known: str
    source: str
    measured: str
    standard_error: float
    difference: float
    explanation: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {name: plain(value) for name, value in vars(self).items()}


def rows_csv(rows: Sequence[Row]) -> str:
    """Return rows as CSV."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow([field.name for field in fields(Row)])
    for row in rows:
        values = vars(row).values()
        table.writerow(["" if x is None or (isinstance(x, float) and math.isnan(x)) else x for x in values])
    return text.getvalue()


def period_rows(config: Config, figure: str) -> list[Row]:
    """Compare periods at those β of a figure where they were known: orbits of their own, as long as the sweep's."""
    rows = []
    for beta, period in PERIODS[figure].items():
        network = map_of(config, beta=beta)
        start = full(network, starts_of(config, network)[0])
        run = config.run
        answer = classify(network, start, n_transient=run.n_transient, n_steps=run.n_steps, n_exponents=2)
        found = answer.name
        why = "the same" if found == f"periodic {period}" else f"not the same: {answer.reason}"
        given = f"periodic {period}"
        rows.append(Row("attractor", beta, given, EARLIER, found, math.nan, math.nan, why))
    return rows


def last_chaos_row(dataset: xr.Dataset) -> Row:
    """Compare the largest β with chaos."""
    chaotic = [regime for regime in regimes(dataset) if regime.label in {Label.chaotic, Label.hyperchaotic}]
    last = chaotic[-1].last if chaotic else math.nan
    width = f"chaos from {chaotic[-1].first:.9g} on, in {chaotic[-1].n_points} points" if chaotic else "no chaos"
    return Row(
        "largest β with chaos",
        None,
        f"near {LAST_CHAOS}",
        EARLIER,
        f"{last:.7g}",
        math.nan,
        last - LAST_CHAOS,
        f"{width}: how narrow a range is seen depends on the steps of β",
    )


def clocked_row(config: Config) -> Row:
    """Find where the cycle with the clock's period loses its stability, and compare."""
    bounds, given, near, seen = CLOCKED[network_in(config).context]
    try:
        beta, cycle = stability_limit(config, bounds)
    except ValueError as error:
        what = "stability of the cycle with the clock's period"
        return Row(what, None, given, EARLIER, "not found", math.nan, math.nan, str(error))
    frequency = abs(float(np.angle(cycle.multipliers[0]))) / (2 * math.pi * cycle.period)
    what = f"{cycle.bifurcation} bifurcation of the cycle of period {cycle.period}"
    why = f"multipliers of modulus 1 there, {frequency:.6f} turns per step; {seen}"
    return Row(what, None, given, EARLIER, f"{beta:.10g}", math.nan, beta - near, why)


def stability_limit(config: Config, bounds: tuple[float, float]) -> tuple[float, Cycle]:
    """Return the β at which the cycle with the clock's period has a largest multiplier of modulus 1, and the cycle.

    Raises
    ------
    ValueError
        If there is no such β between the bounds, or the cycle is not found.
    """

    def excess(beta: float) -> float:
        return float(np.abs(_clocked_cycle(config, settled, beta).multipliers[0])) - 1.0

    first = map_of(config, beta=bounds[0])
    settled = first.orbit(full(first, starts_of(config, first)[0]), max(1, config.run.n_transient))[1]
    beta = float(brentq(excess, *bounds, xtol=1e-12))
    return beta, _clocked_cycle(config, settled, beta)


def _clocked_cycle(config: Config, near: Window, beta: float) -> Cycle:
    """Return the cycle of the clock's period at a β, from a state near it."""
    network = map_of(config, beta=beta)
    cycle = refine_cycle(network, near, network.clock_period)
    if cycle.status is not CycleStatus.CONVERGED:
        raise ValueError(f"no cycle of period {network.clock_period} was found at beta = {beta}: {cycle.status.value}")
    return cycle


def exponent_rows(dataset: xr.Dataset) -> list[Row]:
    """Compare kind and leading exponents at the β of figure 4."""
    rows = []
    for beta, values in EXPONENTS.items():
        here = dataset.sel(beta=beta, method="nearest")
        if abs(float(here["beta"]) - beta) > 1e-9:
            continue
        kind = _kind(here)
        why = "the same" if kind == KINDS[beta] else f"not the same: {here['reason'].item()}"
        rows.append(Row("attractor", beta, KINDS[beta], EARLIER, kind, math.nan, math.nan, why))
        for i, given in enumerate(values[: here.sizes["exponent"]]):
            value = float(here["lyapunov_exponent"][i])
            error = float(here["lyapunov_standard_error"][i])
            rows.append(_exponent_row(i + 1, beta, given, value, error))
    return rows


def _exponent_row(number: int, beta: float, given: str, value: float, error: float) -> Row:
    difference = value - float(given)
    rounding = 0.5 * 10.0 ** -len(given.partition(".")[2])
    sigmas = abs(difference) / error if error > 0.0 else math.inf
    if abs(difference) <= rounding + 1e-9:
        why = "the same, to the digits given"
    elif abs(difference) <= rounding + 3.0 * math.sqrt(2.0) * error:
        why = "the same within 3 errors, if both runs have ours"
    elif (beta, number) in NOTES:
        why = NOTES[beta, number]
    else:
        why = f"differs by {sigmas:.1f} of our errors; that of the other run is not known"
    return Row(f"λ{number}", beta, given, EARLIER, f"{value:+.6f}", error, difference, why)


def memory_rows(found: Sequence[Remembered], *, known: bool) -> list[Row]:
    """Say what orbits remember beyond the context window; compare the frequency of the torus, if it was known."""
    rows = []
    for one in found:
        beta = one.orbit.beta
        share = f"{one.slow_share:.2%}"
        what = f"variance of m^o_1 below 1/L = {1 / one.context:g}"
        rows.append(Row(what, beta, "", "", share, math.nan, math.nan, f"{one.orbit.label}"))
        memory = one.correlation.memory
        if memory is not None:
            value, error, lag = (float(x[0]) for x in (memory.correlation, memory.standard_error, memory.lag))
            what = f"autocorrelation of m^o_1 at lag {lag:.0f}"
            why = f"the largest beyond L; by chance with p < {max(float(memory.p_value[0]), 1e-15):.1g}"
            rows.append(Row(what, beta, "", "", f"{value:+.4f}", error, math.nan, why))
        if known and beta in FREQUENCIES and one.spectrum.lines:
            line = one.spectrum.lines[0]
            given = FREQUENCIES[beta]
            difference = line.frequency - given
            same = abs(difference) <= 0.5e-4
            why = "the strongest line: " + (
                "the same, to the digits given" if same else "differs in the last digit given"
            )
            value, error = line.frequency, line.frequency_error
            what = "frequency of the torus, turns per step"
            rows.append(Row(what, beta, str(given), EARLIER, f"{value:.9f}", error, difference, why))
    return rows


class Continued(NamedTuple):
    """A β of the authors' run: what they published, our run from the paper's start, and one from where theirs ended."""

    published: PublishedPoint
    ours: xr.Dataset
    there: Classification

    @property
    def leading(self) -> tuple[float, float]:
        """λ_1 of our run, and from where theirs ended."""
        return float(self.ours["lyapunov_exponent"][0]), self.there.leading[0]


def continued(dataset: xr.Dataset, config: Config) -> list[Continued]:
    """Go on from where the authors' run ended, at those β that a sweep has."""
    points = {round(point.beta, 12): point for point in published_points()}
    found = []
    for i, beta in enumerate(dataset["beta"].values):
        point = points.get(round(float(beta), 12))
        if point is not None:
            answer = _continued(map_of(config, beta=point.beta), point.end, config.run.n_steps)
            found.append(Continued(point, dataset.isel(beta=i), answer))
    return found


def published_rows(found: Sequence[Continued]) -> list[Row]:
    """Compare λ_1 and label at the β of the authors' run: two rows for each, their end and their start; and a count."""
    chaos = [x for x in found if x.published.exponent > 0.0]
    cycles = sum(x.there.label is Label.periodic for x in chaos)
    what, why = "published with λ1 > 0", "chaotic transients in averages of orbits that end on stable cycles"
    rows = [Row(what, None, f"{len(chaos)} β", AUTHORS, f"{cycles} cycles", math.nan, math.nan, why)]
    for point, ours, answer in found:
        given = f"{point.exponent:+.6f}"
        there, error = answer.leading
        then = answer.name
        what, measured = "λ1 from their end on", f"{there:+.6f}, {then}"
        why = _why_published(point, there, answer)
        rows.append(Row(what, point.beta, given, AUTHORS, measured, error, there - point.exponent, why))
        value, error = float(ours["lyapunov_exponent"][0]), float(ours["lyapunov_standard_error"][0])
        what, measured = "λ1 from the paper's start", f"{value:+.6f}, {_kind(ours)}"
        why = _why_ours(value, _kind(ours), there, then)
        rows.append(Row(what, point.beta, given, AUTHORS, measured, error, value - point.exponent, why))
    return rows


def _continued(network: MeanFieldMap, end: Window, n_steps: int) -> Classification:
    return classify(network, end, n_transient=0, n_steps=n_steps, n_exponents=2, n_max=LONGEST * n_steps)


def _why_published(point: PublishedPoint, there: float, answer: Classification) -> str:
    """Say why λ_1 where the authors' run ended is not what they published."""
    ends = f"their end repeats after {point.period}" if point.period else "their 64 last steps are too few to repeat"
    if abs(there - point.exponent) <= AVERAGED:
        return f"the same orbit; {ends}"
    if answer.label is Label.periodic and point.exponent > there:
        return f"a chaotic transient in their average; {ends}"
    return f"not the same: {answer.reason}"


def _why_ours(ours: float, kind: str, there: float, then: str) -> str:
    """Say why λ_1 from the paper's start is not that where the authors' run ended."""
    if kind == then:
        if abs(ours - there) <= AVERAGED:
            return "the same cycle"
        return "the same cycle, which our run reached too late for an average"
    if kind == Label.chaotic:
        return f"chaotic to the end: a transient that outlasts the run, or chaos beside {then}"
    return f"another attractor: {kind} beside {then}"


def _kind(here: xr.Dataset) -> str:
    """Label of one point, with the period if there is one."""
    return in_words(str(label_names(here)), int(here["period"]))
