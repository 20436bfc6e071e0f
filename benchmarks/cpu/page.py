"""Makes docs/performance.md of the measurements in docs/performance: NAME.jsonl as compare-speed writes them, NAME.md what they say in words.

    page.py [--check]     --check only says whether the page is what the measurements make
"""

import json
import pathlib
import statistics
import sys

import full_size_page
import search_page

DOCS = pathlib.Path(__file__).parents[2] / "docs"
MODELS = {"minilm": "all-MiniLM-L6-v2 (6 layers of width 384)", "base": "BERT-base (12 layers of width 768, random weights)"}
NAMES = {
    "javatron": "**Javatron**",
    "javatron-bf16": "**Javatron, bf16**",
    "sorted": "Transformers, sorted by length",
    "unsorted": "Transformers, unsorted",
    "tevatron": "Transformers, padded to 128 as Tevatron does",
    "bf16": "Transformers, sorted, bf16 autocast",
    "sentence-transformers": "sentence-transformers",
    "onnx": "ONNX Runtime, its optimised graph, sorted",
}
TRAINING = {
    ("javatron", "fp32"): "**Javatron**",
    ("javatron", "fp32-chunked"): "**Javatron, GradCache**, a quarter at a time",
    ("torch", "fp32-full"): "PyTorch as Tevatron runs it, padded to 32 and 128",
    ("torch", "fp32-longest"): "PyTorch, padded to the longest",
}
MARCO_PASSAGES, MARCO_TOKENS = 8_841_823, 90  # tokens of a passage, about
INTRODUCTION = """# Speed on a CPU

Encoding, one query, and training beside the programs people use for them, on the same real texts and weights, with as many threads, all warm and taking turns. This page is
made of the measurements in [docs/performance](performance) by `python3 benchmarks/cpu/page.py`; this makes such a file on another machine, in an hour:

```
benchmarks/compare-speed docs/performance/NAME.jsonl
```

- **Texts**: passages of BoolQ with their real lengths, cut at 128 tokens; its questions as queries. End to end: a passage's time runs from the text in a file to its vector in a
  file, a query's from its text to its vector, so tokenising is in both.
- **Peers**: PyTorch with Transformers' `BertModel` and SDPA in batches of 32, sorted by length and not, or padded to 128 tokens; sentence-transformers' own `encode`; ONNX Runtime
  over the graph its own optimiser makes.
- **GFLOP/s** count the matrix products of the tokens there are, nothing for padding, so a program that pads shows less. The share is that of a plain float32 product of
  BERT-base's widest layer on as many threads, by OpenBLAS, measured between the turns.
- **Distance** is the greatest difference of any value from PyTorch's vectors. Figures are medians of the rounds; memory is the most ever resident.
"""


