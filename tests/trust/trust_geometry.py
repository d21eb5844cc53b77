"""What is known about dimensions, complexity, embedding, and exponents of series."""

import math

import naive_geometry
import numpy as np
from systems import examples
from test_complexity import autoregressive, box_probability, fractional_noise
from test_dimensions import CANTOR, HENON, angles, cantor, on_torus
from trust import Quantity
from trust_sections import FIGURES, NO_NUMBER

from attractors import (
    box_counting_dimension,
    correlation_dimension,
    detrended_fluctuation,
    embed,
    exponents_of_series,
    false_neighbours,
    hurst_exponent,
    largest_exponent,
    lyapunov_spectrum,
    mutual_information,
    sample_entropy,
)
from attractors.time_series._nolds import nolds

EPS = np.finfo(float).eps
HENON_EXPONENT = 0.41922  # J. C. Sprott (2003), appendix A


def logistic(n):
    return examples.logistic(4.0).orbit([0.3], n)[0][:, 0]


DIMENSION = Quantity("correlation dimension", "correlation_dimension")


@DIMENSION.exact("circle 1, torus 2, Cantor set log 2/log 3: random points", "2 ± 0.05, and as much for the others")
def _():
    sets = [on_torus(*angles(5_000, 1)), on_torus(*angles(10_000, 2)), cantor(5_000)]
    return [correlation_dimension(x).value for x in sets], [1.0, 2.0, CANTOR], 0.05


@DIMENSION.published("Hénon map: 1.21 ± 0.01, Grassberger, Procaccia (1983); also from delays", "0.02")
def _():
    return [correlation_dimension(x).value for x in (HENON, embed(HENON[:, 0], 1, 2))], 1.21, 0.02


@DIMENSION.independent("the correlation sum of 400 points, pair by pair", "the same numbers")
def _():
    points = HENON[:400]
    answer = correlation_dimension(points, theiler=3)
    return answer.correlation_sum, naive_geometry.correlation_sum(points, range(400), answer.radii, 3), 1e-12


BOXES = Quantity("box-counting dimension", "box_counting_dimension")


@BOXES.exact("interval 1, Cantor set log 2/log 3", "2.5 se, its bias among them")
def _():
    found = [box_counting_dimension(x) for x in (np.random.default_rng(0).uniform(size=10_000), cantor(10_000))]
    return [x.value for x in found], [1.0, CANTOR], [2.5 * x.standard_error for x in found]


@BOXES.published("Hénon map: 1.261, Russell, Hanson, Ott (1980)", "2.5 se, its bias among them")
def _():
    answer = box_counting_dimension(HENON)
    return answer.value, 1.261, 2.5 * answer.standard_error


@BOXES.independent("a set of corners, 8 grids, the three largest sizes", "two counts in 8 grids: points on a wall")
def _():
    points = np.vstack([np.random.default_rng(1).normal(size=(400, 3))] * 8)
    answer = box_counting_dimension(points, seed=5)
    shifts = np.random.default_rng(5).uniform(size=(8, 3))
    largest = answer.sizes[-3:]
    naive = [
        np.mean([naive_geometry.occupied_boxes(points[:400], s, points.min(axis=0) - shift * s) for shift in shifts])
        for s in largest
    ]
    return answer.counts[-3:], naive, 0.25


ENTROPY = Quantity("sample entropy", "sample_entropy", published="values of processes, which are exact")


@ENTROPY.exact("white noise: -log erf(r/2); AR(1): normal box probabilities; mean of 12 series", "3 se of the mean")
def _():
    phi = 0.8
    correlation = phi ** np.abs(np.subtract.outer(range(3), range(3)))
    coloured = -math.log(box_probability(2 * correlation, 0.2) / box_probability(2 * correlation[:2, :2], 0.2))
    found = np.array(
        [
            [sample_entropy(autoregressive(x, 2_000, seed), tolerance=0.2).value for seed in range(12)]
            for x in (0.0, phi)
        ]
    )
    return found.mean(axis=1), [-math.log(math.erf(0.1)), coloured], 3 * found.std(axis=1, ddof=1) / math.sqrt(12)


