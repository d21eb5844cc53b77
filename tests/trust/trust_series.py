"""What is known about series: spectra, correlations, averages, frequencies, and tests for chaos."""

import math

import naive_indicators
import naive_series
import numpy as np
import systems
from scipy import integrate, optimize, signal
from scipy.special import i0
from systems import examples
from test_autocorrelation import autoregressive
from test_quasiperiodicity import lift
from trust import Quantity

from attractors import (
    Motion,
    analyse,
    autocorrelation,
    birkhoff_average,
    classify,
    power_spectrum,
    rotation_number,
    torus,
    zero_one_test,
)
from attractors.examples.literature import EXAMPLES

EPS = np.finfo(float).eps
NO_NUMBER = "a definition, not a number"


def wave(n, *frequencies):
    return 2 * np.pi * np.outer(frequencies, np.arange(n))


PERIODOGRAM = Quantity("periodogram", "power_spectrum", published=NO_NUMBER)


@PERIODOGRAM.exact(
    "Parseval: powers add up to the variance; 2 … 10,007 samples, scales 10⁻⁶ … 10⁶", "rounding, 10⁻¹² relative"
)
def _():
    found = []
    for n in (2, 3, 64, 1_000, 10_007):
        series = np.random.default_rng(n).normal(size=(n, 3)) * [1.0, 1e-6, 1e6] + [0.0, 1.0, -5.0]
        found.append(power_spectrum(series).power.sum(axis=0) / series.var(axis=0))
    return found, 1.0, 1e-12


@PERIODOGRAM.independent(
    "scipy.signal.periodogram, and the sum of the definition; 601 samples", "rounding: √n ε, relative to the mean"
)
def _():
    x = np.random.default_rng(0).normal(size=601)
    ours = power_spectrum(x).power[1:, 0]
    return [ours, ours], [signal.periodogram(x, scaling="spectrum")[1][1:], naive_series.periodogram(x)[1:]], 1e-14


WELCH = Quantity("power spectrum by Welch's method", "power_spectrum", published=NO_NUMBER)


@WELCH.exact(
    "AR(1), φ = 0.5: (1-φ²)/|1-φ e^{-2πif}|² · 2/500, mean of 200 series", "4 se of their mean, 1 % of leakage"
)
def _():
    x = autoregressive(0.5, 10_000, 200, seed=0) * math.sqrt(0.75)
    spectrum = power_spectrum(x, method="welch", n_segment=500)
    exact = 0.75 / np.abs(1 - 0.5 * np.exp(-2j * np.pi * spectrum.frequencies)) ** 2 * 2 / 500
    inside = slice(3, -3)
    errors = spectrum.power.std(axis=1, ddof=1) / math.sqrt(200)
    return spectrum.power.mean(axis=1)[inside], exact[inside], 4 * errors[inside] + 0.01 * exact[inside]


@WELCH.independent("segments, Hann's window and FFT by NumPy", "rounding")
def _():
    x = np.random.default_rng(1).normal(size=4_000)
    x -= x.mean()
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(500) / 500)
    parts = np.array([x[i : i + 500] for i in range(0, 3_501, 250)])
    parts = (parts - parts.mean(axis=1, keepdims=True)) * hann
    power = 2 * np.mean(np.abs(np.fft.rfft(parts, axis=1)) ** 2, axis=0) / (500 * np.sum(hann**2))
    power[[0, -1]] /= 2
    return power_spectrum(x, method="welch", n_segment=500).power[:, 0], power, 1e-14


LINES = Quantity(
    "lines: frequency and power", "power_spectrum", published="lines of the paper's orbits are in figures only"
)


@LINES.exact(
    "3 cos at 0.123456 cycles per sample, 5,000 samples: its frequency, and 9/2",
    "the lobe's tail: 10⁻⁹, and 10⁻³ of 9/2",
)
def _():
    (line,) = power_spectrum(3.0 * np.cos(wave(5_000, 0.123456)[0] + 0.3)).lines
    return [line.frequency, line.power], [0.123456, 4.5], [1e-9, 4.5e-3]


@LINES.independent("scipy.optimize.curve_fit of a cosine, in noise of variance 1", "3 se of both")
def _():
    t, draw = np.arange(4_000), np.random.default_rng(2)
    x = np.cos(wave(4_000, 0.2345)[0]) + draw.normal(size=4_000)
    (line,) = power_spectrum(x).lines
    fit, _ = optimize.curve_fit(
        lambda t, a, f, p: a * np.cos(2 * np.pi * f * t + p), t, x - x.mean(), p0=[1.0, 0.2345, 0.0]
    )
    return [line.frequency, line.power], [fit[1], fit[0] ** 2 / 2], [3 * line.frequency_error, 3 * line.power_error]


CORRELATION = Quantity("autocorrelation", "autocorrelation", published=NO_NUMBER)


