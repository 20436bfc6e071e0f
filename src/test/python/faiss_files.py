"""Writes small Faiss indexes, or says what Faiss finds in ours.

usage: faiss_files.py write FOLDER    ip.faiss, l2.faiss, map.faiss, map2.faiss: 7 vectors of 5 values, seed 1
       faiss_files.py search FILE     prints kind, ntotal, d, metric, then for each vector as query its 3 best ids and scores
       faiss_files.py same FILE...    whether faiss.write_index would write the same bytes
"""

import sys

import faiss
import numpy as np

task = sys.argv[1]
if task == "write":
    folder = sys.argv[2]
    vectors = np.random.default_rng(1).integers(-9, 10, (7, 5)).astype(np.float32) / 4
    ids = np.array([7, 10**12, -3, 0, 4, 2**62, 99], dtype=np.int64)
    flat = {"ip": faiss.IndexFlatIP(5), "l2": faiss.IndexFlatL2(5)}
    for name, index in flat.items():
        index.add(vectors)
        faiss.write_index(index, f"{folder}/{name}.faiss")
    for name, kind in (("map", faiss.IndexIDMap), ("map2", faiss.IndexIDMap2)):
        index = kind(faiss.IndexFlatIP(5))
        index.add_with_ids(vectors, ids)
        faiss.write_index(index, f"{folder}/{name}.faiss")
elif task == "search":
    index = faiss.read_index(sys.argv[2])
    print(type(index).__name__, index.ntotal, index.d, index.metric_type)
    flat = faiss.downcast_index(index.index) if hasattr(index, "index") else index
    vectors = faiss.rev_swig_ptr(flat.get_xb(), index.ntotal * index.d).reshape(index.ntotal, index.d)
    scores, ids = index.search(np.ascontiguousarray(vectors), 3)
    for row, line in zip(ids, scores):
        print(*row, *(repr(float(score)) for score in line))
else:
    for path in sys.argv[2:]:
        faiss.write_index(faiss.read_index(path), path + ".again")
        print(open(path, "rb").read() == open(path + ".again", "rb").read())
