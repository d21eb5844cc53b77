"""What is known about Markov chains, information between parts, flows, and networks of few spins as chains."""

import math

import naive_markov
import numpy as np
import test_token_chain
from test_blanket import INFORMATION_QUANTUM, PRODUCTION_QUANTUM
from test_examples import spectrum_of
from trust import Quantity

from attractors import (
    conditional_information_nats,
    driven_chain,
    information_from_samples,
    lyapunov_spectrum,
    markov_chain,
    solve_flow,
    steady_states,
    time_reversed,
)
from attractors.examples import lorenz, rossler
from attractors.examples.literature import EXAMPLES
from dmfsa import TokenChain, ising_transitions
from dmfsa.ising_chain import spin_states
from sweeps.blanket import curves, ising
from sweeps.config.blanket import Couplings, IsingBlanket

EPS = np.finfo(float).eps
RING = 0.3 * np.eye(9) + 0.6 * np.roll(np.eye(9), 1, axis=0) + 0.1 * np.roll(np.eye(9), -1, axis=0)
ROUNDING = "rounding of some n² terms"


def random_chain(n):
    W = np.random.default_rng(n).random((n, n)) ** 3
    return W / W.sum(axis=0)


CHAIN = Quantity("Markov chain: steady state and entropy production", "markov_chain", "steady_states")


@CHAIN.exact("a ring of 9 states, forward 0.6 and back 0.1: even, current × log 6", ROUNDING)
def _():
    chain, many = markov_chain(RING), steady_states(RING[None])
    rate = 0.5 * math.log(6.0)
    found = [*chain.stationary, chain.entropy_production, *many.stationary[0], many.entropy_production[0]]
    return found, [*[1 / 9] * 9, rate] * 2, 100 * EPS


@CHAIN.published("kinetic Ising networks of 6 spins at 61 β (arXiv:2207.12914)", "1 %, or what the figure resolves")
def _():
    case = Couplings(j0=1.0, dj=0.0)
    (found,), known = ising.blanket_curves(IsingBlanket(cases=(case,))), curves.published(case)
    theirs = known.entropy_production[2]
    return found.entropy_production[2], theirs, np.maximum(0.01 * theirs, PRODUCTION_QUANTUM)


@CHAIN.independent("least squares and a sum over all pairs, random chains", ROUNDING)
def _():
    found, slow = [], []
    for n in (3, 8, 20):
        W = random_chain(n)
        p = naive_markov.stationary(W)
        chain, many = markov_chain(W), steady_states(W[None])
        found += [*chain.stationary, chain.entropy_production, many.entropy_production[0]]
        slow += [*p, *[naive_markov.entropy_production(W, p)] * 2]
    return found, slow, 1e-13


BACKWARDS = Quantity(
    "chain seen backwards", "time_reversed", published="a definition: nothing is published of it but the formula"
)


@BACKWARDS.exact("a ring: the same ring, the other way round", ROUNDING)
def _():
    return time_reversed(RING, np.full(9, 1 / 9)), RING.T, 10 * EPS


@BACKWARDS.independent("counts of pairs along a path of 10⁵ steps, read backwards", "4 standard errors of a share")
def _():
    W, rng = random_chain(4), np.random.default_rng(0)
    cumulated, path = np.cumsum(W, axis=0), [0]
    for u in rng.random(100_000):
        path.append(int(np.searchsorted(cumulated[:, path[-1]], u)))
    counts = np.zeros((4, 4))
    np.add.at(counts, (path[:-1], path[1:]), 1)  # from the later to the earlier
    turned = time_reversed(W, markov_chain(W).stationary)
    n = counts.sum(axis=0)
    return counts / n, turned, 4.0 * np.sqrt(turned * (1.0 - turned) / n)


DRIVEN = Quantity(
    "irreversibility of paths, with memory and a clock",
    "driven_chain",
    published="of attention nothing has been published",
)


@DRIVEN.exact("a ring as a chain of memory 1: current × log 6; a reversible network: 0", ROUNDING)
def _():
    network = driven_chain(TokenChain(test_token_chain.reversible()).kernels).entropy_production
    return [driven_chain([RING]).entropy_production, network], [0.5 * math.log(6.0), 0.0], 1e-12


