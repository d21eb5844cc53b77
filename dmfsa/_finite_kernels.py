"""Compiled code of the finite network: random numbers, exact binomials, and the steps of one replica after another.

A replica has its own generator, whose state of four words goes in and out of every function that draws: arrays would
have their references counted at each call, which costs ten times the number drawn.
"""

import math

import numpy as np
from numba import float64, int64, njit, types, uint64

OPTIONS = {"error_model": "numpy", "nogil": True, "cache": True}
STATE = types.UniTuple(uint64, 4)
DRAW = types.Tuple((float64, STATE))
VECTOR, PLANE, BLOCK = float64[::1], float64[:, ::1], float64[:, :, ::1]

S11, S17, S19, S23, S41, S45 = (np.uint64(x) for x in (11, 17, 19, 23, 41, 45))
FEW_SPINS = 16.0  # spins below which each is tossed: cheaper than a logarithm
NEAR_MODE = 16.0  # how far from the mode ratios of neighbours are multiplied: cheaper than logarithms, and no overflow
FEWEST_FOR_REJECTION = 10.0  # expected number of spins up from which the rejection is valid, and faster than inversion
HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)
STIRLING = np.array([0.0, *(math.lgamma(k + 1) - (k + 0.5) * math.log(k) + k - HALF_LOG_2PI for k in range(1, 16))])


# ---- random numbers ------------------------------------------------------------------------------------------


@njit(DRAW(STATE), **OPTIONS)
def uniform(state):
    """u = k 2^-53, 0 <= u < 1, of the upper 53 bits of a word of xoshiro256++ (Blackman and Vigna 2021)."""
    a, b, c, d = state
    x = a + d
    word = ((x << S23) | (x >> S41)) + a
    t = b << S17
    c = c ^ a
    d = d ^ b
    b = b ^ c
    a = a ^ d
    c = c ^ t
    d = (d << S45) | (d >> S19)
    return np.int64(word >> S11) * 2.0**-53, (a, b, c, d)


@njit(DRAW(float64, float64, STATE), **OPTIONS)
def tosses(n, p, state):
    """How many of n numbers are below p: one for each spin."""
    up = 0
    for _ in range(int(n)):
        u, state = uniform(state)
        up += u < p
    return float(up), state


@njit(float64(float64), **OPTIONS)
def stirling(k):
    """log k! - log(√(2πk) (k/e)^k), 0 for k = 0."""
    if k < 16.0:
        return STIRLING[int(k)]
    s = 1.0 / (k * k)
    return (1.0 / 12.0 - s * (1.0 / 360.0 - s * (1.0 / 1260.0 - s / 1680.0))) / k


@njit(float64(float64, float64), **OPTIONS)
def deviance(k, mean):
    """k log(k/mean) + mean - k; by its series where the two are close, so that nothing cancels however large."""
    difference, total = k - mean, k + mean
    if abs(difference) >= 0.1 * total:
        return k * math.log(k / mean) - difference
    v = difference / total
    found, term, order, before = difference * v, 2.0 * k * v, 3.0, math.inf
    while found != before:
        before = found
        term *= v * v
        found += term / order
        order += 2.0
    return found


@njit(float64(float64, float64, float64), **OPTIONS)
def log_probability(k, n, p):
    """log of C(n, k) p^k (1-p)^(n-k) in Loader's saddle-point form, whose error does not grow with n."""
    if k == 0.0:
        return n * math.log1p(-p)
    if k == n:
        return n * math.log(p)
    rest = n - k
    corrections = stirling(n) - stirling(k) - stirling(rest)
    exponent = deviance(k, n * p) + deviance(rest, n * (1.0 - p))
    return corrections - exponent - HALF_LOG_2PI - 0.5 * math.log(k * (rest / n))


@njit(float64(float64, float64, float64), **OPTIONS)
def relative_probability(k, n, p):
    """C(n, k) p^k (1-p)^(n-k) over its largest value; near that, by P(i)/P(i-1) = p (n-i+1) / ((1-p) i)."""
    mode = np.floor((n + 1.0) * p)
    if abs(k - mode) > NEAR_MODE:
        return math.exp(log_probability(k, n, p) - log_probability(mode, n, p))
    odds, above, below = p / (1.0 - p), 1.0, 1.0
    for i in range(int(min(k, mode)) + 1, int(max(k, mode)) + 1):
        above *= odds * (n - i + 1.0)
        below *= i
    return above / below if k > mode else below / above


@njit(DRAW(float64, float64, STATE), **OPTIONS)
def inversion(n, p, state):
    """Binomial number by going up its distribution function: some n p steps."""
    odds, nothing = p / (1.0 - p), math.exp(n * math.log1p(-p))
    k, chance = 0.0, nothing
    u, state = uniform(state)
    while u >= chance:
        u -= chance
        k += 1.0
        chance *= odds * (n - k + 1.0) / k
        if chance == 0.0:  # rounding: the distribution function ended below 1
            k, chance = 0.0, nothing
            u, state = uniform(state)
    return k, state


@njit(types.UniTuple(float64, 4)(float64, float64), **OPTIONS)
def transformation(n, p):
    """Hörmann's a, b, alpha: k = floor((2 a/(1/2 - |u|) + b) u + n p + 1/2); and v up to which none is rejected."""
    spread = math.sqrt(n * p * (1.0 - p))
    b = 1.15 + 2.53 * spread
    return -0.0873 + 0.0248 * b + 0.01 * p, b, (2.83 + 5.1 / b) * spread, 0.92 - 4.2 / b


