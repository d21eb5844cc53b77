"""Compiled code of the model: one function, one equation, for many maps in lanes side by side.

Arrays of lanes have their sizes in the compiled code (`lanes` compiles for each combination of them, once per
machine: the cache keeps it), so that LLVM unrolls the short loops over patterns, classes and tokens.
"""

import functools
from typing import Any

import numpy as np
from numba import float64, int64, types

from dmfsa._arguments import Network, Parameters, Recording, Tangents
from dmfsa._cached_kernels import LOCK, cached
from dmfsa._elementary_kernels import equation, exp, log, tanh
from dmfsa._lanes import copysign, fma, in_lanes, local1, local2, local3, sqrt, where_less, widest_vectors
from dmfsa.roles import KEY, OUTPUT, QUERY, VALUE

PLANES, BLOCKS, FRAMES = float64[:, ::1], float64[:, :, ::1], float64[:, :, :, ::1]


def named(kinds):
    """Type of a NamedTuple, given one that holds the types of its fields."""
    return types.BaseTuple.from_types(tuple(kinds), type(kinds))


SIGNATURE = types.void(
    *(BLOCKS, int64, int64),  # window, time, n_steps
    named(Parameters(beta=PLANES, gamma=PLANES, epsilon=PLANES)),
    named(Network(signs=PLANES, coefficients=BLOCKS, positional=BLOCKS)),
    named(Recording(tail=BLOCKS, outputs=BLOCKS)),
    named(
        Tangents(
            frame=FRAMES,
            interval=int64,
            noise=float64,
            n_mortal=int64,
            log_r=PLANES,
            n_unresolved=PLANES,
            n_dead=PLANES,
        )
    ),
)


# ---- the map -------------------------------------------------------------------------------------------------


@equation
def token(attention, beta, epsilon, signs, coefficients, position, slot, theta, decay, query, keys, values):
    """Mean fields of the token that `attention` (M) generates, put into their `slot` of the rings.

    θ_j = tanh(β s_j·A),   m^α = (1-ε) C^α θ + ε W^α_pos p(φ)/P   for α = v, q, k.
    """
    for j in range(len(theta)):
        x = 0.0
        for b in range(len(attention)):
            x = fma(attention[b], signs[j, b], x)
        x = beta * x
        decay[j] = exp(-2.0 * copysign(x, 1.0))
        theta[j] = tanh(x, decay[j])
    semantic = 1.0 - epsilon
    for a in range(len(attention)):
        v, q, k = 0.0, 0.0, 0.0
        for j in range(len(theta)):
            v = fma(theta[j], coefficients[VALUE, a, j], v)
            q = fma(theta[j], coefficients[QUERY, a, j], q)
            k = fma(theta[j], coefficients[KEY, a, j], k)
        values[slot, a] = fma(semantic, v, epsilon * position[VALUE, a])
        query[a] = fma(semantic, q, epsilon * position[QUERY, a])
        keys[slot, a] = fma(semantic, k, epsilon * position[KEY, a])


@equation
def observe(theta, epsilon, coefficients, output):
    """Semantic mean field m^o of the newest token, (1-ε) C^o θ."""
    for a in range(len(output)):
        o = 0.0
        for j in range(len(theta)):
            o = fma(theta[j], coefficients[OUTPUT, a, j], o)
        output[a] = (1.0 - epsilon) * o


@equation
def attend(query, keys, values, gamma, weights, attention):
    """One step of the window: A = Σ_d w_d m^v_d, w = softmax_d(γ' m^q·m^k_d), γ' = γ/√M, d over slots of the ring."""
    top = -np.inf
    for d in range(len(keys)):
        z = 0.0
        for a in range(len(query)):
            z = fma(query[a], keys[d, a], z)
        weights[d] = gamma * z
        top = where_less(top, weights[d], weights[d], top)
    total = 0.0
    for d in range(len(keys)):
        weights[d] = exp(weights[d] - top)
        total = total + weights[d]
    share = 1.0 / total
    for d in range(len(keys)):
        weights[d] = weights[d] * share
    for a in range(len(attention)):
        x = 0.0
        for d in range(len(keys)):
            x = fma(weights[d], values[d, a], x)
        attention[a] = x


# ---- its derivative ------------------------------------------------------------------------------------------


@equation
def gain(theta, decay, beta, epsilon, signs, coefficients, slot, slope, value_gain):
    """Slopes (1-ε)β (1-θ_j²), 1-θ² = e^{-2|x|} (1+|θ|)² (no cancellation), and G^v_ab = Σ_j C^v_aj slope_j s_jb."""
    n_patterns = value_gain.shape[1]
    scale = (1.0 - epsilon) * beta
    for j in range(len(theta)):
        one = 1.0 + copysign(theta[j], 1.0)
        slope[slot, j] = scale * decay[j] * one * one
    for a in range(n_patterns):
        for b in range(n_patterns):
            g = 0.0
            for j in range(len(theta)):
                g = fma(slope[slot, j], coefficients[VALUE, a, j] * signs[j, b], g)
            value_gain[slot, a, b] = g


