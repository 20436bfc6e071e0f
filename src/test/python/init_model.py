"""Opens a model directory with random weights in Transformers and says what is in it.

    scripts/peers src/test/python/init_model.py MODEL

Prints the keys that Transformers misses or does not know, and for each tensor its name, mean and standard deviation.
"""

import sys

import torch
from transformers import AutoModel, AutoTokenizer

model, info = AutoModel.from_pretrained(sys.argv[1], add_pooling_layer=False, output_loading_info=True)
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
print("missing", sorted(info["missing_keys"]))
print("unknown", sorted(info["unexpected_keys"]))
print("pieces", len(tokenizer), tokenizer.model_max_length, tokenizer.tokenize("Ab ba"))
print("padding", model.embeddings.word_embeddings.weight[tokenizer.pad_token_id].abs().max().item())
with torch.no_grad():
    states = model(**tokenizer(["ab ba", "ba"], padding=True, return_tensors="pt")).last_hidden_state
print("finite", bool(states.isfinite().all()))
for name, tensor in model.state_dict().items():
    values = tensor.double()
    print("tensor", name, f"{values.mean().item():.6f}", f"{values.std(unbiased=False).item():.6f}")
