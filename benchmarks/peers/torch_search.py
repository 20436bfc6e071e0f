"""Times exact search in PyTorch on a GPU, and Faiss's flat index on it where Faiss can be imported, on the vectors of CudaSearchBenchmark.

usage: torch_search.py [PASSAGES=8841823] [DIM=768] [RUNS=5]

Passages and queries are float16; scores of a tile are one product, torch.topk takes each tile's best, and the tiles' best are merged. The tile size
is the fastest of a few. Times are from queries in the machine's memory to ids and scores there. Unlike Javatron's, these scores are those of the
product as it is rounded to float16, and ties are in no order.
"""

import statistics
import sys
import time

import torch

PASSAGES = int(sys.argv[1]) if len(sys.argv) > 1 else 8_841_823
DIM = int(sys.argv[2]) if len(sys.argv) > 2 else 768
RUNS = int(sys.argv[3]) if len(sys.argv) > 3 else 5
CLUSTERS = 4096
DEVICE = "cuda"


def wrapped(value):
    """A 64-bit constant as torch's signed integers have it."""
    return value - (1 << 64) if value >= 1 << 63 else value


def upper_half(z):
    return z >> 32 & 0xFFFFFFFF


def noise(first, count, seed):
    """[count, DIM] sums of four hashed bytes, less their mean; see ClusteredVectors.hash."""
    counter = torch.arange(first * DIM // 2, (first + count) * DIM // 2, device=DEVICE, dtype=torch.int64)
    z = (counter + (seed << 40)) * wrapped(0x9E3779B97F4A7C15)
    z = (z ^ upper_half(z)) * wrapped(0xD6E8FEB86659FD93)
    z = z ^ upper_half(z)
    halves = torch.stack([z & 0xFFFFFFFF, upper_half(z)], dim=1)
    total = sum(halves >> shift & 0xFF for shift in (0, 8, 16, 24)) - 510
    return total.to(torch.int16).view(count, DIM)


def vectors(count, seed):
    centres = noise(0, CLUSTERS, 0)
    result = torch.empty(count, DIM, dtype=torch.float16, device=DEVICE)
    step = 1 << 16
    for first in range(0, count, step):
        some = min(step, count - first)
        rows = torch.arange(first, first + some, device=DEVICE, dtype=torch.int64)
        cluster = ((rows + seed * 12_345_678) * 2_654_435_761) >> 20 & CLUSTERS - 1
        result[first : first + some] = (centres[cluster] + noise(first, some, seed)).to(torch.float16) / 4096
    return result


def search(passages, queries, depth, tile):
    queries = queries.to(DEVICE, non_blocking=True)
    best, ids = None, None
    for first in range(0, len(passages), tile):
        scores = queries @ passages[first : first + tile].T
        top = torch.topk(scores, min(depth, scores.shape[1]), sorted=False)
        if best is None:
            best, ids = top.values, top.indices
        else:
            best = torch.cat([best, top.values], 1)
            ids = torch.cat([ids, top.indices + first], 1)
            if best.shape[1] >= 8 * depth:
                best, at = torch.topk(best, depth, sorted=False)
                ids = ids.gather(1, at)
    best, at = torch.topk(best, min(depth, best.shape[1]))
    return best.cpu(), ids.gather(1, at).cpu()


def timed(action, runs):
    times = []
    for run in range(runs + 1):
        torch.cuda.synchronize()
        start = time.perf_counter()
        action()
        torch.cuda.synchronize()
        if run:
            times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times), min(times)


def ceilings():
    a = torch.randn(8192, 8192, device=DEVICE, dtype=torch.float16)
    b = torch.randn(8192, 8192, device=DEVICE, dtype=torch.float16)
    product = 2 * 8192**3 / (timed(lambda: [a @ b for _ in range(20)], 3)[0] / 20e3)
    source = torch.ones(4 << 30, dtype=torch.int8, device=DEVICE)
    target = torch.empty_like(source)
    copy = 2 * (4 << 30) / (timed(lambda: [target.copy_(source) for _ in range(20)], 3)[0] / 20e3)
    return copy, product


def main():
    torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = False
    copy, product = ceilings()
    print(f"PyTorch {torch.__version__}, {torch.cuda.get_device_name()}: a copy moves {copy / 1e9:.0f} GB/s, "
          f"a half product of 8192 runs at {product / 1e12:.0f} TFLOP/s")
    passages = vectors(PASSAGES, 1)
    queries = vectors(6980, 2).cpu().pin_memory()
    print(f"| queries | depth | ms (median of {RUNS}) | fastest | floor ms | times the floor | tile |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for count in (1, 32, 6980):
        tiles = (1 << 14, 1 << 16, 1 << 18) if count > 32 else (1 << 18, 1 << 20, 1 << 24)
        for depth in (10, 100, 1000):
            floor = max(2 * PASSAGES * DIM / copy, 2 * PASSAGES * DIM * count / product) * 1e3
            some = queries[:count]
            tries = [(timed(lambda: search(passages, some, depth, tile), 1)[0], tile) for tile in tiles]
            tile = min(tries)[1]
            median, fastest = timed(lambda: search(passages, some, depth, tile), RUNS)
            print(f"| {count} | {depth} | {median:.2f} | {fastest:.2f} | {floor:.2f} | {median / floor:.2f} | {tile} |", flush=True)
    del passages
    torch.cuda.empty_cache()
    faiss_rows()


def faiss_rows():
    try:
        import faiss
    except ImportError:
        print("Faiss is not installed here")
        return
    if not hasattr(faiss, "GpuIndexFlat"):
        print(f"Faiss {faiss.__version__} is not built for GPUs")
        return
    config = faiss.GpuIndexFlatConfig()
    config.useFloat16 = True
    index = faiss.GpuIndexFlatIP(faiss.StandardGpuResources(), DIM, config)
    passages = vectors(PASSAGES, 1)
    for first in range(0, PASSAGES, 1 << 18):
        index.add(passages[first : first + (1 << 18)].float().cpu().numpy())
    del passages
    queries = vectors(6980, 2).float().cpu().numpy()
    print(f"Faiss {faiss.__version__}, float16 on the GPU: queries, depth, ms (median of {RUNS})")
    for count in (1, 32, 6980):
        for depth in (10, 100, 1000):
            print(f"| {count} | {depth} | {timed(lambda: index.search(queries[:count], depth), RUNS)[0]:.2f} |", flush=True)


main()
