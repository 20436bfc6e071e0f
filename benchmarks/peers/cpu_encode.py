"""A peer's turns in benchmarks/compare-speed: encodes texts on the CPU, from text to vectors on disk.

    cpu_encode.py WAY MODEL THREADS

Requests on standard input, an answer a line: texts FILE OUTPUT, queries FILE, memory, versions. WAY is
    sorted      Transformers' BertModel, texts sorted by length, padded to the longest of a batch
    unsorted    the same in the texts' order
    tevatron    padded to 128 tokens each, as Tevatron does it
    bf16        as sorted, under bf16 autocast
    sentence-transformers   its own encode(), which sorts
    onnx        ONNX Runtime over its own optimised graph, texts sorted
MODEL holds config.json, model.safetensors, the tokenizer's files and javatron.json (pooling, normalize).
"""

import json
import pathlib
import resource
import sys
import time

import numpy as np
import torch
import transformers
from torch_requests import serve

WAY, MODEL, THREADS = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
LONGEST, QUERY, BATCH = 128, 32, 32
MANIFEST = json.loads((MODEL / "javatron.json").read_text("utf-8"))


def pooled(hidden, mask):
    if MANIFEST["pooling"] == "mean":
        hidden = (hidden * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True)
    else:
        hidden = hidden[:, 0]
    return torch.nn.functional.normalize(hidden, dim=-1) if MANIFEST["normalize"] else hidden


class Torch:
    """Also the base of ONNX Runtime's: only the model differs."""

    def __init__(self):
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(MODEL)
        self.model = transformers.BertModel.from_pretrained(MODEL, add_pooling_layer=False, attn_implementation="sdpa").eval()

    def hidden(self, inputs):
        with torch.autocast("cpu", torch.bfloat16, enabled=WAY == "bf16"):
            return self.model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]).last_hidden_state.float()

    def encode(self, texts, longest=LONGEST):
        tokens = self.tokenizer(texts, truncation=True, max_length=longest)["input_ids"]
        order = range(len(texts)) if WAY in ("unsorted", "tevatron") else sorted(range(len(texts)), key=lambda i: -len(tokens[i]))
        out = np.empty((len(texts), self.model.config.hidden_size), np.float32)
        for start in range(0, len(texts), BATCH):
            rows = list(order[start : start + BATCH])
            width = longest if WAY == "tevatron" else max(len(tokens[i]) for i in rows)
            inputs = self.tokenizer.pad({"input_ids": [tokens[i] for i in rows]}, padding="max_length", max_length=width, return_tensors="pt")
            out[rows] = pooled(self.hidden(inputs), inputs["attention_mask"]).numpy()
        return out, sum(map(len, tokens))


class LastHidden(torch.nn.Module):
    """BERT as a function of two arrays, which is what can be exported."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        return self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state


class Onnx(Torch):
    def __init__(self):
        import onnxruntime
        from onnxruntime.transformers import optimizer
        from onnxruntime.transformers.fusion_options import FusionOptions

        super().__init__()
        plain, optimised = MODEL / "model.onnx", MODEL / "model.optimised.onnx"
        if not optimised.exists():
            ids = torch.ones(2, 16, dtype=torch.long)
            free = {0: "texts", 1: "tokens"}
            model = transformers.BertModel.from_pretrained(MODEL, add_pooling_layer=False, attn_implementation="eager").eval()
            torch.onnx.export(
                LastHidden(model), (ids, ids), str(plain), input_names=["input_ids", "attention_mask"], output_names=["hidden"],
                dynamic_axes={name: free for name in ("input_ids", "attention_mask", "hidden")}, opset_version=17, dynamo=False)
            config = model.config
            optimizer.optimize_model(
                str(plain), "bert", num_heads=config.num_attention_heads, hidden_size=config.hidden_size,
                optimization_options=FusionOptions("bert")).save_model_to_file(str(optimised))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        self.session = onnxruntime.InferenceSession(str(optimised), options, providers=["CPUExecutionProvider"])

    def hidden(self, inputs):
        return torch.from_numpy(self.session.run(["hidden"], {name: inputs[name].numpy() for name in ("input_ids", "attention_mask")})[0])


class SentenceTransformers:
    def __init__(self):
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.sentence_transformer import modules as models

        folder = MODEL / "sentence-transformers"
        if not folder.exists():
            transformers.BertModel.from_pretrained(MODEL, add_pooling_layer=False).save_pretrained(folder)
            transformers.AutoTokenizer.from_pretrained(MODEL).save_pretrained(folder)
        bert = models.Transformer(str(folder), max_seq_length=LONGEST)
        parts = [bert, models.Pooling(bert.get_embedding_dimension(), pooling_mode=MANIFEST["pooling"])]
        self.model = SentenceTransformer(modules=parts + ([models.Normalize()] if MANIFEST["normalize"] else []), device="cpu")

    def encode(self, texts, longest=LONGEST):
        self.model.max_seq_length = longest
        return self.model.encode(texts, batch_size=BATCH, convert_to_numpy=True, show_progress_bar=False), None


class Peer:
    def __init__(self):
        torch.set_num_threads(THREADS)
        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        self.model = {"onnx": Onnx, "sentence-transformers": SentenceTransformers}.get(WAY, Torch)()

    @torch.inference_mode()
    def answer(self, what, file="", output=""):
        if what == "memory":
            return {"mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
        if what == "versions":
            import onnxruntime
            import sentence_transformers

            return {each.__name__: each.__version__ for each in (torch, transformers, sentence_transformers, onnxruntime)}
        begun = time.perf_counter()
        with open(file, encoding="utf-8") as lines:
            texts = [line.rstrip("\n") for line in lines]
        if what == "queries":
            times = []
            for counted in (False, True):
                for text in texts:
                    begun = time.perf_counter()
                    self.model.encode([text], QUERY)
                    times += [(time.perf_counter() - begun) * 1e3] if counted else []
            return {"ms": times}
        vectors, tokens = self.model.encode([text.split("\t")[-1] for text in texts])
        np.save(output, vectors)
        return {"ms": (time.perf_counter() - begun) * 1e3, "tokens": tokens}


if __name__ == "__main__":
    serve(Peer().answer)
