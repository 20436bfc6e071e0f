"""Opens model directories in Transformers and compares them with a reference, bit for bit.

    scripts/peers weights-converter/src/test/python/compare_models.py REFERENCE MODEL...

REFERENCE is a checkpoint folder that Transformers wrote or that was downloaded. For each MODEL it prints
its name, how many tensors are equal to the reference's, how many the reference has beyond the pooler, the
largest difference of last_hidden_state on a few texts, and the model's number type, to which the reference
is brought by PyTorch first. Tokenizers are those of each folder.
"""

import sys
from pathlib import Path

import torch
from transformers import AutoModel, AutoTokenizer

TEXTS = ["what is a bat", "the cabs", "A B C, the d! [SEP] e", "caf\u00e9 \u4f60\u597d " * 5]


def outputs(folder, model):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    batch = tokenizer(TEXTS, padding=True, truncation=True, max_length=24, return_tensors="pt")
    with torch.no_grad():
        return model(**batch).last_hidden_state


def load(folder):
    return AutoModel.from_pretrained(folder, dtype="auto").eval()


def main():
    for folder in sys.argv[2:]:
        model = load(folder)
        reference = load(sys.argv[1]).to(model.dtype)
        expected = outputs(sys.argv[1], reference)
        tensors = {k: v for k, v in reference.state_dict().items() if not k.startswith("pooler.")}
        state = model.state_dict()
        equal = sum(torch.equal(v, state[k]) for k, v in tensors.items())
        difference = (outputs(folder, model) - expected).abs().max().item()
        print(f"{Path(folder).name}\t{equal}\t{len(tensors)}\t{difference}\t{model.dtype}")


if __name__ == "__main__":
    main()
