"""Known flows, for `attractors.examples`: the Lorenz system, two of them coupled, and Rössler's."""

from attractors.arrays import FloatArray
from attractors.flow.ode import Flow, Scheme


def _lorenz_derivative(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    out[0] = p[0] * (x[1] - x[0])
    out[1] = x[0] * (p[1] - x[2]) - x[1]
    out[2] = x[0] * x[1] - p[2] * x[2]


def _lorenz_jacobian(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    out[0, 0], out[0, 1] = -p[0], p[0]
    out[1, 0], out[1, 1], out[1, 2] = p[1] - x[2], -1.0, -x[0]
    out[2, 0], out[2, 1], out[2, 2] = x[1], x[0], -p[2]


def lorenz(
    sigma: float = 10.0, rho: float = 28.0, beta: float = 8.0 / 3.0, *, step_time: float = 0.01, n_substeps: int = 2
) -> Flow:
    """Lorenz' system, x' = σ (y - x), y' = x (ρ - z) - y, z' = x y - β z; volumes shrink at the rate σ + 1 + β.

    Parameters
    ----------
    sigma, rho, beta : float
        σ, ρ and β.
    step_time, n_substeps
        Of the `Flow`.

    References
    ----------
    .. [1] E. N. Lorenz, J. Atmos. Sci. 20, 130 (1963).
    """
    return Flow(_lorenz_derivative, _lorenz_jacobian, [sigma, rho, beta], 3, step_time=step_time, n_substeps=n_substeps)


def _rossler_derivative(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    out[0] = -x[1] - x[2]
    out[1] = x[0] + p[0] * x[1]
    out[2] = p[1] + x[2] * (x[0] - p[2])


def _rossler_jacobian(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    out[0, 0], out[0, 1], out[0, 2] = 0.0, -1.0, -1.0
    out[1, 0], out[1, 1], out[1, 2] = 1.0, p[0], 0.0
    out[2, 0], out[2, 1], out[2, 2] = x[2], 0.0, x[0] - p[2]


def rossler(a: float = 0.2, b: float = 0.2, c: float = 5.7, *, step_time: float = 0.05, n_substeps: int = 2) -> Flow:
    """Rössler's system, x' = -y - z, y' = x + a y, z' = b + z (x - c).

    Parameters
    ----------
    a, b, c : float
    step_time, n_substeps
        Of the `Flow`.

    References
    ----------
    .. [1] O. E. Rössler, Phys. Lett. A 57, 397 (1976).
    """
    return Flow(_rossler_derivative, _rossler_jacobian, [a, b, c], 3, step_time=step_time, n_substeps=n_substeps)


def _coupled_lorenz_derivative(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    m = x.size // 6
    chi, rho = p[0], p[1]
    for i in range(m):
        b1, x1, x2, b2, y1, y2 = x[i], x[m + i], x[2 * m + i], x[3 * m + i], x[4 * m + i], x[5 * m + i]
        out[i] = 10.0 * (x1 - chi * b2 - (1.0 - chi) * b1)
        out[m + i] = rho * b1 - x1 - b1 * x2
        out[2 * m + i] = b1 * x1 - 8.0 / 3.0 * x2
        out[3 * m + i] = 10.0 * (y1 - chi * b1 - (1.0 - chi) * b2)
        out[4 * m + i] = rho * b2 - y1 - b2 * y2
        out[5 * m + i] = b2 * y1 - 8.0 / 3.0 * y2


def _coupled_lorenz_jacobian(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    m = x.size // 6
    chi, rho = p[0], p[1]
    for i in range(m):
        for one, other in ((i, 3 * m + i), (3 * m + i, i)):
            u, v = one + m, one + 2 * m
            out[one, u], out[one, other], out[one, one] = 10.0, -10.0 * chi, -10.0 * (1.0 - chi)
            out[u, one], out[u, u], out[u, v] = rho - x[v], -1.0, -x[one]
            out[v, one], out[v, u], out[v, v] = x[u], x[one], -8.0 / 3.0


def coupled_lorenz(
    chi: float = -0.5,
    rho: float = 32.0,
    *,
    n_copies: int = 1,
    step_time: float = 0.01,
    n_substeps: int = 2,
    scheme: Scheme = "rk4",
) -> Flow:
    """Two Lorenz systems that feel each other through b, b_1' = 10 (x_1 - χ b_2 - (1-χ) b_1).

    Beside it x_1' = ρ b_1 - x_1 - b_1 x_2 and x_2' = b_1 x_1 - 8/3 x_2; the same holds for (b_2, y_1, y_2). The state
    is (b_1, x_1, x_2, b_2, y_1, y_2); of several copies without coupling, side by side, all b_1 first.

    Parameters
    ----------
    chi : float
        χ: 0 for two systems apart. Below 0 they attract each other and synchronise; at 1/2 states with b_1 = -b_2 feel
        no friction, and grow as √t without bound: b_1² = 20 · 8/3 · ρ t.
    rho : float
        ρ.
    n_copies : int
        Pairs, without coupling among them.
    step_time, n_substeps, scheme
        Of the `Flow`.

    References
    ----------
    .. [1] M. Aguilera, Á. Poc-López, C. Heins, C. L. Buckley, arXiv:2207.12914.
    """
    return Flow(
        _coupled_lorenz_derivative,
        _coupled_lorenz_jacobian,
        [chi, rho],
        6 * n_copies,
        step_time=step_time,
        n_substeps=n_substeps,
        scheme=scheme,
    )
