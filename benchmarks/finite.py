"""The finite network: what a step costs, that both ways agree, and how fast the mean field becomes exact.

Targets: 500 ns for a step of a replica, whatever N; 3 ns for a spin and step one by one; slope of the error
-0.50 ± 0.02 from N = 10^2 to 10^9; covariances within their Monte-Carlo error; 1/(2 λ_1) steps longer on a chaotic
orbit for each e-fold of N.

With names of parts (speed, agreement, error, long_run, covariance, leaving) it runs only those.
"""

import sys
import time

import numpy as np
from scipy import stats
from scipy.optimize import brentq
from timing import median, table

from attractors import lyapunov_spectrum
from attractors.arrays import FloatArray
from dmfsa import Features, FiniteNetwork, MeanFieldMap, Window, linear_noise
from sweeps.config.finite import Finite
from sweeps.finite.comparison import LEFT, exact_orbits, follow, slope, times_of_leaving
from sweeps.models.network import side_by_side

FEATURES = Features.segments()
DECADES = [10**k for k in range(2, 10)]
ROUNDS = 15
REGIMES = {  # by β and γ
    (1.0, 220.0): "cycle",
    (3.0, 220.0): "cycle",
    (1.255, 220.0): "torus",
    (1.265, 220.0): "torus",
    (1.6, 15.0): "chaos",  # weak, and noise is small beside what the softmax changes over
    (1.26255, 220.0): "weak chaos",
    (1.266, 220.0): "chaos",
    (1.28, 220.0): "chaos",
    (1.4, 220.0): "chaos",
}
FAR = 0.1  # share of the next order in the squared error up to which it is called linear: 5 % of the error


def main(asked: list[str]) -> None:
    for part in (speed, agreement, error, long_run, covariance, leaving):
        if not asked or part.__name__ in asked:
            part()


def on_attractor(beta: float, gamma: float = 220.0) -> Window:
    return MeanFieldMap(FEATURES, beta, gamma).trajectory(Window.paper_beta3(), 0, n_transient=100_000).end


def nanoseconds(network: FiniteNetwork, n_steps: int) -> float:
    """Processor time of a step."""
    replicas = network.replicas(Window.paper_beta3())
    replicas.advance(1)
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        replicas.advance(n_steps)
        times.append(1e9 * (time.process_time() - began) / n_steps)
    return median(times)