class Machine:
    def __init__(self, file):
        self.name = file.stem
        self.rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        words = file.with_suffix(".md")
        self.words = words.read_text("utf-8") if words.exists() else ""

    def of(self, kind, **wanted):
        return [row for row in self.rows if row["kind"] == kind and all(row.get(key) == value for key, value in wanted.items())]

    def sgemm(self, model, what=None):
        return statistics.median(rate for row in self.of("sgemm", model=model, what=what) for rate in row["gflops"])

    def page(self):
        machine = self.of("machine")[-1]
        versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
        lines = [f"## {machine['cpu']}", "", f"{machine['threads']} threads; instructions: {', '.join(machine['flags'])}. Java {machine['java']} ({machine['vectors']}); {versions}."
                 f" Measured {machine['date']}, commit {machine['commit']}: `docs/performance/{self.name}.jsonl`.", ""]
        if self.words:
            lines += [self.words.strip(), ""]
        for model, title in MODELS.items():
            lines += self.encoding(model, title) + self.queries(model) + self.training(model)
        return lines + self.scaling() + search_page.section(self, markdown) + search_page.whole(self, markdown)

    def encoding(self, model, title):
        rows = {row["side"]: row for row in self.of("encode", model=model)}
        if not rows:
            return []
        ours, rate = rows["javatron"], self.sgemm(model)
        table = [[NAMES[side], f"{row['tokens'] / row['ms'] * 1e3:,.0f}", f"{row['flops'] / row['ms'] / 1e6:.1f}", f"{row['flops'] / row['ms'] / 1e4 / rate:.0f} %",
                  f"{row['ms'] / ours['ms']:.2f}", f"{row['mib']:,.0f}", f"{row['distance']:.1e}"] for side, row in sorted(rows.items(), key=lambda item: item[1]["ms"])]
        heading = [f"### {title}", "", f"{ours['texts']} passages, {ours['tokens']:,} tokens; the plain product reaches {rate:.1f} GFLOP/s.", ""]
        lines = heading + markdown(["encode", "tokens/s", "GFLOP/s", "of sgemm", "time / ours", "MiB", "distance"], table)
        return lines + self.profile(model, "encode")

    def profile(self, model, what):
        found = self.of("profile", model=model, what=what)
        if not found:
            return []
        ops = found[-1]["ops"]
        every = sum(op["seconds"] for op in ops)
        shares = [f"{op['op']} {100 * op['seconds'] / every:.1f} %" + (f" ({op['flops'] / op['seconds'] / 1e9:.0f} GFLOP/s)" if op["flops"] else "")
                  for op in ops if op["seconds"] > 0.005 * every]
        return [f"Where Javatron's time goes ({'`train' if what == 'train' else '`encode'} --profile`): {', '.join(shares)}.", ""]

    def queries(self, model):
        rows = sorted(self.of("query", model=model), key=lambda row: row["p50"])
        if not rows:
            return []
        table = [[NAMES[row["side"]].replace(", sorted by length", "").replace(", sorted", ""), f"{row['p50']:.1f}", f"{row['p99']:.1f}"] for row in rows]
        return [f"One query at a time, {rows[0]['queries']} of them:", ""] + markdown(["query", "p50 ms", "p99 ms"], table)

    def training(self, model):
        rows = {(row["side"], row["way"]): row for row in self.of("train", model=model)}
        if not rows:
            return []
        ours = rows["javatron", "fp32"]
        profile = self.of("profile", model=model, what="train")[-1]
        flops = sum(op["flops"] * (0.8 if op["op"] == "attentionBackward" else 1) for op in profile["ops"]) / profile["steps"]
        rate = self.sgemm(model, "train")
        table = [[TRAINING[key], f"{row['ms'] / 1e3:.2f}", f"{row['ms'] / ours['ms']:.2f}", f"{row['mib']:,.0f}"] for key, row in rows.items()]
        done = f"Javatron's step is {flops / ours['ms'] / 1e6:.1f} GFLOP/s of useful work, {flops / ours['ms'] / 1e4 / rate:.0f} % of sgemm's {rate:.1f}."
        lines = [f"A training step (forward, backward, AdamW) of {ours['queries']} queries with 8 passages each:", ""]
        return lines + markdown(["step", "s", "time / ours", "MiB"], table) + [done, ""] + self.profile(model, "train")

    def scaling(self):
        if not self.of("scaling"):
            return []
        lines = ["### How the time grows", "", "Javatron alone, on sequences of one length that are token ids already; share of the plain product on as many threads.", ""]
        table = []
        for row in self.of("scaling", model="minilm"):
            other = self.of("scaling", model="base", length=row["length"], count=row["count"], threads=row["threads"])
            cells = [str(row["length"]), str(row["count"]), str(row["threads"])]
            for each in [row] + other[-1:]:
                tokens = each["length"] * each["count"]
                cells += [f"{tokens / each['ms'] * 1e3:,.0f}", f"{flops(each) / each['ms'] / 1e4 / each['sgemm']:.0f} %"]
            table.append(cells)
        lines += markdown(["length", "sequences", "threads", "MiniLM tokens/s", "of sgemm", "BERT-base tokens/s", "of sgemm"], table)
        for model in MODELS:
            ours = self.of("encode", model=model, side="javatron")
            if ours:
                speed = ours[-1]["tokens"] / ours[-1]["ms"] * 1e3
                hours = MARCO_PASSAGES * MARCO_TOKENS / speed / 3600
                lines.append(f"- MS MARCO's {MARCO_PASSAGES:,} passages at about {MARCO_TOKENS} tokens are {hours:,.0f} hours of {MODELS[model].split(' (')[0]} at {speed:,.0f} tokens/s.")
        return lines + [""]


def flops(row):
    layers, hidden = (6, 384) if row["model"] == "minilm" else (12, 768)
    return layers * row["length"] * row["count"] * (24 * hidden * hidden + 4 * hidden * row["length"])


def markdown(head, rows):
    line = lambda cells: "| " + " | ".join(cells) + " |"
    return [line(head), "|---" + "|---:" * (len(head) - 1) + "|", *map(line, rows), ""]


def main():
    full_size = DOCS / "performance" / "full-size.jsonl"
    machines = [Machine(file) for file in sorted((DOCS / "performance").glob("*.jsonl")) if file != full_size]
    lines = [INTRODUCTION]
    for machine in machines:
        lines += machine.page()
    lines += full_size_page.section(full_size, machines[0], markdown)
    page, file = "\n".join(lines).rstrip() + "\n", DOCS / "performance.md"
    if "--check" in sys.argv:
        if not file.exists() or file.read_text("utf-8") != page:
            sys.exit("docs/performance.md is not what docs/performance makes: run python3 benchmarks/cpu/page.py")
    else:
        file.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
