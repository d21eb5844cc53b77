"""The mean field against networks of N spins: error, spread, how soon chaos is lost, labels, jumps."""

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from typing import cast

import numpy as np

from attractors import Classification, classify, classify_series
from dmfsa import FiniteNetwork, MeanFieldMap, Window, linear_noise
from sweeps.arrays import Array
from sweeps.config import Config, ConfigError
from sweeps.config.finite import Finite
from sweeps.finite.series import Seen, series_of
from sweeps.finite.switching import Switching, switching_of
from sweeps.models.network import full, network_in, side_by_side
from sweeps.models.spins import finite_network
from sweeps.run import progress
from sweeps.run.experiment import Experiment
from sweeps.run.local import cores
from sweeps.run.shard import Count, Stopped
from sweeps.run.stopping import Stop

LEFT = 0.1  # of the orbit's extent: a replica farther off has left it
LABELLED = 4_096  # samples by which a noisy orbit is labelled
LABELS = 5  # replicas that are labelled
APART = 37  # turns of the clock between two starts along the attractor
PATIENCE = 10.0  # steps: earlier, replicas leave before their fluctuations have grown as exp(λ t)


@dataclass(frozen=True, eq=False)
class Networks:
    """Networks of N spins at one point, all sizes along the first axis.

    Attributes
    ----------
    n_spins : int array, shape (n_sizes,)
    error, error_standard_error, error_predicted : arrays, shape (n_sizes,)
        Rms over replicas and components of A - A(mean field) after `n_error` steps, its geometric mean over starts (in
        chaos a few starts would outweigh all others); its Monte-Carlo error; and what linear noise predicts.
    spread : array, shape (n_sizes, n_follow)
        √N rms of m^o about the mean field, over replicas and components.
    spread_predicted : array, shape (n_follow,)
        The same of linear noise.
    mean, deviation : arrays, shape (n_sizes, n_follow)
        Of m^o_1, over `n_replicas` from the first start.
    limit : array, shape (n_follow,)
        m^o_1 of the mean field from there.
    left : array, shape (n_sizes,)
        Share of the replicas that left the orbit within `n_follow` steps.
    leaving, leaving_standard_error : arrays, shape (n_sizes,)
        Mean number of steps until then, and its error from the scatter over starts; NaN unless all left.
    leaving_by_start : array, shape (n_sizes, n_starts)
        The same for each start.
    labels : list of lists of str
        Of some replicas each, with periods.
    series : dict of Seen
        What a series tells of networks with so many spins; at 0, of the mean field.
    """

    n_spins: Array
    error: Array
    error_standard_error: Array
    error_predicted: Array
    spread: Array
    spread_predicted: Array
    mean: Array
    deviation: Array
    limit: Array
    left: Array
    leaving: Array
    leaving_standard_error: Array
    leaving_by_start: Array
    labels: list[list[str]]
    series: dict[int, Seen]


@dataclass(frozen=True, eq=False)
class Point:
    """One point: what the mean field does there, and what finite networks do instead.

    Attributes
    ----------
    parameters : dict
        Values of β, γ, ε, as far as they are swept; else of β.
    answer : Classification
        Of the mean field.
    networks : Networks
    switching : Switching or None
        Jumps between coexisting attractors; None if they were not looked for.
    number : int
        Of the point in its config.
    """

    parameters: dict[str, float]
    answer: Classification
    networks: Networks
    switching: Switching | None
    number: int = 0

    @property
    def name(self) -> str:
        """The point in words, such as "beta=1.27"."""
        return " ".join(f"{name}={value:.10g}" for name, value in self.parameters.items())

    @property
    def label(self) -> str:
        """Label of the mean field, with its period."""
        return self.answer.name

    @property
    def leading_exponent(self) -> tuple[float, float]:
        """λ_1 and its standard error."""
        return self.answer.leading

    def label_kept_from(self) -> float | None:
        """Return the N from which on all labelled replicas have the label of the mean field; None if there is none."""
        found = None
        for n_spins, labels in sorted(zip(self.networks.n_spins, self.networks.labels, strict=True), reverse=True):
            if set(labels) != {self.label}:
                break
            found = float(n_spins)
        return found

    def linear_from(self) -> float | None:
        """Return the N from which on the error is the predicted one, to 5 % and its own; None if it never is."""
        found, first = self.networks, None
        close = (
            np.abs(found.error - found.error_predicted)
            < 0.05 * found.error_predicted + 3.0 * found.error_standard_error
        )
        for i in np.argsort(-found.n_spins):
            if not close[i]:
                break
            first = float(found.n_spins[i])
        return first

    def slope_of_error(self) -> tuple[float, float]:
        """Return the slope of log error over log N from `linear_from` on, and its error; expected is -1/2."""
        usable = self.networks.n_spins >= (self.linear_from() or np.inf)
        return slope(np.log(self.networks.n_spins[usable]), np.log(self.networks.error[usable]))

    def slope_of_leaving(self) -> tuple[float, float]:
        """Return by how many steps replicas stay longer for each e-fold of N, and its error; expected is 1/(2 λ_1).

        The error is that of the mean over starts, which the sizes share.
        """
        found = self.networks
        usable = found.leaving > PATIENCE
        if usable.sum() < 2:
            return math.nan, math.nan
        slopes = np.polyfit(np.log(found.n_spins[usable]), found.leaving_by_start[usable], 1)[0]
        doubt = slopes.std(ddof=1) / len(slopes) ** 0.5 if len(slopes) > 1 else math.nan
        return float(slopes.mean()), float(doubt)


