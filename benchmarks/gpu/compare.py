"""Encoding and training steps, Javatron beside PyTorch on the same inputs, both warm and taking turns. Appends JSON lines to a file.

    compare.py encode|train --java 'JAVA OPTIONS...' --model M --work DIR --results FILE --log FILE [--only WAY,...] [--small]

encode: DIR/ids.jsonl. Every setting is tried; of each way of computing the best is then timed in five rounds of turns.
train:  DIR/timed, DIR/compared, rows as javatron build-train writes them.
--small: sizes for a CPU, to see that the script works.
"""

import argparse
import json
import shlex
import statistics
import sys

import numpy as np
from workers import Failed, Worker

PEERS = "benchmarks/peers"
MANY, FEW = 20000, 3000  # passages of a pass: the fewer for float32, which takes ten times as long


class Comparison:
    def __init__(self, options):
        self.options, self.log = options, open(options.log, "ab")
        self.device = "cpu" if options.small else "cuda"
        self.kernels = "CPU" if options.small else "CUDA"

    def java(self, main, *arguments):
        return Worker(main, [*shlex.split(self.options.java), f"org.javatron.benchmarks.{main}", *map(str, arguments)], self.log)

    def torch(self, script, *arguments):
        command = [sys.executable, f"{PEERS}/{script}", *map(str, arguments), "--device", self.device]
        return Worker(script, command, self.log)

    def keep(self, **row):
        with open(self.options.results, "a", encoding="utf-8") as results:
            print(json.dumps(row), file=results)
        print(json.dumps(row), flush=True)

    def tried(self, kind, side, setting, work):
        """What the work gives, or None, its failure kept as a row."""
        try:
            return work()
        except Failed as e:
            self.keep(kind=kind, side=side, setting=setting, failed=str(e))
            return None

    def encode(self):
        small = self.options.small
        ids = f"{self.options.work}/ids.jsonl"
        count = (lambda setting: 60) if small else (lambda setting: FEW if setting.startswith("fp32") else MANY)
        sizes, batches = ([2048], [16]) if small else ([16384, 32768, 65536, 131072], [128, 256, 512, 1024])
        torch = self.torch("torch_encode.py", self.options.model, ids)
        java = self.java("CudaEncodeBenchmark", self.options.model, ids, self.kernels)
        compiler = self.torch("torch_encode.py", self.options.model, ids)
        ways = {
            ("torch", "fp32"): (torch, batches[:1]),
            ("javatron", "fp32"): (java, sizes[2:3] or sizes),
            ("javatron", "bf16"): (java, sizes),
            ("torch", "bf16"): (torch, batches),
            ("torch", "autocast"): (torch, batches[1:3]),
            ("javatron", "fp16"): (java, sizes[2:3]),
            ("torch", "fp16"): (torch, batches[2:3]),
            ("torch", "compiled"): (compiler, batches[:3]),
        }
        chosen = ["fp32"] if small else self.options.only.split(",")
        ways = {key: value for key, value in ways.items() if key == ("torch", "fp32") or key[1] in chosen}
        rates = self.tried("rates", "torch", "", lambda: torch.ask("rates"))
        if rates:
            self.keep(kind="rates", **rates)
        texts = {n: self.work(ids, n) for n in {count(way) for _, way in ways}}

        best = {}
        for (side, way), (worker, options) in ways.items():
            for size in options:
                setting = f"{way}-{size}"
                # The first pass is not counted: libraries prepare for each new shape, and the compiler works.
                ask = lambda: worker.ask("run", setting, count(way), seconds=75 if way == "compiled" else 150)
                answer = self.tried("encode", side, setting, ask) and self.tried("encode", side, setting, ask)
                if answer is None:
                    continue
                self.keep(kind="encode-try", side=side, setting=setting, ms=answer["ms"], **texts[count(way)])
                before = best.get((side, way))
                if before is None or answer["ms"] < before[1]:
                    best[side, way] = (setting, answer["ms"])
                if worker is java and before:  # only the best so far keeps its memory
                    worse = before[0] if best[side, way][0] == setting else setting
                    self.tried("encode", side, worse, lambda: worker.ask("close", worse))
        self.vectors({key: (ways[key][0], setting) for key, (setting, _) in best.items()})

        taken = {key: [] for key in best}
        for _ in range(1 if small else 5):
            for key, (setting, _) in best.items():
                answer = self.tried("encode", key[0], setting, lambda: ways[key][0].ask("run", setting, count(key[1])))
                if answer:
                    taken[key].append(answer["ms"])
        for (side, way), times in taken.items():
            if times:
                self.keep(kind="encode", side=side, way=way, setting=best[side, way][0], ms=statistics.median(times), all=times,
                          **texts[count(way)])
        for worker in (java, torch, compiler):
            worker.end()

    def work(self, ids, count):
        """How many tokens the first texts have, [CLS] and [SEP] included, and the operations of the matrix products over them: nothing for padding."""
        with open(f"{self.options.model}/config.json", encoding="utf-8") as file:
            config = json.load(file)
        with open(ids, encoding="utf-8") as lines:
            lengths = np.array([len(json.loads(line)["text"]) + 2 for line, _ in zip(lines, range(count))], np.float64)
        hidden = config["hidden_size"]
        linear = 2 * (4 * hidden * hidden + 2 * hidden * config["intermediate_size"])
        flops = config["num_hidden_layers"] * (linear * lengths.sum() + 4 * hidden * (lengths**2).sum())
        return {"texts": len(lengths), "tokens": int(lengths.sum()), "flops": float(flops)}

    def vectors(self, settings):
        """How far each way's vectors are from PyTorch's in float32. Random weights put all texts near one point, so the distance is also told
        relative to how far the texts are from their mean."""
        found = {}
        for key, (worker, setting) in settings.items():
            file = f"{self.options.work}/vectors"
            if self.tried("encode", key[0], setting, lambda: worker.ask("vectors", setting, 60 if self.options.small else 1000, file)) is not None:
                found[key] = np.fromfile(file, np.float32)
        if ("torch", "fp32") not in found:
            return
        hidden = json.load(open(f"{self.options.model}/config.json", encoding="utf-8"))["hidden_size"]
        exact = found["torch", "fp32"].reshape(-1, hidden).astype(np.float64)
        for (side, way), vectors in found.items():
            those = vectors.reshape(-1, hidden).astype(np.float64)
            cosines = (exact * those).sum(1) / np.linalg.norm(exact, axis=1) / np.linalg.norm(those, axis=1)
            spread = exact - exact.mean(0)
            self.keep(kind="vectors", side=side, way=way, least_cosine=float(cosines.min()),
                      relative_error=float(np.linalg.norm(those - exact) / np.linalg.norm(exact)),
                      relative_to_spread=float(np.linalg.norm(those - exact) / np.linalg.norm(spread)))

    def train(self):
        small, work = self.options.small, self.options.work
        steps = 4 if small else 40
        rows = (f"{work}/timed", f"{work}/compared")
        java = self.java("TrainBenchmark", self.options.model, *rows, f"{work}/trained", steps, self.kernels)
        torch = self.torch("torch_train_step.py", self.options.model, *rows, steps)
        ways = [(java, "javatron", "fp32"), (torch, "torch", "fp32-full"), (java, "javatron", "bf16"), (torch, "torch", "bf16-longest"),
                (torch, "torch", "bf16-full"), (java, "javatron", "fp16"), (torch, "torch", "fp16-full"), (torch, "torch", "fp16-longest")]
        chosen = ["fp32"] if small else self.options.only.split(",")
        ways = [each for each in ways if each[2].split("-")[0] in chosen]
        for worker, side, way in ways:
            answer = self.tried("losses", side, way, lambda: worker.ask("losses", way, seconds=150))
            if answer:
                self.keep(kind="losses", side=side, way=way, losses=answer["losses"])
        taken = {(side, way): [] for _, side, way in ways}
        for turn in range(1 if small else 3):
            for worker, side, way in ways:
                if turn and way.startswith("fp32"):
                    continue
                answer = self.tried("train", side, way, lambda: worker.ask("run", way, seconds=150))
                if answer:
                    taken[side, way] += answer["ms"][len(answer["ms"]) // 4 :]
        for (side, way), times in taken.items():
            if times:
                self.keep(kind="train", side=side, way=way, ms=statistics.median(times), steps=len(times))
        java.end()
        torch.end()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["encode", "train"])
    parser.add_argument("--java", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--results", required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--only", default="fp32,bf16,autocast,fp16,compiled", help="which ways of computing, besides PyTorch's in float32")
    parser.add_argument("--small", action="store_true")
    comparison = Comparison(parser.parse_args())
    getattr(comparison, comparison.options.what)()
