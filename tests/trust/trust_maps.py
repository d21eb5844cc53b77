"""What is known about maps: orbits, exponents and what follows from them, tangent vectors."""

import math

import intervals
import naive_lyapunov
import numpy as np
import systems
from systems import examples
from test_examples import spectrum_of
from trust import Quantity

from attractors import (
    DiscreteMap,
    alignment_indices,
    covariant_vectors,
    finite_time_exponents,
    finite_time_from_stretching,
    kaplan_yorke_dimension,
    lyapunov_spectrum,
    lyapunov_until,
    spectrum_from_stretching,
)
from attractors.examples.literature import EXAMPLES
from attractors.system import generic_frame

EPS = np.finfo(float).eps
GOLDEN_STRETCH = math.log((3.0 + math.sqrt(5.0)) / 2.0)  # of the cat map
THREE_SE = "3 se"
PEAK = 0.3  # of the skew tent map, whose slopes are independent draws, 1/c with probability c
TENT = -PEAK * math.log(PEAK) - (1 - PEAK) * math.log(1 - PEAK)
TENT_VARIANCE = PEAK * (1 - PEAK) * math.log((1 - PEAK) / PEAK) ** 2


def tent_spectra(n_steps, n_runs, seed=0):
    starts = np.random.default_rng(seed).random((n_runs, 1))
    return [lyapunov_spectrum(examples.tent(PEAK), x, n_steps=n_steps, n_transient=100) for x in starts]


def jacobians(system, start, n):
    orbit, _ = system.orbit(start, n - 1)
    return [system.tangent(x, np.eye(len(x)), 1)[0].T for x in [start, *orbit]]


def settled(system, n=300):
    return system.orbit(np.full(system.dimension, 0.2), n)[1]


ORBIT = Quantity("orbit of a map", "DiscreteMap.orbit", published="a definition: what is published are averages, below")


@ORBIT.exact("logistic map, r = 4: x_n = sin²(2ⁿ arcsin √x_0), 20 steps", "rounding, doubled at each step: n 2ⁿ ε")
def _():
    n = np.arange(1, 21)
    return systems.logistic(4.0).orbit([0.3], 20)[0][:, 0], np.sin(2.0**n * math.asin(0.3**0.5)) ** 2, n * 2.0**n * EPS


@ORBIT.independent("Ikeda map in complex numbers, 1 step from 100 states", "rounding of some ten operations: 20 ε")
def _():
    states = np.random.default_rng(0).uniform(-1.0, 1.0, (100, 2))
    z = states @ [1.0, 1j]
    z = 1.0 + 0.9 * z * np.exp(1j * (0.4 - 6.0 / (1.0 + np.abs(z) ** 2)))
    return [examples.ikeda().orbit(x, 1)[1] for x in states], np.column_stack([z.real, z.imag]), 20 * EPS


DIFFERENCES = Quantity(
    "Jacobian by central differences", "DiscreteMap.tangent", published="a derivative is exact or it is wrong"
)
DIFFERENCE = "h² f‴/6 + ε/h for h = ε^⅓: some 10⁻¹⁰; ten times that"


def by_differences(name, step, parameters, states):
    system = DiscreteMap(step, None, parameters, states.shape[1])
    assert system.jacobian_source == "central differences"
    return np.array([system.tangent(x, np.eye(len(x)), 1)[0].T for x in states])


@DIFFERENCES.exact("Ikeda map: the derivative on paper", DIFFERENCE)
def _():
    states = np.random.default_rng(0).uniform(-0.5, 0.5, (50, 2))
    given = np.array([examples.ikeda().tangent(x, np.eye(2), 1)[0].T for x in states])
    return by_differences("ikeda", examples._ikeda_step, [0.9, 0.4, 6.0], states), given, 1e-9 * np.abs(given).max()


@DIFFERENCES.independent("generalised Hénon map: complex step of the plain function", DIFFERENCE)
def _():
    states, p = np.random.default_rng(1).uniform(-1.0, 1.0, (50, 3)), np.array([1.76, 0.1])
    columns = np.empty((50, 3, 3))
    for x, J in zip(states, columns, strict=True):
        for b in range(3):
            out = np.empty(3, dtype=complex)
            examples._generalised_henon_step(x + 1e-30j * np.eye(3)[b], p, out)
            J[:, b] = out.imag / 1e-30
    return by_differences("generalised_henon", examples._generalised_henon_step, p, states), columns, 1e-9


