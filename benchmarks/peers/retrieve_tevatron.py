"""Encoding, search and mining as Tevatron v1 does them, in PyTorch and Faiss: the peers of `javatron encode`, `search` and `mine`.

    scripts/peers benchmarks/peers/retrieve_tevatron.py encode --model M --input IDS.jsonl --output E --max-length 128
    scripts/peers benchmarks/peers/retrieve_tevatron.py search --queries Q --passages E --depth 1000 --output run.tsv
    scripts/peers benchmarks/peers/retrieve_tevatron.py mine --run run.tsv --qrels F --queries IDS.jsonl --corpus IDS.jsonl --output DIR

IDS.jsonl is what `javatron tokenize` writes. encode writes E.npy (float32) and E.ids, every sequence padded to the greatest length.
"""

import argparse
import json
import pathlib
import random
import time

import faiss
import numpy
import torch
from tevatron_parts import IdTokenizer, retriever, settings


def tokenized(path):
    with open(path, encoding="utf-8") as lines:
        return {row["text_id"]: row["text"] for row in map(json.loads, lines)}


@torch.no_grad()
def encode(options):
    model = retriever(options.model, settings(options.model)).eval()
    tokenizer, texts, vectors = IdTokenizer(), tokenized(options.input), []
    features = [tokenizer.prepare_for_model(ids, max_length=options.max_length) for ids in texts.values()]
    for i in range(0, len(features), options.batch_size):
        vectors.append(model.encode(tokenizer.pad(features[i : i + options.batch_size], max_length=options.max_length)).numpy())
    numpy.save(options.output + ".npy", numpy.concatenate(vectors))
    pathlib.Path(options.output + ".ids").write_text("".join(i + "\n" for i in texts), "utf-8")
    return {"texts": len(texts)}


def search(options):
    side = lambda name: (numpy.load(name + ".npy"), pathlib.Path(name + ".ids").read_text("utf-8").splitlines())
    (queries, query_ids), (passages, passage_ids) = side(options.queries), side(options.passages)
    index = faiss.IndexFlatIP(passages.shape[1])
    index.add(passages)
    scores, found = index.search(queries, min(options.depth, len(passages)))
    with open(options.output, "w", encoding="utf-8") as run:
        for query, row, places in zip(query_ids, scores, found):
            run.writelines(f"{query}\t{passage_ids[p]}\t{s}\n" for s, p in zip(row, places))
    return {"queries": len(query_ids), "passages": len(passage_ids)}


def mine(options):
    """The first `depth` passages of a query that are not judged relevant, shuffled, `negatives` of them."""
    positives, negatives = {}, {}
    for line in options.qrels.read_text("utf-8").splitlines():
        query, _, passage, relevance = line.split()
        if relevance == "1":
            positives.setdefault(query, []).append(passage)
    for line in options.run.read_text("utf-8").splitlines():
        query, passage, _ = line.split("\t")
        if query in positives and passage not in positives[query]:
            negatives.setdefault(query, []).append(passage)
    queries, passages, pick = tokenized(options.queries), tokenized(options.corpus), random.Random(options.seed)
    options.output.mkdir(parents=True, exist_ok=True)
    with open(options.output / "split00.hn.json", "w", encoding="utf-8") as out:
        for query, pool in negatives.items():
            pool = pool[: options.depth]
            pick.shuffle(pool)
            texts = lambda ids: [passages[i] for i in ids]
            row = {"query": queries[query], "positives": texts(positives[query]), "negatives": texts(pool[: options.negatives])}
            out.write(json.dumps(row) + "\n")
    return {"rows": len(negatives)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("encode")
    command.set_defaults(run_command=encode)
    command.add_argument("--model", required=True)
    command.add_argument("--input", required=True)
    command.add_argument("--output", required=True)
    command.add_argument("--max-length", type=int, default=128)
    command.add_argument("--batch-size", type=int, default=128)
    command = commands.add_parser("search")
    command.set_defaults(run_command=search)
    command.add_argument("--queries", required=True)
    command.add_argument("--passages", required=True)
    command.add_argument("--depth", type=int, default=1000)
    command.add_argument("--output", required=True)
    command = commands.add_parser("mine")
    command.set_defaults(run_command=mine)
    command.add_argument("--run", type=pathlib.Path, required=True)
    command.add_argument("--qrels", type=pathlib.Path, required=True)
    command.add_argument("--queries", required=True)
    command.add_argument("--corpus", required=True)
    command.add_argument("--depth", type=int, default=200)
    command.add_argument("--negatives", type=int, default=30)
    command.add_argument("--seed", type=int, default=42)
    command.add_argument("--output", type=pathlib.Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    faiss.omp_set_num_threads(options.threads)
    begun = time.time()
    result = options.run_command(options)
    print(json.dumps({**result, "seconds": round(time.time() - begun, 1)}))


if __name__ == "__main__":
    main()
