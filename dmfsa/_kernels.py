"""Compiled code of the model: one function, one equation.

Many maps advance side by side. Every quantity is an array whose last index is the lane, one lane per parameter
point and start, and the loop over lanes stands inside all loops but the short ones over patterns, classes and ages,
which LLVM unrolls: then it fills the vector units. The sizes must be constants of the compiled code for that, so
`lanes` makes one function for each combination of them, once per machine (the cache keeps it).

Work arrays live on the stack, where LLVM sees that they overlap nothing; it gives up on vectors otherwise.
`math.exp` and `math.tanh` would not vectorise either (the wheels of numba carry no vector library), hence the
polynomials. There is no fastmath: every product that is to be fused with a sum is written `fma`, so that a point has
the same bits in every lane, whatever LLVM makes of the loop around it.
"""

import functools
import hashlib
import math
import os
from pathlib import Path

import llvmlite.binding
import numba
import numpy as np
from numba import config, njit, types
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

OPTIONS = {"error_model": "numpy"}
scalar = njit(forceinline=True, **OPTIONS)
# Merged into `advance` before LLVM sees it: a callee on its own would be optimised for sizes yet unknown.
equation = njit(inline="always", **OPTIONS)

NOISE = 32 * 2.0**-52  # relative size below which a difference of rounded terms has lost its second digit
LOG2_E = 1.4426950408889634
LN2 = 0.6931471805599453
LN2_HIGH = 0.693145751953125  # 21 bits of log 2, so that k * LN2_HIGH is exact for every exponent k
LN2_LOW = 1.4286068203094172e-06
ROUND = 6755399441055744.0  # 1.5 * 2**52: once added, the nearest integer stands in the lowest bits
MANTISSA = (1 << 52) - 1


# ---- the little that numba lacks: arrays on the stack, fused products, floats read as bits ----------------------


if config.DISABLE_JIT:

    def local1(a):
        return np.empty(a)

    def local2(a, b):
        return np.empty((a, b))

    def local3(a, b, c):
        return np.empty((a, b, c))

    def local4(a, b, c, d):
        return np.empty((a, b, c, d))

    def bits(x):
        return int(np.float64(x).view(np.int64))

    def from_bits(i):
        return float(np.uint64(i & 0xFFFFFFFFFFFFFFFF).view(np.float64))

    def fma(a, b, c):
        return a * b + c

else:
    from llvmlite import ir

    def _stack_array(*dims):
        if not all(isinstance(dim, types.IntegerLiteral) for dim in dims):
            return None  # numba also asks with plain integers; a size must be known when compiling
        sizes = [dim.literal_value for dim in dims]
        array = types.Array(types.float64, len(sizes), "C")

        def codegen(context, builder, signature, args):
            with builder.goto_entry_block():
                memory = builder.alloca(ir.ArrayType(ir.DoubleType(), math.prod(sizes)))
                memory.align = 64
            strides = [8 * math.prod(sizes[i + 1 :]) for i in range(len(sizes))]
            value = context.make_array(array)(context, builder)
            populate_array(
                value,
                data=builder.bitcast(memory, ir.DoubleType().as_pointer()),
                shape=[context.get_constant(types.intp, size) for size in sizes],
                strides=[context.get_constant(types.intp, stride) for stride in strides],
                itemsize=context.get_constant(types.intp, 8),
                meminfo=None,
            )
            return value._getvalue()

        return array(*dims), codegen

    @intrinsic
    def local1(context, a):
        return _stack_array(a)

    @intrinsic
    def local2(context, a, b):
        return _stack_array(a, b)

    @intrinsic
    def local3(context, a, b, c):
        return _stack_array(a, b, c)

    @intrinsic
    def local4(context, a, b, c, d):
        return _stack_array(a, b, c, d)

    @intrinsic
    def bits(context, x):
        def codegen(context, builder, signature, args):
            return builder.bitcast(args[0], ir.IntType(64))

        return types.int64(types.float64), codegen

    @intrinsic
    def from_bits(context, i):
        def codegen(context, builder, signature, args):
            return builder.bitcast(args[0], ir.DoubleType())

        return types.float64(types.int64), codegen

    @intrinsic
    def fma(context, a, b, c):
        def codegen(context, builder, signature, args):
            return builder.fma(*args)

        return types.float64(types.float64, types.float64, types.float64), codegen


# ---- elementary functions ------------------------------------------------------------------------------------


