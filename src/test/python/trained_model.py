"""Opens a trained model directory with Transformers and prints the texts' mean vectors, one JSON array a line.

    scripts/peers src/test/python/trained_model.py MODEL TEXT...
"""

import json
import sys

import torch
import transformers

model = transformers.AutoModel.from_pretrained(sys.argv[1]).eval()
tokenizer = transformers.AutoTokenizer.from_pretrained(sys.argv[1])
for text in sys.argv[2:]:
    with torch.no_grad():
        states = model(**tokenizer(text, return_tensors="pt")).last_hidden_state
    print(json.dumps(states[0].mean(0).tolist()))
