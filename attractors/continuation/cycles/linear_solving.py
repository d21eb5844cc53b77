"""Linear systems of cycles: dense for the short ones, sparse where a cycle has hundreds of steps."""

from collections.abc import Callable

import numpy as np

from attractors.delay_form import Numbers

DENSE = 400  # unknowns up to which a dense decomposition is faster


def solve(matrix: Numbers, right: Numbers) -> Numbers:
    """Solve a square system; LinAlgError where it is singular."""
    if len(matrix) <= DENSE:
        return np.asarray(np.linalg.solve(matrix, right))
    return np.asarray(_factors(matrix)(right))


def last_of_inverse(matrix: Numbers) -> tuple[Numbers, Numbers]:
    """Return the last column and the last row of the inverse."""
    if len(matrix) <= DENSE:
        inverse = np.linalg.inv(matrix)
        return inverse[:, -1], inverse[-1]
    last = np.zeros(len(matrix), dtype=matrix.dtype)
    last[-1] = 1.0
    return _factors(matrix)(last), _factors(np.ascontiguousarray(matrix.T))(last)


def _factors(matrix: Numbers) -> Callable[[Numbers], Numbers]:
    try:
        from scipy.sparse import csc_matrix  # noqa: PLC0415 - only who follows cycles waits for it
        from scipy.sparse.linalg import splu  # noqa: PLC0415

        factors = splu(csc_matrix(matrix))
    except RuntimeError as error:  # its word for singular
        raise np.linalg.LinAlgError(str(error)) from None
    return lambda right: np.asarray(factors.solve(np.asarray(right, dtype=matrix.dtype)))