EXPONENTS = Quantity(
    "Lyapunov exponents, nats per step", "lyapunov_spectrum", "lyapunov_until", "spectrum_from_stretching"
)


@EXPONENTS.exact("cat map: logarithms of the eigenvalues", "rounding of a mean of 6,400 logarithms")
def _():
    found = lyapunov_spectrum(systems.cat(), [0.1, 0.2], n_steps=6_400, n_transient=100)
    return found.exponents, [GOLDEN_STRETCH, -GOLDEN_STRETCH], 1e-12


@EXPONENTS.exact("skew tent map: the entropy of a coin; until the 95 % interval is ± 0.002", THREE_SE)
def _():
    found = lyapunov_until(examples.tent(PEAK), [0.123], half_width=0.002, n_max=10**7, n_transient=100)
    assert found.confidence_interval()[0, 1] - found.exponents[0] <= 0.002
    return found.exponents[0], TENT, 3 * found.standard_errors[0]


def against_literature(*names):
    found, values, allowed = [], [], []
    for name in names:
        for known in EXAMPLES[name].literature:
            if known.quantity == "lyapunov_exponents":
                spectrum = spectrum_of(name)
                found += [*spectrum.exponents]
                values += [*known.value]
                allowed += [*np.maximum(3 * spectrum.standard_errors, known.tolerance)]
    return found, values, allowed


@EXPONENTS.published("Hénon, Lozi, Ikeda, delayed logistic map: Sprott (2003), appendix A", "3 se, or the last digit")
def _():
    return against_literature("henon", "lozi", "ikeda", "delayed_logistic")


@EXPONENTS.published("standard map, K = 6.9: log(K/2), Chirikov (1979)", "its next term, of order 1/K²")
def _():
    spectrum = spectrum_of("standard")
    return spectrum.exponents, [math.log(3.45), -math.log(3.45)], 0.03


@EXPONENTS.independent("standard, generalised Hénon, coupled logistic map: pynamicalsys, 10⁸ steps", "3 se, or its own")
def _():
    found, values, allowed = against_literature("standard", "generalised_henon", "coupled_logistic")
    return found[2:], values[2:], allowed[2:]  # the first two are Chirikov's


@EXPONENTS.independent("Ikeda map: QR by NumPy, 2,000 steps of the same orbit", "rounding of a mean of logarithms")
def _():
    system = examples.ikeda()
    start, frame = settled(system), generic_frame(2, 2)
    sums = naive_lyapunov.log_stretching(jacobians(system, start, 2_000), frame)
    found = system.stretching(start, n_exponents=2, n_blocks=20, block_length=100, frame=frame)
    return spectrum_from_stretching(found.log_factors, 100).exponents, sums.mean(axis=0), 1e-10


ERRORS = Quantity("standard errors of exponents", published="nobody publishes them; that is why they are here")


@ERRORS.exact(
    "skew tent map: √(var log slope / N), mean of 100 runs",
    "3 se: 9 % each from 64 blocks, over √100; and 1/8 that not knowing the share of ends costs",
)
def _():
    errors = [spectrum.standard_errors[0] for spectrum in tent_spectra(16_384, 100)]
    exact = math.sqrt(TENT_VARIANCE / 16_384)
    return (
        np.sqrt(np.mean(np.square(errors))),
        exact,
        3 * 0.09 / 10 * exact + exact * 8 / 64,
    )  # and what ρ costs: 1 + 8/n


@ERRORS.independent("Hénon map: scatter of 200 runs", "3/√(2 · 200), the error of a scatter")
def _():
    starts = np.random.default_rng(0).uniform(0.0, 0.1, (200, 2))
    runs = [lyapunov_spectrum(systems.henon(), x, n_steps=8_192, n_transient=500, n_exponents=1) for x in starts]
    scatter = np.std([run.exponents[0] for run in runs], ddof=1)
    return np.sqrt(np.mean([run.standard_errors[0] ** 2 for run in runs])), scatter, 0.15 * scatter


COVERAGE = Quantity(
    "95 % interval of λ_1: share of 1,000 runs",
    "lyapunov_spectrum",
    published="nobody publishes it; that is why it is here",
)


