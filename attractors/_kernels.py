# mypy: ignore-errors
# (numba is partly typed, and differently in each version; the signatures in the decorators are checked by numba)
"""Compiled code of the analysis: one function, one equation.

A user's map arrives as a pointer to a function of fixed signature. So these loops are compiled once per
machine and kept, where a loop made for each map would be compiled anew in every process (a jitted function as
an argument is never cached). Measured for the Henon map: 24 instead of 7 ns per step of an orbit, and seconds
of compilation saved.

Tangent vectors are rows, so that each lies contiguous in memory. Divisions by zero give inf, as in NumPy.
"""

import functools
import math

import numpy as np
from numba import boolean, config, float64, int64, njit, types

EPS = 2.0**-52

VECTOR = float64[::1]
MATRIX = float64[:, ::1]
COUNTS = int64[::1]
STEP_SIGNATURE = types.void(VECTOR, VECTOR, VECTOR)  # x (d,), p, out (d,)
JACOBIAN_SIGNATURE = types.void(VECTOR, VECTOR, MATRIX)  # x (d,), p, out (d, d)
STEP = types.FunctionType(STEP_SIGNATURE)
JACOBIAN = types.FunctionType(JACOBIAN_SIGNATURE)

OPTIONS = {"error_model": "numpy", "nogil": True}


@functools.lru_cache(maxsize=64)
def compiled(function, signature):
    """Compile a user's function with a fixed signature, unless it is compiled already or the JIT is off.

    Kept by function, so that a sweep which makes a map at every parameter point compiles once.
    """
    if config.DISABLE_JIT or hasattr(function, "py_func"):
        return function
    return njit(signature, **OPTIONS)(function)


@functools.lru_cache(maxsize=64)
def differences(step):
    """Make a Jacobian of a compiled step by central differences, h = ε^⅓ max(1, |x_b|).

    Where both sides differ by more than a smooth map allows there is a jump or a kink between them: the flatter side
    is taken then.
    """
    root, rough = EPS ** (1.0 / 3.0), 1e-3

    def jacobian(x, p, out):
        d = x.size
        y, here, above, below = x.copy(), np.empty(d), np.empty(d), np.empty(d)
        step(x, p, here)
        for b in range(d):
            h = root * max(1.0, abs(x[b]))
            up, down = x[b] + h, x[b] - h
            y[b] = up
            step(y, p, above)
            y[b] = down
            step(y, p, below)
            y[b] = x[b]
            for a in range(d):
                right, left = (above[a] - here[a]) / (up - x[b]), (here[a] - below[a]) / (x[b] - down)
                out[a, b] = (above[a] - below[a]) / (up - down)
                if abs(right - left) > rough * max(1.0, min(abs(right), abs(left))):
                    out[a, b] = right if abs(right) < abs(left) else left

    return jacobian


@njit(types.void(STEP, VECTOR, VECTOR, MATRIX), cache=True, **OPTIONS)
def orbit(step, p, x0, trajectory):
    """Iterate x_{t+1} = step(x_t): row t of the trajectory (n, d) receives the state after t + 1 steps."""
    x = x0
    for t in range(len(trajectory)):
        step(x, p, trajectory[t])
        x = trajectory[t]


@njit(types.void(MATRIX, MATRIX, VECTOR, COUNTS), cache=True, **OPTIONS)
def orthonormalise(V, Q, log_sums, unresolved):
    """Factorise V = R^T Q by rows (modified Gram-Schmidt), add log R_ii, bury what is rounding noise.

    J q is known to d eps |J|, so a residual of at most d eps |V| (Frobenius) has no direction: its vector
    becomes 0, its logarithm -inf, and being 0 it takes nothing from the others, now or later.
    """
    k, d = V.shape
    square = 0.0
    for i in range(k):
        for a in range(d):
            square += V[i, a] * V[i, a]
    noise = d * EPS * math.sqrt(square)
    for i in range(k):
        alive = False
        for a in range(d):
            alive |= V[i, a] != 0.0
        for j in range(i):
            projection = 0.0
            for a in range(d):
                projection += Q[j, a] * V[i, a]
            for a in range(d):
                V[i, a] -= projection * Q[j, a]
        square = 0.0
        for a in range(d):
            square += V[i, a] * V[i, a]
        residual = math.sqrt(square)
        if (
            residual == 0.0 or residual <= noise < np.inf
        ):  # an overflow is no death: its logarithm, inf, tells of divergence
            log_sums[i] = -np.inf
            Q[i] = 0.0
            unresolved[i] += alive  # exactly 0 before: truly annihilated; else zero or noise, who can tell
        else:
            log_sums[i] += math.log(residual)
            for a in range(d):  # after an overflow there is no direction: 0 would pass for a dead one from here on
                Q[i, a] = V[i, a] / residual if residual < np.inf else np.nan


