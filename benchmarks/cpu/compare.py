"""Speed on the CPU: Javatron beside PyTorch, sentence-transformers and ONNX Runtime, all warm and taking turns. Appends JSON lines to a file.

    compare.py PART... --java 'JAVA OPTIONS...' --work DIR --results FILE --log FILE [--threads 2] [--rounds 5] [--seconds 15]

PART: encode, queries, train, scaling, or all. DIR holds what benchmarks/compare-speed prepares: models base and minilm, corpus.tsv, queries.txt, rows.
--seconds: about how long Javatron's part of one turn takes; texts and queries of a step follow from it.
"""

import argparse
import contextlib
import json
import platform
import shlex
import statistics
import subprocess
import sys
import time

import numpy as np
from workers import Failed, Worker

PEERS = "benchmarks/peers"
MODELS = ("minilm", "base")
WAYS = ("sorted", "unsorted", "tevatron", "sentence-transformers", "onnx")
LONG = 900


def cpu():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        fields = dict(line.split(":", 1) for line in lines if ":" in line)
    fields = {name.strip(): value.strip() for name, value in fields.items()}
    wanted = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16")
    return {"cpu": f"{fields['model name']} (family {fields['cpu family']}, model {fields['model']})",
            "flags": [flag for flag in wanted if flag in fields["flags"].split()]}