@scalar
def exp(x):
    """e^x = 2^k e^r, |r| <= log(2)/2, with the Taylor polynomial of degree 13 in r; 0 below -708, e^709 above 709."""
    y = -708.0 if x < -708.0 else x
    y = 709.0 if y > 709.0 else y
    shifted = fma(y, LOG2_E, ROUND)
    k = shifted - ROUND
    r = fma(-k, LN2_LOW, fma(-k, LN2_HIGH, y))
    p = 1.0 / 6227020800.0
    p = fma(p, r, 1.0 / 479001600.0)
    p = fma(p, r, 1.0 / 39916800.0)
    p = fma(p, r, 1.0 / 3628800.0)
    p = fma(p, r, 1.0 / 362880.0)
    p = fma(p, r, 1.0 / 40320.0)
    p = fma(p, r, 1.0 / 5040.0)
    p = fma(p, r, 1.0 / 720.0)
    p = fma(p, r, 1.0 / 120.0)
    p = fma(p, r, 1.0 / 24.0)
    p = fma(p, r, 1.0 / 6.0)
    p = fma(p, r, 0.5)
    p = fma(p * r, r, r)
    return 0.0 if x < -708.0 else (1.0 + p) * from_bits((bits(shifted) + 1023) << 52)


@scalar
def tanh(x):
    """tanh x: a rational function of x² (Cephes' coefficients) below 0.625, (1 - e)/(1 + e), e = exp(-2|x|), above."""
    e = exp(-2.0 * abs(x))
    z = x * x
    p = fma(fma(-9.64399179425052238628e-1, z, -9.92877231001918586564e1), z, -1.61468768441708447952e3) * z
    q = fma(fma(z + 1.12811678491632931402e2, z, 2.23548839060100448583e3), z, 4.84406305325125486048e3)
    small = abs(x) < 0.625
    ratio = (p if small else 1.0 - e) / (q if small else 1.0 + e)
    return fma(x, ratio, x) if small else math.copysign(ratio, x)


@scalar
def log(x):
    """log x = e log 2 + 2 artanh((m-1)/(m+1)), x = m 2^e, 1/√2 < m <= √2; -inf at 0 and below."""
    pattern = bits(x)
    m = from_bits((pattern & MANTISSA) | (1023 << 52))
    large = m > 1.4142135623730951
    m = 0.5 * m if large else m
    e = float((pattern >> 52) - 1023) + (1.0 if large else 0.0)
    f = (m - 1.0) / (m + 1.0)
    s = f * f
    p = 2.0 / 21.0
    p = fma(p, s, 2.0 / 19.0)
    p = fma(p, s, 2.0 / 17.0)
    p = fma(p, s, 2.0 / 15.0)
    p = fma(p, s, 2.0 / 13.0)
    p = fma(p, s, 2.0 / 11.0)
    p = fma(p, s, 2.0 / 9.0)
    p = fma(p, s, 2.0 / 7.0)
    p = fma(p, s, 2.0 / 5.0)
    p = fma(p, s, 2.0 / 3.0)
    value = fma(e, LN2, fma(p * s, f, 2.0 * f))
    return value if x > 0.0 else -math.inf


# ---- the map -------------------------------------------------------------------------------------------------


@equation
def token(attention, beta, epsilon, signs, coefficients, position, slot, theta, decay, query, keys, values):
    """Mean fields of the token that `attention` (M, lanes) generates, put into their `slot` of the rings.

    θ_j = tanh(β s_j·A),   m^α = (1-ε) C^α θ + ε W^α_pos p(φ)/P   for α = v, q, k.
    """
    n_classes, n_lanes = theta.shape
    n_patterns = attention.shape[0]
    for w in range(n_lanes):
        for j in range(n_classes):
            x = 0.0
            for b in range(n_patterns):
                x = fma(signs[j, b], attention[b, w], x)
            x *= beta[w]
            theta[j, w] = tanh(x)
            decay[j, w] = exp(-2.0 * abs(x))
        for a in range(n_patterns):
            v = 0.0
            q = 0.0
            k = 0.0
            for j in range(n_classes):
                v = fma(coefficients[0, a, j], theta[j, w], v)
                q = fma(coefficients[1, a, j], theta[j, w], q)
                k = fma(coefficients[2, a, j], theta[j, w], k)
            semantic = 1.0 - epsilon[w]
            values[slot, a, w] = fma(semantic, v, epsilon[w] * position[0, a])
            query[a, w] = fma(semantic, q, epsilon[w] * position[1, a])
            keys[slot, a, w] = fma(semantic, k, epsilon[w] * position[2, a])