@njit(DRAW(float64, float64, STATE), **OPTIONS)
def rejection(n, p, state):
    """Binomial number by transformed rejection with a squeeze (Hörmann 1993, BTRS); n p >= 10, p <= 1/2."""
    a, b, alpha, inner = transformation(n, p)
    while True:
        u, state = uniform(state)
        v, state = uniform(state)
        u -= 0.5
        room = 0.5 - abs(u)
        k = np.floor((2.0 * a / room + b) * u + n * p + 0.5)
        if room >= 0.07 and v <= inner:
            return k, state
        if 0.0 <= k <= n and v * alpha / (a / (room * room) + b) <= relative_probability(k, n, p):
            return k, state


@njit(DRAW(float64, float64, STATE), **OPTIONS)
def binomial(n, p, state):
    """How many of n spins are up if each is so with probability p <= 1/2, by one exact draw; n <= 2^53."""
    if n < FEW_SPINS:
        return tosses(n, p, state)
    if n * p < FEWEST_FOR_REJECTION:
        return inversion(n, p, state)
    return rejection(n, p, state)


@njit(DRAW(float64, float64, int64, int64, STATE), **OPTIONS)
def spins(n, rarer, mostly_up, one_by_one, state):
    """Sum of n spins; with probability `rarer` <= 1/2 a spin is not what it mostly is."""
    if one_by_one:
        up, state = tosses(n, 1.0 - rarer if mostly_up else rarer, state)
        return 2.0 * up - n, state
    few, state = binomial(n, rarer, state)
    return (n - 2.0 * few if mostly_up else 2.0 * few - n), state


# ---- the network ---------------------------------------------------------------------------------------------


@njit(
    types.void(
        *(int64, int64, int64, int64),  # time, n_tokens, n_undrawn, n_steps
        *(float64, float64, float64, float64),  # beta, gamma, epsilon, n_spins
        *(PLANE, PLANE, VECTOR, PLANE, int64),  # fields, columns, sizes, positional, one_by_one
        *(BLOCK, BLOCK, uint64[:, ::1]),  # window, tokens, states
        *(BLOCK, BLOCK),  # kept_attention, kept_fields
    ),
    **OPTIONS,
)
def advance(
    time,
    n_tokens,
    n_undrawn,
    n_steps,
    beta,
    gamma,
    epsilon,
    n_spins,
    fields,
    columns,
    sizes,
    positional,
    one_by_one,
    window,
    tokens,
    states,
    kept_attention,
    kept_fields,
):
    """Advance every replica by `n_steps`: attention of the window's tokens, then the token drawn from it.

    A = Σ_d w_d m^v_d,   w = softmax_d(γ' m^q·m^k_d),   γ' = γ/√M
    m^α_a = (1-ε)/N Σ_c W^α_ac Σ_{i of c} x_i + ε W^α_pos p(φ)/P,   E x_i = tanh(β Σ_b F_bc A_b)

    window (R, L, M) and tokens (R, L, 4 M) are rings: the token of time t in slot t mod L. The newest is that of
    `time`, there are `n_tokens`, and the newest `n_undrawn` are drawn first. fields F (C, M), most often W^o;
    columns (C, 4 M), sizes (C,) spins of each; positional (T, 4 M) = W^α_pos p(φ)/P. kept_attention (n, R, M) gets the
    last n attention vectors, kept_fields (n, R, 4 M) the mean fields of the newest token before each of those steps.
    """
    R, L, M = window.shape
    T, n_fields = positional.shape
    first_kept = time + 1 + n_steps - len(kept_attention)
    weights = np.empty(L)
    for r in range(R):
        state = (states[r, 0], states[r, 1], states[r, 2], states[r, 3])
        first = time + 1 - n_undrawn
        slot, phase = first % L, first % T  # carried along: a division costs as much as ten products
        for t in range(first, time + 1 + n_steps):
            if t > time:
                newest, n = (slot if slot > 0 else L) - 1, min(L, n_tokens + t - 1 - time)
                top = -math.inf
                for d in range(n):
                    key = newest - d if newest >= d else newest - d + L
                    z = 0.0
                    for a in range(M):
                        z += tokens[r, newest, 2 * M + a] * tokens[r, key, 3 * M + a]
                    weights[d] = gamma * z
                    top = max(top, weights[d])
                total = 0.0
                for d in range(n):
                    weights[d] = math.exp(weights[d] - top)
                    total += weights[d]
                for a in range(M):
                    x = 0.0
                    for d in range(n):
                        value = newest - d if newest >= d else newest - d + L
                        x += weights[d] * tokens[r, value, M + a]
                    window[r, slot, a] = x / total
                if t >= first_kept:
                    for a in range(M):
                        kept_attention[t - first_kept, r, a] = window[r, slot, a]
                    for i in range(n_fields):
                        kept_fields[t - first_kept, r, i] = tokens[r, newest, i]
            for i in range(n_fields):
                tokens[r, slot, i] = epsilon * positional[phase, i]
            before, rarer = math.nan, 0.0
            for c in range(len(sizes)):
                x = 0.0
                for b in range(M):
                    x += fields[c, b] * window[r, slot, b]
                if x != before:  # columns with the same field follow each other: a few exponentials for all
                    before, decay = x, math.exp(-2.0 * beta * abs(x))
                    rarer = decay / (1.0 + decay)
                total, state = spins(sizes[c], rarer, x > 0.0, one_by_one, state)
                share = (1.0 - epsilon) * (total / n_spins)
                for i in range(n_fields):
                    tokens[r, slot, i] += share * columns[c, i]
            slot = slot + 1 if slot + 1 < L else 0
            phase = phase + 1 if phase + 1 < T else 0
        for i in range(4):
            states[r, i] = state[i]
