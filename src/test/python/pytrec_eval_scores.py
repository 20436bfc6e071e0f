"""Scores a TREC run with pytrec_eval: `pytrec_eval_scores.py QRELS RUN LEVEL`, prints `query<TAB>metric<TAB>value` lines.

Metrics carry Javatron's names. pytrec_eval knows no cut reciprocal rank: the first relevant passage is among the first ten exactly
where the reciprocal rank is at least a tenth.
"""
import gzip
import sys

import pytrec_eval

NAMES = {
    "map": "map",
    "map@7": "map_cut_7",
    "ndcg": "ndcg",
    "ndcg@3": "ndcg_cut_3",
    "ndcg@10": "ndcg_cut_10",
    "recall@5": "recall_5",
    "recall@1000": "recall_1000",
    "precision@5": "P_5",
    "success@1": "success_1",
    "success@5": "success_5",
    "mrr": "recip_rank",
}


def lines(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8", newline="\n") as file:
        for line in file:
            yield line.split()


qrels, run = {}, {}
for query, _, passage, relevance in lines(sys.argv[1]):
    qrels.setdefault(query, {})[passage] = int(relevance)
for query, _, passage, _, score, *_ in lines(sys.argv[2]):
    run.setdefault(query, {})[passage] = float(score)
evaluator = pytrec_eval.RelevanceEvaluator(qrels, set(NAMES.values()), relevance_level=int(sys.argv[3]))
for query, values in evaluator.evaluate(run).items():
    for name, theirs in NAMES.items():
        print(query, name, repr(values[theirs]), sep="\t")
    first = values["recip_rank"]
    print(query, "mrr@10", repr(first if first >= 0.1 - 1e-12 else 0.0), sep="\t")
