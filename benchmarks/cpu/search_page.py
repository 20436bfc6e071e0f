"""The part of docs/performance.md about exact search, of one machine's rows as compare-search and whole-marco write them."""

NAMES = {"float32": "Javatron", "int8": "by way of bytes", "faiss": "Faiss"}


def section(machine, markdown):
    rows = machine.of("search")
    if not rows:
        return []
    about = machine.of("search-machine")[-1]
    lines = [f"### Exact search of {about['rows']:,} vectors", "",
             f"{about['threads']} threads, Faiss {about['versions'].get('faiss', '')} `IndexFlatIP` ({about['versions'].get('options', '')}); vectors of real texts, repeated with noise"
             " (`benchmarks/compare-search` says how); medians. GFLOP/s and the share of the plain product are those of the float32 search, as if it multiplied all values. Rescored: passages a query that the scan"
             " of bytes could not exclude. Other ids: places at which Faiss has another passage than Javatron, whose scores are rounded otherwise; the search by way of bytes"
             " has the same ids everywhere.", ""]
    for dim in sorted({row["dim"] for row in rows}, reverse=True):
        table = []
        for queries, depth in sorted({(row["queries"], row["depth"]) for row in rows if row["dim"] == dim}):
            sides = {row["side"]: row for row in machine.of("search", dim=dim, queries=queries, depth=depth)}
            ours, bytes_, faiss = (sides.get(side) for side in ("float32", "int8", "faiss"))
            rate = 2 * dim * queries * ours["rows"] / ours["ms"] / 1e6
            if bytes_ and bytes_["differing"]:
                raise SystemExit(f"{machine.name}: the search by way of bytes found others: {bytes_}")
            by_bytes = [""] * 4
            if bytes_:
                by_bytes = [f"{bytes_['ms']:,.1f}", f"{ours['ms'] / bytes_['ms']:.2f}", f"{faiss['ms'] / bytes_['ms']:.2f}", f"{bytes_['rescored'] / queries:,.0f}"]
            table.append([f"{queries:,}", str(depth), f"{ours['ms']:,.1f}", f"{rate:.0f}", f"{100 * rate / ours['sgemm']:.0f} %", f"{faiss['ms']:,.1f}", f"{faiss['ms'] / ours['ms']:.2f}",
                          *by_bytes, f"{faiss['differing']:,} of {queries * depth:,}"])
        head = ["queries", "depth", "Javatron ms", "GFLOP/s", "of sgemm", "Faiss ms", "Faiss / ours", "bytes ms", "ours / bytes", "Faiss / bytes", "rescored", "other ids"]
        lines += [f"Vectors of {dim} values:", ""] + markdown(head, table)
    lines += parts(machine, markdown)
    memory = [f"{NAMES[row['side']]} {row['mib']:,.0f} MiB" for row in machine.of("search-memory", dim=max(row["dim"] for row in rows))]
    return lines + ["Most memory resident at the larger dimension, mapped files counted: " + ", ".join(memory) + ".", ""] * bool(memory)


def whole(machine, markdown):
    """The whole of MS MARCO, shard by shard (benchmarks/whole-marco)."""
    rows = [row for row in machine.of("marco") if row["seconds"] > 5 or row["code"]]
    if not rows:
        return []
    about = machine.of("marco-size")[-1]
    lines = ["### The whole of MS MARCO on a small machine", "",
             f"{about['rows']:,} vectors of 768 float16 values in {about['shards']} shards, {about['queries']:,} queries, depth 1000 (`benchmarks/whole-marco`); {about['memory']}.", ""]
    return lines + markdown(["step", "s", "most resident MiB, mapped files counted"], [[row["step"].strip() + (f" (exit code {row['code']})" if row["code"] else ""), f"{row['seconds']:,.0f}", f"{row['mib']:,}"] for row in rows])


def parts(machine, markdown):
    """What JMH says of a search's parts (benchmarks/jmh-search)."""
    scores = lambda name: machine.of("jmh", name=name)
    if not scores("SelectionBenchmark.heap"):
        return []
    lines = ["Choosing the best of 1,048,576 scores of one query, microseconds on one core (`SelectionBenchmark`): a heap, as Faiss has it below a depth of 100; a reservoir, as Faiss from there"
             " on; the scan of Javatron, which compares whole vectors of scores with the bound.", ""]
    by_depth = {row["depth"]: row for row in scores("SelectionBenchmark.heap")}
    table = [[depth] + [f"{of['score']:,.0f}" for name in ("heap", "reservoir", "thresholdScan") for of in scores(f"SelectionBenchmark.{name}") if of["depth"] == depth]
             for depth in sorted(by_depth, key=int)]
    lines += markdown(["depth", "heap", "reservoir", "threshold scan"], table)
    named = {"widen": "float16 to float32", "narrow": "float32 to float16", "rotate": "rotation", "quantize": "rotation and codes"}
    conversions = [f"{said} {scores(f'ConversionBenchmark.{name}')[0]['score']:,.0f} ns" for name, said in named.items()]
    lines += ["A vector of 768 values from one type to another on one core (`ConversionBenchmark`): " + ", ".join(conversions) + ".", ""]
    tiles = scores("SearchBenchmark.search")
    across = sorted({row["queryTile"] for row in tiles}, key=int)
    table = [[down] + [f"{row['score']:,.0f}" for tile in across for row in tiles if row["passageTile"] == down and row["queryTile"] == tile]
             for down in sorted({row["passageTile"] for row in tiles}, key=int)]
    lines += ["Tile shapes: 1,000 queries over 200,000 vectors of 768 values, depth 10, milliseconds (`SearchBenchmark`).", ""]
    return lines + markdown(["passages of a tile"] + [f"{tile} queries" for tile in across], table)
