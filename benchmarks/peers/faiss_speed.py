"""Times Faiss's flat index on the vectors of SearchBenchmark and prints one table with Javatron's times.

usage: search.py FOLDER JMH_RESULT.json [--threads 2]

FOLDER holds passages-<dim>/ and queries-<dim>/, as SearchBenchmark leaves them. Each time is the median of 9 searches
after 2 that are not counted.
"""

import argparse
import json
import statistics
import time

import faiss
import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("jmh")
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()
faiss.omp_set_num_threads(options.threads)

ours = {}
for result in json.load(open(options.jmh)):
    p = result["params"]
    times = [t for fork in result["primaryMetric"]["rawData"] for t in fork]
    ours[int(p["dim"]), int(p["queries"]), int(p["depth"])] = statistics.median(times)

print(f"Faiss {faiss.__version__} IndexFlatIP, {faiss.get_compile_options().strip()}, {options.threads} threads; medians in ms")
print("| dim | queries | depth | Faiss | Javatron | Javatron's GFLOP/s | Faiss / Javatron |")
print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
index = None
for dim, count, depth in sorted(ours):
    if index is None or index.d != dim:
        passages = np.ascontiguousarray(np.load(f"{options.folder}/passages-{dim}/embeddings.npy"))
        queries = np.load(f"{options.folder}/queries-{dim}/embeddings.npy")
        index = faiss.IndexFlatIP(dim)
        index.add(passages)
    times = []
    for _ in range(11):
        start = time.perf_counter()
        index.search(queries[:count], depth)
        times.append((time.perf_counter() - start) * 1e3)
    theirs = statistics.median(times[2:])
    mine = ours[dim, count, depth]
    rate = 2 * dim * count * len(passages) / mine / 1e6
    print(f"| {dim} | {count} | {depth} | {theirs:.1f} | {mine:.1f} | {rate:.1f} | {theirs / mine:.2f} |", flush=True)