def slope(x: Array, y: Array) -> tuple[float, float]:
    """Return the slope of a straight line through points, and its standard error; NaN of fewer than three."""
    if len(x) < 3:
        return math.nan, math.nan
    (found, _), covariance = np.polyfit(x, y, 1, cov=True)
    return float(found), float(np.sqrt(covariance[0, 0]))


def compare(config: Config, *, quiet: bool = False) -> Iterator[Point]:
    """Hold the mean field against finite networks at every point of a config: on all cores, in the order they end.

    Parameters
    ----------
    config : Config
        One point, or a sweep over β, γ and ε; the section `finite` says which networks.
    quiet : bool
        Whether to leave out the progress on stderr.

    Raises
    ------
    ConfigError
        If the config has finite networks itself, other axes, more than one start, or no exponents, or if a network has
        fewer spins than distinct columns.
    """
    asked = config.finite or Finite()
    network_in(config)
    if config.is_noisy:
        raise ConfigError("model.n_spins must be absent here: finite.n_spins lists the networks.")
    followed = config.of.followed
    wrong = [name for name in config.axes if name not in followed]
    if wrong:
        raise ConfigError(f"sweep.{wrong[0]} must be absent here: networks are compared over {', '.join(followed)}.")
    if config.start.n > 1:
        raise ConfigError(f"start has {config.start.n} starts, and must have 1 here: one orbit is compared.")
    if config.n_exponents == 0:
        raise ConfigError("run.n_exponents = 0 must be at least 1 here: what is compared has a label.")
    experiment = Experiment.of(config)
    numbers = np.arange(experiment.grid.n_points)
    points = experiment.points(numbers)
    limits = [cast(MeanFieldMap, point.map) for point in points]
    for n_spins in asked.n_spins:
        network_of(asked, limits[0], 0, n_spins)  # says before anything runs what cannot be made
    n_sizes, n_series = len(asked.n_spins), len(asked.analyse) + 1 if asked.analyse else 0
    meter = progress.Meter(len(points), 1 + n_sizes + n_series + (n_sizes if asked.n_watch else 0))
    stop = Stop()

    def count(n_parts: int) -> None:
        if stop.wanted:
            raise Stopped
        meter.add(n_parts)

    with progress.shown(meter, quiet=quiet), ThreadPoolExecutor(min(cores(), len(points))) as pool:
        running = [
            pool.submit(_compared, config, asked, limit, point.state, int(number), values, count)
            for number, values, point, limit in zip(
                numbers, experiment.grid.parameters(numbers), points, limits, strict=True
            )
        ]
        try:
            for one in as_completed(running):
                yield one.result()
        finally:  # after a failure, Ctrl-C, or when no more points are wanted
            stop.now.set()


def _compared(
    config: Config,
    asked: Finite,
    limit: MeanFieldMap,
    window: Window,
    number: int,
    values: dict[str, float],
    count: Count,
) -> Point:
    """Do one point; `count` is told of its parts: the label, every size, every series, every size's jumps."""
    count(0)
    make = partial(network_of, asked, limit, number)
    start = full(limit, window)
    answer = classify(
        limit,
        start,
        n_transient=config.run.n_transient,
        n_steps=config.run.n_steps,
        n_exponents=config.n_exponents,
        n_max=config.run.n_max,
    )
    count(1)
    window = limit.trajectory(start, 0, n_transient=config.run.n_transient + config.run.n_steps).end
    networks = follow(asked, limit, make, window, count)
    switching = switching_of(config, asked, limit, make, count) if asked.n_watch else None
    return Point(values or {"beta": limit.beta}, answer, networks, switching, number)


def network_of(asked: Finite, limit: MeanFieldMap, number: int, n_spins: int) -> FiniteNetwork:
    """Make a network at a point, with noise of its own."""
    return finite_network(limit, n_spins, (asked.seed, number, n_spins), "finite.n_spins")