@COVERAGE.exact(
    "skew tent (c = 0.3, 0.45), logistic r = 4, skew baker map; 4,096 steps each",
    "0.93 to 0.97, three times what chance moves it",
)
def _():
    names = [name for name in intervals.CASES if name != "Hénon"]
    return [intervals.coverage_of(name, 4_096) for name in names], 0.95, 0.02


@COVERAGE.independent(
    "Hénon map, mean-field network at β = 1.4: averages over 10⁹ steps (benchmarks/long_averages.py)", "as before"
)
def _():
    return [intervals.coverage_of("Hénon", 4_096), intervals.coverage_of_the_network()], 0.95, 0.02


FINITE = Quantity(
    "finite-time exponents: variance and diffusion",
    "finite_time_exponents",
    "finite_time_from_stretching",
    published="distributions are published as figures",
)


@FINITE.exact("skew tent map: var λ_T = c (1-c) log²((1-c)/c) / T, and T times that", THREE_SE)
def _():
    found = finite_time_exponents(examples.tent(PEAK), [0.123], window=4, n_windows=16_384, n_transient=100)
    errors = np.array([found.variance_errors[0], found.diffusion_errors[0]])
    return [found.variance[0], found.diffusion[0]], [TENT_VARIANCE / 4, TENT_VARIANCE], 3 * errors


@FINITE.exact("logistic map, r = 4: var λ_T = π²/6 (1 - 2⁻ᵀ)/T², and no diffusion", THREE_SE)
def _():
    found = finite_time_exponents(examples.logistic(), [0.3], window=3, n_windows=32_768)
    errors = np.array([found.variance_errors[0], found.diffusion_errors[0]])
    return [found.variance[0], found.diffusion[0]], [math.pi**2 / 6 * (1 - 1 / 8) / 9, 0.0], 3 * errors


@FINITE.independent("Hénon map: NumPy's QR and variance, the same 40 windows of 7 steps", "rounding")
def _():
    henon = systems.henon()
    start = settled(henon)
    frame = generic_frame(2, 2)
    sums = naive_lyapunov.log_stretching(jacobians(henon, start, 280), frame).reshape(40, 7, 2)
    found = henon.stretching(start, n_exponents=2, n_blocks=40, block_length=7, frame=frame)
    again = finite_time_from_stretching(found.log_factors, 7)
    return again.variance, sums.mean(axis=1).var(axis=0, ddof=1), 1e-10


KAPLAN_YORKE = Quantity("Kaplan–Yorke dimension", "kaplan_yorke_dimension")


@KAPLAN_YORKE.exact("(1, -1, -1) → 2; (0.5, -1) → 1.5; cat map → 2", "rounding; an integer is exact")
def _():
    cat = lyapunov_spectrum(systems.cat(), [0.1, 0.2], n_steps=640).kaplan_yorke_dimension
    return [kaplan_yorke_dimension([1, -1, -1]), kaplan_yorke_dimension([0.5, -1.0]), cat], [2, 1.5, 2], 1e-12


@KAPLAN_YORKE.published(
    "Hénon, Lozi, Ikeda, delayed logistic map: Sprott (2003)", "3 se of the dimension, or the last digit"
)
def _():
    names = ("henon", "lozi", "ikeda", "delayed_logistic")
    known = [x for name in names for x in EXAMPLES[name].literature if x.quantity == "kaplan_yorke_dimension"]
    spectra = [spectrum_of(name) for name in names]
    allowed = [max(3 * s.kaplan_yorke_standard_error, x.tolerance) for s, x in zip(spectra, known, strict=True)]
    return [s.kaplan_yorke_dimension for s in spectra], [x.value[0] for x in known], allowed


@KAPLAN_YORKE.independent("zero of the interpolated sum, by np.interp, 200 random spectra", "rounding")
def _():
    found, expected = [], []
    for x in np.random.default_rng(0).normal(size=(200, 6)):
        sums = np.concatenate([[0.0], np.cumsum(np.sort(x)[::-1])])
        if sums[1] > 0.0 > sums[-1]:
            j = int(np.argmax(sums < 0.0))
            expected.append(np.interp(0.0, sums[[j, j - 1]], [j, j - 1]))
            found.append(kaplan_yorke_dimension(x))
    return found, expected, 1e-12


