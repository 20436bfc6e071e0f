"""Runs the CUDA kernels on the processor, thread by thread, and compares them with PyTorch in float64; no GPU is needed.

run_kernels.py FOLDER HEADER

FOLDER has the .cu files, HEADER lets g++ compile them. Prints, for float32 and bfloat16 activations, each kernel that ran with the largest
relative error of its results. Ends with an error where one is above what rounding explains, or where a kernel was not run.
"""
import concurrent.futures
import os
import sys
import tempfile

import numpy as np
import torch
import torch.nn.functional as F

from cuda_on_host import THREADS, Program, close, ran, random
from kernels_of_search import search

TENSOR_CORES = ("attention.cu", "attention_backward.cu")  # for 16 bits and compute capability 8.0
OF_ONE_TYPE = ("loss.cu", "search.cu", "search_hopper.cu")  # whatever the activations
WARP, SORTED, SUMMING_BLOCKS = 32, 1024, 264  # as the Java classes have them
HIDDEN = 200  # does not fill a warp's pieces
EPS = 1e-12


def blocks(count):
    return -(-count // THREADS)


class Case:
    """Arrays of a storage type, for sequences of some lengths."""

    def __init__(self, storage, lengths):
        self.type = torch.bfloat16 if storage == "BF16" else torch.float32
        self.lengths = lengths
        self.tokens = sum(lengths)
        self.offsets = torch.tensor(np.cumsum([0, *lengths]), dtype=torch.int32)

    def activation(self, *shape):
        return self.floats(*shape).to(self.type)

    def floats(self, *shape):
        return torch.tensor(random.standard_normal(shape), dtype=torch.float32)

    def room(self, *shape):
        """Where a result goes; what stands there before does not matter."""
        return torch.full(shape, float("nan"), dtype=self.type)


def nans(*shape):
    return torch.full(shape, float("nan"))


def exact(tensor):
    return tensor.double().requires_grad_()


def sum_pairs(sums, partial, first, second):
    columns = partial.shape[1]
    sums.sumColumnsOfFloats(blocks(columns), 1, THREADS, partial, len(partial), columns, len(partial), first, len(first), second)


def embeddings(program, sums, case):
    vocabulary, positions = 50, 300
    ids = torch.tensor(np.minimum(random.integers(0, 2 * vocabulary, case.tokens), vocabulary - 1), dtype=torch.int32)
    words, places, types = case.floats(vocabulary, HIDDEN), case.floats(positions, HIDDEN), case.floats(2, HIDDEN)
    gamma, beta = case.floats(HIDDEN), case.floats(HIDDEN)
    out, tokens, sequences = case.room(case.tokens, HIDDEN), case.tokens, len(case.lengths)
    tables = ids, case.offsets, sequences, words, places, types, gamma
    program.embeddings(blocks(WARP * tokens), 1, THREADS, *tables, beta, EPS, out, tokens)

    inputs = [exact(x) for x in (words, places, types, gamma, beta)]
    place = torch.tensor(np.concatenate([np.arange(n) for n in case.lengths]))
    total = inputs[0][ids.long()] + inputs[1][place] + inputs[2][0]
    total.retain_grad()
    expected = F.layer_norm(total, (HIDDEN,), inputs[3], inputs[4], EPS)
    close(program, "embeddings", out, expected)

    d_out = case.activation(tokens, HIDDEN)
    expected.backward(d_out.double())
    summing = min(blocks(WARP * tokens), SUMMING_BLOCKS)
    d_sum, partial = nans(tokens, HIDDEN), nans(summing, 2 * HIDDEN)
    program.embeddingsBackward(summing, 1, THREADS, *tables, EPS, d_out, d_sum, partial, tokens)
    close(program, "embeddingsBackward", d_sum, total.grad)
    d_gamma, d_beta = nans(HIDDEN), nans(HIDDEN)
    sum_pairs(sums, partial, d_gamma, d_beta)
    close(program, "embeddingsBackward", d_gamma, inputs[3].grad)
    close(sums, "sumColumnsOfFloats", d_beta, inputs[4].grad)

    d_places = nans(positions, HIDDEN)
    program.positionsBackward(positions, 1, THREADS, d_sum, case.offsets, sequences, d_places)
    close(program, "positionsBackward", d_places, inputs[1].grad)
    d_words = torch.zeros(vocabulary, HIDDEN)
    program.wordsBackward(tokens, 1, 128, d_sum, sorted_words(program, ids), tokens, d_words)
    one_by_one = torch.zeros(vocabulary, HIDDEN)
    for t in range(tokens):
        one_by_one[ids[t]] += d_sum[t]
    close(program, "wordsBackward", d_words, one_by_one, exact=True)


def sorted_words(program, ids):
    """As CudaEmbeddings has it done: the tokens' keys in ascending order."""
    tokens = len(ids)
    keys, merged = (torch.full((tokens,), -1, dtype=torch.int64) for _ in range(2))
    program.sortWords(-(-tokens // SORTED), 1, SORTED, ids, tokens, keys)
    run = SORTED
    while run < tokens:
        program.mergeWords(blocks(tokens), 1, THREADS, keys, tokens, run, merged)
        keys, merged, run = merged, keys, 2 * run
    return keys


def sorting(program):
    for tokens in (1, 2, 3, SORTED - 1, SORTED, SORTED + 1, 5 * SORTED + 7):
        for vocabulary in (1, 60, 2**31 - 1):
            ids = random.integers(0, vocabulary, tokens)
            keys = sorted_words(program, torch.tensor(ids, dtype=torch.int32))
            order = np.argsort(ids, kind="stable")
            expected = torch.tensor(ids[order] << 32 | order)
            if not torch.equal(keys, expected):
                sys.exit(f"{tokens} tokens of {vocabulary} words are not in their order")


def layer_norm(program, sums, case):
    rows = case.tokens
    x, residual, d_out = (case.activation(rows, HIDDEN) for _ in range(3))
    gamma, beta, out, d_sum = case.floats(HIDDEN), case.floats(HIDDEN), case.room(rows, HIDDEN), case.room(rows, HIDDEN)
    program.addLayerNorm(blocks(WARP * rows), 1, THREADS, x, residual, gamma, beta, EPS, out, rows)
    inputs = [exact(a) for a in (x, residual, gamma, beta)]
    expected = F.layer_norm(inputs[0] + inputs[1], (HIDDEN,), inputs[2], inputs[3], EPS)
    close(program, "addLayerNorm", out, expected)
    expected.backward(d_out.double())
    summing = min(blocks(WARP * rows), SUMMING_BLOCKS)
    partial, d_gamma, d_beta = nans(summing, 2 * HIDDEN), nans(HIDDEN), nans(HIDDEN)
    program.addLayerNormBackward(summing, 1, THREADS, x, residual, gamma, EPS, d_out, d_sum, partial, rows)
    sum_pairs(sums, partial, d_gamma, d_beta)
    for found, wanted in ((d_sum, inputs[0].grad), (d_gamma, inputs[2].grad), (d_beta, inputs[3].grad)):
        close(program, "addLayerNormBackward", found, wanted)


def summing(program, case):
    columns, chunk = 264, 50
    chunks = -(-case.tokens // chunk)
    x, partial, out = case.activation(case.tokens, columns), nans(chunks, columns), nans(columns)
    program.sumColumns(blocks(columns), chunks, THREADS, x, case.tokens, columns, chunk, partial)
    program.sumColumnsOfFloats(blocks(columns), 1, THREADS, partial, chunks, columns, chunks, out, columns, out)
    close(program, "sumColumns", out, x.double().sum(0))
    a, b, one = case.floats(3 * case.tokens), case.floats(3 * case.tokens), nans(1)
    program.dot(1, 1, 1024, a, b, np.int64(len(a)), one)
    close(program, "dot", one, a.double() @ b.double())
    a *= 1e25
    parts, total = torch.zeros(7, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
    program.sumOfSquares(7, 1, THREADS, a, np.int64(len(a)), parts)
    program.sumOfDoubles(1, 1, 1024, parts, 7, total)
    for kernel in ("sumOfSquares", "sumOfDoubles"):
        close(program, kernel, total / 1e50, (a.double() / 1e25).square().sum())


def pooling(program, case):
    sequences, tokens = len(case.lengths), case.tokens
    hidden, d_out = case.activation(tokens, HIDDEN), case.floats(sequences, HIDDEN)
    for kernel, mean in (("poolFirst", 0), ("poolMean", 1)):
        out, d_hidden = nans(sequences, HIDDEN), case.room(tokens, HIDDEN)
        getattr(program, kernel)(sequences, 1, THREADS, hidden, case.offsets, HIDDEN, out)
        x = exact(hidden)
        rows = x.split(case.lengths)
        expected = torch.stack([r.mean(0) if mean else r[0] for r in rows])
        close(program, kernel, out, expected)
        expected.backward(d_out.double())
        program.poolBackward(tokens, 1, THREADS, case.offsets, sequences, mean, d_out, HIDDEN, d_hidden)
        close(program, "poolBackward", d_hidden, x.grad)
    vectors, out, d_x = case.floats(sequences, HIDDEN), nans(sequences, HIDDEN), nans(sequences, HIDDEN)
    program.l2Normalize(sequences, 1, THREADS, vectors, HIDDEN, out)
    x = exact(vectors)
    expected = F.normalize(x, dim=1)
    close(program, "l2Normalize", out, expected)
    expected.backward(d_out.double())
    program.l2NormalizeBackward(sequences, 1, THREADS, vectors, d_out, HIDDEN, d_x)
    close(program, "l2NormalizeBackward", d_x, x.grad)


def mix64(x):
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    x = (x ^ x >> 27) * 0x94D049BB133111EB % 2**64
    return x ^ x >> 31


def mix32(x):
    x = (x ^ x >> np.uint64(16)) * np.uint64(0x7FEB352D) % np.uint64(2**32)
    x = (x ^ x >> np.uint64(15)) * np.uint64(0x846CA68B) % np.uint64(2**32)
    return x ^ x >> np.uint64(16)


class DropoutRule:
    """Which values are dropped, as kernels.DropoutRule says, once more."""

    def __init__(self, probability, site, sequences):
        self.threshold, self.site, self.factor = round(probability * 2**24), site, float(1 / (1 - probability))
        self.keys = torch.tensor(random.integers(-(2**62), 2**62, sequences))

    def mask(self, sequence, count):
        """The factors of a sequence's first values."""
        key = mix64((int(self.keys[sequence]) + (self.site + 1) * 0x9E3779B97F4A7C15) % 2**64)
        index = np.arange(count, dtype=np.uint64) * np.uint64(0x9E3779B9)
        inner = mix32((index + np.uint64(key % 2**32)) % np.uint64(2**32))
        bits = mix32((inner + np.uint64(key >> 32)) % np.uint64(2**32)) >> np.uint64(8)
        return torch.tensor(np.where(bits >= self.threshold, self.factor, 0.0))


def elementwise(program, case):
    count = HIDDEN * case.tokens + 3
    x, y, out = case.activation(count), case.activation(count), case.room(count)
    of_pieces = -(-count // (8 * THREADS)), 1, THREADS
    program.add(*of_pieces, x, y, out, np.int64(count))
    close(program, "add", out, x.double() + y.double())
    factor = case.floats(1)
    program.scale(*of_pieces, x, factor, out, np.int64(count))
    close(program, "scale", out, x.double() * factor.double())
    z = exact(x)
    expected = F.gelu(z)
    program.gelu(*of_pieces, x, out, np.int64(count))
    close(program, "gelu", out, expected)
    expected.backward(y.double())
    program.geluBackward(*of_pieces, x, y, out, np.int64(count))
    close(program, "geluBackward", out, z.grad)
    x, out = case.activation(case.tokens, HIDDEN), case.room(case.tokens, HIDDEN)
    rule = DropoutRule(0.3, 5, len(case.lengths))
    options = rule.keys, rule.site, rule.threshold, rule.factor
    program.dropout(case.tokens, 1, 32, x, case.offsets, len(case.lengths), *options, HIDDEN, out)
    masks = [rule.mask(b, n * HIDDEN).reshape(n, HIDDEN) for b, n in enumerate(case.lengths)]
    close(program, "dropout", out, x.double() * torch.cat(masks))


def loss(program, case):
    queries, group = case.tokens, 3
    scores, d_loss = case.floats(queries, queries * group), case.floats(1)
    losses, mean = nans(queries), nans(1)
    program.lossOfRows(queries, 1, THREADS, scores, queries * group, group, losses)
    program.meanLoss(1, 1, THREADS, losses, queries, mean)
    s = exact(scores)
    each = F.cross_entropy(s, torch.arange(queries) * group, reduction="none")
    close(program, "lossOfRows", losses, each)
    close(program, "meanLoss", mean, each.mean())
    each.mean().backward(d_loss[0].double())
    program.gradientOfRows(queries, 1, THREADS, scores, queries * group, group, d_loss, 1 / queries)
    close(program, "gradientOfRows", scores, s.grad)


def adamw(program, case):
    count = 1003
    w, g, m, v = case.floats(count), case.floats(count), case.floats(count), case.floats(count).square()
    # NumPy rounds each operation by itself, to float32, as the kernel does.
    numbers = np.float32([0.37, 3e-3, 1e-4, 0.9, 1 - 0.9, 0.999, 1 - 0.999, 1e-6])
    scale, size, decay, beta1, rest1, beta2, rest2, epsilon = numbers
    gradient = scale * g.numpy()
    mean = beta1 * m.numpy() + rest1 * gradient
    square = beta2 * v.numpy() + rest2 * gradient * gradient
    moved = w.numpy() - size * (mean / (np.sqrt(square) + epsilon))
    moved = torch.tensor(moved - decay * moved)
    copy = case.room(count)
    program.adamw(blocks(count), 1, THREADS, w, g, m, v, copy, np.int64(count), *[float(x) for x in numbers])
    for found, expected in ((w, moved), (m, torch.tensor(mean)), (v, torch.tensor(square)), (copy, moved.to(case.type))):
        close(program, "adamw", found, expected, exact=True)


def convert(program, case):
    x = case.floats(1000)
    there, back = case.room(1000), nans(1000)
    program.toStorage(blocks(1000), 1, THREADS, x, there, 1000)
    close(program, "toStorage", there, x.to(case.type), exact=True)
    program.fromStorage(blocks(1000), 1, THREADS, there, back, 1000)
    close(program, "fromStorage", back, there, exact=True)


def attention(program, backward, case, head, tensor_cores):
    heads, tile = 2, 64
    width, sequences = heads * head, len(case.lengths)
    rows = 32 if head <= 64 else 16
    tiles = (case.tokens // tile + sequences) * heads
    of_tiles = (tiles, 1, 128) if tensor_cores else (tiles, tile // rows, 4 * rows)
    for probability in (0, 0.2):
        kernels = [name if tensor_cores else "plain" + name[0].upper() + name[1:] for name in ("attention", "queryGradients", "keyGradients")]
        rule = DropoutRule(probability, 3, sequences)
        options = rule.keys, rule.site, rule.threshold, rule.factor
        qkv, d_out = case.activation(case.tokens, 3 * width), case.activation(case.tokens, width)
        out, d_qkv, kept = case.room(case.tokens, width), case.room(case.tokens, 3 * width), nans(heads, case.tokens, 2)
        if tensor_cores:
            kernels = [name + "Dropout" if probability else name for name in kernels]
            options = options if probability else ()
        getattr(program, kernels[0])(*of_tiles, qkv, case.offsets, sequences, heads, *options, out)
        for kernel in kernels[1:]:
            arguments = qkv, case.offsets, sequences, heads, case.tokens, *options, d_out, kept, d_qkv
            getattr(backward, kernel)(*of_tiles, *arguments)
        x = exact(qkv)
        results = []
        for b, part in enumerate(x.split(case.lengths)):
            q, k, v = part.reshape(-1, 3, heads, head).permute(1, 2, 0, 3)
            p = (q @ k.transpose(1, 2) / head**0.5).softmax(-1)
            results.append(((p * rule.mask(b, p.numel()).reshape(p.shape)) @ v).transpose(0, 1).reshape(-1, width))
        expected = torch.cat(results)
        close(program, kernels[0], out, expected)
        expected.backward(d_out.double())
        for kernel, part in zip(kernels[1:], (slice(0, width), slice(width, None))):
            close(backward, kernel, d_qkv[:, part], x.grad[:, part])


def test(programs, storage, head):
    def program(file):
        return programs[file, storage]

    for lengths in ([1], [2, 17, 1], [130, 5]):
        case = Case(storage, lengths)
        embeddings(program("embeddings.cu"), program("sums.cu"), case)
        layer_norm(program("layernorm.cu"), program("sums.cu"), case)
        summing(program("sums.cu"), case)
        pooling(program("pooling.cu"), case)
        elementwise(program("elementwise.cu"), case)
        attention(program("attention_plain.cu"), program("attention_plain_backward.cu"), case, head, False)
        if storage == "BF16":
            attention(program("attention.cu"), program("attention_backward.cu"), case, 64, True)
    adamw(program("adamw.cu"), case)
    convert(program("convert.cu"), case)
    sorting(program("embeddings.cu"))
    if storage == "FP32":
        loss(program("loss.cu"), Case(storage, [7]))
        for wide in (False, True):
            for count, depth, way in ((3, 25, "few"), (12, 1, "few"), (20, 40, "few"), (5, 25, "products"), (130, 30, "hopper")):
                search(program("search.cu"), program("search_hopper.cu"), wide, count, depth, way)


def main():
    folder, header = sys.argv[1:]
    heads = {"FP32": 7, "BF16": 72}  # neither fills its columns; the second is the wider form
    files = sorted(file for file in os.listdir(folder) if file.endswith(".cu"))
    works = []
    for storage, head in heads.items():
        for file in files:
            if file in TENSOR_CORES and storage == "BF16":
                works.append((file, storage, ("HEAD=64", "__CUDA_ARCH__=800")))
            elif file not in TENSOR_CORES and (file not in OF_ONE_TYPE or storage == "FP32"):
                works.append((file, storage, (f"HIDDEN={HIDDEN}", f"HEAD={head}")))
    with tempfile.TemporaryDirectory() as to, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        made = pool.map(lambda work: Program(folder, header, *work, to), works)
        programs = {work[:2]: program for work, program in zip(works, made)}
        for storage, head in heads.items():
            test(programs, storage, head)
    for (_, storage), program in programs.items():
        missing = [kernel for kernel in program.kernels if (storage, kernel) not in ran]
        if missing:
            sys.exit(f"not run in {storage}: {', '.join(missing)}")
    for (storage, kernel), error in sorted(ran.items()):
        print(f"{kernel} {storage} {error:.1e}")


if __name__ == "__main__":
    main()
