"""Faiss's turns in benchmarks/compare-search: its flat index by inner product over the same vectors.

    faiss_search.py FOLDER THREADS

FOLDER holds passages and queries as folders of embeddings. Requests on standard input, an answer a line:
search QUERIES DEPTH FILE (ordinals as int32), memory, versions.
"""

import resource
import sys
import time

import faiss
import numpy as np
from torch_requests import serve

FOLDER, THREADS = sys.argv[1], int(sys.argv[2])
faiss.omp_set_num_threads(THREADS)
queries = np.load(f"{FOLDER}/queries/embeddings.npy")
passages = np.load(f"{FOLDER}/passages/embeddings.npy", mmap_mode="r")
index = faiss.IndexFlatIP(passages.shape[1])
for start in range(0, len(passages), 100_000):  # so that the values are held once
    index.add(np.asarray(passages[start : start + 100_000], np.float32))


def answer(kind, *words):
    if kind == "memory":
        return {"mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
    if kind == "versions":
        return {"faiss": faiss.__version__, "options": faiss.get_compile_options().strip()}
    count, depth, file = int(words[0]), int(words[1]), words[2]
    start = time.perf_counter()
    _, found = index.search(queries[:count], depth)
    taken = (time.perf_counter() - start) * 1e3
    found.astype("<i4").tofile(file)
    return {"ms": taken}


serve(answer)
