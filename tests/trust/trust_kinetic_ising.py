"""What is known about the kinetic Ising model: all states of small networks, limits, slow versions, known errors."""

import naive_kinetic
import numpy as np
from test_closures import KNOWN, moments_of, network, table
from test_inference import UP, averaged
from trust import Quantity

from dmfsa import (
    CLOSURES,
    Features,
    FiniteNetwork,
    KineticIsing,
    Moments,
    Window,
    conditional_mean_field,
    critical_beta,
    infer_couplings,
)

MODEL = Quantity(
    "moments of the kinetic Ising model",
    "KineticIsing.enumerate",
    "KineticIsing.sample",
    published="published with networks that are not",
)


@MODEL.exact("no couplings: independent spins, tanh H; all spins certain: tanh(H + J s)", "rounding")
def _():
    J, H = network(3, seed=1)
    s = [1.0, -1.0, 1.0]
    found = [KineticIsing(np.zeros((3, 3)), H).enumerate(s, 4)[-1], KineticIsing(J, H).enumerate(s, 1)[0]]
    exact = [np.tanh(H), np.tanh(H + J @ s)]
    return [f.m for f in found], exact, 1e-15


@MODEL.independent("all pairs of states, one by one; 3 spins, 4 steps, a clock of 2 phases", "rounding")
def _():
    rng = np.random.default_rng(1)
    model, start = KineticIsing(rng.normal(0.2, 0.5, (3, 3)), rng.uniform(-0.5, 0.5, (2, 3))), [0.2, 1.0, -0.6]
    found = model.enumerate(start, 4)
    slow = naive_kinetic.enumerate_moments(model.J, [model.H[t % 2] for t in range(4)], start, 4)
    return (
        np.concatenate([x.ravel() for x in (found.m, found.C, found.D)]),
        np.concatenate([x.ravel() for x in slow]),
        1e-14,
    )


@MODEL.independent("100,000 replicas against all states, 8 spins, 3 steps", "5 standard errors of spins drawn")
def _():
    model = KineticIsing.draw(8, 1.0, seed=2)
    exact, found = model.enumerate(np.ones(8), 3), model.sample(np.ones(8), 3, n_replicas=100_000, seed=1)
    return found.D, exact.D, 5 / 100_000**0.5


BRIDGE = Quantity(
    "self-attention with a window of one token as a kinetic Ising model",
    "KineticIsing.of",
    published="not published",
)


@BRIDGE.exact("its naive mean field is the mean-field map, 12 steps of 198 spins", "10⁻¹⁵")
def _():
    finite = FiniteNetwork(Features.segments(), 198, beta=1.3, epsilon=0.1, context=1)
    model, start = KineticIsing.of(finite), Window([[0.3, -0.2, 0.1]])
    o, v = (np.repeat(finite.columns.signs[:, role], 66, axis=0) for role in (0, 1))
    found = model.follow(CLOSURES["nMF"], np.tanh(1.3 * o @ start.attention[0]), 12).m @ v * 0.9 / 198
    return found, finite.limit.trajectory(start, 13).m_v[1:] - 0.1 * clock(finite, 12), 1e-15


def clock(finite, n):
    """W^v_pos p(φ)/P of the phases 1 … n."""
    bits = np.array([finite.features.clock((1 + t) % 4) for t in range(n)])
    return bits @ finite.features.positional[1].T / bits.shape[1]


@BRIDGE.independent("20,000 replicas of the finite network: mean attention after 3 steps", "5 standard errors")
def _():
    finite = FiniteNetwork(Features.iid(n_patterns=2, n_columns=7, seed=3), 7, beta=1.4, epsilon=0.0, context=1, seed=5)
    drawn = finite.replicas(Window([[0.4, -0.3]]), 20_000).advance(3, n_kept=1).attention[0]
    signs, sizes, _ = finite.columns
    o, v = (np.repeat(signs[:, role], sizes.astype(int), axis=0) for role in (0, 1))
    exact = KineticIsing.of(finite).enumerate(np.tanh(1.4 * o @ [0.4, -0.3]), 2)[-1]
    return drawn.mean(axis=0), exact.m @ v / 7, 5 * drawn.std(axis=0) / 20_000**0.5