ENTROPY = Quantity(
    "bound of the metric entropy", "lyapunov_spectrum", published="the sums of the positive exponents in the row above"
)


@ENTROPY.exact("skew tent map: the entropy of a coin (Pesin)", THREE_SE)
def _():
    (spectrum,) = tent_spectra(64_000, 1, seed=3)
    return spectrum.entropy_bound, TENT, 3 * spectrum.entropy_bound_standard_error


@ENTROPY.independent("coupled standard maps: NumPy's QR, 4,000 starts of 5,000 steps", THREE_SE + ", and its own")
def _():
    spectrum, known = spectrum_of("coupled_standard"), EXAMPLES["coupled_standard"].literature[0]
    allowed = 3 * spectrum.entropy_bound_standard_error + 2 * known.tolerance
    return spectrum.entropy_bound, sum(known.value[:2]), allowed


COVARIANT = Quantity("covariant Lyapunov vectors", "covariant_vectors", published="angles are published as histograms")


def angles(rows, others):
    """Sines of the angles between rows (..., d) of length 1, whatever their signs."""
    return np.linalg.norm(rows - np.sum(rows * others, axis=-1, keepdims=True) * others, axis=-1)


@COVARIANT.exact("cat map: eigenvectors of its matrix", "rounding, over a gap of 1.9 nats")
def _():
    found = covariant_vectors(systems.cat(), [0.1, 0.2], n_steps=100)
    vectors = np.linalg.eigh([[2.0, 1.0], [1.0, 1.0]])[1].T[::-1]
    return angles(found.vectors, vectors), 0.0, 1e-12


@COVARIANT.independent("generalised Hénon map: where filtrations by SVD meet", "the SVD's: ε times a stretching of e²⁰")
def _():
    system = examples.generalised_henon()
    start = settled(system)
    found = covariant_vectors(system, start, n_steps=60)
    middle = 30
    J = jacobians(system, found.states[0], 60)
    naive = naive_lyapunov.covariant_vectors(J[middle - 8 : middle], J[middle : middle + 8])
    return angles(found.vectors[middle][2:], naive[2:]), 0.0, 1e-6


GALI = Quantity("alignment indices SALI and GALI_k", "alignment_indices")


@GALI.exact("cat map: areas in whole numbers of 400 digits, 1,000 steps", "rounding, some ε per step")
def _():
    found = alignment_indices(systems.cat(), [0.1, 0.2], n_steps=1_000, frame=np.eye(2))
    exact = naive_lyapunov.log_gali_of_integers([[2, 1], [1, 1]], [[1, 0], [0, 1]], 1_000)
    return found.log_gali[:, 0], exact[found.time - 1], 1e-10


@GALI.published(
    "laws on a 2-torus of 4 dimensions: t⁰, t⁻², t⁻⁴; Skokos, Bountis, Antonopoulos (2007)",
    "0.05: a bend of the law, and no other integer by 20 times",
)
def _():
    found = alignment_indices(
        examples.coupled_standard(0.5, 0.3, 0.02), [3.5, 3.6, 0.1, 0.1], n_steps=200_000, n_transient=1_000
    )
    return found.powers, [0.0, 2.0, 4.0], 0.05


@GALI.published("rates in the chaotic sea: Σ (λ_1 - λ_i); Skokos et al. (2007)", "4 se, of three rates")
def _():
    found = alignment_indices(examples.coupled_standard(), [0.1, 0.2, 0.3, 0.4], n_steps=100_000, n_transient=1_000)
    known = np.array(EXAMPLES["coupled_standard"].literature[0].value)
    return found.rates, [(known[0] - known[: k + 1]).sum() for k in (1, 2, 3)], 4 * found.rate_errors + 2e-3


@GALI.independent("coupled standard maps: singular values of the vectors, while above 10⁻⁸", "ε over the volume")
def _():
    system = examples.coupled_standard()
    start, frame = settled(system), generic_frame(4, 4)
    found = alignment_indices(system, start, n_steps=200, n_vectors=4)
    naive = naive_lyapunov.gali(jacobians(system, start, 200), frame)
    seen = np.minimum.accumulate(naive) > 1e-8
    return (found.gali[seen] / naive[seen]), 1.0, 1e-6
