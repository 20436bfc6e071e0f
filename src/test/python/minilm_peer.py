"""Encodes real texts with sentence-transformers and Transformers for org.javatron.model.MiniLmTest.

    scripts/peers src/test/python/minilm_peer.py MODEL_DIR BOOLQ_MARCO_DIR COUNT OUT.safetensors

Half of the texts are questions, half are passages (title and text), cut at 256 tokens. OUT holds ids (all texts laid end to
end), lengths, mean (mean pooling, normalised: sentence-transformers) and cls (the last layer's first vector, not normalised:
Transformers), the last for the first 100 texts.
"""
import gzip, sys

import safetensors.torch, sentence_transformers, torch

model_dir, data, count, out = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]


def columns(name):
    with gzip.open(f"{data}/{name}.gz", "rt", encoding="utf-8") as f:
        return dict(line.rstrip("\n").split("\t", 1) for line in f)


questions = list(columns("dev.query.txt").values())[: count // 2]
titles = columns("para.title.txt")
passages = list(columns("para.txt").items())
passages = passages[:: len(passages) // (count // 2)][: count - count // 2]
texts = [t for pair in zip(questions, [f"{titles.get(i, '')} {p}".strip() for i, p in passages]) for t in pair]

model = sentence_transformers.SentenceTransformer(model_dir, device="cpu")
model.max_seq_length = 256
mean = torch.from_numpy(model.encode(texts, batch_size=32, convert_to_numpy=True, normalize_embeddings=True))
ids = model.tokenizer(texts, truncation=True, max_length=256)["input_ids"]
bert = model[0].auto_model
with torch.no_grad():
    cls = torch.cat([bert(input_ids=torch.tensor([i])).last_hidden_state[:, 0] for i in ids[:100]])
safetensors.torch.save_file(
    {"ids": torch.cat([torch.tensor(i) for i in ids]).float(), "lengths": torch.tensor([len(i) for i in ids]).float(),
     "mean": mean.contiguous(), "cls": cls.contiguous()}, out)