@ENTROPY.independent("nolds.sampen, and pair by pair", "rounding")
def _():
    x = autoregressive(0.6, 400, 0)
    before, after = naive_geometry.sample_entropy_matches(x, 2, 0.3)
    other = nolds().sampen(x, emb_dim=2, tolerance=0.3)
    return sample_entropy(x, tolerance=0.3).value, [other, -math.log(after / before)], 1e-12


FLUCTUATION = Quantity(
    "detrended fluctuation analysis", "detrended_fluctuation", published="values of processes, which are exact"
)


@FLUCTUATION.exact("white noise 1/2, random walk 3/2; mean of 6 series", "3 se of the mean")
def _():
    noise = np.random.default_rng(0).normal(size=(6, 5_000))
    found = np.array([[detrended_fluctuation(x).value for x in y] for y in (noise, noise.cumsum(axis=1))])
    return found.mean(axis=1), [0.5, 1.5], 3 * found.std(axis=1, ddof=1) / math.sqrt(6)


@FLUCTUATION.independent("straight lines by np.polyfit in half-overlapping windows of 16 and 32", "rounding")
def _():
    x = np.random.default_rng(1).normal(size=4_000)
    answer, naive = detrended_fluctuation(x), []
    for size in answer.sizes[[0, 2]]:
        squares = []
        for part in np.split(x, 8):
            walk, t = np.cumsum(part - part.mean()), np.arange(size)
            windows = [walk[i : i + size] for i in range(0, len(walk) - size + 1, size // 2)]
            residuals = [np.mean((w - np.polyval(np.polyfit(t, w, 1), t)) ** 2) for w in windows]
            squares.append(np.mean(residuals))
        naive.append(math.sqrt(np.mean(squares)))
    return answer.fluctuations[[0, 2]], naive, 1e-10


HURST = Quantity("Hurst exponent", "hurst_exponent", published="values of processes, which are exact")


@HURST.exact(
    "white noise: 1/2, mean of 6 series; fractional noise 0.8, drawn towards 1/2 as documented", "3 se of the mean; 0.1"
)
def _():
    noise = np.array([hurst_exponent(np.random.default_rng(seed).normal(size=8_000)).value for seed in range(6)])
    persistent = hurst_exponent(fractional_noise(8_000, 0.8, 0)).value
    return [noise.mean(), persistent], [0.5, 0.8], [3 * noise.std(ddof=1) / math.sqrt(6), 0.1]


@HURST.independent(
    "detrended fluctuations of fractional noise, H = 0.6, 6 series: α = H", "3 se of the difference, 0.03 of bias"
)
def _():
    series = [fractional_noise(6_000, 0.6, seed) for seed in range(6)]
    difference = np.array([hurst_exponent(x).value - detrended_fluctuation(x).value for x in series])
    return difference.mean(), 0.0, 3 * difference.std(ddof=1) / math.sqrt(6) + 0.03


EMBEDDING = Quantity("delay vectors", "embed", published=NO_NUMBER)


@EMBEDDING.exact("Hénon map: y = 0.3 x of one step before", "rounding")
def _():
    vectors = embed(HENON[:, 0], 1, 2)
    return 0.3 * vectors[:, 0], HENON[1:, 1], EPS


@EMBEDDING.independent("nolds' delay_embedding", "the same numbers")
def _():
    x = np.random.default_rng(0).normal(size=100)
    return embed(x, 2, 3), nolds().measures.delay_embedding(x, 3, lag=2), 0


INFORMATION = Quantity("mutual information", "mutual_information", published=FIGURES)


@INFORMATION.exact("AR(1), φ = 0.9: -log(1-ρ²)/2 at lags 3 … 20", "3 se, times what correlation costs; 3 % for bins")
def _():
    answer = mutual_information(autoregressive(0.9, 20_000, 0), n_lags=20)
    squares = 0.9 ** (2.0 * np.arange(3, 21))
    exact, spread = -0.5 * np.log(1 - squares), np.sqrt((1 + squares) / (1 - squares))
    return answer.information[3:], exact, 3 * spread * answer.standard_error[3:] + 0.03 * exact + 0.01


@INFORMATION.independent("scikit-learn's mutual_info_score of the same bins, and counting; 3 lags", "rounding")
def _():
    from sklearn.metrics import mutual_info_score  # noqa: PLC0415 - takes a while

    x = autoregressive(0.7, 500, 0)
    bins = np.searchsorted(np.quantile(x, np.arange(1, 5) / 5), x, side="right").tolist()
    naive, others = [], []
    for lag in (1, 2, 3):
        a, b = bins[:-lag], bins[lag:]
        bias = (len(set(zip(a, b, strict=True))) - 9) / (2 * len(a))
        naive.append(naive_geometry.mutual_information(a, b) - bias)
        others.append(mutual_info_score(a, b) - bias)
    return mutual_information(x, n_lags=3).information[1:], [naive, others], 1e-12


FALSE = Quantity("false nearest neighbours", "false_neighbours", published="shares are published as figures")


@FALSE.exact("dimension of the map: logistic 1, Hénon 2, generalised Hénon 3", "a whole number")
def _():
    series = (logistic(3_000), HENON[:3_000, 0], examples.generalised_henon().orbit([0.1, 0.1, 0.1], 6_000)[0][:, 0])
    return [false_neighbours(x, max_dimension=4).dimension for x in series], [1, 2, 3], 0


@FALSE.independent(
    "neighbours one by one, 300 samples of the Hénon map in delays of 2", "one more neighbour in 50: ends of the series"
)
def _():
    x = HENON[:300, 0]
    found = false_neighbours(x, max_dimension=2, delay=2, theiler=3).shares
    naive = [naive_geometry.false_share(x[: 296 + d * 2], 2, d, range(296), 3) for d in (1, 2)]
    return found, naive, 0.02


ROSENSTEIN = Quantity("largest exponent of a series (lyap_r)", "largest_exponent")


@ROSENSTEIN.exact("logistic map, r = 4: log 2", "3 se")
def _():
    answer = largest_exponent(logistic(8_000), dimension=2)
    return answer.exponents[0], math.log(2), 3 * answer.standard_errors[0]


@ROSENSTEIN.published("Hénon map: 0.41922, Sprott (2003)", "3 se")
def _():
    answer = largest_exponent(HENON[:8_000, 0], dimension=2)
    return answer.exponents[0], HENON_EXPONENT, 3 * answer.standard_errors[0]


@ROSENSTEIN.independent("Ikeda map: its own spectrum", "3 se, and 10 % of the method, as documented")
def _():
    answer = largest_exponent(examples.ikeda().orbit([0.1, 0.1], 8_000)[0][:, 0], dimension=4)
    spectrum = lyapunov_spectrum(examples.ikeda(), [0.1, 0.1], n_steps=64_000, n_transient=1_000)
    return answer.exponents[0], spectrum.exponents[0], 3 * answer.standard_errors[0] + 0.1 * spectrum.exponents[0]


ECKMANN = Quantity(
    "exponents of a series (lyap_e)", "exponents_of_series", exact="the method's bias is not known exactly"
)


@ECKMANN.published("Hénon map: 0.41922, Sprott (2003)", "3 se, and 5 % of the method")
def _():
    answer = exponents_of_series(HENON[:4_000, 0], dimension=2)
    return answer.exponents[0], HENON_EXPONENT, 3 * answer.standard_errors[0] + 0.05 * HENON_EXPONENT


@ECKMANN.independent("delayed logistic map: its own spectrum", "3 se, and 10 % of the method")
def _():
    system = examples.delayed_logistic()
    answer = exponents_of_series(system.orbit([0.5, 0.5], 5_000)[0][1_000:, 0], dimension=2)
    spectrum = lyapunov_spectrum(system, [0.5, 0.5], n_steps=64_000, n_transient=1_000)
    allowed = 3 * answer.standard_errors[0] + 0.1 * spectrum.exponents[0]
    return answer.exponents[0], spectrum.exponents[0], allowed