@equation
def jacobian_row(
    weights,
    query,
    keys,
    values,
    attention,
    gamma,
    signs,
    coefficients,
    slope,
    value_gain,
    newest,
    key_pull,
    query_pull,
    row,
):
    """The block row ∂A_new/∂A_d of the Jacobian, for every slot d of the ring; returns 1 + its squared norm.

    w_d G^v_d + u_d ⊗ (m^q·G^k_d), and Σ_d u_d ⊗ (m^k_d·G^q) more for the newest token; u_d = γ' w_d (m^v_d - A_new).
    """
    n_patterns, n_classes = len(query), len(key_pull)
    for j in range(n_classes):
        pull = 0.0
        for a in range(n_patterns):
            pull = fma(query[a], coefficients[KEY, a, j], pull)
        key_pull[j] = pull
    for a in range(n_patterns):
        for b in range(n_patterns):
            query_pull[a, b] = 0.0
    for d in range(len(weights)):
        strength = gamma * weights[d]
        for b in range(n_patterns):
            pull = 0.0
            for j in range(n_classes):
                pull = fma(key_pull[j] * slope[d, j], signs[j, b], pull)
            for a in range(n_patterns):
                u = strength * (values[d, a] - attention[a])
                row[a, d, b] = fma(u, pull, weights[d] * value_gain[d, a, b])
                query_pull[a, b] = fma(u, keys[d, b], query_pull[a, b])
    for a in range(n_patterns):
        for j in range(n_classes):
            pull = 0.0
            for b in range(n_patterns):
                pull = fma(query_pull[a, b], coefficients[QUERY, b, j], pull)
            pull = pull * slope[newest, j]
            for b in range(n_patterns):
                row[a, newest, b] = fma(pull, signs[j, b], row[a, newest, b])
    norm = 1.0
    for a in range(n_patterns):
        for d in range(len(weights)):
            for b in range(n_patterns):
                norm = fma(row[a, d, b], row[a, d, b], norm)
    return norm


@equation
def push(row, frame, fresh):
    """δA_new = Σ_d (∂A_new/∂A_d) δA_d for every vector of the frame (k, L, M)."""
    n_vectors, n_tokens, n_patterns = frame.shape[:3]
    for i in range(n_vectors):
        for a in range(n_patterns):
            fresh[i, a] = 0.0
        for d in range(n_tokens):
            for b in range(n_patterns):
                delta = frame[i, d, b]
                for a in range(n_patterns):
                    fresh[i, a] = fma(row[a, d, b], delta, fresh[i, a])


@equation
def orthonormalise(frame, n_mortal, noise, log_r, n_dead, n_unresolved):
    """Modified Gram-Schmidt, frame = Q R: leaves Q in `frame` and adds log R_ii to `log_r`.

    Entries of orthonormal vectors are rounded at eps, so those of the columns at eps times the norm of the Jacobian
    (together `noise`, squared), and the smallest residual so far magnifies that by its inverse, since directions
    hang on it. What is left of a column and not larger is not resolved. The first `n_mortal` columns of a lane that
    end so are dead: set to zero, log R_ii = -inf from then on. In others the noise is kept, and counted.
    """
    n_vectors, n_tokens, n_patterns = frame.shape[:3]
    least = 1.0
    for i in range(n_vectors):
        norm = 0.0
        for d in range(n_tokens):
            for a in range(n_patterns):
                norm = fma(frame[i, d, a], frame[i, d, a], norm)
        if i == 0:
            noise = noise * where_less(norm, 1.0, 1.0, norm)
        doubtful = where_less(0.0, norm, where_less(norm * least, noise, 1.0, 0.0), 0.0)
        dies = doubtful * where_less(n_dead[0], n_mortal, 1.0, 0.0)
        n_unresolved[i] = n_unresolved[i] + doubtful * (1.0 - dies)
        n_dead[0] = n_dead[0] + dies
        norm = norm * (1.0 - dies)
        least = where_less(0.0, norm, where_less(norm, least, norm, least), least)
        log_r[i] = log_r[i] + 0.5 * log(norm)
        inverse = where_less(0.0, norm, 1.0 / sqrt(norm), 0.0)
        for d in range(n_tokens):
            for a in range(n_patterns):
                frame[i, d, a] = inverse * frame[i, d, a]
        for j in range(i + 1, n_vectors - 1, 2):
            project_out_of_two(frame, i, j, j + 1)
        if (n_vectors - i) % 2 == 0:
            project_out(frame, i, n_vectors - 1)


@equation
def project_out(frame, i, j):
    """v_j -= (q_i·v_j) q_i."""
    n_tokens, n_patterns = frame.shape[1:3]
    dot = 0.0
    for d in range(n_tokens):
        for a in range(n_patterns):
            dot = fma(frame[i, d, a], frame[j, d, a], dot)
    for d in range(n_tokens):
        for a in range(n_patterns):
            frame[j, d, a] = fma(-1.0 * dot, frame[i, d, a], frame[j, d, a])


