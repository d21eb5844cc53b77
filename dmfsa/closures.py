"""Closures of the kinetic Ising model: from the first two moments at one step to those at the next.

    P(s_i,t | s_t-1) = exp(s_i,t h_i) / (2 cosh h_i),    h_i = H_i + Σ_j J_ij s_j,t-1.

The moments at t depend on the whole distribution at t-1; each closure takes the field h_i for something simpler than
it is. Below, p marks what is one step before, v_j = 1 - mp_j², g = H + J mp, and Dz is the measure of a unit normal.

| function | the field h_i is taken as | errors of m, C, D: J to the | cost of a step |
|---|---|---|---|
| `naive_mean_field` (nMF) | a number, g_i | 2, 2, 2 | N² |
| `tap` | as independent spins make it, to second order | 3, 3, 3 | N³ |
| `plefka` (Plefka[t]) | as correlated spins make it, to second order | 3, 3, 3 | N³ |
| `mezard_sakellariou` (MS) | normal, as independent spins make it | 3, 3, 2 | N³ |
| `plefka2` (Plefka2[t]) | given one earlier spin, as correlated spins make it | 3, 3, 3 | N³, 4 N² equations |
| `conditional_mean_field` (CMS) | given one spin, normal | 3, 3, 4 | N³, 4 N² integrals |

Errors are those of one step from independent spins, for weak J.
All are exact where J = 0, and where all spins before are certain (mp_i = ±1); `plefka2` and `conditional_mean_field`
for a single spin, too.

References
----------
.. [1] A. Poc-López and M. Aguilera, Network inference in a nonequilibrium Ising model through pairwise conditional mean
       fields, arXiv:2107.06850: CMS, and MS as there.
.. [2] M. Aguilera, S. A. Moosavi and H. Shimazaki, A unifying framework for mean-field theories of asymmetric kinetic
       Ising systems, Nature Communications 12, 1197 (2021): nMF, TAP, Plefka[t], Plefka2[t].
.. [3] M. Mézard and J. Sakellariou, Exact mean-field inference in asymmetric kinetic Ising systems, J. Stat. Mech.
       L07001 (2011): MS.
"""

from functools import lru_cache

import numpy as np

from dmfsa.moments import Closure, ClosureStatus, Moments
from dmfsa.window import Array

FEWEST, MOST = 6, 150  # nodes of the Gaussian integrals: as many more as NODES says, per unit of variance; for 1e-10
NODES = 65.0
NEWTON = 60  # steps; some 4 are enough wherever V >= 0
ROUNDING = 1e-13  # of fields and their variances


def naive_mean_field(J: Array, H: Array, before: Moments) -> Moments:
    """Take every field for its mean (nMF).

        m = tanh(H + J mp),    C = diag(1 - m²),    D_il = (1 - m_i²) J_il (1 - mp_l²).

    Parameters
    ----------
    J : array, shape (N, N)
        Couplings: column j acts on row i. Not symmetric; J_ii may be anything.
    H : array, shape (N,)
        Fields of this step.
    before : Moments
        At the step before.

    Returns
    -------
    Moments
        At this step. `status` says whether the closure was within its validity.
    """
    m = np.tanh(H + J @ before.m)
    u, v = _variance(m), _variance(before.m)
    return _moments(before, m, np.zeros_like(J), u[:, None] * J * v)


def tap(J: Array, H: Array, before: Moments) -> Moments:
    """Take spins before for independent, to second order in J (TAP).

        m_i = tanh(H_i + (J mp)_i - m_i Σ_j J_ij² v_j),
        C_ik = (1 - m_i²)(1 - m_k²) Σ_j J_ij J_kj v_j,    i ≠ k,
        D_il = (1 - m_i²) J_il v_l (1 + 2 m_i J_il mp_l).

    Parameters and answer: see `naive_mean_field`.
    """
    v = _variance(before.m)
    V = J**2 @ v
    theta = _with_reaction(H + J @ before.m, V)
    m = np.tanh(theta)
    u = _variance(m)
    C = np.outer(u, u) * ((J * v) @ J.T)
    D = u[:, None] * J * v * (1.0 + 2.0 * np.outer(m, before.m) * J)
    return _moments(before, m, C, D, V, theta)


def plefka(J: Array, H: Array, before: Moments) -> Moments:
    """Expand in J to second order around spins of the same means, correlated before (Plefka[t]).

        m_i = tanh(H_i + (J mp)_i - m_i V_i),    V_i = (J Cp Jᵀ)_ii,
        C_ik = (1 - m_i²)(1 - m_k²) (J Cp Jᵀ)_ik,    i ≠ k,
        D_il = (1 - m_i²) (J Cp)_il (1 + 2 m_i J_il mp_l).

    Parameters and answer: see `naive_mean_field`.
    """
    JC = J @ before.C
    JCJ = JC @ J.T
    V = JCJ.diagonal()
    theta = _with_reaction(H + J @ before.m, V)
    m = np.tanh(theta)
    u = _variance(m)
    D = u[:, None] * JC * (1.0 + 2.0 * np.outer(m, before.m) * J)
    return _moments(before, m, np.outer(u, u) * JCJ, D, V, theta)


