"""Opens folders of embeddings as NumPy users do and says whether every byte is as NumPy would have it.

usage: numpy_opens.py FLOAT32_FOLDER FLOAT16_FOLDER    (the same vectors, stored in both types)
"""

import io
import sys

import numpy as np

matrices = []
for folder in sys.argv[1:3]:
    path = folder + "/embeddings.npy"
    matrix = np.load(path, mmap_mode="r")
    assert isinstance(matrix, np.memmap) and matrix.flags["C_CONTIGUOUS"]
    again = io.BytesIO()
    np.save(again, np.asarray(matrix))
    assert again.getvalue() == open(path, "rb").read(), path + ": numpy.save writes other bytes"
    ids = open(folder + "/embeddings.ids", encoding="utf-8").read().splitlines()
    assert len(ids) == matrix.shape[0]
    matrices.append(matrix)

single, half = matrices
assert np.array_equal(single.astype(np.float16).view(np.uint16), half.view(np.uint16)), "rounding"
print(single.dtype, half.dtype, *single.shape, repr(float(single[1, 2])))
