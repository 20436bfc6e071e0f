"""Makes src/test/resources/golden/bert: a tiny BERT with random weights and what PyTorch computes with it, layer by layer.

Sizes fit neither vectors nor tiles (hidden 20, head size 5, intermediate 37), lengths are 1, 2, 17 and 63, and the weights are
ten times BERT's usual so that attention is far from uniform. Computed in float64, stored in float32.

    scripts/peers src/test/python/bert_golden.py src/test/resources/golden/bert
"""
import hashlib, json, pathlib, sys

import safetensors.torch, torch, transformers

SEED = 7
out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
torch.manual_seed(SEED)
config = transformers.BertConfig(
    vocab_size=101, hidden_size=20, num_hidden_layers=3, num_attention_heads=4, intermediate_size=37,
    max_position_embeddings=64, type_vocab_size=2, layer_norm_eps=1e-12, initializer_range=0.2, attn_implementation="eager")
model = transformers.BertModel(config, add_pooling_layer=False).eval()
with torch.no_grad():
    for name, p in model.named_parameters():  # biases and norms as after training, not 0 and 1
        if name.endswith("bias"):
            p.normal_(0, 0.2)
        elif "LayerNorm" in name:
            p.normal_(1, 0.2)
weights = {k: v.contiguous() for k, v in model.state_dict().items() if "position_ids" not in k}
safetensors.torch.save_file(weights, out / "model.safetensors", metadata={"format": "pt"})
(out / "config.json").write_text(json.dumps({k: config.to_dict()[k] for k in (
    "model_type", "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
    "max_position_embeddings", "type_vocab_size", "layer_norm_eps", "hidden_act")}, indent=2) + "\n")

model.double()
expected, ids = {}, []
attention = []
for layer in model.encoder.layer:
    layer.attention.self.register_forward_hook(lambda m, i, o: attention.append(o[0]))
columns = {}
for length in (17, 1, 63, 2):
    sequence = torch.randint(0, 101, (1, length))
    ids.append(sequence[0])
    attention.clear()
    with torch.no_grad():
        hidden = model(sequence, output_hidden_states=True).hidden_states
    columns.setdefault("embeddings", []).append(hidden[0][0])
    for i in range(config.num_hidden_layers):
        columns.setdefault(f"encoder.layer.{i}.attention.self", []).append(attention[i][0].reshape(length, -1))
        columns.setdefault(f"encoder.layer.{i}.output", []).append(hidden[i + 1][0])
    columns.setdefault("cls", []).append(hidden[-1][0][:1])
    columns.setdefault("mean", []).append(hidden[-1][0].mean(0, keepdim=True))
expected = {k: torch.cat(v).float().contiguous() for k, v in columns.items()}
expected["mean.normalized"] = torch.nn.functional.normalize(torch.cat(columns["mean"])).float()
expected["ids"] = torch.cat(ids).float()  # small whole numbers, exact in float32
expected["lengths"] = torch.tensor([len(i) for i in ids]).float()
safetensors.torch.save_file(expected, out / "expected.safetensors")
lines = [f"made by: scripts/peers src/test/python/bert_golden.py src/test/resources/golden/bert",
         f"versions: torch {torch.__version__}, transformers {transformers.__version__}, safetensors {safetensors.__version__}",
         f"seed: {SEED}", "sha256:"]
lines += [f"  {hashlib.sha256((out / f).read_bytes()).hexdigest()}  {f}" for f in ("config.json", "expected.safetensors", "model.safetensors")]
(out / "MANIFEST").write_text("\n".join(lines) + "\n")