CLOSED = Quantity(
    "closures: means and covariances one step on",
    "CLOSURES",
    "Moments",
    "naive_mean_field",
    "tap",
    "plefka",
    "mezard_sakellariou",
    "plefka2",
    "conditional_mean_field",
)


@CLOSED.exact("all states, where closures are exact: J = 0, certain spins; one spin for Plefka2[t] and CMS", "rounding")
def _():
    J, H = network(3, seed=1)
    cases = [(0.0 * J, H, moments_of(J, H)), (J, H, Moments.independent([1.0, -1.0, 1.0]))]
    pairs = [
        (c(*case), KineticIsing(*case[:2]).enumerate(case[2].m, 1)[0]) for c in CLOSURES.values() for case in cases
    ]
    one = (np.array([[0.9]]), np.array([0.2]))
    exact = KineticIsing(*one).enumerate([0.3], 1)[0]
    pairs += [(CLOSURES[name](*one, Moments.independent([0.3])), exact) for name in ("Plefka2[t]", "CMS")]
    return *(np.concatenate([getattr(x[k], a).ravel() for x in pairs for a in "mCD"]) for k in (0, 1)), 1e-15


@CLOSED.published(
    "errors at N = 10 and β_c, 40 steps: nMF, Plefka2[t], CMS by the authors' recipe; logarithms, 6 networks",
    "a factor 2: averages of few networks scatter so",
)
def _():
    errors = table(6)
    return [np.log(errors[name]) for name in KNOWN], [np.log(KNOWN[name]) for name in KNOWN], np.log(2.0)


@CLOSED.independent(
    "their formulas one number at a time, integrals on a grid; 4 spins",
    "10⁻⁹: Gaussian integrals of tanh and its square",
)
def _():
    J, H = network(4, seed=4)
    before = moments_of(J, H)
    found, slow = [], []
    for name, closure in CLOSURES.items():
        after = closure(J, H, before)
        found += [after.m, after.C.ravel(), after.D.ravel()]
        slow += [x.ravel() for x in naive_kinetic.CLOSURES[name](J, H, before.m, before.C, before.D)]
    return np.concatenate(found), np.concatenate(slow), 1e-9


CRITICAL = Quantity("critical β of random couplings", "critical_beta", independent="the equation is one line")


@CRITICAL.exact("neither fields nor disorder: 1 / mean", "rounding")
def _():
    return critical_beta(field=0.0, mean=0.8, spread=0.0), 1.25, 1e-12


@CRITICAL.published("1.1108400410: the authors' equation, solved with an accurate quadrature", "10⁻⁹")
def _():
    return critical_beta(), 1.1108400410, 1e-9


INVERSE = Quantity("couplings from moments", "infer_couplings", "Inference", independent="the rule is two lines")


@INVERSE.exact(
    "moments that a closure made itself, each closure, 4 spins: its own J and H", "10⁻⁸, at a tolerance of 10⁻²²"
)
def _():
    J, H = np.random.default_rng(3).normal(0.0, 0.15, (4, 4)), np.array([0.1, -0.2, 0.3, 0.0])
    before = KineticIsing(J, H).enumerate([0.2, -0.3, 0.1, 0.4], 1)[0]
    answers = [infer_couplings(c, before, c(J, H, before), tolerance=1e-22) for c in CLOSURES.values()]
    return [[*x.J.ravel(), *x.H] for x in answers], [[*J.ravel(), *H]] * len(answers), 1e-8


@INVERSE.published("N = 10 at β_c, exact moments: mean square error of J 10⁻⁴ with CMS, 3 networks", "a factor 2")
def _():
    errors = []
    for seed in range(3):
        model = KineticIsing.draw(10, critical_beta(), seed=seed)
        found = infer_couplings(conditional_mean_field, *averaged(model.enumerate(UP, 127)))
        errors.append(((found.J - model.J) ** 2).mean())
    return np.log(np.mean(errors)), np.log(1e-4), np.log(2.0)