@equation
def project_out_of_two(frame, i, j, k):
    """The same of v_j and v_k: q_i is read once for both, and two sums grow side by side."""
    n_tokens, n_patterns = frame.shape[1:3]
    dot_j, dot_k = 0.0, 0.0
    for d in range(n_tokens):
        for a in range(n_patterns):
            unit = frame[i, d, a]
            dot_j = fma(unit, frame[j, d, a], dot_j)
            dot_k = fma(unit, frame[k, d, a], dot_k)
    for d in range(n_tokens):
        for a in range(n_patterns):
            unit = frame[i, d, a]
            frame[j, d, a] = fma(-1.0 * dot_j, unit, frame[j, d, a])
            frame[k, d, a] = fma(-1.0 * dot_k, unit, frame[k, d, a])


# ---- all of it, step after step ------------------------------------------------------------------------------


def lanes(n_patterns: int, n_classes: int, context: int, n_lanes: int, n_vectors: int) -> Any:
    """Compile the map of M patterns, J classes and L tokens for so many lanes and tangent vectors (0: map alone)."""
    with LOCK:
        return _lanes(n_patterns, n_classes, context, n_lanes, n_vectors)


@functools.cache
def _lanes(n_patterns, n_classes, context, n_lanes, n_vectors):
    M, J, L, W, K = n_patterns, n_classes, context, n_lanes, n_vectors
    N = max(K, 1)

    def advance(window, time, n_steps, parameters, network, recording, tangents):
        """Advance every lane by `n_steps`, and its tangent vectors with it.

        window (L, M, W), newest first, is changed in place; `time` is that of its newest token, whose phase is
        time mod T. The other arguments are described where they are defined.
        """
        widest_vectors()
        windows, frames = in_lanes(window, W), in_lanes(tangents.frame, W)
        tails, outputs = in_lanes(recording.tail, W), in_lanes(recording.outputs, W)
        log_rs, unresolveds = in_lanes(tangents.log_r, W), in_lanes(tangents.n_unresolved, W)
        deads = in_lanes(tangents.n_dead, W)
        b, g, e = in_lanes(parameters.beta, W)[0], in_lanes(parameters.gamma, W)[0], in_lanes(parameters.epsilon, W)[0]
        signs, coefficients, positional = network.signs, network.coefficients, network.positional
        interval, noise, n_mortal = tangents.interval, tangents.noise, tangents.n_mortal
        attention, query = local1(M, W), local1(M, W)
        keys, values = local2(L, M, W), local2(L, M, W)
        theta, decay, slope = local1(J, W), local1(J, W), local2(L, J, W)
        weights, value_gain, row = local1(L, W), local3(L, M, M, W), local3(M, L, M, W)
        key_pull, query_pull = local1(J, W), local2(M, M, W)
        ring, fresh = local3(N, L, M, W), local2(N, M, W)
        end = time + n_steps
        first_kept = end - len(tails)
        norm, peak = 0.0 * b, 0.0 * b
        for i in range(K):
            for d in range(L):
                for a in range(M):
                    ring[i, (time - d) % L, a] = frames[i, d, a]
        for t in range(time - L + 1, end + 1):
            slot = t % L
            if t <= time:
                for a in range(M):
                    attention[a] = windows[time - t, a]
            else:
                if len(outputs) > 0:
                    observe(theta, e, coefficients, outputs[t - time - 1])
                attend(query, keys, values, g, weights, attention)
                if K > 0:
                    norm = jacobian_row(
                        weights,
                        query,
                        keys,
                        values,
                        attention,
                        g,
                        signs,
                        coefficients,
                        slope,
                        value_gain,
                        (t - 1) % L,
                        key_pull,
                        query_pull,
                        row,
                    )
                    peak = where_less(peak, norm, norm, peak)
                    push(row, ring, fresh)
                    for i in range(K):
                        for a in range(M):
                            ring[i, slot, a] = fresh[i, a]
                    if interval > 0 and ((t - time) % interval == 0 or t == end):
                        orthonormalise(ring, n_mortal, noise * noise * peak, log_rs, deads, unresolveds)
                        peak = 0.0 * b
            token(
                attention,
                b,
                e,
                signs,
                coefficients,
                positional[t % len(positional)],
                slot,
                theta,
                decay,
                query,
                keys,
                values,
            )
            if K > 0:
                gain(theta, decay, b, e, signs, coefficients, slot, slope, value_gain)
            if t > first_kept:
                for a in range(M):
                    tails[t - first_kept - 1, a] = attention[a]
            if t > end - L:
                for a in range(M):
                    windows[end - t, a] = attention[a]
        for i in range(K):
            for d in range(L):
                for a in range(M):
                    frames[i, d, a] = ring[i, (end - d) % L, a]

    return cached(advance, SIGNATURE, f"M{M}-J{J}-L{L}-W{W}-K{K}")