@DRIVEN.independent("log-ratios along 12 paths of 4,000 steps, memory 2, period 3", "4 standard errors")
def _():
    rng = np.random.default_rng(2)
    k = rng.random((3, 3, 9)) + 0.05
    k /= k.sum(axis=1, keepdims=True)
    cumulated, parts = np.cumsum(k, axis=1), []
    for _ in range(12):
        path = [0, 1]
        for t in range(1, 4_000):
            window = path[t] + 3 * path[t - 1]
            path.append(min(int(np.searchsorted(cumulated[t % 3][:, window], rng.random())), 2))
        parts.append(naive_markov.path_log_ratio(k, 2, path[300:], 300))
    return np.mean(parts), driven_chain(k).entropy_production, 4.0 * np.std(parts, ddof=1) / math.sqrt(12)


INFORMATION = Quantity("conditional mutual information of a distribution, nats", "conditional_information_nats")


@INFORMATION.exact("a blanket: 0; two equal dice: log 6", "rounding")
def _():
    rng = np.random.default_rng(1)
    p_x, p_y = rng.random((2, 4, 3))
    screened = np.einsum("xb,yb->xby", p_x / p_x.sum(axis=0), p_y / p_y.sum(axis=0)) / 3.0
    dice = np.diag(np.full(6, 1 / 6))
    found = [conditional_information_nats(screened, 0, 2, 1), conditional_information_nats(dice, 0, 1)]
    return found, [0.0, math.log(6.0)], 4 * EPS


@INFORMATION.published(
    "kinetic Ising networks of 6 spins at 61 β (arXiv:2207.12914)", "1 %, or what the figure resolves"
)
def _():
    known = curves.published(Couplings(j0=1.0, dj=0.0))
    J = np.full((6, 6), 1 / 6)
    J[:2, 4:] = J[4:, :2] = 0.0
    found = []
    for beta in known.beta:
        p = markov_chain(ising_transitions(beta * J), n_times=0).stationary.reshape((2,) * 6)  # axis 0 is the last spin
        found.append(conditional_information_nats(p, (5, 4), (1, 0), (3, 2)))
    theirs = known.information[2]
    return found, theirs, np.maximum(0.01 * theirs, INFORMATION_QUANTUM)


@INFORMATION.independent("a sum over all cells, marginals in dictionaries", "rounding")
def _():
    joint = np.random.default_rng(0).random((2, 3, 2, 4))
    joint /= joint.sum()
    found = conditional_information_nats(joint, [0, 3], 1, 2)
    return found, naive_markov.information(joint, (0, 3), (1,), (2,)), 20 * EPS


SAMPLES = Quantity(
    "conditional mutual information of samples, nats",
    "information_from_samples",
    published="of chaotic pairs, to what the histogram's limits leave open: benchmarks/blanket.py",
)


@SAMPLES.exact("10⁴ samples of Gaussian views with partial correlation 1/2, 4 neighbours", "3 se and 0.005")
def _():
    z, e, f = np.random.default_rng(1).normal(size=(3, 10_000))
    views = np.column_stack([z + e, z + 0.5 * e + math.sqrt(0.75) * f, z])
    found = information_from_samples(views, 0, 1, 2, method="neighbours")
    return found.nats, -0.5 * math.log(0.75), 3.0 * found.standard_error_nats + 0.005


@SAMPLES.independent("np.histogramdd and the slow sum, 4,000 samples", "rounding")
def _():
    data = np.random.default_rng(3).normal(size=(4_000, 3)).clip(-2.0, 1.999999)
    counts, _ = np.histogramdd(data, bins=4, range=[(-2.0, 2.0)] * 3)
    found = information_from_samples(data, 0, 1, 2, bins=4, limits=(-2.0, 2.0)).plug_in_nats
    return found, naive_markov.information(counts / 4_000, (0,), (1,), (2,)), 1e-12


