"""Makes src/test/resources/golden/gradients: gradients of every parameter of golden/bert's model, in float64, stored as float32.

Three queries and two passages each, of uneven lengths. cls: CLS vectors, raw dot product, as the tutorial trains.
mean: mean pooling, normalised, temperature 0.05, as sentence-transformers does. The gradients of attention.self.key.bias are 0 but for
rounding, whatever the weights: a bias of the keys moves all scores of a row alike, and softmax does not see that.

    scripts/peers src/test/python/bert_gradients.py src/test/resources/golden/bert src/test/resources/golden/gradients
"""

import hashlib
import json
import pathlib
import sys

import contrastive
import safetensors
import safetensors.torch
import torch
import transformers

SEED = 11
VARIANTS = {
    "cls": {"pooling": "cls", "normalize": False, "temperature": 1.0},
    "mean": {"pooling": "mean", "normalize": True, "temperature": 0.05},
}
model, out = sys.argv[1], pathlib.Path(sys.argv[2])
out.mkdir(parents=True, exist_ok=True)
torch.manual_seed(SEED)
text = lambda length: torch.randint(1, 101, (length,)).tolist()
batch = {"queries": [text(n) for n in (5, 1, 9)], "passages": [text(n) for n in (12, 3, 20, 7, 1, 31)]}
(out / "batch.json").write_text(json.dumps(batch) + "\n")
for name, options in VARIANTS.items():
    tensors = contrastive.gradients(contrastive.load(model, torch.float64), batch, **options)
    safetensors.torch.save_file(tensors, out / f"{name}.safetensors")
    print(name, tensors["loss"].item())
lines = [
    "made by: scripts/peers src/test/python/bert_gradients.py src/test/resources/golden/bert src/test/resources/golden/gradients",
    f"versions: torch {torch.__version__}, transformers {transformers.__version__}, safetensors {safetensors.__version__}",
    f"seed: {SEED}",
    "sha256:",
]
lines += [f"  {hashlib.sha256((out / f).read_bytes()).hexdigest()}  {f}" for f in ("batch.json", "cls.safetensors", "mean.safetensors")]
(out / "MANIFEST").write_text("\n".join(lines) + "\n")
