"""Products of matrices of some hundred rows: the waiting threads of a library for large ones cost more than they do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.compiling import compiled

Floats = NDArray[np.float64]


@compiled
def product(left: Floats, right: Floats) -> Floats:
    """The product of two matrices, in the same order for any number of rows; zeros at both ends of a row of the second
    take no time.
    """
    found = np.zeros((len(left), right.shape[1]))
    for middle in range(len(right)):
        begin, end = 0, right.shape[1]
        while begin < end and right[middle, begin] == 0.0:
            begin += 1
        while end > begin and right[middle, end - 1] == 0.0:
            end -= 1
        for row in range(len(left)):
            for column in range(begin, end):
                found[row, column] += left[row, middle] * right[middle, column]
    return found
