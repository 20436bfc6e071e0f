"""The part of docs/performance.md about exact search, of one machine's rows as compare-search and whole-marco write them."""

NAMES = {"float32": "Javatron", "int8": "by way of bytes", "faiss": "Faiss"}


def section(machine, markdown):
    rows = machine.of("search")
    if not rows:
        return []
    about = machine.of("search-machine")[-1]
    lines = [f"### Exact search of {about['rows']:,} vectors", "",
             f"{about['threads']} threads, Faiss {about['versions'].get('faiss', '')} `IndexFlatIP` ({about['versions'].get('options', '')}); vectors of real texts, repeated with noise"
             " (`benchmarks/compare-search` says how); medians. GFLOP/s and the share of the plain product are those of the float32 search. Rescored: passages a query that the scan"
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
            table.append([f"{queries:,}", str(depth), f"{ours['ms']:,.1f}", f"{rate:.0f}", f"{100 * rate / ours['sgemm']:.0f} %", f"{faiss['ms']:,.1f}", f"{faiss['ms'] / ours['ms']:.2f}",
                          f"{bytes_['ms']:,.1f}", f"{ours['ms'] / bytes_['ms']:.2f}", f"{faiss['ms'] / bytes_['ms']:.2f}", f"{bytes_['rescored'] / queries:,.0f}",
                          f"{faiss['differing']:,} of {queries * depth:,}"])
        head = ["queries", "depth", "Javatron ms", "GFLOP/s", "of sgemm", "Faiss ms", "Faiss / ours", "bytes ms", "ours / bytes", "Faiss / bytes", "rescored", "other ids"]
        lines += [f"Vectors of {dim} values:", ""] + markdown(head, table)
    memory = [f"{NAMES[row['side']]} {row['mib']:,.0f} MiB" for row in machine.of("search-memory", dim=max(row["dim"] for row in rows))]
    return lines + ["Most memory resident at the larger dimension, mapped files counted: " + ", ".join(memory) + ".", ""] * bool(memory)