def mezard_sakellariou(J: Array, H: Array, before: Moments) -> Moments:
    """Take fields for normal, as many independent spins make them (MS).

        m_i = ∫Dz tanh(g_i + z √Δ_i),    Δ_i = Σ_j J_ij² v_j,
        C_ik = ∫D(x,y; ρ_ik) tanh(g_i + x √Δ_i) tanh(g_k + y √Δ_k) - m_i m_k,    ρ_ik = Σ_j J_ij J_kj v_j / √(Δ_i Δ_k),
        D = diag(a) J Cp,    a_i = ∫Dz [1 - tanh²(g_i + z √Δ_i)].

    x, y are normal numbers with correlation ρ. Their integral is Mehler's sum Σ_n ρ^n f_in f_kn, f_in the coefficients
    of tanh(g_i + z √Δ_i) in orthonormal Hermite polynomials of z. Parameters and answer: see `naive_mean_field`.
    """
    v = _variance(before.m)
    g, covariance = H + J @ before.m, (J * v) @ J.T
    width = np.sqrt(covariance.diagonal())
    z, weight, hermite = _nodes(width.max() ** 2)
    response = np.tanh(g[:, None] + width[:, None] * z)
    m, a = response @ weight, 1.0 - response**2 @ weight
    rho = _over(covariance, np.outer(width, width))
    power, C = np.ones_like(J), np.zeros_like(J)
    for f in hermite[1:] * weight @ response.T:  # n = 0 is m_i m_k
        power *= rho
        C += power * np.outer(f, f)
    return _moments(before, m, C, a[:, None] * (J @ before.C))


def plefka2(J: Array, H: Array, before: Moments) -> Moments:
    """Expand pairs of spins, one now and one before, to second order in the other couplings (Plefka2[t]).

        θ_il(s) = H_i + (J mp)_i + (J_il + W_il)(s - mp_l) - tanh(θ_il(s)) V_il,    s = ±1,
        V_il = V_i - 2 J_il (J Cp)_il + J_il² Cp_ll,    V = diag(J Cp Jᵀ),
        W_il = (J Dp Jᵀ)_il - J_il Σ_n J_ln Dp_ln,
        m_i = mean over l of Σ_s (1 + s mp_l)/2 tanh θ_il(s),
        D_il = Σ_s s (1 + s mp_l)/2 tanh θ_il(s) - m_i mp_l,

    and at equal times, symmetrised,

        η_ik(s) = H_i + (J mp)_i + (J Cp Jᵀ)_ik (s - m_k) - tanh(η_ik(s)) V_i,
        C_ik = Σ_s (s - m_k) (1 + s m_k)/2 tanh η_ik(s).

    Parameters and answer: see `naive_mean_field`.
    """
    g, JC, JD = H + J @ before.m, J @ before.C, J @ before.D
    JCJ, W = JC @ J.T, JD @ J.T - J * (J * before.D).sum(axis=1)
    V = JCJ.diagonal()
    V_others = V[:, None] - 2.0 * J * JC + J**2 * before.C.diagonal()

    def given_earlier(s: float) -> Array:
        return _with_reaction(g[:, None] + (J + W) * (s - before.m), V_others)

    up, down = given_earlier(1.0), given_earlier(-1.0)
    pair_means, products = _over_spin(np.tanh(up), np.tanh(down), before.m)
    m = pair_means.mean(axis=1)

    def given_now(s: float) -> Array:
        return _with_reaction(g[:, None] + JCJ * (s - m), V[:, None])

    now_up, now_down = given_now(1.0), given_now(-1.0)
    means, equal_products = _over_spin(np.tanh(now_up), np.tanh(now_down), m)
    solutions = np.stack([up, down, now_up, now_down])
    return _moments(before, m, equal_products - means * m, products - np.outer(m, before.m), V_others, solutions)


def conditional_mean_field(J: Array, H: Array, before: Moments) -> Moments:
    """Take fields for normal given the value of one spin, earlier or now: the conditional mean field (CMS).

    Given s_l = s before, other spins are taken for independent. Their means are exact, as long as mp and Cp are; they
    are clipped to ±1, beyond which only the moments of a closure lead:

        m_j(s) = mp_j + Cp_jl (s - mp_l) / (1 - mp_l²),
        m_i(s) = ∫Dz tanh(g_i + z √Δ_i),    g_i = H_i + Σ_j J_ij m_j(s),    Δ_i = Σ_j J_ij² (1 - m_j(s)²),
        m_il = Σ_s (1 + s mp_l)/2 m_i(s),    m_i = mean over l of m_il,
        D_il = Σ_s s (1 + s mp_l)/2 m_i(s) - m_il mp_l;

    and given s_k = s now, the spins before have m_j(s) = mp_j + D_kj (s - m_k) / (1 - m_k²), whence in the same way

        C_ik = Σ_s s (1 + s m_k)/2 m_i(s) - m_ik m_k,    symmetrised.

    Nothing is known of the others from a spin that is certain: m_j(s) = mp_j then. Parameters and answer: see
    `naive_mean_field`. A step of N = 512 takes some 0.1 s of one core.
    """

    def given(covariance: Array, m: Array) -> tuple[Array, Array]:
        """Spins now given one of means m, whose covariance with those before is (N before, N): means and products."""
        slope = _over(covariance, _variance(m))
        up, down = (_normal_response(J, H, before.m[:, None] + slope * (s - m)) for s in (1.0, -1.0))
        return _over_spin(up, down, m)

    means, products = given(before.C, before.m)
    m, D = means.mean(axis=1), products - means * before.m
    means, products = given(D.T, m)
    return _moments(before, m, products - means * m, D)


