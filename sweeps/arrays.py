"""Types of arrays."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


Numbers = npt.NDArray[np.int64]
