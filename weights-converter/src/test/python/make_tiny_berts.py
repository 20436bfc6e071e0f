"""Saves one tiny BERT with random weights in every form in which checkpoints are found.

    scripts/peers weights-converter/src/test/python/make_tiny_berts.py

writes weights-converter/src/test/resources/golden/tiny-bert anew: a folder per form, made by PyTorch,
Transformers and sentence-transformers themselves; expected.json with the SHA-256 of every tensor's
float32 bytes (one set per number type); and MANIFEST. Two runs give the same weights, not the same
bytes: PyTorch's old form names storages by their addresses.
"""

import hashlib
import json
import platform
import shutil
import tempfile
import zipfile
from pathlib import Path

import safetensors.torch
import sentence_transformers
import torch
import transformers
from sentence_transformers import SentenceTransformer, models
from transformers import BertConfig, BertForMaskedLM, BertModel, BertTokenizer

SEED = 20240607
OUT = Path(__file__).resolve().parents[1] / "resources" / "golden" / "tiny-bert"
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "##s"] + [chr(97 + i) for i in range(26)]


def folder(form):
    path = OUT / form
    path.mkdir(parents=True)
    return path


def with_tokenizer(path, config):
    config.save_pretrained(path)
    (path / "vocab.txt").write_text("\n".join(PIECES) + "\n")
    (path / "tokenizer_config.json").write_text('{"do_lower_case": true, "tokenizer_class": "BertTokenizer"}\n')


def digests(model, dtype):
    state = {k: v for k, v in model.state_dict().items() if not k.endswith("_ids")}
    return {k: hashlib.sha256(v.to(dtype).float().contiguous().numpy().tobytes()).hexdigest() for k, v in state.items()}


def old_names(state):
    """LayerNorm as TensorFlow named it, which bert-base-uncased still has."""
    return {
        k.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): v
        for k, v in state.items()
    }


def shards(path, state, ends):
    """pytorch_model-0000i-of-0000n.bin and the index, as Transformers wrote them before safetensors."""
    names = sorted(state)
    cut = len(names) // ends
    weight_map = {}
    for i in range(ends):
        part = names[i * cut : (i + 1) * cut if i + 1 < ends else None]
        file = f"pytorch_model-{i + 1:05d}-of-{ends:05d}.bin"
        torch.save({k: state[k] for k in part}, path / file)
        weight_map.update({k: file for k in part})
    total = sum(v.numel() * v.element_size() for v in state.values())
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (path / "pytorch_model.bin.index.json").write_text(json.dumps(index, indent=2, sort_keys=True) + "\n")


