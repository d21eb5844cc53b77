"""Box-counting dimension: how the number of boxes that an attractor meets grows as they shrink."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.dimensions.power_law import NONE, power_law, slope_of
from attractors.registry import Recording, analyses
from attractors.results import Result
from attractors.series import as_series, constant_columns
from attractors.status import Status, doubt, sure

SIZES_PER_OCTAVE = 2  # sizes of boxes
LARGEST_BOX = 0.125  # of the extent
MOST_OCTAVES = 30  # of sizes, down from the largest
N_GRIDS = 8  # at random places
MISSED_SHARE = 0.02  # share of the boxes that no sample happens to be in
FEWEST_SAMPLES = 200  # that show a dimension
ANALYSED_SAMPLES = 20_000  # the last ones, of which `analyse` counts boxes


class BoxCountingStatus(Status):
    """How far a box-counting dimension can be trusted; the value says what to do."""

    OK = sure("A range of sizes with a constant slope was found.")
    NO_SCALING_RANGE = doubt(
        "No range of a factor of 8 has a constant slope before boxes are missed for lack of samples. Take a longer "
        "series; the correlation dimension needs fewer samples."
    )
    CONSTANT = doubt("Nothing varies beyond rounding: a point, of dimension 0.")
    SHORT = doubt("Fewer than 200 samples do not show a dimension. Take a longer series.")


@dataclass(frozen=True, eq=False)
class BoxCountingDimension(Result):
    """How the number of occupied boxes grows as they shrink.

    Attributes
    ----------
    value, standard_error : float
        D₀, and its error: over places of the grid, over the range, and `bias`.
    bias : float
        What boxes that are missed for lack of samples take from the slope, by Chao's estimate; not added to the value.
    range : tuple of float
        Sizes between which the slope is constant, in the unit of the series.
    sizes : array, shape (k,)
        Ascending.
    counts : array, shape (k,)
        Occupied boxes, averaged over 8 grids.
    status : BoxCountingStatus
        How far it can be trusted.
    """

    value: float
    standard_error: float
    bias: float
    range: tuple[float, float]
    sizes: FloatArray
    counts: FloatArray
    status: BoxCountingStatus

    def headline(self) -> str:
        """Return the dimension with its error."""
        return f"{self.value:.4g} ± {self.standard_error:.1g}; {self.status.words}"


def box_counting_dimension(series: npt.ArrayLike, *, seed: int = 0) -> BoxCountingDimension:
    """Box-counting dimension D₀ of the points of a series.

    Parameters
    ----------
    series : array-like, shape (n,) or (n, m)
        States.
    seed : int
        Of the places of the grids.

    Returns
    -------
    BoxCountingDimension

    Raises
    ------
    ValueError
        If the series is not finite.

    Notes
    -----
    N(ε) ~ ε^{-D₀}, cubes of sizes in the ratio √2, an eighth of the extent at most. Rarely visited boxes are seen late,
    which is why this dimension needs many more samples than the correlation dimension and comes out too small. Their
    number is estimated from the f₁, f₂ boxes with one and two samples, f₁ (f₁ - 1)/(2 (f₂ + 1)) [1]_; sizes at which
    it exceeds 2 % are not used. Range and error as in `power_law`. Cost: some 1 s for 75,000 samples.

    References
    ----------
    .. [1] A. Chao, Scand. J. Stat. 11, 265 (1984).

    Examples
    --------
    >>> x = np.random.default_rng(0).uniform(size=(20_000, 1))
    >>> answer = box_counting_dimension(x)
    >>> bool(abs(answer.value - 1.0) < 0.02), answer.status.name
    (True, 'OK')
    """
    samples = as_series(series)
    n, m = samples.shape
    extent = float(np.ptp(samples, axis=0).max())
    nothing = np.empty(0)
    if constant_columns(samples).all():
        return BoxCountingDimension(0.0, 0.0, 0.0, (math.nan, math.nan), nothing, nothing, BoxCountingStatus.CONSTANT)
    if n < FEWEST_SAMPLES:
        return BoxCountingDimension(
            math.nan, math.nan, math.nan, (math.nan, math.nan), nothing, nothing, BoxCountingStatus.SHORT
        )
    rng = np.random.default_rng(seed)
    shifts = rng.uniform(size=(N_GRIDS, m))
    key = rng.integers(0, 2**63, m, dtype=np.uint64) | np.ones(m, dtype=np.uint64)
    from_least = (samples - samples.min(axis=0)) / extent
    sizes, rows, missed = [], [], []
    for size in LARGEST_BOX * 2.0 ** (-np.arange(MOST_OCTAVES * SIZES_PER_OCTAVE + 1) / SIZES_PER_OCTAVE):
        found = np.array([_occupied(from_least / size + shift, key) for shift in shifts])
        if found[:, 1].sum() > MISSED_SHARE * found[:, 0].sum():
            break
        sizes.append(float(size) * extent)
        rows.append(found[:, 0])
        missed.append(found[:, 1].mean())
    sizes_up, boxes = np.array(sizes[::-1]), np.array(rows[::-1]).reshape(-1, N_GRIDS)
    counts = boxes.mean(axis=1)
    x = np.log(sizes_up)
    law = power_law(x, -np.log(counts), -np.log(boxes)) if len(x) > 1 else NONE
    if law is NONE:
        return BoxCountingDimension(
            math.nan, math.nan, math.nan, (math.nan, math.nan), sizes_up, counts, BoxCountingStatus.NO_SCALING_RANGE
        )
    here = slice(law.first, law.last + 1)
    share = np.log1p(np.array(missed[::-1]) / counts)[here]
    bias = float(slope_of(x[here], share[:, None])[0])
    return BoxCountingDimension(
        value=law.slope,
        standard_error=math.hypot(law.standard_error, bias),
        bias=bias,
        range=(float(sizes_up[law.first]), float(sizes_up[law.last])),
        sizes=sizes_up,
        counts=counts,
        status=BoxCountingStatus.OK,
    )


@analyses("boxes", "box-counting dimension", thorough=True)
def _boxes_of(recording: Recording) -> BoxCountingDimension:
    return box_counting_dimension(recording.samples[-ANALYSED_SAMPLES:])


def _occupied(scaled: FloatArray, key: npt.NDArray[np.uint64]) -> tuple[int, float]:
    """Occupied unit boxes, and an estimate of those missed; boxes are told apart by a 64-bit sum of their corners."""
    _, counts = np.unique(np.floor(scaled).astype(np.uint64) @ key, return_counts=True)
    once, twice = int(np.sum(counts == 1)), int(np.sum(counts == 2))
    return len(counts), once * (once - 1) / (2.0 * (twice + 1))
