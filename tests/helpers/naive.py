"""The map, slowly: straight from its definition, sharing nothing with the package.

Each line can be held against the equation beside it. Numbers may be complex: the Jacobian is a complex step.
Windows are newest first; phases count the clock's 2^P steps; gamma is the paper's: softmax has gamma/sqrt M.
"""

import itertools
import json
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np

ROLES = ("o", "v", "q", "k")
CASES = sorted(path.stem.removeprefix("public_") for path in (Path(__file__).parents[1] / "data").glob("public_*.npz"))


def published(case):
    """A case of the published code: network, parameters, start, and its arrays as stored (data/README.md)."""
    with np.load(Path(__file__).parents[1] / "data" / f"public_{case}.npz") as file:
        stored = dict(file)
    meta = json.loads(str(stored["meta"]))
    N, M = meta["se_bits"], meta["M"]
    positional = {role: stored["W" + role][:, N:] for role in ROLES}
    if meta["mode"] in ("gaussian", "uniform"):
        c = {role: stored["corr_" + role][:M] for role in ROLES}
        network = Correlations(c, {role: stored["corr_" + role][-1] for role in ROLES}, positional)
    else:
        network = Matrices({role: stored["W" + role][:, :N] for role in ROLES}, positional)
    start = {"token": stored.get("x0")}
    if "att_window" in stored:
        newest = "".join("1" if bit > 0 else "0" for bit in stored["pe_window"][0])
        start = {"window": stored["att_window"], "phase": int(newest, 2)}
    parameters = {
        "beta": meta["beta"] * meta["scaling_o"],
        "gamma": meta["beta_att"] * meta["scaling_att"],
        "epsilon": meta["eps"],
    }
    return SimpleNamespace(
        meta=meta, network=network, context=meta["L"], parameters=parameters, start=start, stored=stored
    )


def exact_sum(terms):
    """The sum rounded once: a running sum's errors grow 2000-fold within 30 chaotic steps at beta = 1.28."""
    real = math.fsum(np.real(terms))
    return complex(real, math.fsum(np.imag(terms))) if np.iscomplexobj(terms) else real


class Matrices:
    """A network given by ±1 matrices: role -> (M, N) semantic columns, role -> (M, P) positional columns."""

    def __init__(self, semantic, positional):
        self.semantic = {role: np.array(semantic[role], dtype=float) for role in ROLES}
        self.positional = {role: np.array(positional[role], dtype=float) for role in ROLES}
        self.n_patterns, self.n_columns = self.semantic["o"].shape
        self.n_bits = self.positional["o"].shape[1]

    def expectation(self, role, A, beta):
        """E_i[W_ai tanh(beta sum_b Wo_bi A_b)]: the average over the columns, each sum rounded once."""
        token = np.tanh(beta * sum(self.semantic["o"][b] * A[b] for b in range(self.n_patterns)))
        return np.array([exact_sum(row * token) / self.n_columns for row in self.semantic[role]])


class Correlations:
    """A network given by correlations: role -> c (M, M) as [b, a], d (M,) if M = 3, positional columns."""

    def __init__(self, c, d, positional):
        self.c = {role: np.array(c[role], dtype=float) for role in ROLES}
        self.d = d
        self.positional = {role: np.array(positional[role], dtype=float) for role in ROLES}
        self.n_patterns = len(self.c["o"])
        self.n_bits = self.positional["o"].shape[1]
        assert self.n_patterns <= 3, "the paper's form ends at three features"

    def expectation(self, role, A, beta):
        """2^-(M-1) sum_s (sum_b s_b c_ba + s_1 s_2 s_3 d_a) tanh(beta s.A), over s with s_1 = +1."""
        M = self.n_patterns
        total = np.zeros(M, dtype=np.asarray(A).dtype)
        for rest in itertools.product([1, -1], repeat=M - 1):
            s = (1, *rest)
            response = np.tanh(beta * sum(s[b] * A[b] for b in range(M)))
            for a in range(M):
                weight = sum(s[b] * self.c[role][b, a] for b in range(M))
                if M == 3:
                    weight += s[0] * s[1] * s[2] * self.d[role][a]
                total[a] += weight * response / 2 ** (M - 1)
        return total


def clock(phase, n_bits):
    """The positional token: the bits of the phase, most significant first, 0 -> -1."""
    phase = phase % 2**n_bits
    return [1.0 if bit == "1" else -1.0 for bit in format(phase, f"0{n_bits}b")]


def positional_part(network, role, bits, epsilon):
    """(epsilon / P) sum_j W_{a, N+j} p_j."""
    W = network.positional[role]
    return np.array([epsilon / len(bits) * sum(W[a, j] * bits[j] for j in range(len(bits))) for a in range(len(W))])


