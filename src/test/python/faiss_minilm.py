"""Embeds SciFact with MiniLM under sentence-transformers and searches it with Faiss's flat index.

usage: faiss_minilm.py MINILM SCIFACT OUTPUT

Passages are cut at 48 tokens so that this takes about a minute; their embeddings are as real as longer ones'. The
first 500 passages are added a second time: exact ties. Writes, little-endian: passages.f32, queries.f32 (row-major),
faiss.f32 and faiss.i64 (scores and rows, all queries x 1000), and prints dim, passages, queries. An OUTPUT that is
there already is used as it is.
"""

import gzip
import json
import os
import sys

import faiss
import numpy as np
from sentence_transformers import SentenceTransformer

model_folder, scifact, output = sys.argv[1:4]


def lines(name):
    opener = gzip.open if name.endswith(".gz") else open
    with opener(os.path.join(scifact, name), "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


if not os.path.exists(os.path.join(output, "passages.f32")):
    os.makedirs(output, exist_ok=True)
    model = SentenceTransformer(model_folder, device="cpu")
    model.max_seq_length = 48
    embed = lambda texts: model.encode(texts, batch_size=128, normalize_embeddings=True)
    queries = embed([line["text"] for line in lines("queries.jsonl")[:300]])
    passages = embed([line["title"] + " " + line["text"] for line in lines("corpus.jsonl.gz")])
    queries.astype("<f4").tofile(os.path.join(output, "queries.f32"))
    np.concatenate([passages, passages[:500]]).astype("<f4").tofile(
        os.path.join(output, "passages.tmp")
    )
    os.rename(os.path.join(output, "passages.tmp"), os.path.join(output, "passages.f32"))

passages = np.fromfile(os.path.join(output, "passages.f32"), "<f4").reshape(-1, 384)
queries = np.fromfile(os.path.join(output, "queries.f32"), "<f4").reshape(-1, 384)
index = faiss.IndexFlatIP(384)
index.add(passages)
scores, rows = index.search(queries, 1000)
scores.astype("<f4").tofile(os.path.join(output, "faiss.f32"))
rows.astype("<i8").tofile(os.path.join(output, "faiss.i64"))
print(384, len(passages), len(queries))
