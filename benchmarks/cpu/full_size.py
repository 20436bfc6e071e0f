"""Runs the steps of benchmarks/full-size one after another and adds what each took to the results: seconds, and the most memory ever resident."""

import argparse
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

PASSAGES, QUERIES, TRIPLES, DEPTH = 8_841_823, 500_000, 397_768_673, 200
STEPS = ["generate", "join", "group", "tokenize", "build-train", "mine", "plan", "format"]
LIMIT_MIB = 4096
HEAP, OFF_HEAP = "2g", "1g"  # what is left of the 4 GiB is for mapped files and the JVM itself


def commands(step, args, sizes):
    work, vocab = args.work, ["--vocab", args.vocab]
    java = [os.path.join(os.environ["JAVA_HOME"], "bin/java") if "JAVA_HOME" in os.environ else "java", f"-Xmx{HEAP}", "-cp", "target/javatron/benchmarks/*"]
    javatron, rows = ["scripts/javatron"], ["--queries", f"{work}/train.query.txt", "--qrels", f"{work}/qrels.train.tsv", "--corpus", f"{work}/corpus.tsv"]
    return {
        "generate": java + ["org.javatron.benchmarks.SyntheticMarco", work, args.vocab, *map(str, (sizes["passages"], sizes["queries"], sizes["triples"], DEPTH)), "1"],
        "join": java + ["org.javatron.benchmarks.PrepareMarco", "join", f"{work}/para.txt", f"{work}/corpus.tsv"],
        "group": java + ["org.javatron.benchmarks.PrepareMarco", "group", f"{work}/qidpidtriples.train.full.2.tsv.gz", f"{work}/train.negatives.tsv"],
        "tokenize": javatron + ["tokenize", *vocab, "--input", f"{work}/corpus.tsv", "--output", f"{work}/tokens", "--splits", "10"],
        "build-train": javatron + ["build-train", *rows, *vocab, "--negatives-file", f"{work}/train.negatives.tsv", "--output", f"{work}/rows"],
        "mine": javatron + ["mine", *rows, *vocab, "--run", f"{work}/run.tsv", "--depth", str(DEPTH), "--negatives-output", f"{work}/hard.negatives.tsv", "--output", f"{work}/hard-rows"],
        "plan": java + ["org.javatron.benchmarks.PlanMarco", args.vocab, f"{work}/corpus.tsv"],
        "format": javatron + ["format", "--input", f"{work}/run.tsv", "--to", "marco", "--output", f"{work}/run.marco.tsv"],
    }[step]


def measured(command, log):
    """Runs a command in a process of its own and waits for it."""
    environment = dict(os.environ, JAVATRON_HEAP=HEAP, JAVATRON_OFFHEAP=OFF_HEAP)
    begin = time.monotonic()
    with open(log, "ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)} failed: see {log}")
    return {"seconds": round(time.monotonic() - begin, 2), "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2), "mib": usage.ru_maxrss // 1024}


def size(path):
    path = pathlib.Path(path)
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) if path.is_dir() else path.stat().st_size


def tokens(folder, most=50_000):
    """Tokens of a passage on average, of the first ones."""
    counts = []
    for line in (pathlib.Path(folder) / "split00.json").open(encoding="utf-8"):
        counts.append(len(json.loads(line)["text"]))
        if len(counts) == most:
            break
    return round(sum(counts) / len(counts), 2)


def main():
    parser = argparse.ArgumentParser()
    for name in ("results", "vocab", "work"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--scale", type=float, required=True)
    parser.add_argument("--note", help="what the reader must know of these figures, such as other work beside them")
    parser.add_argument("steps", nargs="*")
    args = parser.parse_args()
    sizes = {name: round(count * args.scale) for name, count in (("passages", PASSAGES), ("queries", QUERIES), ("triples", TRIPLES))}
    outputs = {"join": ["corpus.tsv"], "group": ["train.negatives.tsv"], "tokenize": ["tokens"], "build-train": ["rows"], "mine": ["hard-rows", "hard.negatives.tsv"], "format": ["run.marco.tsv"]}
    kept = {"join", "group"}  # what later steps read
    os.makedirs(args.work, exist_ok=True)
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    for step in args.steps or STEPS:
        for name in outputs.get(step, []):
            path = pathlib.Path(args.work, name)
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        row = {"step": step, **sizes, "lines_of_run": sizes["queries"] * DEPTH, **measured(commands(step, args, sizes), f"{args.work}/log")}
        row["bytes"] = size(args.work) if step == "generate" else sum(size(f"{args.work}/{name}") for name in outputs.get(step, []))
        if step == "tokenize":
            row["tokens_a_passage"] = tokens(f"{args.work}/tokens")
        if step == "plan":  # its last words: ... tokens, ... batches
            row |= {name: int(count) for count, name in re.findall(r"(\d+) (tokens|batches)", pathlib.Path(args.work, "log").read_text("utf-8").splitlines()[-1])}
        row |= {"threads": len(os.sched_getaffinity(0)), "cpu": cpu, "commit": commit, "date": datetime.date.today().isoformat()} | ({"note": args.note} if args.note else {})
        if step != "generate" and row["mib"] > LIMIT_MIB:
            sys.exit(f"{step} took {row['mib']} MiB, more than {LIMIT_MIB}")
        with open(args.results, "a", encoding="utf-8") as out:
            out.write(json.dumps(row) + "\n")
        print(json.dumps(row), flush=True)
        for name in outputs.get(step, []) if step not in kept else []:
            path = pathlib.Path(args.work, name)
            shutil.rmtree(path) if path.is_dir() else path.unlink()


if __name__ == "__main__":
    main()