FLOW = Quantity("flow: orbit and exponents per unit of time", "Flow", "solve_flow")


@FLOW.exact("a focus: e^{-t/2} cos 2t after t = 2, from SciPy; exponents -1/2", "10⁻⁹; Runge-Kutta's dt⁴")
def _():
    from test_flow import exact_focus, focus  # noqa: PLC0415 - beside the test that they belong to

    solution = solve_flow(focus(), [1.0, 0.5], 200)
    spectrum = lyapunov_spectrum(focus(), [1e-3, 0.0], n_steps=640, n_transient=64)
    return [*solution.end, *spectrum.exponents], [*exact_focus([1.0, 0.5], 2.0), -0.5, -0.5], [1e-9, 1e-9, 1e-7, 1e-7]


@FLOW.published("exponents and D_KY of the Lorenz and Rössler systems: Sprott (2003)", "3 se, or the last digit")
def _():
    found, values, allowed = [], [], []
    for name in ("lorenz", "rossler"):
        spectrum, known = spectrum_of(name), {one.quantity: one for one in EXAMPLES[name].literature}
        found += [*spectrum.exponents, spectrum.kaplan_yorke_dimension]
        values += [*known["lyapunov_exponents"].value, *known["kaplan_yorke_dimension"].value]
        allowed += [*np.maximum(3 * spectrum.standard_errors, 1e-4), 3 * spectrum.kaplan_yorke_standard_error + 1e-4]
    return found, values, allowed


@FLOW.independent(
    "steps of both against SciPy's DOP853; Lorenz against plain Runge-Kutta", "of the order of dt⁵; 10⁻¹¹"
)
def _():
    solutions = [
        solve_flow(lorenz(step_time=0.005), [1.0, 1.0, 1.0], 200),
        solve_flow(rossler(step_time=0.02), [1, 1, 1], 200),
    ]
    plain = naive_markov.runge_kutta(naive_markov.lorenz, [1.0, 1.0, 1.0], 0.005, 100)
    own = lorenz().orbit([1.0, 1.0, 1.0], 50)[1]
    return [*(one.step_error for one in solutions), *own], [0.0, 0.0, *plain], [1e-6, 1e-6, *[1e-11] * 3]


TOKENS = Quantity(
    "self-attention network as a chain on its tokens", "TokenChain", published="nothing has been published"
)


@TOKENS.exact("L = 1, ε = 0: the parallel Ising network of J = β/N Σ_b W^o_b W^v_b", "rounding")
def _():
    network = test_token_chain.network_of(1, 0.0)
    W_o, W_v, *_ = network.features.semantic
    return TokenChain(network).kernels[0], ising_transitions(0.5 * W_o.T @ W_v, parallel=True), 1e-14


@TOKENS.independent("2·10⁶ tokens of a network that is followed, L = 2 with a clock", "4.5 errors of 40 groups")
def _():
    shares, chain = test_token_chain.seen_in(test_token_chain.network_of(2, 0.2), 5_000, n_groups=40)
    p = driven_chain(chain.kernels).stationary.reshape(chain.clock_period, -1, chain.n_tokens).sum(axis=1)
    return shares.mean(axis=0), p, 4.5 * shares.std(axis=0, ddof=1) / math.sqrt(40) + 1e-6


ISING = Quantity(
    "transitions of kinetic Ising networks", "ising_transitions", published="the rows above are made of them"
)


@ISING.exact("symmetric couplings without J_ii: Gibbs' measure is stationary", "rounding")
def _():
    J = np.random.default_rng(0).normal(size=(4, 4))
    J = J + J.T - 2.0 * np.diag(np.diag(J))
    states = spin_states(4)
    weight = np.exp(0.5 * np.einsum("si,ij,sj->s", states, J, states))
    return markov_chain(ising_transitions(J)).stationary, weight / weight.sum(), 1e-13


@ISING.independent("every pair of states, one spin set anew", "rounding")
def _():
    J = np.random.default_rng(1).normal(size=(3, 3))
    return ising_transitions(1.3 * J), naive_markov.sequential(J, 1.3, spin_states(3)), 1e-15