@CORRELATION.exact("AR(1), φ = 0.9: φᵏ, 10 lags, mean of 400 series", "3 se of the mean, and the mean's own τ/n")
def _():
    answer = autocorrelation(autoregressive(0.9, 20_000, 400, seed=1), n_lags=400)
    rho = answer.correlation[1:11]
    return rho.mean(axis=1), 0.9 ** np.arange(1.0, 11.0), 3 * rho.std(axis=1, ddof=1) / 20 + 19 / 20_000


@CORRELATION.independent("sums lag by lag, and numpy.correlate; 300 samples", "rounding")
def _():
    x = np.random.default_rng(3).normal(size=300)
    d = x - x.mean()
    biased = np.correlate(d, d, "full")[299:] / np.sum(d * d)
    ours = [autocorrelation(x, n_lags=299, biased=b).correlation[:, 0] for b in (False, True)]
    return ours, [naive_series.autocorrelation(x, 299), biased], 1e-12


TIMES = Quantity("integrated and decay times", "autocorrelation", published="test values are those of exact processes")


@TIMES.exact(
    "AR(1), φ = 0.9: (1+φ)/(1-φ) = 19; decay to 1/e in -1/log φ",
    "3 se of the mean of 400 series, 1 % of bias; 1/8 of a step, linear between lags",
)
def _():
    answer = autocorrelation(autoregressive(0.9, 20_000, 400, seed=1), n_lags=400)
    time, decay = answer.integrated_time, answer.decay_time
    allowed = [3 * time.std(ddof=1) / 20 + 0.19, 3 * decay.std(ddof=1) / 20 + 0.125]
    return [time.mean(), decay.mean()], [19.0, -1 / math.log(0.9)], allowed


@TIMES.independent("1 + 2 Σ ρ(k) up to the first k ≥ 5 τ(k), over sums lag by lag", "rounding")
def _():
    x = autoregressive(0.6, 2_000, 1, seed=5)[:, 0]
    rho = naive_series.autocorrelation(x, 499)
    tau = next(t for k in range(1, 500) if k >= 5 * (t := 1 + 2 * rho[1 : k + 1].sum()))
    return autocorrelation(x).integrated_time[0], tau, 1e-10


MEMORY = Quantity(
    "memory beyond the context window", "autocorrelation", published="the paper asks the question, without a number"
)


@MEMORY.exact("x_t = ξ_t + ξ_{t-20}/2: ρ = 0.4 at lag 20; noise: 5 % of 1,000 series below p = 0.05", "3 se")
def _():
    noise = np.random.default_rng(4).normal(size=(5_100, 1))
    memory = autocorrelation(noise[100:] + 0.5 * noise[80:-20], n_lags=200, context=4).memory
    chance = autocorrelation(np.random.default_rng(5).normal(size=(2_000, 1_000)), n_lags=100, context=4).memory
    share = np.mean(chance.p_value < 0.05)
    allowed = [0, 3 * memory.standard_error[0], 3 * math.sqrt(0.05 * 0.95 / 1_000)]
    return [memory.lag[0], memory.correlation[0], share], [20, 0.4, 0.05], allowed


@MEMORY.independent("largest of the sums lag by lag", "rounding")
def _():
    x = np.random.default_rng(6).normal(size=400)
    memory, rho = autocorrelation(x, n_lags=50, context=4).memory, naive_series.autocorrelation(x, 50)
    lag = 5 + np.abs(rho[5:]).argmax()
    return [memory.lag[0], memory.correlation[0]], [lag, rho[lag]], 1e-12


BIRKHOFF = Quantity(
    "weighted Birkhoff average", "birkhoff_average", published="digits of convergence are published as histograms"
)


@BIRKHOFF.exact("exp cos θ along the golden rotation: I_0(1)", "rounding of 10,000 terms: 10⁻¹³")
def _():
    return birkhoff_average(np.exp(np.cos(wave(10_000, systems.GOLDEN)[0]))).average[0], i0(1.0), 1e-13


@BIRKHOFF.independent("1/(2 + cos θ): scipy.integrate.quad over the circle", "rounding, and quad's 10⁻¹²")
def _():
    exact, _ = integrate.quad(lambda x: 1 / (2 + math.cos(x)) / (2 * math.pi), 0, 2 * math.pi, epsabs=1e-13)
    return birkhoff_average(1 / (2 + np.cos(wave(10_000, systems.GOLDEN)[0]))).average[0], exact, 1e-12


ZERO_ONE = Quantity("0–1 test for chaos", "zero_one_test", exact="0 and 1 are limits for infinitely many samples")


@ZERO_ONE.published(
    "logistic map: K = 0 at r = 3.55, 1 at 3.97; Gottwald, Melbourne (2009)", "0.03: their figure, 2,000 samples"
)
def _():
    orbits = [systems.logistic(r).orbit([0.3], 9_000)[0][1_000:] for r in (3.55, 3.97)]
    return [zero_one_test(x).growth[0] for x in orbits], [0.0, 1.0], 0.03


@ZERO_ONE.independent("two sums, a mean for each lag, a correlation; 200 samples, 4 angles", "rounding")
def _():
    x = systems.logistic(3.9).orbit([0.3], 1_200)[0][1_000:, 0]
    answer = zero_one_test(x)
    some = [0, 1, 24, 99]
    return answer.by_angle[some, 0], [naive_indicators.growth(x, answer.angles[i]) for i in some], 1e-9


