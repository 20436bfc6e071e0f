"""Prints what gpu-check-far found as one short table.

    table.py RESULTS.jsonl
"""

import json
import pathlib
import sys


def rows(file):
    if not pathlib.Path(file).exists():
        return []
    return [json.loads(line) for line in pathlib.Path(file).read_text("utf-8").splitlines()]


def of(all_rows, kind):
    return [row for row in all_rows if row["kind"] == kind and "failed" not in row]


def main(file):
    found = rows(file)
    for row in of(found, "steps"):
        print(f"{row['step']:8} {row['said']} ({row['seconds']} s)")
    peak = None
    for row in of(found, "rates"):
        peak = row["tflops"]
        print(f"{row['device']}: bf16 product {peak:.0f} TFLOP/s, copy {row['copy_tb_per_s']:.2f} TB/s, PyTorch {row['torch']},"
              f" Transformers {row['transformers']}")
    encode = sorted(of(found, "encode"), key=lambda row: row["ms"] / row["tokens"])
    if encode:
        print("\nencode        way-batch         tokens/s   TFLOP/s  of product")
    for row in encode:
        rate = row["flops"] / row["ms"] / 1e9
        share = f"{100 * rate / peak:.0f} %" if peak else ""
        print(f"{row['side']:13} {row['setting']:14} {row['tokens'] / row['ms'] * 1e3:11,.0f} {rate:9.1f}  {share}")
    for row in of(found, "cli"):
        print(f"javatron encode, text to disk, {row['setting']}: {row['tokens'] / row['seconds']:,.0f} tokens/s"
              f" ({row['seconds']:.2f} s; whole command {row['wall']:.2f} s)")
    vectors = of(found, "vectors")
    if vectors:
        print("vectors against PyTorch's in float32: least cosine, relative error, relative to the texts' spread")
    for row in vectors:
        print(f"  {row['side']:10} {row['way']:9} {row['least_cosine']:.6f}  {row['relative_error']:.1e}  {row['relative_to_spread']:.1e}")
    train = sorted(of(found, "train"), key=lambda row: row["ms"])
    losses = {(row["side"], row["way"]): row["losses"] for row in of(found, "losses")}
    if train:
        print("\n8 x 8 training step       ms   losses of 5 steps without dropout")
    for row in train:
        shown = " ".join(f"{loss:.4f}" for loss in losses.get((row["side"], row["way"]), []))
        print(f"{row['side']:10} {row['way']:12} {row['ms']:6.1f}   {shown}")
    for row in of(found, "text"):
        print(f"\n{row['title']}")
        for line in row["lines"]:
            print(line)
    failed = [row for row in found if "failed" in row]
    for row in failed:
        name = " ".join(filter(None, (row["kind"], row["side"], row["setting"])))
        print(f"FAILED {name}: {row['failed'][:150]}")


if __name__ == "__main__":
    main(sys.argv[1])
