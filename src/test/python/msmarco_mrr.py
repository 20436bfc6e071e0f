"""MS MARCO's rule for MRR@10, written from its description: `msmarco_mrr.py QRELS RUN` prints the figure.

QRELS is `qid<TAB>0<TAB>pid<TAB>1`, RUN is `qid<TAB>pid<TAB>rank`. A query scores 1/rank of its first relevant passage within rank 10;
the mean is over every query of the judgements, answered or not.
"""
import sys

relevant, ranked = {}, {}
for line in open(sys.argv[1]):
    query, _, passage, _ = line.split()
    relevant.setdefault(query, set()).add(passage)
for line in open(sys.argv[2]):
    query, passage, rank = line.split()
    ranked.setdefault(query, {})[int(rank)] = passage
total = 0.0
for query, passages in relevant.items():
    for rank in range(1, 11):
        if ranked.get(query, {}).get(rank) in passages:
            total += 1 / rank
            break
print(repr(total / len(relevant)))
