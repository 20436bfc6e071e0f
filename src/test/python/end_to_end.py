"""Scores a collection (corpus.tsv, queries.tsv, qrels.tsv) under sentence-transformers and pytrec_eval.

usage: end_to_end.py CHECKPOINT COLLECTION MAX_LENGTH
Prints {"metrics": {...}} as the last line; with the checkpoint of EndToEndTest this is golden/end-to-end/expected.json.
"""

import json
import pathlib
import sys

import pytrec_eval
from sentence_transformers import SentenceTransformer

checkpoint, collection, max_length = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])


def rows(name):
    return [line.split("\t") for line in (collection / name).read_text("utf-8").splitlines()]


model = SentenceTransformer(checkpoint, device="cpu")
model.max_seq_length = max_length
corpus, queries, qrels = rows("corpus.tsv"), rows("queries.tsv"), {}
for query, _, passage, relevance in rows("qrels.tsv"):
    qrels.setdefault(query, {})[passage] = int(relevance)
passages = model.encode([title + " " + text for _, title, text in corpus])
scores = model.encode([text for _, text in queries]) @ passages.T
run = {}
for (query, _), row in zip(queries, scores):
    best = sorted(range(len(row)), key=lambda i: -row[i])[:100]
    run[query] = {corpus[i][0]: float(row[i]) for i in best}
# MRR@10 is recip_rank over a run cut at 10.
top10 = {q: dict(sorted(r.items(), key=lambda item: -item[1])[:10]) for q, r in run.items()}
measured = pytrec_eval.RelevanceEvaluator(qrels, {"recall.10,100", "ndcg_cut.10"}).evaluate(run)
mrr = pytrec_eval.RelevanceEvaluator(qrels, {"recip_rank"}).evaluate(top10)


def mean(results, name):
    return sum(result[name] for result in results.values()) / len(qrels)


print(
    json.dumps(
        {
            "metrics": {
                "mrr@10": mean(mrr, "recip_rank"),
                "recall@10": mean(measured, "recall_10"),
                "recall@100": mean(measured, "recall_100"),
                "ndcg@10": mean(measured, "ndcg_cut_10"),
            }
        }
    )
)