def follow(
    asked: Finite,
    limit: MeanFieldMap,
    make: Callable[[int], FiniteNetwork],
    window: Window,
    count: Count = lambda n: None,
) -> Networks:
    """Follow replicas of every size from starts along an attractor, which `window` is on."""
    starts = [window]
    while len(starts) < asked.n_starts:
        starts.append(limit.trajectory(starts[-1], 0, n_transient=APART * 2**limit.features.positional_bits).end)
    n_steps = max(asked.n_error, asked.n_follow)
    sizes = len(asked.n_spins)
    error, error_se, predicted, left, leaving, leaving_se = np.full((6, sizes), np.nan)
    spread, mean, deviation = np.empty((3, sizes, n_steps))
    leaving_by_start = np.empty((sizes, len(starts)))
    labels = []
    noise = [linear_noise(make(asked.n_spins[-1]), start, n_steps) for start in starts]
    M, n_starts = limit.features.n_patterns, len(starts)
    of_attention = np.array([np.trace(one.attention_covariance[asked.n_error - 1]) for one in noise]) / M
    of_output = np.mean([np.trace(one.m_o_covariance, axis1=1, axis2=2) for one in noise], axis=0) / M
    extent = float(np.ptp(limit.orbit(window, max(n_steps, LABELLED))[0], axis=0).max())
    n_each = max(2, -(-asked.n_replicas // n_starts))
    for i, n_spins in enumerate(asked.n_spins):
        network = make(n_spins)
        attention, m_o = exact_orbits(network.limit, starts, n_steps)
        replicas = network.replicas(starts * n_each)
        found = replicas.advance(n_steps, n_kept=n_steps, progress=lambda n: count(0))
        away = found.attention - np.tile(attention, (1, n_each, 1))
        squares = np.mean(away[asked.n_error - 1] ** 2, axis=-1).reshape(n_each, n_starts)
        error[i], error_se[i] = typical(squares)
        predicted[i] = np.exp(np.mean(np.log(of_attention / n_spins)) / 2.0)
        spread[i] = (n_spins * np.mean((found.m_o - np.tile(m_o, (1, n_each, 1))) ** 2, axis=(1, 2))) ** 0.5
        from_first = network.replicas(window, asked.n_replicas).advance(n_steps, n_kept=n_steps).m_o[..., 0]
        mean[i], deviation[i] = from_first.mean(axis=1), from_first.std(axis=1)
        times = times_of_leaving(np.abs(away).max(axis=-1), LEFT * extent)
        left[i], leaving_by_start[i] = np.isfinite(times).mean(), times.reshape(n_each, n_starts).mean(axis=0)
        leaving[i] = times.mean()
        leaving_se[i] = leaving_by_start[i].std(ddof=1) / n_starts**0.5 if n_starts > 1 else math.nan
        labels.append(labels_of(network, window))
        count(1)
    return Networks(
        n_spins=np.array(asked.n_spins, dtype=np.float64),
        error=error,
        error_standard_error=error_se,
        error_predicted=predicted,
        spread=spread,
        spread_predicted=of_output**0.5,
        mean=mean,
        deviation=deviation,
        limit=exact_orbits(limit, starts[:1], n_steps)[1][:, 0, 0],
        left=left,
        leaving=leaving,
        leaving_standard_error=leaving_se,
        leaving_by_start=leaving_by_start,
        labels=labels,
        series=series_of(asked, limit, make, window, count),
    )


def exact_orbits(limit: MeanFieldMap, starts: Sequence[Window], n_steps: int) -> tuple[Array, Array]:
    """Attention vectors that steps of the map make, and m^o of the newest token before; each (n_steps, n_starts, M)."""
    attention = side_by_side(limit, starts).advance(n_steps, n_tail=n_steps)
    newest = np.concatenate([[[window.attention[0] for window in starts]], attention[:-1]])
    phase = starts[0].phase + np.arange(n_steps)[:, None] * np.ones(len(starts), dtype=np.int64)
    return attention, limit.mean_fields(newest, phase).o


def typical(squares: Array) -> tuple[float, float]:
    """Geometric mean over starts of the rms over replicas, (n_each, n_starts), and its Monte-Carlo error."""
    means = squares.mean(axis=0)
    if not means.all():
        return 0.0, 0.0
    found = float(np.exp(np.mean(np.log(means)) / 2.0))
    of_each = squares.std(axis=0, ddof=1) / means / len(squares) ** 0.5 / 2.0  # of log rms
    return found, found * float(np.sqrt(np.mean(of_each**2) / len(means)))


def times_of_leaving(distance: Array, far: float) -> Array:
    """Return the steps (n,) after which distances (n_steps, n) first exceed `far`; NaN for those that never do."""
    away = distance > far
    return np.where(away.any(axis=0), away.argmax(axis=0) + 1.0, math.nan)


def labels_of(network: FiniteNetwork, window: Window) -> list[str]:
    """Label some replicas, each by its series alone."""
    replicas = network.replicas(window, LABELS)
    replicas.advance(LABELLED // 4)
    series = replicas.advance(LABELLED, n_kept=LABELLED).attention
    return [
        classify_series(np.ascontiguousarray(series[:, r]), clock_period=network.clock_period).name
        for r in range(LABELS)
    ]