def mean_field(network, role, A, phase, beta, epsilon):
    """m_a(A, phase) = (1 - epsilon) E_i[...] + (epsilon / P) sum_j ..., shape (M,)."""
    bits = clock(phase, network.n_bits)
    return (1 - epsilon) * network.expectation(role, A, beta) + positional_part(network, role, bits, epsilon)


def attend(query, keys, values, gamma):
    """Softmax over the window of (gamma / sqrt M) q.k, applied to the values; all newest first."""
    M = len(query)
    scores = [gamma / math.sqrt(M) * sum(query[a] * key[a] for a in range(M)) for key in keys]
    largest = max(np.real(score) for score in scores)
    weights = [np.exp(score - largest) for score in scores]
    return sum(w * np.asarray(value) for w, value in zip(weights, values, strict=True)) / sum(weights)


def new_attention(network, window, phase, *, beta, gamma, epsilon):
    """A_new of a window (newest first; any length) whose newest token was born at `phase`."""
    query = mean_field(network, "q", window[0], phase, beta, epsilon)
    keys = [mean_field(network, "k", A, phase - age, beta, epsilon) for age, A in enumerate(window)]
    values = [mean_field(network, "v", A, phase - age, beta, epsilon) for age, A in enumerate(window)]
    return attend(query, keys, values, gamma)


def trajectory(network, window, phase, n_steps, *, beta, gamma, epsilon, context=None):
    """`n_steps` steps from a window. Row t: mean fields of its newest token before, attention made by it.

    A window shorter than `context` grows by a token each step until it is full.
    """
    window = [np.array(A) for A in window]
    context = len(window) if context is None else context
    rows = {name: [] for name in ("mo", "mo_se", "mv", "mq", "mk", "att")}
    for t in range(n_steps):
        newest = window[0]
        for role in ROLES:
            rows["m" + role].append(mean_field(network, role, newest, phase + t, beta, epsilon))
        rows["mo_se"].append((1 - epsilon) * network.expectation("o", newest, beta))
        A_new = new_attention(network, window, phase + t, beta=beta, gamma=gamma, epsilon=epsilon)
        rows["att"].append(A_new)
        window = [A_new, *window][:context]
    return SimpleNamespace(
        **{name: np.array(row) for name, row in rows.items()},
        window=np.array(window),
        phase=(phase + n_steps) % 2**network.n_bits,
    )


def token_mean_field(network, role, token, epsilon):
    """m_a of an explicit token of N + P spins: its parts' overlaps times (1 - epsilon)/N, epsilon/P."""
    N, P = network.n_columns, network.n_bits
    spins, bits = token[:N], token[N:]
    assert len(bits) == P
    semantic = [(1 - epsilon) / N * sum(row[i] * spins[i] for i in range(N)) for row in network.semantic[role]]
    return np.array(semantic) + positional_part(network, role, bits, epsilon)


def trajectory_from_token(network, token, context, n_steps, *, beta, gamma, epsilon):
    """The published start: A_0 = m_v(token), alone in the window, phase 0; the token itself is dropped.

    Row t belongs to A_t, the newest of min(t + 1, context) tokens, at phase t; att[t] is A_(t+1).
    """
    A_0 = token_mean_field(network, "v", token, epsilon)
    return trajectory(network, [A_0], 0, n_steps, beta=beta, gamma=gamma, epsilon=epsilon, context=context)


def jacobian(network, window, phase, *, beta, gamma, epsilon, h=1e-30):
    """d(next window)/d(window), shape (L M, L M), newest token first; column j is Im F(x + i h e_j) / h."""
    window = np.array(window, dtype=complex)
    L, M = window.shape
    J = np.zeros((L * M, L * M))
    for d in range(L):
        for b in range(M):
            moved = window.copy()
            moved[d, b] += 1j * h
            A_new = new_attention(network, moved, phase, beta=beta, gamma=gamma, epsilon=epsilon)
            next_window = np.array([A_new, *moved[:-1]])
            J[:, d * M + b] = next_window.imag.ravel() / h
    return J


def lyapunov_log(network, window, phase, n_steps, *, beta, gamma, epsilon):
    """log |R_ii| of a Householder QR at every step, from the identity; shape (n_steps, L M)."""
    window = np.array(window)
    L, M = window.shape
    Q = np.eye(L * M)
    logs = np.zeros((n_steps, L * M))
    for t in range(n_steps):
        J = jacobian(network, window, phase + t, beta=beta, gamma=gamma, epsilon=epsilon)
        Q, R = np.linalg.qr(J @ Q)
        with np.errstate(divide="ignore"):  # a singular Jacobian has exponents of -inf
            logs[t] = np.log(np.abs(np.diag(R)))
        A_new = new_attention(network, window, phase + t, beta=beta, gamma=gamma, epsilon=epsilon)
        window = np.array([A_new, *window[:-1]])
    return logs
