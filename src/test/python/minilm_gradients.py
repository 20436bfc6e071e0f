"""Loss and gradients of a real checkpoint, by autograd, for the tests that compare training with PyTorch.

    scripts/peers src/test/python/minilm_gradients.py MODEL REQUEST.json OUT.safetensors

REQUEST holds queries and passages (lists of token ids with [CLS] and [SEP]; n passages a query, its positive first) and optionally
pooling (cls, mean), normalize, temperature and dtype (float32, float64: of the computation). OUT holds queries, passages, loss and
gradient.NAME, always float32.
"""

import json
import pathlib
import sys

import contrastive
import safetensors.torch
import torch

model, request, out = sys.argv[1:]
request = json.loads(pathlib.Path(request).read_text("utf-8"))
batch = {name: request.pop(name) for name in ("queries", "passages")}
model = contrastive.load(model, getattr(torch, request.pop("dtype", "float32")))
safetensors.torch.save_file(contrastive.gradients(model, batch, **request), out)
