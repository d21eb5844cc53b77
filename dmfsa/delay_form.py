"""The map as an equation for the newest attention vector alone, in real and in complex arithmetic."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dmfsa.features import Features
from dmfsa.roles import KEY, QUERY, VALUE
from dmfsa.window import Array, Window

TINY = 1e-150  # of a complex step: its square is nothing beside 1
Numbers = npt.NDArray[Any]  # float64 or complex128


class _Tokens(NamedTuple):
    """What a window's tokens are made of, and what attention makes of them; n windows side by side."""

    slopes: Numbers  # 1 - θ², (n, L, J)
    outputs: Numbers  # Σ_j C^α_j θ_j for v, q, k, (3, n, L, M)
    m: Numbers  # mean fields v, q, k, (3, n, L, M)
    weights: Numbers  # softmax over the tokens, (n, L)
    newest: Numbers  # the attention vector that they give, (n, M)


@dataclass(frozen=True, eq=False)
class DelayForm:
    """A_t = G(A_{t-1}, …, A_{t-L}; φ, β, γ, ε): the mean-field map without the shift of its window.

    A cycle of p steps is p attention vectors here, p·M numbers and not p·L·M, and its equations contain no product of
    Jacobians. All functions take n windows side by side, and numbers may be complex: tanh and softmax are analytic.

    Parameters
    ----------
    features : Features
    context : int
        L, how far back the equation looks.
    values : array, shape (3,)
        β, γ, ε of the map that this is made of.
    """

    features: Features
    context: int
    values: Array

    names = ("beta", "gamma", "epsilon")
    accuracy = "derivatives are those of the equations, the second ones by complex steps: all to rounding"

    @property
    def width(self) -> int:
        """M, numbers in an attention vector."""
        return self.features.n_patterns

    @property
    def memory(self) -> int:
        """L, how many attention vectors the next one depends on."""
        return self.context

    @property
    def clock_period(self) -> int:
        """T = 2^P steps; 1 if ε = 0."""
        return 2**self.features.positional_bits if self.values[2] > 0 else 1

    @property
    def limits(self) -> tuple[tuple[float, float], ...]:
        """Between which values each parameter may be."""
        return (0.0, math.inf), (-math.inf, math.inf), (0.0, 1.0)

    def start(self, state: Window) -> tuple[Array, int]:
        """Return the attention vectors (L, M) of a full window, newest first, and the clock's phase of the newest."""
        return np.array(state.attention), state.phase

    def image(self, history: Numbers, phases: npt.NDArray[np.int64], values: Numbers) -> Numbers:
        """Return the next attention vectors (n, M) of windows (n, L, M) whose newest tokens have phases (n,)."""
        return self._tokens(history, phases, values).newest

    def derivatives(
        self, history: Numbers, phases: npt.NDArray[np.int64], values: Numbers
    ) -> tuple[Numbers, Numbers, Numbers]:
        """Return the next attention vectors, and their derivatives by the windows and by β, γ, ε.

        Returns
        -------
        array, shape (n, M)
            As `image`.
        array, shape (n, M, L, M)
            ∂A_new/∂A_d = w_d G^v_d + u_d ⊗ (m^q·G^k_d) + δ_d0 Σ_e u_e ⊗ (m^k_e·G^q_0), as `MeanFieldMap.jacobian`.
        array, shape (n, M, 3)
            With δm^α the derivatives of the mean fields by a parameter, and u_d (m^q·m^k_d) / γ added for γ itself:
            Σ_d w_d δm^v_d + u_d (δm^q·m^k_d + m^q·δm^k_d).
        """
        beta, gamma, epsilon = values
        M = self.width
        tokens = self._tokens(history, phases, values)
        (v, q, k), w, newest = tokens.m, tokens.weights, tokens.newest
        spread = (w[..., None] * (v - newest[:, None, :])) / math.sqrt(M)
        u = gamma * spread
        query = q[:, 0]
        slopes = (1.0 - epsilon) * tokens.slopes
        G = (beta * slopes[..., None, :] * self._coefficients[:, None, None]) @ self.features.signs
        D = w[..., None, None] * G[0] + u[..., None] * np.einsum("nc,ndcb->ndb", query, G[2])[:, :, None, :]
        D[:, 0] += np.einsum("nea,neb->nab", u, k @ G[1, :, 0])
        fields = (slopes * (history @ self.features.signs.T)) @ self._coefficients.transpose(0, 2, 1)[:, None]
        bits = self._bits(phases)
        by = np.stack([fields, np.zeros_like(fields), bits - tokens.outputs])  # (3, roles, n, L, M)
        scores = np.einsum("xnc,ndc->xnd", by[:, 1, :, 0], k) + np.einsum("nc,xndc->xnd", query, by[:, 2])
        E = np.einsum("nd,xnda->nax", w, by[:, 0]) + np.einsum("nda,xnd->nax", u, scores)
        E[..., 1] += np.einsum("nda,nd->na", spread, np.einsum("nc,ndc->nd", query, k))
        return newest, D.transpose(0, 2, 1, 3), E

    def bend(
        self, history: Array, phases: npt.NDArray[np.int64], values: Array, direction: Array
    ) -> tuple[Array, Array]:
        """Differentiate `derivatives` once more, along real directions (n, L, M) of the windows; shapes as there."""
        _, D, E = self.derivatives(history + 1j * TINY * direction, phases, values)
        return D.imag / TINY, E.imag / TINY

    def _tokens(self, history: Numbers, phases: npt.NDArray[np.int64], values: Numbers) -> _Tokens:
        beta, gamma, epsilon = values
        theta = np.tanh(beta * (history @ self.features.signs.T))
        outputs = theta @ self._coefficients.transpose(0, 2, 1)[:, None]
        bits = self._bits(phases)
        m = (1.0 - epsilon) * outputs + epsilon * bits
        z = gamma / math.sqrt(self.width) * np.einsum("nda,na->nd", m[2], m[1, :, 0])
        w = np.exp(z - z.real.max(axis=1, keepdims=True))
        w = w / w.sum(axis=1, keepdims=True)
        return _Tokens(1.0 - theta * theta, outputs, m, w, np.einsum("nd,nda->na", w, m[0]))

    def _bits(self, phases: npt.NDArray[np.int64]) -> Array:
        """W^α_pos p(φ - d) / P of each window's tokens, shape (3, n, L, M)."""
        table = self._positional
        return np.asarray(table[:, (phases[:, None] - np.arange(self.context)) % table.shape[1]])

    @cached_property
    def _coefficients(self) -> Array:
        """C^α for α = v, q, k, shape (3, M, J)."""
        return self.features.coefficients[[VALUE, QUERY, KEY]]

    @cached_property
    def _positional(self) -> Array:
        """W^α_pos p(φ) / P for α = v, q, k and every phase, shape (3, T, M)."""
        roles = self.features.drive.swapaxes(0, 1)[[VALUE, QUERY, KEY]]
        return np.asarray(roles / self.features.positional_bits)
