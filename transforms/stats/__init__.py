"""Estimators on arrays: an estimate always comes with its variance and its n. They know no engineer."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Words = NDArray[Any]
