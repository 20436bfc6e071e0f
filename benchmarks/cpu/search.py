"""Exact search on the CPU: Javatron, over float32 and over int8, beside Faiss's flat index, all warm and taking turns. Appends JSON lines to a file.

    search.py --java 'JAVA OPTIONS...' --work FOLDER --results FILE --log FILE [--points 1:15,32:7,1000:3,6980:1] [--depths 10,100,1000]

FOLDER holds passages, queries and int8. --points: numbers of queries, and how often each is searched. --seconds: no point is begun later than that.
"""

import argparse
import json
import platform
import shlex
import statistics
import subprocess
import sys
import time

import numpy as np
from compare import all_ended, cpu, turned
from workers import Failed, Worker


def main():
    parser = argparse.ArgumentParser()
    for name in ("--java", "--work", "--results", "--log"):
        parser.add_argument(name, required=True)
    parser.add_argument("--points", default="1:15,32:7,1000:3,6980:1")
    parser.add_argument("--depths", default="10,100,1000")
    parser.add_argument("--sides", default="float32,int8,faiss")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    options = parser.parse_args()
    begun, log = time.monotonic(), open(options.log, "ab")

    def keep(**row):
        with open(options.results, "a", encoding="utf-8") as results:
            print(json.dumps(row), file=results)
        print(json.dumps(row)[:200], flush=True)

    def start(side):
        command = [sys.executable, "benchmarks/peers/faiss_search.py", options.work]
        if side != "faiss":
            command = [*shlex.split(options.java), "org.javatron.benchmarks.CpuSearchBenchmark", options.work]
        tail = [str(options.threads)] + ([] if side == "faiss" else [side])
        return Worker(side, ["env", f"OMP_NUM_THREADS={options.threads}", *command, *tail], log)

    rows, dim = np.load(f"{options.work}/passages/embeddings.npy", mmap_mode="r").shape
    with all_ended({side: start(side) for side in options.sides.split(",")}) as sides:
        ours = next(sides[side] for side in sides if side != "faiss")
        commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
        versions = sides["faiss"].ask("versions", seconds=600) if "faiss" in sides else {}
        keep(kind="search-machine", **cpu(), threads=options.threads, system=platform.release(), commit=commit, date=time.strftime("%Y-%m-%d"),
             **ours.ask("machine"), versions=versions, rows=rows, dim=dim)
        for point in options.points.split(","):
            queries, rounds = map(int, point.split(":"))
            for depth in map(int, options.depths.split(",")):
                if time.monotonic() - begun > options.seconds:
                    print(f"no time left for {queries} queries at depth {depth}")
                    continue
                taken, last, rates = {side: [] for side in sides}, {}, []
                for round_ in range(rounds + (rounds > 1)):  # the first one warms up
                    for side in turned(sides, round_):
                        rates.append(ours.ask("sgemm", options.threads)["gflops"])
                        last[side] = sides[side].ask("search", queries, depth, f"{options.work}/out-{side}", seconds=3600)
                        if round_ or rounds == 1:
                            taken[side].append(last[side]["ms"])
                found = {side: np.fromfile(f"{options.work}/out-{side}", "<i4").reshape(queries, -1) for side in sides}
                for side, times in taken.items():
                    differing = int((found[side] != found[next(iter(found))]).sum())
                    keep(kind="search", rows=rows, dim=dim, queries=queries, depth=depth, side=side, ms=statistics.median(times), all=times,
                         sgemm=statistics.median(rates), rescored=last[side].get("rescored"), differing=differing)
        for side, worker in sides.items():
            keep(kind="search-memory", dim=dim, side=side, mib=worker.ask("memory")["mib"])


if __name__ == "__main__":
    try:
        main()
    except Failed as e:
        sys.exit(str(e))
