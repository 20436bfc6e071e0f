"""Encoding in PyTorch, the peer of CudaEncodeBenchmark: Transformers' BertModel with SDPA, texts sorted by length, padded to the longest.

    torch_encode.py MODEL IDS.jsonl [--device cuda]

Requests on standard input, an answer a line:
    run SETTING COUNT             a pass from token ids to float32 vectors in the host's memory: {"ms": ...}
    vectors SETTING COUNT FILE    writes the vectors, float32
    rates                         of a bf16 matrix product and of a copy on this GPU
SETTING is WAY-BATCH: autocast (bf16), bf16, fp16, fp32 or compiled (bf16, torch.compile), and texts a batch.
"""

import argparse
import json
import pathlib
import statistics
import time

import numpy as np
import torch
import transformers
from torch_requests import device, finish, serve

CLS, SEP = 101, 102
TYPES = {"autocast": torch.float32, "fp32": torch.float32, "bf16": torch.bfloat16, "compiled": torch.bfloat16, "fp16": torch.float16}
WARM_UP = 2000


class Encoding:
    def __init__(self, folder, ids, where):
        self.folder, self.where, self.models = folder, where, {}
        manifest = json.loads(pathlib.Path(folder, "javatron.json").read_text("utf-8"))
        self.mean, self.normalize = manifest["pooling"] == "mean", manifest["normalize"]
        with open(ids, encoding="utf-8") as lines:
            self.texts = [np.array([CLS, *json.loads(line)["text"], SEP]) for line in lines]

    def model(self, way):
        if way not in self.models:
            transformers.logging.set_verbosity_error()
            transformers.logging.disable_progress_bar()
            model = transformers.BertModel.from_pretrained(self.folder, add_pooling_layer=False, attn_implementation="sdpa")
            model = model.to(self.where, TYPES[way]).eval()
            self.models[way] = torch.compile(model, dynamic=True) if way == "compiled" else model
            self.encode(way, 64, WARM_UP if self.where.type == "cuda" else 64)
        return self.models[way]

    @torch.inference_mode()
    def encode(self, way, batch, count):
        model, texts = self.model(way), self.texts[:count]
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        out = []
        for start in range(0, len(order), batch):
            rows = [texts[i] for i in order[start : start + batch]]
            lengths = np.array([len(row) for row in rows])
            mask = np.arange(lengths.max()) < lengths[:, None]
            ids = np.zeros(mask.shape, np.int64)
            ids[mask] = np.concatenate(rows)
            inputs = [torch.from_numpy(each).to(self.where, non_blocking=True) for each in (ids, mask.astype(np.int64))]
            with torch.autocast(self.where.type, torch.bfloat16, enabled=way == "autocast"):
                hidden = model(input_ids=inputs[0], attention_mask=inputs[1]).last_hidden_state
            out.append(self.pool(hidden.float(), inputs[1]) if self.mean else self.pool(hidden[:, 0].float(), None))
        vectors = torch.cat(out).cpu().numpy()
        result = np.empty_like(vectors)
        result[order] = vectors
        return result

    def pool(self, hidden, mask):
        if mask is not None:
            hidden = (hidden * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True)
        return torch.nn.functional.normalize(hidden, dim=-1) if self.normalize else hidden

    def answer(self, what, setting="", count="", file=""):
        if what == "rates":
            return rates(self.where)
        way, batch = setting.split("-")
        self.model(way)
        finish(self.where)
        begun = time.perf_counter()
        vectors = self.encode(way, int(batch), int(count))
        if what == "vectors":
            vectors.tofile(file)
        return {"ms": (time.perf_counter() - begun) * 1e3}


def rates(where):
    size = 8192 if where.type == "cuda" else 256
    a, b = (torch.randn(size, size, device=where, dtype=torch.bfloat16) for _ in range(2))
    source = torch.empty(size * size * 16, device=where)  # 4 GiB on a GPU
    target = torch.empty_like(source)
    product = seconds(where, lambda: torch.matmul(a, b))
    copy = seconds(where, lambda: target.copy_(source))
    name = torch.cuda.get_device_name() if where.type == "cuda" else "CPU"
    return {"device": name, "tflops": 2 * size**3 / product / 1e12, "copy_tb_per_s": 2 * source.nbytes / copy / 1e12,
            "torch": torch.__version__, "transformers": transformers.__version__}


def seconds(where, work, times=15):
    taken = []
    for _ in range(times + 5):
        finish(where)
        begun = time.perf_counter()
        work()
        finish(where)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken[5:])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("ids")
    parser.add_argument("--device", default="cuda")
    options = parser.parse_args()
    serve(Encoding(options.model, options.ids, device(options.device)).answer)