class Comparison:
    def __init__(self, options):
        self.options, self.log = options, open(options.log, "ab")
        self.bf16 = any(flag.endswith("bf16") for flag in cpu()["flags"])

    def keep(self, **row):
        with open(self.options.results, "a", encoding="utf-8") as results:
            print(json.dumps(row), file=results)
        print(json.dumps(row)[:300], flush=True)

    def model(self, name):
        return f"{self.options.work}/{name}"

    def worker(self, name, *command):
        return Worker(name, ["env", f"OMP_NUM_THREADS={self.options.threads}", *map(str, command)], self.log)

    def java(self, main, *arguments):
        return self.worker("javatron", *shlex.split(self.options.java), f"org.javatron.benchmarks.{main}", *arguments)

    def ours(self, model, precision="FP32"):
        return self.java("CpuEncodeBenchmark", self.model(model), self.options.threads, precision)

    def peer(self, way, model):
        return self.worker(way, sys.executable, f"{PEERS}/cpu_encode.py", way, self.model(model), self.options.threads)

    def machine(self):
        with ended(self.ours("minilm")) as ours, ended(self.peer("sorted", "minilm")) as peer:
            commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
            self.keep(kind="machine", **cpu(), threads=self.options.threads, system=platform.release(), commit=commit, date=time.strftime("%Y-%m-%d"),
                      **ours.ask("machine"), versions=peer.ask("versions"))

    def sides(self, model):
        """Every program that encodes with this model, by name."""
        sides = {"javatron": self.ours(model)}
        sides |= {way: self.peer(way, model) for way in WAYS}
        if self.bf16:
            sides |= {"javatron-bf16": self.ours(model, "BF16"), "bf16": self.peer("bf16", model)}
        return sides

    def encode(self, model):
        flops, tokens = self.work(model)
        with all_ended(self.sides(model)) as sides:
            rate = sides["javatron"].ask("sgemm", self.options.threads)["gflops"]
            texts = max(40, int(self.options.seconds * rate * 1e9 / (flops / len(tokens))))
            file, flops, tokens = self.some_texts(model, min(texts, len(tokens)))
            taken = {side: [] for side in sides}
            for round_ in range(self.options.rounds + 1):  # the first one warms up
                rates = []
                for side in turned(sides, round_):
                    rates.append(sides["javatron"].ask("sgemm", self.options.threads)["gflops"])
                    answer = sides[side].ask("texts", file, f"{self.options.work}/out-{side}" + ("" if "javatron" in side else ".npy"), seconds=LONG)
                    if round_:
                        taken[side].append(answer["ms"])
                self.keep(kind="sgemm", model=model, gflops=rates)
            exact = np.load(f"{self.options.work}/out-sorted.npy").astype(np.float64)
            for side, times in taken.items():
                place = f"{self.options.work}/out-{side}"
                vectors = np.load(f"{place}/embeddings.npy" if "javatron" in side else f"{place}.npy")
                self.keep(kind="encode", model=model, side=side, ms=statistics.median(times), all=times, texts=len(tokens), tokens=int(tokens.sum()),
                          flops=flops, mib=sides[side].ask("memory")["mib"], distance=float(np.abs(vectors - exact).max()))
            answer = sides["javatron"].ask("profile", file, f"{self.options.work}/out-javatron", seconds=LONG)
            self.keep(kind="profile", model=model, what="encode", ms=answer["ms"], ops=answer["ops"])

    def work(self, model, count=None):
        """Operations of the matrix products over the first texts, without padding, and the texts' tokens."""
        with open(f"{self.model(model)}/config.json", encoding="utf-8") as file:
            config = json.load(file)
        lengths = np.load(f"{self.options.work}/lengths.npy")[:count].astype(np.float64)
        hidden = config["hidden_size"]
        linear = 2 * (4 * hidden * hidden + 2 * hidden * config["intermediate_size"])
        return float(config["num_hidden_layers"] * (linear * lengths.sum() + 4 * hidden * (lengths**2).sum())), lengths

    def some_texts(self, model, count):
        file = f"{self.options.work}/{model}.tsv"
        with open(f"{self.options.work}/corpus.tsv", encoding="utf-8") as lines, open(file, "w", encoding="utf-8") as some:
            some.writelines(line for line, _ in zip(lines, range(count)))
        return (file, *self.work(model, count))

    def queries(self, model):
        with all_ended(self.sides(model)) as sides:
            for way in ("unsorted", "tevatron"):  # one text has no order, and Tevatron's padding of queries is not asked for here
                sides.pop(way).end()
            taken = {side: [] for side in sides}
            for round_ in range(self.options.rounds):
                for side in turned(sides, round_):
                    taken[side].append(sides[side].ask("queries", f"{self.options.work}/queries.txt", seconds=LONG)["ms"])
            for side, rounds in taken.items():
                half = [np.percentile(times, 50) for times in rounds]
                most = [np.percentile(times, 99) for times in rounds]
                self.keep(kind="query", model=model, side=side, p50=statistics.median(half), p99=statistics.median(most), queries=len(rounds[0]), rounds=len(rounds))

    def train(self, model):
        queries, steps = (8, 4) if model == "minilm" else (2, 3)
        rows = [f"{self.options.work}/timed", f"{self.options.work}/compared"]
        ours = lambda: self.java("TrainBenchmark", self.model(model), *rows, f"{self.options.work}/trained", steps, "CPU", queries)
        peer = lambda: self.worker("torch", sys.executable, f"{PEERS}/torch_train_step.py", self.model(model), *rows, str(steps), "--device", "cpu", "--queries", str(queries))
        ways = {("javatron", "fp32"): ours, ("javatron", "fp32-chunked"): ours, ("torch", "fp32-full"): peer, ("torch", "fp32-longest"): peer}
        with all_ended({key: start() for key, start in ways.items()}) as sides, ended(self.ours(model)) as rate:
            taken, rates = {key: [] for key in sides}, []
            for _ in range(max(2, self.options.rounds // 2) + 1):
                for key, worker in sides.items():
                    rates.append(rate.ask("sgemm", self.options.threads)["gflops"])
                    taken[key].append(worker.ask("run", key[1], seconds=LONG)["ms"])
            self.keep(kind="sgemm", model=model, what="train", gflops=rates)
            for key, rounds in taken.items():
                times = sum(rounds[1:], [])
                self.keep(kind="train", model=model, side=key[0], way=key[1], ms=statistics.median(times), all=times, queries=queries, passages=8 * queries,
                          mib=sides[key].ask("memory")["mib"])
            answer = sides["javatron", "fp32"].ask("profile", "fp32", seconds=LONG)
            self.keep(kind="profile", model=model, what="train", ms=sum(answer["ms"]), steps=steps, ops=answer["ops"])

    def scaling(self, model):
        tokens = 2048
        with ended(self.ours(model)) as ours:
            shapes = [(length, tokens // length, self.options.threads) for length in (16, 32, 64, 128, 256, 512)]
            shapes += [(128, count, self.options.threads) for count in (1, 4, 32)]
            shapes += [(128, tokens // 128, threads) for threads in range(1, self.options.threads)]
            for length, count, threads in shapes:
                rate = ours.ask("sgemm", threads)["gflops"]
                answer = ours.ask("batch", length, count, threads, seconds=LONG)
                self.keep(kind="scaling", model=model, length=length, count=count, threads=threads, ms=answer["ms"], sgemm=rate)


def turned(sides, by):
    """Another order in each round, so that nobody always follows the same one."""
    order = list(sides)
    by %= len(order)
    return order[by:] + order[:by]


@contextlib.contextmanager
def ended(worker):
    try:
        yield worker
    finally:
        worker.end()


@contextlib.contextmanager
def all_ended(workers):
    try:
        yield workers
    finally:
        for worker in workers.values():
            worker.end()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="+")
    for name in ("--java", "--work", "--results", "--log"):
        parser.add_argument(name, required=True)
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=15)
    options = parser.parse_args()
    comparison = Comparison(options)
    comparison.machine()
    parts = ("encode", "queries", "train", "scaling") if options.parts == ["all"] else options.parts
    for part in parts:
        for model in options.models.split(","):
            try:
                getattr(comparison, part)(model)
            except Failed as e:
                sys.exit(f"{part}, {model}: {e}")


if __name__ == "__main__":
    main()