@njit(types.void(STEP, JACOBIAN, VECTOR, VECTOR, MATRIX, int64), cache=True, **OPTIONS)
def tangent(step, jacobian, p, x, V, n):
    """Advance x <- step(x) and v_i <- J(x) v_i, rows of V (k, d), by n steps, both in place."""
    k, d = V.shape
    y, u, J = np.empty(d), np.empty(d), np.zeros((d, d))
    for _ in range(n):
        jacobian(x, p, J)
        step(x, p, y)
        for a in range(d):
            x[a] = y[a]
        for i in range(k):
            for a in range(d):
                u[a] = 0.0
                for b in range(d):
                    u[a] += J[a, b] * V[i, b]
            for a in range(d):
                V[i, a] = u[a]


@njit(boolean(STEP, JACOBIAN, *[VECTOR] * 3, *[MATRIX] * 3, int64, int64, VECTOR, COUNTS), cache=True, **OPTIONS)
def stretch(step, jacobian, p, x, y, J, Q, V, n, interval, log_sums, unresolved):
    """Advance x <- step(x), q_i <- J(x) q_i by n steps, orthonormal again every `interval`; False if not finite.

    State `x` and frame `Q` (k, d) advance in place; `y` (d,), `J` (d, d) and `V` (k, d) are scratch.
    """
    k, d = Q.shape
    for t in range(1, n + 1):
        jacobian(x, p, J)
        step(x, p, y)
        for a in range(d):  # not x[:] = y: the text of its shape error costs 4 s of compilation
            x[a] = y[a]
        for i in range(k):
            for a in range(d):
                total = 0.0
                for b in range(d):
                    total += J[a, b] * Q[i, b]
                V[i, a] = total
        if t % interval == 0 or t == n:
            orthonormalise(V, Q, log_sums, unresolved)
        else:
            for i in range(k):
                for a in range(d):
                    Q[i, a] = V[i, a]
    finite = True
    for a in range(d):
        finite &= math.isfinite(x[a])
    for i in range(k):
        finite &= log_sums[i] < np.inf  # -inf is an answer; NaN and inf are not
    return finite


@njit(types.void(STEP, JACOBIAN, VECTOR, VECTOR, MATRIX, int64, int64, int64, MATRIX, COUNTS), cache=True, **OPTIONS)
def stretching(step, jacobian, p, x, Q, n_settle, block_length, interval, log_sums, unresolved):
    """Sum log R_ii(t) over each block, after n_settle steps that only align the frame; NaN from divergence on.

    State `x` (d,) and frame `Q` (k, d) advance in place; `log_sums` (n_blocks, k) and `unresolved` (k,) start
    as 0.
    """
    k, d = Q.shape
    y, J, V = np.empty(d), np.zeros((d, d)), np.empty((k, d))
    finite = stretch(step, jacobian, p, x, y, J, Q, V, n_settle, interval, np.zeros(k), unresolved)
    for block in range(len(log_sums)):
        if finite:
            sums = log_sums[block]
            finite = stretch(step, jacobian, p, x, y, J, Q, V, block_length, interval, sums, unresolved)
        if not finite:
            log_sums[block] = np.nan


CUBE = float64[:, :, ::1]


@njit(types.void(MATRIX, MATRIX, MATRIX), cache=True, **OPTIONS)
def triangular(V, Q, R):
    """Factorise V = R Q by rows, R lower triangular; Gram-Schmidt twice, so that Q is orthonormal to rounding."""
    k, d = V.shape
    once, ignored, counts = V.copy(), np.zeros(k), np.zeros(k, dtype=np.int64)
    orthonormalise(once, Q, ignored, counts)
    for i in range(k):
        for a in range(d):
            once[i, a] = Q[i, a]
    orthonormalise(once, Q, ignored, counts)
    for i in range(k):
        for j in range(i + 1):
            R[i, j] = 0.0
            for a in range(d):
                R[i, j] += V[i, a] * Q[j, a]