CLOSURES: dict[str, Closure] = {
    "nMF": naive_mean_field,
    "TAP": tap,
    "Plefka[t]": plefka,
    "MS": mezard_sakellariou,
    "Plefka2[t]": plefka2,
    "CMS": conditional_mean_field,
}
"""All closures, by the names that papers give them, the simplest first."""


def _variance(m: Array) -> Array:
    """1 - m², variances of spins of these means."""
    return np.maximum(0.0, 1.0 - m**2)


def _over(x: Array, y: Array) -> Array:
    """Quotients, and 0 where y is 0."""
    found: Array = np.divide(x, y, out=np.zeros(np.broadcast_shapes(x.shape, y.shape)), where=y != 0)
    return found


def _over_spin(up: Array, down: Array, m: Array) -> tuple[Array, Array]:
    """Σ_s (1 + s m)/2 f(s) and Σ_s s (1 + s m)/2 f(s), of f(1) and f(-1)."""
    up, down = (1.0 + m) / 2.0 * up, (1.0 - m) / 2.0 * down
    return up + down, up - down


def _with_reaction(a: Array, V: Array) -> Array:
    """θ = a - V tanh θ by Newton's method, which from 0 converges for V > -1; NaN where it does not."""
    a, V = np.broadcast_arrays(a, V)
    theta = _over(a, 1.0 + V)
    for _ in range(NEWTON):
        t = np.tanh(theta)
        theta = theta - _over(theta + V * t - a, 1.0 + V * (1.0 - t**2))
        solved = np.abs(theta + V * np.tanh(theta) - a) <= ROUNDING * (1.0 + np.abs(a) + np.abs(V))
        if solved.all():
            break
    return np.where(solved & (V > -1.0), theta, np.nan)


@lru_cache
def _gauss_hermite(n: int) -> tuple[Array, Array, Array]:
    """Nodes and weights of ∫Dz, and the first n orthonormal Hermite polynomials at the nodes, (n, n)."""
    z, weight = np.polynomial.hermite_e.hermegauss(n)
    polynomials = [np.ones(n), z]
    for k in range(1, n - 1):
        polynomials.append((z * polynomials[k] - k**0.5 * polynomials[k - 1]) / (k + 1) ** 0.5)
    return z, weight / weight.sum(), np.array(polynomials)


def _nodes(variance: float) -> tuple[Array, Array, Array]:
    """Nodes, weights, polynomials that integrate tanh(g + z √Δ) to 1e-10 for Δ up to `variance` <= 2, at 4 to 1e-8."""
    return _gauss_hermite(int(np.fmin(np.fmax(np.ceil(FEWEST + NODES * variance), FEWEST), MOST)))


def _normal_response(J: Array, H: Array, m: Array) -> Array:
    """∫Dz tanh(g + z √Δ) of the normal fields that independent spins of means m make, shape (N, ...), clipped to ±1."""
    m = np.clip(m, -1.0, 1.0)
    g, width = H[:, None] + J @ m, np.sqrt(J**2 @ _variance(m))
    z, weight, _ = _nodes(width.max() ** 2)
    found = np.zeros_like(g)
    for k in range(len(z)):
        found += weight[k] * np.tanh(g + z[k] * width)
    return found


def _moments(
    before: Moments, m: Array, C: Array, D: Array, V: Array | None = None, theta: Array | None = None
) -> Moments:
    """Make C symmetric with C_ii = 1 - m², and see whether moments, variances V of fields, solutions θ are valid."""
    C = (C + C.T) / 2.0
    C[np.diag_indices(len(m))] = 1.0 - m**2
    u, v = _variance(m), _variance(before.m)
    checks = {
        ClosureStatus.NEGATIVE_VARIANCE: V is None or (V >= -ROUNDING).all(),
        ClosureStatus.NOT_CONVERGED: theta is None or np.isfinite(theta).all(),
        ClosureStatus.MEAN_OUT_OF_RANGE: (np.abs(before.m) <= 1.0).all() and (np.abs(m) <= 1.0).all(),
        ClosureStatus.CORRELATION_OUT_OF_RANGE: (np.outer(u, u) + ROUNDING >= C**2).all()
        and (np.outer(u, v) + ROUNDING >= D**2).all(),
    }
    status = next((kind for kind, holds in checks.items() if not holds), ClosureStatus.VALID)
    return Moments(m, C, D, status, int(status is ClosureStatus.VALID))