def deflated(source, target):
    """The same archive packed again by a tool that compresses."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))


def scattered(state):
    """Transposed matrices, and all biases as views into one storage."""
    biases = [k for k, v in state.items() if k.endswith(".bias")]
    shared = torch.cat([state[k] for k in biases])
    result, at = {}, 0
    for k, v in state.items():
        if v.dim() == 2:
            result[k] = v.t().contiguous().t()
        elif k in biases:
            result[k] = shared[at : at + v.numel()]
            at += v.numel()
        else:
            result[k] = v
    return result


def main():
    torch.manual_seed(SEED)
    shutil.rmtree(OUT, ignore_errors=True)
    config = BertConfig(
        vocab_size=len(PIECES), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=24,
    )
    model = BertModel(config).eval()
    for p in model.parameters():
        # Fresh LayerNorms and biases are all ones and zeros; a mix-up of them should show.
        torch.nn.init.normal_(p, std=0.5)
    state = {k: v for k, v in model.state_dict().items()}
    masked = BertForMaskedLM(config).eval()
    masked.bert.load_state_dict({k: v for k, v in state.items() if not k.startswith("pooler")})
    buffer = {"bert.embeddings.position_ids": torch.arange(24).expand((1, -1))}

    path = folder("safetensors")
    model.save_pretrained(path)
    with_tokenizer(path, config)
    path = folder("safetensors-shards")
    model.save_pretrained(path, max_shard_size="10KB")
    with_tokenizer(path, config)
    assert len(list(path.glob("*.safetensors"))) > 1

    path = folder("torch-zip")
    torch.save(state, path / "pytorch_model.bin")
    with_tokenizer(path, config)
    path = folder("torch-masked-lm")
    torch.save({**masked.state_dict(), **buffer}, path / "pytorch_model.bin")
    with_tokenizer(path, config)
    path = folder("torch-legacy")
    torch.save({**masked.state_dict(), **buffer}, path / "pytorch_model.bin", _use_new_zipfile_serialization=False)
    with_tokenizer(path, config)
    path = folder("torch-shards")
    shards(path, state, 3)
    with_tokenizer(path, config)
    path = folder("torch-gamma-beta")
    torch.save(old_names({"bert." + k: v for k, v in state.items()}), path / "pytorch_model.bin")
    with_tokenizer(path, config)
    path = folder("torch-parameters")
    # As data parallel training of Tevatron's model writes them, through a newer pickle protocol.
    parameters = {"module.lm_q." + k: torch.nn.Parameter(v) for k, v in state.items()}
    torch.save(parameters, path / "pytorch_model.bin", pickle_protocol=4)
    with_tokenizer(path, config)
    path = folder("torch-scattered")
    torch.save(scattered(state), path / "pytorch_model.bin")
    with_tokenizer(path, config)
    path = folder("torch-legacy-scattered")
    torch.save(scattered(state), path / "pytorch_model.bin", _use_new_zipfile_serialization=False)
    with_tokenizer(path, config)
    path = folder("torch-deflated")
    with tempfile.TemporaryDirectory() as temporary:
        torch.save(state, Path(temporary) / "plain.bin")
        deflated(Path(temporary) / "plain.bin", path / "pytorch_model.bin")
    with_tokenizer(path, config)

    for dtype, name in ((torch.float16, "float16"), (torch.bfloat16, "bfloat16")):
        narrow = {k: v.to(dtype) for k, v in state.items()}
        path = folder("safetensors-" + name)
        safetensors.torch.save_file(narrow, path / "model.safetensors", {"format": "pt"})
        with_tokenizer(path, config)
        path = folder("torch-" + name)
        torch.save(narrow, path / "pytorch_model.bin")
        with_tokenizer(path, config)

    path = folder("untied")
    (path / "query_model").mkdir()
    (path / "passage_model").mkdir()
    for name in ("query_model", "passage_model"):
        torch.save(state, path / name / "pytorch_model.bin")
        config.save_pretrained(path / name)
    (path / "vocab.txt").write_text("\n".join(PIECES) + "\n")

    with tempfile.TemporaryDirectory() as temporary:
        plain = Path(temporary) / "plain"
        model.save_pretrained(plain)
        with_tokenizer(plain, config)
        tokenizer = BertTokenizer.from_pretrained(plain)
        tokenizer.save_pretrained(plain)
        (plain / "vocab.txt").unlink()  # Transformers 5 saves tokenizer.json alone
        transformer = models.Transformer(str(plain))
        pooling = models.Pooling(16, "mean")
        whole = SentenceTransformer(modules=[transformer, pooling, models.Normalize()], device="cpu")
        whole.save(str(folder("sentence-transformers")))
        (OUT / "sentence-transformers" / "README.md").unlink()

    names = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
    expected = {name: digests(model, dtype) for name, dtype in names.items()}
    (OUT / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    manifest()


def manifest():
    lines = [
        "One tiny BERT in every form of checkpoint, and the SHA-256 of its tensors (expected.json).",
        "generator: scripts/peers weights-converter/src/test/python/make_tiny_berts.py",
        f"seed: {SEED}",
        f"versions: python {platform.python_version()}, torch {torch.__version__}, transformers {transformers.__version__},"
        f" safetensors {safetensors.__version__}, sentence-transformers {sentence_transformers.__version__}",
        "sha256:",
    ]
    for file in sorted(p for p in OUT.rglob("*") if p.is_file()):
        lines.append(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(OUT).as_posix()}")
    (OUT / "MANIFEST").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
