"""Gradient times input of each token of a query and a passage, by autograd in float64, for the test of `javatron explain`.

    scripts/peers src/test/python/token_attribution.py MODEL REQUEST.json

REQUEST holds query and passage (token ids with [CLS] and [SEP]), pooling and normalize. Prints score, query and passage as JSON.
"""

import json
import pathlib
import sys

import contrastive
import torch

folder, request = sys.argv[1:]
request = json.loads(pathlib.Path(request).read_text("utf-8"))
model = contrastive.load(folder, torch.float64)


def embed(ids):
    words = model.embeddings.word_embeddings.weight[ids].detach().requires_grad_()
    hidden = model(inputs_embeds=words.unsqueeze(0)).last_hidden_state[0]
    vector = hidden.mean(0) if request["pooling"] == "mean" else hidden[0]
    return words, torch.nn.functional.normalize(vector, dim=-1) if request["normalize"] else vector


texts = {name: embed(request[name]) for name in ("query", "passage")}
score = texts["query"][1] @ texts["passage"][1]
score.backward()
answer = {name: (words.grad * words).sum(-1).tolist() for name, (words, _) in texts.items()}
print(json.dumps({"score": score.item(), **answer}))
