"""The kernels of exact search, run as search.cuda.CudaQueryBlock runs them; see run_kernels.py."""
import sys

import numpy as np
import torch
import torch.nn.functional as F

from cuda_on_host import THREADS, random


def search(program, hopper, wide, count, depth, way):
    """Searches at random, few queries, or by products or with search_hopper.cu, and ends with an error unless results are those of sums in double."""
    rows, dim, stride, step, limit = 700, 150, 160, 300, 60
    capacity = limit + step
    passages = random.standard_normal((rows, dim)).astype(np.float32)
    queries = random.standard_normal((count, dim)).astype(np.float32)
    passages[400:450] = passages[100:150]  # equal scores: the first of them comes first
    if not wide:
        passages = passages.astype(np.float16).astype(np.float32)
    halves = np.zeros((rows, stride), np.float16)
    halves[:, :dim] = passages
    given, halves, q = torch.tensor(passages), torch.tensor(halves), torch.tensor(queries)

    facts = torch.zeros(4, dtype=torch.int32)
    program.search_facts_begin(1, 1, 1, facts)
    if wide:
        halves.fill_(float("nan"))
        program.search_measure_float(3, 1, THREADS, given, dim, rows, facts)
        program.search_narrow(3, 1, THREADS, given, dim, rows, halves, stride, facts)
    else:
        program.search_measure_half(3, 1, THREADS, halves, stride, rows, facts)
    rounded, doubles = torch.zeros(count, stride, dtype=torch.float16), torch.zeros(count, dim, dtype=torch.float64)
    states, counts = torch.zeros(count, 24, dtype=torch.uint8), torch.zeros(count, dtype=torch.int32)
    lists, bests = torch.zeros(count, capacity, dtype=torch.int64), torch.zeros(count, depth, dtype=torch.int64)
    half_scores = int(way == "products")
    program.search_begin(
        count, 1, 128, q, dim, rounded, stride, doubles, facts, int(wide), half_scores, depth, states, counts, 1
    )
    # Of queries and passages: where, how many, bytes of a row, rows of a tile.
    maps = torch.zeros(2, 16, dtype=torch.int64)
    for i, (matrix, tile_rows) in enumerate(((rounded, 128), (halves, 256))):
        maps[i, :4] = torch.tensor([matrix.data_ptr(), len(matrix), 2 * stride, tile_rows])

    def compact(last):
        scored = (given, 1, dim) if wide else (halves, 0, stride)
        program.search_compact(
            count, 1, 64, lists, capacity, counts, bests, depth, states, doubles, dim, *scored, 0, limit, last
        )

    for at in range(0, rows, step):
        some = halves[at : at + step]
        candidates = states, lists, capacity, counts
        if way == "hopper":
            hopper.search_many(1, 1, 384, maps, stride, count, at, len(some), at, *candidates)
        elif way == "products":
            scores = F.pad(rounded.float() @ some.float().T, (0, -len(some) % 8)).half()
            program.search_filter(2, count, 128, scores, scores.shape[1], len(some), at, *candidates)
        else:
            few = 8 if count <= 8 else 16 if count <= 16 else 32
            scan = getattr(program, f"search_few_{few}")
            scan(2, 1, THREADS, some, stride, len(some), at, rounded, count, *candidates)
        compact(0)
    compact(1)
    size = 1 << (depth - 1).bit_length()
    ordinals, found = torch.zeros(count, depth, dtype=torch.int32), torch.zeros(count, depth)
    program.search_sort(count, 1, max(32, size // 2), lists, capacity, bests, depth, states, size, 1, ordinals, found)

    sums = np.zeros((count, rows))
    for k in range(dim):
        sums += queries[:, k : k + 1].astype(np.float64) * passages[:, k]
    scores = sums.astype(np.float32)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :depth]
    if not np.array_equal(ordinals.numpy(), order) or not np.array_equal(found.numpy(), np.take_along_axis(scores, order, 1)):
        sys.exit(f"search of {count} queries to depth {depth}, float32 {wide}, {way}: other results")