def speed() -> None:
    rows = []
    for n_spins in (99, *DECADES[1:], 10**12, 2**53):
        cells = [f"{nanoseconds(FiniteNetwork(FEATURES, n_spins, beta), 20_000):.0f}" for beta in (1.0, 1.27, 3.0)]
        rows.append([f"{n_spins:.3g}", *cells])
    table("A step of one replica, three columns, ns (target 500)", ["N", "β = 1", "β = 1.27", "β = 3"], rows)
    rows = []
    for n_spins in (99, 990, 9_999, 99_990, 990_000):
        network = FiniteNetwork(FEATURES, n_spins, 1.27, one_by_one=True)
        rows.append([n_spins, f"{nanoseconds(network, max(2, 20_000_000 // n_spins)) / n_spins:.2f}"])
    table("Spin by spin, three columns, ns per spin and step (target 3)", ["N", "ns"], rows)
    rows = []
    for n_spins in (990, 99_000, 9_900_000):
        features = Features.iid(n_columns=990)
        both = [FiniteNetwork(features, n_spins, 1.27, one_by_one=way) for way in (False, True)]
        n_steps = max(2, 10_000_000 // n_spins)
        rows.append([n_spins, *(f"{nanoseconds(network, n_steps) / 1e3:.1f}" for network in both)])
    n_distinct = len(both[0].columns.sizes)
    table(f"A step of one replica, {n_distinct} columns (iid), µs", ["N", "columns", "spin by spin"], rows)


def agreement() -> None:
    rows = []
    for name in ("segments", "iid"):
        for n_spins in (33, 99, 990):
            features = FEATURES if name == "segments" else Features.iid(n_columns=n_spins)
            samples = []
            for way in (False, True):
                network = FiniteNetwork(features, n_spins, 1.4, context=2, seed=int(way), one_by_one=way)
                start = Window.random(2, 3, seed=5)[0]
                samples.append(network.replicas(start, 100_000).advance(2, n_kept=1))
            found = []
            for record in ("attention", "m_o"):
                x, y = (getattr(sample, record)[-1] for sample in samples)
                found.append(min(stats.ks_2samp(x[:, a], y[:, a], method="asymp").pvalue for a in range(3)))
                error = np.sqrt((x.var(axis=0) + y.var(axis=0)) / len(x))
                found.append(np.abs((x.mean(axis=0) - y.mean(axis=0)) / np.maximum(error, 1e-300)).max())
            rows.append([f"{name}, N = {n_spins}", *(f"{x:.3f}" for x in found)])
    header = ["", "A: least p of KS", "A: largest z of means", "m^o: least p", "m^o: largest z"]
    table("Columns against spin by spin, 100,000 samples after two steps, three components", header, rows)


def error() -> None:
    rows = []
    sizes = np.array([10**k for k in range(2, 16)])
    for number, ((beta, gamma), kind) in enumerate(REGIMES.items()):
        limit, start = MeanFieldMap(FEATURES, beta, gamma), on_attractor(beta, gamma)
        asked = Finite(n_spins=tuple(sizes.tolist()), n_replicas=2_000, n_starts=50, n_follow=20)

        def make(
            n_spins: int, beta: float = beta, gamma: float = gamma, seed: tuple[int, int] = (1, number)
        ) -> FiniteNetwork:
            return FiniteNetwork(FEATURES, n_spins, beta, gamma, seed=(*seed, n_spins))

        found = follow(asked, limit, make, start)
        ratio = found.error / found.error_predicted
        close = np.abs(ratio - 1) < FAR / 2 + 3 * found.error_standard_error / found.error
        first = len(close) - (len(close) if close.all() else int(np.argmin(close[::-1])))
        fits = [slope(np.log(sizes[part]), np.log(found.error[part])) for part in (slice(0, 8), slice(first, None))]
        wide, linear = (f"{x:.3f} ± {e:.3f}" for x, e in fits)
        since = f"{sizes[first]:.0e}" if first < len(sizes) else ""
        expected = f"{linear_from(make(99), start):.0e}"
        output = slope(np.log(DECADES), np.log([output_error(make(n), start) for n in DECADES]))
        of_output = "{:.3f} ± {:.3f}".format(*output)
        leading = lyapunov_spectrum(limit, start, n_steps=400_000, n_transient=1_000, n_exponents=1)
        exponent = f"{leading.exponents[0]:.5f} ± {leading.standard_errors[0]:.5f}"
        cells = [exponent, of_output, wide, linear, since, expected, " ".join(f"{x:.2f}" for x in ratio)]
        rows.append([f"β = {beta}, γ = {gamma:g}, {kind}", *cells])
    header = [
        "",
        "λ_1",
        "slope of m^o, 10^2 … 10^9",
        "of A",
        "of A where linear",
        "from N",
        "by the next order",
        "A: error / predicted, from 10^2 on",
    ]
    table("Error of the mean field after 20 steps, 50 starts on the attractor", header, rows)


def linear_from(network: FiniteNetwork, start: Window) -> float:
    """N from which on the next order changes the error after 20 steps by less than 5 %, typical of 50 starts.

    With C and C' the orders of N E|A - A_limit|², mean log(1 + |C'|/(C N)) = 0.1: starts count alike.
    """
    ratios, window = [], start
    for _ in range(50):
        found = linear_noise(network, window, 20, next_order=True)
        assert found.attention_correction is not None
        assert found.attention_drift is not None
        beyond = np.trace(found.attention_correction[-1]) + found.attention_drift[-1] @ found.attention_drift[-1]
        ratios.append(abs(beyond) / np.trace(found.attention_covariance[-1]))
        window = network.limit.trajectory(window, 0, n_transient=148).end
    return 10 ** float(brentq(lambda x: np.log1p(np.array(ratios) / 10**x).mean() - FAR, -3.0, 30.0))


def output_error(network: FiniteNetwork, start: Window) -> float:
    """Rms of m^o minus that of the limit after 20 steps: 40 starts, at all phases of the clock, 500 replicas each."""
    squares, window = [], start
    for _ in range(40):
        window = network.limit.trajectory(window, 0, n_transient=29).end
        exact = network.limit.trajectory(window, 21).m_o[-1]
        found = network.replicas(window, 500).advance(21, n_kept=1).m_o[0]
        squares.append(((found - exact) ** 2).mean())
    return float(np.mean(squares)) ** 0.5


def long_run() -> None:
    rows = []
    for beta in (1.0, 3.0):
        start, sizes, errors = on_attractor(beta), DECADES[2:], []
        for n_spins in sizes:
            network = FiniteNetwork(FEATURES, n_spins, beta, seed=n_spins)
            attention, _ = exact_orbits(network.limit, [start], 20_040)
            found = network.replicas(start, 100).advance(20_040, n_kept=240).attention
            errors.append(np.sqrt(np.mean((found - attention[-240:]) ** 2)))
        fit = slope(np.log(sizes), np.log(errors))
        rows.append([f"β = {beta}", "{:.3f} ± {:.3f}".format(*fit), " ".join(f"{x:.1e}" for x in errors)])
    table("Rms error on a cycle after 20,000 steps", ["", "slope, 10^4 … 10^9", "at 10^4 … 10^9"], rows)


def covariance() -> None:
    rows = []
    for beta, period in ((1.0, 4), (3.0, 24)):
        for n_spins in (10**4, 3 * 10**4, 10**5, 10**6, 10**8):
            network = FiniteNetwork(FEATURES, n_spins, beta, seed=5)
            start = network.limit.trajectory(Window.paper_beta3(), 0, n_transient=100_000).end
            n_steps, n_rounds = 960, 5
            predicted = linear_noise(network, start, period, n_transient=480, next_order=True)
            assert predicted.m_correction is not None
            assert predicted.m_drift is not None
            drift = predicted.m_drift[:, 0]
            beyond = predicted.m_correction[:, 0, :, 0] + drift[:, :, None] * drift[:, None, :]
            orders = predicted.m_o_covariance, predicted.m_o_covariance + beyond / n_spins
            linear, expected = (np.sqrt(x.diagonal(axis1=1, axis2=2).mean(axis=0)) for x in orders)
            replicas = network.replicas(predicted.orbit.end, 1_000)
            replicas.advance(480)
            exact = np.resize(predicted.orbit.m_o, (n_steps, 3))[:, None]
            squares = [
                ((replicas.advance(n_steps, n_kept=n_steps).m_o - exact) ** 2).mean(axis=0) for _ in range(n_rounds)
            ]
            each = n_spins * np.mean(squares, axis=0)
            rms = np.sqrt(each.mean(axis=0))
            errors = each.std(axis=0) / len(each) ** 0.5 / (2 * rms)
            columns = zip(rms, errors, linear, expected, strict=True)
            cells = [f"{x:.4f} ± {e:.4f} ({p:.4f}, {q:.4f})" for x, e, p, q in columns]
            z = np.abs((rms - expected) / errors).max()
            both = np.sqrt((rms**2).mean())
            rows.append([f"β = {beta}, N = {n_spins:.0e}", *cells, f"{z:.1f}", f"{both:.4f}, {both / 0.98:.4f}"])
    header = ["", "m^o_1", "m^o_2", "m^o_3", "largest z", "all three; without 1-ε"]
    table("√N rms of m^o about the mean field on a cycle (in brackets: linear noise, and next order)", header, rows)


def leaving() -> None:
    rows = []
    sizes = [10**k for k in range(4, 16)]
    for beta in (1.266, 1.28, 1.4):
        limit, start = MeanFieldMap(FEATURES, beta), on_attractor(beta)
        spectrum = lyapunov_spectrum(limit, start, n_steps=4_000_000, n_transient=1_000, n_exponents=1)
        starts = [start]
        while len(starts) < 1_000:
            starts.append(limit.trajectory(starts[-1], 0, n_transient=148).end)
        far = LEFT * float(np.ptp(limit.orbit(start, 4_096)[0], axis=0).max())
        times = np.array([steps_until_left(FiniteNetwork(FEATURES, n, beta, seed=n), starts, far) for n in sizes])
        slopes = np.polyfit(np.log(np.array(sizes)[4:]), times[4:], 1)[0]
        exponent, doubt = spectrum.exponents[0], spectrum.standard_errors[0]
        expected, tangent = 1 / (2 * exponent), slopes_of_stretching(limit, start, np.log(np.array(sizes)[4:]))
        rows.append(
            [
                f"β = {beta}",
                f"{exponent:.4f} ± {doubt:.4f}",
                f"{expected:.2f} ± {expected * doubt / exponent:.2f}",
                f"{tangent.mean():.2f} ± {tangent.std() / len(tangent) ** 0.5:.2f}",
                f"{slopes.mean():.2f} ± {slopes.std() / len(slopes) ** 0.5:.2f}",
                " ".join(f"{x:.0f}" for x in times.mean(axis=1)),
            ]
        )
    header = [
        "",
        "λ_1",
        "1/(2 λ_1)",
        "by the stretching",
        "steps per e-fold, N = 10^8 … 10^15",
        "steps at 10^4 … 10^15",
    ]
    table("Time to leave a chaotic orbit, 1,000 starts", header, rows)
    very_large()


def very_large() -> None:
    """What the growth along the orbit at β = 1.266 makes of the time to leave, far beyond networks that can be run."""
    limit, start, n_steps, longest = MeanFieldMap(FEATURES, 1.266), on_attractor(1.266), 2_000_000, 20_000
    growth = limit.stretching(start, n_exponents=1, n_blocks=n_steps + longest, block_length=1, n_settle=200)
    grown = np.concatenate([[0.0], np.cumsum(growth.log_factors[:, 0])])
    decades = np.array([4, 8, 15, 30, 60, 120, 200])
    levels = decades * np.log(10) / 2
    first = range(0, n_steps, 148)
    ever = (np.maximum.accumulate(grown[i : i + longest] - grown[i]) for i in first)
    times = np.array([np.searchsorted(one, levels, side="right") for one in ever])
    slopes = np.diff(times, axis=1) / (2 * np.diff(levels))
    parts = np.array([part.mean(axis=0) for part in np.array_split(slopes, 20)])  # starts close by are much alike
    doubts = parts.std(axis=0, ddof=1) / len(parts) ** 0.5
    rows = [
        [f"10^{low} … 10^{high}", f"{x:.2f} ± {e:.2f}"]
        for low, high, x, e in zip(decades[:-1], decades[1:], slopes.mean(axis=0), doubts, strict=True)
    ]
    exponent = grown[n_steps] / n_steps
    table(f"β = 1.266: steps per e-fold of N by the stretching; 1/(2 λ_1) = {1 / (2 * exponent):.2f}", ["N", ""], rows)


def slopes_of_stretching(limit: MeanFieldMap, start: Window, log_sizes: FloatArray) -> FloatArray:
    """What the tangent dynamics from 1,000 starts makes of the slope: where λ_1 varies slowly, it is not 1/(2 λ_1)."""
    n_steps, longest = 1_000 * 148, 6_000
    growth = limit.stretching(start, n_exponents=1, n_blocks=n_steps + longest, block_length=1, n_settle=200)
    grown = np.concatenate([[0.0], np.cumsum(growth.log_factors[:, 0])])
    times = [
        [np.argmax(grown[i : i + longest] - grown[i] > level) for i in range(0, n_steps, 148)]
        for level in log_sizes / 2
    ]
    return np.polyfit(log_sizes, np.array(times), 1)[0]


def steps_until_left(network: FiniteNetwork, starts: list[Window], far: float) -> FloatArray:
    """Steps until a replica from each start is as far as `far` from the orbit; 4,000 for those that never are."""
    exact, replicas, piece = side_by_side(network.limit, starts), network.replicas(starts), 200
    left = np.full(len(starts), 4_000.0)
    for first in range(0, 4_000, piece):
        away = replicas.advance(piece, n_kept=piece).attention - exact.advance(piece, n_tail=piece)
        left = np.fmin(left, first + times_of_leaving(np.abs(away).max(axis=-1), far))
        if (left < first + piece).all():
            break
    return left


if __name__ == "__main__":
    main(sys.argv[1:])
