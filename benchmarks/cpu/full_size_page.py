"""The part of docs/performance.md about the tutorial at its full size: docs/performance/full-size.jsonl as full_size.py writes it, and what follows by arithmetic."""

import json

PASSAGES, QUERIES, TOKENS, DEV_QUERIES = 8_841_823, 500_000, 90, 6_980  # tokens of a passage with title and special ones, about
STEPS = {"stage 1, 3 epochs": 150_000, "stage 2, 2 epochs": 225_000}  # of 8 queries with 8 passages, as the tutorial trains
H200 = {"tokens_a_second": 2_784_914, "step_seconds": 0.016, "search_seconds": 0.1687}  # docs/gpu.md; the search is of the dev queries at depth 100
PEAK = {"H200": 989.4, "A100": 312.0}  # NVIDIA's data sheets: dense bf16 TFLOP/s
WIDTH = 768
WORDS = {
    "join": ("`fetch marco`: titles and texts to `corpus.tsv`", "passages"),
    "group": ("`fetch marco`: triples to `train.negatives.tsv`", "triples"),
    "tokenize": ("`tokenize --splits 10`", "passages"),
    "build-train": ("`build-train`, 30 negatives a query", "queries"),
    "mine": ("`mine --run`, 30 of the first 200 a query", "queries"),
    "plan": ("`encode` beside the model: texts to batches, one thread", "passages"),
    "format": ("`format`, a run to MS MARCO's form", "lines_of_run"),
}


def section(file, machine, markdown):
    """The section's lines; the machine gives the rates of encoding, training and products on the same processor."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    largest = {row["step"]: row for row in sorted(rows, key=lambda row: row["passages"])}
    return measured(rows, largest["tokenize"], markdown) + derived(largest, machine, markdown)


def measured(rows, made, markdown):
    sizes = sorted({row["passages"] for row in rows})
    part = " and ".join("the full size" if size == PASSAGES else f"1/{PASSAGES / size:.0f} of the size" for size in sizes)
    runs = ", ".join(dict.fromkeys(f"{row['commit']} ({row['date']})" for row in rows))
    lines = ["## The tutorial at full size", "",
             f"The data steps on a synthetic collection of MS MARCO's size and shape: lengths, words and counts as `SyntheticMarco` states them, {made['tokens_a_passage']} tokens a passage",
             f"with its title, from the same seed the same bytes. Measured at {part} by `benchmarks/full-size` on {made['cpu']}, commits {runs},",
             "with 2 GiB of Java's heap. Memory is the most ever resident, mapped files included; 4 GiB are allowed.", ""]
    table = []
    for step, (what, unit) in WORDS.items():
        for row in [row for row in rows if row["step"] == step]:
            table.append([what, f"{row[unit]:,} {unit.replace('_', ' ')}", f"{row['seconds']:,.0f}", f"{row[unit] / row['seconds']:,.0f}", f"{row['cpu_seconds']:,.0f}",
                          f"{row['mib']:,}", f"{row['bytes'] / 1e9:.2f}", f"{row['threads']}{', ' + row['note'] if 'note' in row else ''}"])
    return lines + markdown(["step", "size", "s", "a second", "s of the processor", "MiB", "GB written", "threads"], table) + feeding(rows)


def feeding(rows):
    return [f"One thread makes batches of {row['tokens'] / row['seconds']:,.0f} tokens a second; an H200 encodes {H200['tokens_a_second']:,} ([gpu.md](gpu.md)).\n"
            for row in rows if row["step"] == "plan"][-1:]


def derived(largest, machine, markdown):
    data = sum(row["seconds"] * PASSAGES / row["passages"] for step, row in largest.items() if step in WORDS and step not in ("plan", "format"))
    encode = machine.of("encode", model="base", side="javatron")[-1]
    train = machine.of("train", model="base", side="javatron", way="fp32")[-1]
    products = machine.sgemm("base") * 1e9
    cpu = {"encode": PASSAGES * TOKENS / encode["tokens"] * encode["ms"] / 1e3, "step": train["ms"] / 1e3 * 8 / train["queries"],
           "mining": 2.0 * QUERIES * PASSAGES * WIDTH / products, "dev": 2.0 * DEV_QUERIES * PASSAGES * WIDTH / products}
    h200 = {"encode": PASSAGES * TOKENS / H200["tokens_a_second"], "step": H200["step_seconds"], "mining": H200["search_seconds"] * QUERIES / DEV_QUERIES, "dev": H200["search_seconds"]}
    a100 = {key: seconds * PEAK["H200"] / PEAK["A100"] for key, seconds in h200.items()}
    table = [["data steps above, up to `mine`", *[time(data)] * 3]]
    for name, count in STEPS.items():
        table.append([f"{name}: {count:,} steps", *[time(side["step"] * count) for side in (cpu, h200, a100)]])
    for name, key in (("passages to vectors, each of two times", "encode"), ("search for mining, 500,000 queries", "mining"), ("search of the dev queries", "dev")):
        table.append([name, *[time(side[key]) for side in (cpu, h200, a100)]])
    total = [data + sum(STEPS.values()) * side["step"] + 2 * side["encode"] + side["mining"] + side["dev"] for side in (cpu, h200, a100)]
    table.append(["**all of it**", *[f"**{time(seconds)}**" for seconds in total]])
    scaled = "" if all(row["passages"] == PASSAGES for row in largest.values()) else ", steps of the smaller size in proportion"
    return [f"**The whole tutorial, by arithmetic**: nobody has run it here. BERT-base, two stages as the tutorial trains them, passages of about {TOKENS} tokens, without the download.", "",
            f"- This CPU: the rates measured above{scaled}; a step of 8 queries is {8 / train['queries']:.0f} times the measured one of {train['queries']}; searches at the rate of the plain product.",
            "- H200: the rates measured in [gpu.md](gpu.md), of kernels that are warm; data steps as on this CPU.",
            f"- A100: the H200's times by the ratio of published peak rates of dense bf16, {PEAK['H200']:.0f} and {PEAK['A100']:.0f} TFLOP/s. Nothing was measured on one.", ""] + markdown(
                ["", "this CPU", "one H200", "one A100, by ratio"], table)


def time(seconds):
    if seconds < 120:
        return f"{seconds:,.1f} s"
    if seconds < 2 * 3600:
        return f"{seconds / 60:,.0f} minutes"
    return f"{seconds / 3600:,.1f} hours" if seconds < 72 * 3600 else f"{seconds / 86400:,.0f} days"
