"""Prints the results of benchmarks/compare-two-stages as a table and judges whether both sides' final MRR@10 agree.

usage: two_stages_table.py RESULTS.jsonl
They agree if the means over the seeds are no further apart than the greater of the two sides' spreads (maximum less minimum).
"""

import json
import pathlib
import sys

POINTS = ("start", "stage1", "stage2")
rows = [json.loads(line) for line in pathlib.Path(sys.argv[1]).read_text("utf-8").splitlines()]
times = [name for name in rows[0]["seconds"] if all(name in row["seconds"] for row in rows)]
print("MRR@10 / Recall@1000, then seconds of the clock and, behind the slash, of the processor")
print(" ".join([f"{'seed':>5} {'side':<9}", *(f"{p:>15}" for p in POINTS), *(f"{t:>15}" for t in times)]))
for row in sorted(rows, key=lambda row: (row["seed"], row["side"])):
    figures = [f"{row[p]['mrr@10']:.4f} / {row[p]['recall@1000']:.4f}" for p in POINTS]
    took = [f"{row['seconds'][t]:.1f} / {row['cpu_seconds'][t]:.1f}" for t in times]
    print(" ".join([f"{row['seed']:>5} {row['side']:<9}", *figures, *(f"{t:>15}" for t in took)]))
final = {side: [row["stage2"]["mrr@10"] for row in rows if row["side"] == side] for side in ("javatron", "pytorch")}
mean = {side: sum(values) / len(values) for side, values in final.items()}
apart = abs(mean["javatron"] - mean["pytorch"])
print(f"final MRR@10, mean: Javatron {mean['javatron']:.4f}, PyTorch {mean['pytorch']:.4f}, {apart:.4f} apart")
if len(final["javatron"]) > 1:
    spread = max(max(values) - min(values) for values in final.values())
    print(f"the seeds of a side spread over {spread:.4f} at most")
    sys.exit(apart > spread)
