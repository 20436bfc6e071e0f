"""SciFact's test queries under sentence-transformers, scored by pytrec_eval: the arbiter of Javatron's figure.

usage: scifact.py MODEL SCIFACT [--max-length 256] [--threads N]
Prints one JSON object: {"ndcg@10": ..., "encode_seconds": ..., "tokens_per_second": ...}.
"""

import argparse
import csv
import gzip
import json
import pathlib
import time

import pytrec_eval
import torch
from sentence_transformers import SentenceTransformer


def read_jsonl(path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("scifact", type=pathlib.Path)
    parser.add_argument("--max-length", type=int, default=256)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    model = SentenceTransformer(options.model, device="cpu")
    model.max_seq_length = options.max_length
    corpus = read_jsonl(options.scifact / "corpus.jsonl.gz")
    with open(options.scifact / "qrels" / "test.tsv", encoding="utf-8") as rows:
        qrels = {}
        for row in csv.DictReader(rows, delimiter="\t"):
            qrels.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    queries = [q for q in read_jsonl(options.scifact / "queries.jsonl") if q["_id"] in qrels]

    texts = [passage["title"] + " " + passage["text"] for passage in corpus]
    begun = time.time()
    passages = model.encode(texts, convert_to_tensor=True, batch_size=32)
    seconds = time.time() - begun
    scores = model.encode([q["text"] for q in queries], convert_to_tensor=True) @ passages.T
    run = {}
    for query, row in zip(queries, scores):
        best = torch.topk(row, 100)
        run[query["_id"]] = {corpus[i]["_id"]: float(s) for s, i in zip(best.values, best.indices)}
    results = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut.10"}).evaluate(run)
    ndcg = sum(r["ndcg_cut_10"] for r in results.values()) / len(qrels)
    print(json.dumps({"ndcg@10": ndcg, "queries": len(qrels), "encode_seconds": round(seconds, 1)}))


if __name__ == "__main__":
    main()
