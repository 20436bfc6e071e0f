"""Times Hugging Face tokenizers on one thread, as benchmarks/compare-tokenizers asks: best of three passes of each way, as JSON.

    RAYON_NUM_THREADS=1 scripts/peers benchmarks/peers/tokenizers_speed.py VOCAB TABLE TEXTS
"""

import gzip
import json
import os
import sys
import time

# Before tokenizers is loaded: both switch its thread pool off.
os.environ["RAYON_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

from tokenizers import BertWordPieceTokenizer  # noqa: E402


def main(vocab, table, count):
    tokenizer = BertWordPieceTokenizer(vocab, lowercase=True)._tokenizer
    opened = gzip.open if table.endswith(".gz") else open
    texts = []
    with opened(table, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            texts.append(line.rstrip("\n").split("\t", 1)[1])
            if len(texts) == count:
                break

    ways = {
        # Ids alone; encode_batch_fast leaves the offsets out, and is the like of our encode.
        "encode": lambda: [tokenizer.encode(t).ids for t in texts],
        "encode_batch": lambda: [e.ids for e in tokenizer.encode_batch(texts)],
        "encode_batch_fast": lambda: [e.ids for e in tokenizer.encode_batch_fast(texts)],
        # The like of our encodeWithOffsets.
        "offsets": lambda: [(e.ids, e.offsets) for e in tokenizer.encode_batch(texts)],
    }
    # Without the time that Python takes to copy ids out: what the library alone needs.
    bare = {
        "encode, not read": lambda: [tokenizer.encode(t) for t in texts],
        "encode_batch, not read": lambda: tokenizer.encode_batch(texts),
        "encode_batch_fast, not read": lambda: tokenizer.encode_batch_fast(texts),
    }
    answer = {"texts": len(texts), "checksum": sum(sum(ids) for ids in ways["encode"]())}
    for name, way in {**ways, **bare}.items():
        best = 0.0
        for _ in range(3):
            start = time.perf_counter()
            result = way()
            best = max(best, len(texts) / (time.perf_counter() - start))
            del result
        answer[name] = best
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