@njit(types.void(STEP, JACOBIAN, VECTOR, VECTOR, MATRIX, CUBE), cache=True, **OPTIONS)
def jacobians(step, jacobian, p, x, states, matrices):
    """Write down x_t and J(x_t), t = 0 ... n - 1, into `states` (n, d) and `matrices` (n, d, d), which are 0 before.

    State `x` (d,) advances in place.
    """
    y = np.empty(len(x))
    for t in range(len(states)):
        jacobian(x, p, matrices[t])
        step(x, p, y)
        for a in range(len(x)):
            states[t, a] = x[a]
            x[a] = y[a]


@njit(types.void(CUBE, MATRIX, CUBE, CUBE), cache=True, **OPTIONS)
def follow(jacobians, Q, frames, triangles):
    """Factorise J_t Q_t = R_t Q_{t+1} by rows, t = 0 ... n - 1, and keep all R_t (n, k, k) and the first Q_t.

    J_t is the product of as many `jacobians` (n_steps, d, d) as fall to each of the n; `frames` (m, k, d) take the
    first m <= n. The frame `Q` (k, d) advances in place.
    """
    k, d = Q.shape
    V, u = np.empty((k, d)), np.empty(d)
    interval = len(jacobians) // len(triangles)
    for t in range(len(triangles)):
        for i in range(k):
            for a in range(d):
                V[i, a] = Q[i, a]
                if t < len(frames):
                    frames[t, i, a] = Q[i, a]
        for s in range(t * interval, (t + 1) * interval):
            for i in range(k):
                for a in range(d):
                    u[a] = 0.0
                    for b in range(d):
                        u[a] += jacobians[s, a, b] * V[i, b]
                for a in range(d):
                    V[i, a] = u[a]
        triangular(V, Q, triangles[t])


@njit(types.void(CUBE, MATRIX, CUBE, MATRIX), cache=True, **OPTIONS)
def backward(triangles, C, frames, growth):
    """Solve c_i(t) R_t = c_i(t+1) for rows of C (k, k), each of length 1 again, from the last t to the first.

    C, lower triangular, changes in place. The first m frames (m, k, d) become C(t) Q_t, the covariant vectors, and
    `growth` (m, k) takes the logarithms of their stretching, -log |c_i(t)|.
    """
    n, k = len(triangles), len(C)
    for t in range(n - 1, -1, -1):
        R = triangles[t]
        for i in range(k):
            square = 0.0
            for j in range(i, -1, -1):
                for m in range(j + 1, i + 1):
                    C[i, j] -= C[i, m] * R[m, j]
                C[i, j] /= R[j, j]
                square += C[i, j] * C[i, j]
            length = math.sqrt(square)
            for j in range(i + 1):
                C[i, j] /= length
            if t < len(growth):
                growth[t, i] = -math.log(length)
        if t < len(frames):
            for i in range(k - 1, -1, -1):
                for a in range(frames.shape[2]):
                    frames[t, i, a] *= C[i, i]
                    for j in range(i):
                        frames[t, i, a] += C[i, j] * frames[t, j, a]


BLOCK = types.Array(float64, 3, "A", readonly=True)


ROWS = types.Array(int64, 1, "A", readonly=True)


@njit(types.void(BLOCK, int64, float64, float64, ROWS, types.Array(types.uint32, 2, "C")), cache=True, **OPTIONS)
def count(block, component, low, per_unit, rows, counts):
    """Count where one component of block (n_steps, m, n_some) is, in some rows of counts; ends take the rest."""
    last = counts.shape[1] - 1
    for t in range(block.shape[0]):
        for i in range(block.shape[2]):
            place = (block[t, component, i] - low) * per_unit
            inside = int(place) if 0.0 < place < last else 0  # what is no whole number of 64 bits is not cast
            counts[rows[i], last if place >= last else inside] += np.uint32(1)


@njit(types.void(BLOCK, int64, int64, float64, ROWS, MATRIX, COUNTS), cache=True, **OPTIONS)
def cross_slab(block, across, component, half_width, rows, rings, n_hits):
    """Where |x_across| < w, put x_component of block (n_steps, m, n_some) into a row of rings (k, n) and count it."""
    for t in range(block.shape[0]):
        for i in range(block.shape[2]):
            if abs(block[t, across, i]) < half_width:
                k = rows[i]
                rings[k, n_hits[k] % rings.shape[1]] = block[t, component, i]
                n_hits[k] += 1
