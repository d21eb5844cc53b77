"""The Jacobian as a block row above a shift, and what follows from its structure alone."""

from functools import lru_cache

import numpy as np

from dmfsa.features import Features
from dmfsa.roles import KEY, QUERY, VALUE
from dmfsa.window import Array


def companion(w: Array, u: Array, query: Array, keys: Array, G: Array) -> Array:
    """Return the block row w_d G^v_d + u_d ⊗ (q·G^k_d) + δ_d0 Σ_e u_e ⊗ (k_e·G^q_0) above a shift by one token.

    Shapes w (..., L), u and keys (..., L, M), query (..., M), G (4, ..., L, M, M): all for one window, or for many.
    """
    *many, n_tokens, n_patterns = u.shape
    row = w[..., None, None] * G[VALUE] + np.einsum("...da,...c,...dcb->...dab", u, query, G[KEY])
    row[..., 0, :, :] += np.einsum("...ea,...ec,...cb->...ab", u, keys, G[QUERY][..., 0, :, :])
    jacobian = np.empty((*many, n_tokens * n_patterns, n_tokens * n_patterns))
    jacobian[...] = np.eye(n_tokens * n_patterns, k=-n_patterns)
    jacobian[..., :n_patterns, :] = row.swapaxes(-3, -2).reshape(*many, n_patterns, n_tokens * n_patterns)
    return jacobian


@lru_cache(maxsize=64)
def n_live_directions(features: Features, context: int, semantic: bool, scored: bool, clocked: bool) -> int:
    """Count the directions that are not sent to zero; the flags say which parts of the Jacobian there are."""
    rng = np.random.default_rng(0)
    L, n_tokens = context, 4 * context
    J = len(features.signs)
    C, table = features.coefficients, features.table
    positional = (features.positional if table is None else table.transpose(1, 2, 0)) * clocked
    slope = rng.uniform(0.5, 1.0, size=(n_tokens, J)) * semantic
    G = np.einsum("raj,dj,jb->rdab", C, slope, features.signs)
    outputs, bits = rng.normal(size=(4, n_tokens, J)), rng.normal(size=(4, n_tokens, positional.shape[2]))
    m = np.einsum("raj,rdj->rda", C, outputs) + np.einsum("rap,rdp->rda", positional, bits)
    Q = np.eye(L * features.n_patterns)
    for newest in range(3 * L, 0, -1):  # tokens in order of age, newest first
        window = slice(newest, newest + L)
        w = rng.uniform(0.5, 1.0, size=L)
        image = companion(w, m[VALUE, window] * scored, m[QUERY, newest], m[KEY, window], G[:, window]) @ Q
        left, size, _ = np.linalg.svd(image, full_matrices=False)
        Q = left[:, size > 1e-10]
    return int(Q.shape[1])
