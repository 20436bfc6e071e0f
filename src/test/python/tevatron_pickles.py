"""Writes embeddings as Tevatron's encode.py does, or compares ours with what Python reads.

usage: tevatron_pickles.py write FOLDER    p3.pkl, p4.pt, p5.pkl (float32, protocols 3 to 5), half.pkl (float16), torch.pt (a tensor): 6 vectors of 4 values, seed 2
       tevatron_pickles.py same FILE...    prints type, shape, the sum's repr and the ids of each
"""

import pickle
import sys

import numpy as np
import torch

if sys.argv[1] == "write":
    vectors = np.random.default_rng(2).integers(-9, 10, (6, 4)).astype(np.float32) / 4
    ids = ["7", "docé文", "0", "a b", "12", "x"]
    for name, dtype, protocol in (("p3.pkl", "<f4", 3), ("p4.pt", "<f4", 4), ("p5.pkl", "<f4", 5), ("half.pkl", "<f2", 4)):
        with open(f"{sys.argv[2]}/{name}", "wb") as file:
            pickle.dump((vectors.astype(dtype), ids), file, protocol=protocol)
    torch.save((torch.from_numpy(vectors), ids), f"{sys.argv[2]}/torch.pt")
else:
    for path in sys.argv[2:]:
        with open(path, "rb") as file:
            encoded, lookup = pickle.load(file)
        assert isinstance(encoded, np.ndarray) and isinstance(lookup, list)
        print(encoded.dtype, encoded.shape, repr(float(encoded.astype(np.float64).sum())), lookup)
