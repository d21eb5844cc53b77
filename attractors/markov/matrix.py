"""Transition matrices: columns that sum to 1, or what is wrong with them."""

from typing import Any

import numpy as np

from attractors.arrays import FloatArray, real

DENSE = 1024  # states up to which a class of a chain is solved without subtraction, and has all its eigenvalues
SUMS = 1e-9  # by how much a column's sum may differ from 1


def as_transitions(transitions: Any) -> Any:
    """Cast a transition matrix to sparse columns without explicit zeros, or say what is wrong with it."""
    from scipy import sparse  # noqa: PLC0415 - it takes a while to load

    given = transitions if sparse.issparse(transitions) else real(transitions, "transitions")
    if given.ndim != 2 or given.shape[0] != given.shape[1] or not given.shape[0]:
        raise ValueError(f"transitions must be a square matrix, got shape {given.shape}")
    if np.iscomplexobj(given):
        raise ValueError("transitions must be real, got complex numbers")
    W = sparse.csc_array(given, dtype=np.float64)
    W.sum_duplicates()
    check_columns(np.asarray(W.sum(axis=0)).ravel(), np.asarray(W.sum(axis=1)).ravel(), W.data)
    W.eliminate_zeros()
    return W


def check_columns(columns: FloatArray, rows: FloatArray, entries: FloatArray) -> None:
    """Refuse entries that are no probabilities, and columns that do not sum to 1."""
    if not (entries >= 0.0).all() or not np.isfinite(entries).all():
        bad = entries[~((entries >= 0.0) & np.isfinite(entries))].flat[0]
        raise ValueError(f"transitions must hold probabilities, finite and not negative, got {bad}")
    wrong = np.flatnonzero(~(np.abs(columns - 1.0) <= SUMS))
    if wrong.size:
        turned = rows.size and (np.abs(rows - 1.0) <= SUMS).all()
        remedy = "its rows do: hand over the transpose" if turned else "divide each column by its sum"
        raise ValueError(
            f"every column of transitions must sum to 1, as entry [i, j] is the step from j to i; column {wrong[0]} "
            f"sums to {columns[wrong[0]]:.12g}; {remedy}"
        )