ROTATION = Quantity("rotation number", "rotation_number")


@ROTATION.exact("rotation by the golden mean, bent by θ + 0.4 sin 2πθ/2π; rigid by π", "rounding: 10⁻¹²")
def _():
    phi = systems.GOLDEN * np.arange(20_000)
    bent = phi + 0.4 * np.sin(2 * np.pi * phi) / (2 * np.pi)
    return [rotation_number(x).value for x in (bent, math.pi * np.arange(10_000))], [systems.GOLDEN, math.pi], 1e-12


@ROTATION.exact("circle map, K = 0.95, where a cycle through 0 is stable: 1/2, 1/3, 2/5, 3/8 (Farey)", "10⁻¹⁰")
def _():
    found, exact = [], []
    for p, q in ((1, 2), (1, 3), (2, 5), (3, 8)):
        omega = optimize.brentq(lambda x, p=p, q=q: lift(x, 0.95, q, 0.0)[-1] - p, p / q - 0.1, p / q + 0.1, xtol=1e-15)
        found.append(rotation_number(lift(omega, 0.95, 24_000)[4_000:]).value)
        exact.append(p / q)
    return found, exact, 1e-10


@ROTATION.published(
    "critical circle map, Ω = 0.60666106347: the golden mean, Shenker (1982)",
    "10⁻¹⁰: half his last digit, times dρ/dΩ of some 10",
)
def _():
    known = EXAMPLES["circle, critical"].literature[0]
    return rotation_number(lift(0.60666106347, 1.0, 400_000)[1_000:]).value, known.value[0], known.tolerance


@ROTATION.independent("circle map, Ω = 0.3, K = 0.5: (x_N - x_0)/N over 10⁶ steps", "1/N, by theorem")
def _():
    x = lift(0.3, 0.5, 1_000_000)
    return rotation_number(x[:20_001]).value, (x[-1] - x[0]) / 1e6, 1e-6


TORUS = Quantity(
    "frequencies of a torus", "torus", published="bases of frequencies are not unique, and seldom published"
)


@TORUS.exact("exp(cos θ_1 + sin θ_2), golden mean and √2; θ/3 in three pieces", "rounding: 10⁻¹²")
def _():
    one, two = wave(20_000, systems.GOLDEN, 2**0.5)
    answer = torus(np.stack([np.exp(np.cos(one) + np.sin(two)), np.cos(one)], axis=1))
    slow, turn = wave(20_000, systems.GOLDEN / 3, 1 / 3)
    pieces = torus(np.cos(slow) * (1 + 0.5 * np.cos(turn))).pieces
    return [*np.sort(answer.frequencies), pieces], [1 - systems.GOLDEN, 2**0.5 - 1, 3], 1e-12


@TORUS.independent("delayed logistic map, a = 2.1: largest of a padded FFT by NumPy, Hann's window", "half a bin")
def _():
    x = examples.delayed_logistic(2.1).orbit([0.4, 0.5], 30_000)[0][10_000:, 0]
    power = np.abs(np.fft.rfft((x - x.mean()) * np.hanning(len(x)), 8 * len(x)))
    return torus(x).lines[0, 0], power.argmax() / (8 * len(x)), 0.5 / (8 * len(x))


MOTION = Quantity("all of a series in one call", "analyse", published="no other program gives this verdict")
CHAOS = systems.logistic(4.0).orbit([0.3], 8_000)[0]
SERIES = {
    "rest": (np.full(4_000, 0.3), Motion.REST),
    "period 4": (np.tile([0.1, 0.7, 0.2, 0.9], 1_000), Motion.PERIODIC),
    "torus": (np.cos(wave(8_000, systems.GOLDEN, 2**0.5)).sum(axis=0), Motion.QUASIPERIODIC),
    "chaos": (CHAOS, Motion.IRREGULAR),
}


@MOTION.exact(f"series whose motion is known: {', '.join(SERIES)}", "none may be wrong")
def _():
    kinds = list(Motion)
    return [kinds.index(analyse(x).status) for x, _ in SERIES.values()], [kinds.index(y) for _, y in SERIES.values()], 0


@MOTION.independent(
    "`classify`, from exponents: Hénon's attractor, a torus and a cycle of two maps", "none may be wrong"
)
def _():
    kinds = {"chaotic": Motion.IRREGULAR, "quasiperiodic": Motion.QUASIPERIODIC, "periodic": Motion.PERIODIC}
    found, expected = [], []
    for system in (
        systems.henon(),
        systems.henon(1.0),
        examples.delayed_logistic(2.1),
        examples.delayed_logistic(2.27),
    ):
        start = np.full(2, 0.4)
        label = classify(system, start, n_transient=20_000, n_steps=50_000).label.value
        orbit = system.orbit(start, 60_000)[0][40_000:]
        found.append(list(Motion).index(analyse(orbit).status))
        expected.append(list(Motion).index(kinds[label]))
    return found, expected, 0