@equation
def attend(query, keys, values, gamma, block, scores, top, total, attention):
    """One step of the window: A = Σ_d w_d m^v_d with w = softmax_d(γ' m^q·m^k_d), γ' = γ/√M; leaves w in `scores`.

    The sum runs over the slots of the ring. `block` of them are unrolled; it divides their number.
    """
    n_tokens, n_patterns, n_lanes = keys.shape
    for w in range(n_lanes):
        top[w] = -math.inf
        total[w] = 0.0
        for a in range(n_patterns):
            attention[a, w] = 0.0
    for first in range(n_tokens // block):
        for w in range(n_lanes):
            for e in range(block):
                d = first * block + e
                z = 0.0
                for a in range(n_patterns):
                    z = fma(query[a, w], keys[d, a, w], z)
                z *= gamma[w]
                scores[d, w] = z
                top[w] = max(top[w], z)
    for first in range(n_tokens // block):
        for w in range(n_lanes):
            for e in range(block):
                d = first * block + e
                weight = exp(scores[d, w] - top[w])
                scores[d, w] = weight
                total[w] += weight
                for a in range(n_patterns):
                    attention[a, w] = fma(weight, values[d, a, w], attention[a, w])
    for w in range(n_lanes):
        share = 1.0 / total[w]
        for a in range(n_patterns):
            attention[a, w] *= share
        for d in range(n_tokens):
            scores[d, w] *= share


# ---- its derivative ------------------------------------------------------------------------------------------


@equation
def gain(theta, decay, beta, epsilon, signs, coefficients, slot, slope, value_gain):
    """Slopes θ'_j = 1-θ_j² = e^{-2|x|} (1+|θ|)² (no cancellation) and G^v_ab = (1-ε)β Σ_j C^v_aj θ'_j s_jb."""
    n_classes, n_lanes = theta.shape
    n_patterns = value_gain.shape[1]
    for w in range(n_lanes):
        scale = (1.0 - epsilon[w]) * beta[w]
        for j in range(n_classes):
            one = 1.0 + abs(theta[j, w])
            slope[slot, j, w] = scale * decay[j, w] * one * one
        for a in range(n_patterns):
            for b in range(n_patterns):
                g = 0.0
                for j in range(n_classes):
                    g = fma(coefficients[0, a, j] * signs[j, b], slope[slot, j, w], g)
                value_gain[slot, a, b, w] = g


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
    block,
    key_pull,
    query_pull,
    row,
):
    """The block row ∂A_new/∂A_d of the Jacobian, for every slot d of the ring.

    w_d G^v_d + u_d ⊗ (m^q·G^k_d), and Σ_d u_d ⊗ (m^k_d·G^q) more for the newest token; u_d = γ' w_d (m^v_d - A_new).
    """
    n_patterns, n_classes, n_lanes = query_pull.shape
    n_tokens = weights.shape[0]
    for w in range(n_lanes):
        for j in range(n_classes):
            pull = 0.0
            for a in range(n_patterns):
                pull = fma(query[a, w], coefficients[2, a, j], pull)
            key_pull[j, w] = pull
            for a in range(n_patterns):
                query_pull[a, j, w] = 0.0
    for first in range(n_tokens // block):
        for w in range(n_lanes):
            for e in range(block):
                d = first * block + e
                for b in range(n_patterns):
                    pull = 0.0
                    for j in range(n_classes):
                        pull = fma(key_pull[j, w] * slope[d, j, w], signs[j, b], pull)
                    for a in range(n_patterns):
                        u = gamma[w] * weights[d, w] * (values[d, a, w] - attention[a, w])
                        row[a, d, b, w] = fma(u, pull, weights[d, w] * value_gain[d, a, b, w])
                for j in range(n_classes):
                    pull = 0.0
                    for b in range(n_patterns):
                        pull = fma(keys[d, b, w], coefficients[1, b, j], pull)
                    for a in range(n_patterns):
                        u = gamma[w] * weights[d, w] * (values[d, a, w] - attention[a, w])
                        query_pull[a, j, w] = fma(u, pull, query_pull[a, j, w])
    for w in range(n_lanes):
        for a in range(n_patterns):
            for b in range(n_patterns):
                pull = row[a, newest, b, w]
                for j in range(n_classes):
                    pull = fma(query_pull[a, j, w] * slope[newest, j, w], signs[j, b], pull)
                row[a, newest, b, w] = pull


@equation
def push(row, block, pair, frame, fresh, peak):
    """δA_new = Σ_d (∂A_new/∂A_d) δA_d for all vectors of the frame (k, L, M, lanes); `pair` of them unrolled.

    Its terms are rounded at eps times their size, at most 1 + |row|² squared: `peak` keeps the largest of these.
    """
    n_vectors, n_tokens, n_patterns, n_lanes = frame.shape
    for w in range(n_lanes):
        fresh[0, 0, w] = 1.0
    for first in range(n_tokens // block):
        for w in range(n_lanes):
            for e in range(block):
                d = first * block + e
                for a in range(n_patterns):
                    for b in range(n_patterns):
                        fresh[0, 0, w] = fma(row[a, d, b, w], row[a, d, b, w], fresh[0, 0, w])
    for w in range(n_lanes):
        peak[w] = max(peak[w], fresh[0, 0, w])
    for i in range(n_vectors):
        for a in range(n_patterns):
            for w in range(n_lanes):
                fresh[i, a, w] = 0.0
    for first_vector in range(n_vectors // pair):
        for first in range(n_tokens // block):
            for w in range(n_lanes):
                for f in range(pair):
                    i = first_vector * pair + f
                    for a in range(n_patterns):
                        delta = fresh[i, a, w]
                        for e in range(block):
                            d = first * block + e
                            for b in range(n_patterns):
                                delta = fma(row[a, d, b, w], frame[i, d, b, w], delta)
                        fresh[i, a, w] = delta


@equation
def orthonormalise(frame, block, n_mortal, peak, least, q, dot, log_r, n_dead, n_unresolved):
    """Modified Gram-Schmidt, frame = Q R: leaves Q in `frame` and adds log R_ii to `log_r`.

    The terms of the columns are rounded, at `NOISE` times the square root of `peak` (reset here), and a residual
    magnifies the rounding of later ones by its inverse. What is not larger than that is not resolved. The first
    `n_mortal` columns of a lane that end so are dead: set to zero, log R_ii = -inf from then on. In others the noise
    is kept, and counted.
    """
    n_vectors, n_tokens, n_patterns, n_lanes = frame.shape
    for i in range(n_vectors):
        for w in range(n_lanes):
            dot[w] = 0.0
        for first in range(n_tokens // block):
            for w in range(n_lanes):
                for e in range(block):
                    d = first * block + e
                    for a in range(n_patterns):
                        q[d, a, w] = frame[i, d, a, w]
                        dot[w] = fma(q[d, a, w], q[d, a, w], dot[w])
        for w in range(n_lanes):
            if i == 0:
                peak[w] *= NOISE * NOISE * max(1.0, dot[w])
                least[w] = 1.0
            noise = 0.0 < dot[w] <= peak[w] / least[w]
            dies = noise and n_dead[w] < n_mortal
            n_unresolved[i, w] += 1.0 if noise and not dies else 0.0
            n_dead[w] += 1.0 if dies else 0.0
            residual = 0.0 if dies else dot[w]
            least[w] = residual if 0.0 < residual < least[w] else least[w]
            log_r[i, w] += 0.5 * log(residual)
            dot[w] = 1.0 / math.sqrt(residual) if residual > 0.0 else 0.0
        for first in range(n_tokens // block):
            for w in range(n_lanes):
                for e in range(block):
                    d = first * block + e
                    for a in range(n_patterns):
                        q[d, a, w] *= dot[w]
        for d in range(n_tokens):
            for a in range(n_patterns):
                for w in range(n_lanes):
                    frame[i, d, a, w] = q[d, a, w]
        for j in range(i + 1, n_vectors):
            for w in range(n_lanes):
                dot[w] = 0.0
            for first in range(n_tokens // block):
                for w in range(n_lanes):
                    for e in range(block):
                        d = first * block + e
                        for a in range(n_patterns):
                            dot[w] = fma(q[d, a, w], frame[j, d, a, w], dot[w])
            for first in range(n_tokens // block):
                for w in range(n_lanes):
                    for e in range(block):
                        d = first * block + e
                        for a in range(n_patterns):
                            frame[j, d, a, w] = fma(-dot[w], q[d, a, w], frame[j, d, a, w])
    for w in range(n_lanes):
        peak[w] = 0.0


# ---- all of it, step after step ------------------------------------------------------------------------------


@functools.cache
def cache_folder():
    """Folder for compiled code of this very source, these versions and this kind of processor; None if not writable.

    numba itself notices only edits that change a file's date or size, and its index can mix up variants that
    several processes write at once: hence a folder for each source and (in `lanes`) for each variant.
    """
    processor = llvmlite.binding.get_host_cpu_name(), llvmlite.binding.get_host_cpu_features().flatten()
    versions = numba.__version__, llvmlite.__version__, np.__version__, *processor
    key = hashlib.sha256(Path(__file__).read_bytes() + repr(versions).encode()).hexdigest()[:16]
    home = os.environ.get("NUMBA_CACHE_DIR") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "dmfsa")
    try:
        folder = Path(home, key).expanduser()
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return folder if os.access(folder, os.W_OK) else None


@functools.cache
def lanes(n_patterns, n_classes, context, n_lanes, n_vectors):
    """Compile the map of M patterns, J classes and L tokens for so many lanes and tangent vectors (0: map alone)."""
    M, J, L, W, K = n_patterns, n_classes, context, n_lanes, n_vectors
    N = max(K, 1)
    block = max(b for b in range(1, 7) if L % b == 0)
    pair = 2 if K % 2 == 0 else 1

    def advance(
        window,
        time,
        n_steps,
        beta,
        gamma,
        epsilon,
        signs,
        coefficients,
        positional,
        tail,
        frame,
        interval,
        n_mortal,
        log_r,
        n_dead,
        n_unresolved,
    ):
        """Advance every lane by `n_steps`, and its tangent vectors with it.

        window (L, M, W), newest first, and frame (K, L, M, W), both changed in place; `time` of the newest token: its
        phase is time mod T. positional (T, 3, M) = W^α_pos p(φ)/P. tail (n, M, W) gets the last n attention vectors.
        QR decompositions stand `interval` steps apart; log_r, n_unresolved (K, W) and n_dead (W,) are added to.
        """
        attention, query = local2(M, W), local2(M, W)
        keys, values = local3(L, M, W), local3(L, M, W)
        theta, decay, slope = local2(J, W), local2(J, W), local3(L, J, W)
        weights, top, total = local2(L, W), local1(W), local1(W)
        value_gain, row = local4(L, M, M, W), local4(M, L, M, W)
        key_pull, query_pull = local2(J, W), local3(M, J, W)
        ring, fresh = local4(N, L, M, W), local3(N, M, W)
        q, dot, peak, least = local3(L, M, W), local1(W), local1(W), local1(W)
        for w in range(W):
            peak[w] = 0.0
        end = time + n_steps
        first_kept = end - tail.shape[0]
        for i in range(K):
            for d in range(L):
                for a in range(M):
                    for w in range(W):
                        ring[i, (time - d) % L, a, w] = frame[i, d, a, w]
        for t in range(time - L + 1, end + 1):
            slot = t % L
            if t <= time:
                for a in range(M):
                    for w in range(W):
                        attention[a, w] = window[time - t, a, w]
            else:
                attend(query, keys, values, gamma, block, weights, top, total, attention)
                if K > 0:
                    jacobian_row(
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
                        (t - 1) % L,
                        block,
                        key_pull,
                        query_pull,
                        row,
                    )
                    push(row, block, pair, ring, fresh, peak)
                    for i in range(K):
                        for a in range(M):
                            for w in range(W):
                                ring[i, slot, a, w] = fresh[i, a, w]
                    if (t - time) % interval == 0:
                        orthonormalise(ring, block, n_mortal, peak, least, q, dot, log_r, n_dead, n_unresolved)
            token(
                attention,
                beta,
                epsilon,
                signs,
                coefficients,
                positional[t % positional.shape[0]],
                slot,
                theta,
                decay,
                query,
                keys,
                values,
            )
            if K > 0:
                gain(theta, decay, beta, epsilon, signs, coefficients, slot, slope, value_gain)
            if t > first_kept:
                for a in range(M):
                    for w in range(W):
                        tail[t - first_kept - 1, a, w] = attention[a, w]
            if t > end - L:
                for a in range(M):
                    for w in range(W):
                        window[end - t, a, w] = attention[a, w]
        for i in range(K):
            for d in range(L):
                for a in range(M):
                    for w in range(W):
                        frame[i, d, a, w] = ring[i, (end - d) % L, a, w]

    folder = cache_folder()
    if folder is None:
        return njit(nogil=True, **OPTIONS)(advance)
    usual, config.CACHE_DIR = config.CACHE_DIR, str(folder / f"M{M}-J{J}-L{L}-W{W}-K{K}")
    try:
        return njit(nogil=True, cache=True, **OPTIONS)(advance)
    finally:
        config.CACHE_DIR = usual
