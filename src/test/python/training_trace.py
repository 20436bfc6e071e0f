"""Loss, learning rate and gradient norm of each training step under PyTorch, with Transformers' AdamW, linear schedule and clipping.

    scripts/peers src/test/python/training_trace.py MODEL REQUEST.json OUT.json [--wrong target|warmup|decay|clip]
    scripts/peers src/test/python/training_trace.py --golden src/test/resources/golden/bert src/test/resources/golden/training-trace

REQUEST holds batches (as in contrastive.py; step k takes batch k modulo their number) and optionally steps (100), warmup_steps (10),
learning_rate (5e-6), weight_decay (0), max_grad_norm (1), pooling, normalize, temperature and dtype. Dropout is off. OUT holds steps, a
list of {"loss", "learning_rate", "grad_norm"} (the norm before clipping), and norms, the Euclidean norm of each final parameter but the
keys' biases: these have no effect and a gradient of pure rounding noise, which Adam blows up to full steps.

--wrong makes a trace that must not agree, the negative control: the target one passage on, no warm-up, no weight decay, no clipping.
--golden makes the trace of golden/bert's model, in float64, with each control.
"""

import argparse
import hashlib
import json
import pathlib
import sys

import contrastive
import torch
import transformers

sys.path.append(str(pathlib.Path(__file__).resolve().parents[3] / "benchmarks" / "peers"))
from hf_adamw import HfAdamW, groups, linear_schedule

SEED = 13
WRONG = ("target", "warmup", "decay", "clip")


def trace(folder, request, wrong=None):
    model = contrastive.load(folder, getattr(torch, request.get("dtype", "float32")))
    options = {name: request[name] for name in ("pooling", "normalize", "temperature") if name in request}
    if wrong == "target":
        options["shift"] = 1
    total = request.get("steps", 100)
    warmup = 0 if wrong == "warmup" else request.get("warmup_steps", 10)
    decay = 0.0 if wrong == "decay" else request.get("weight_decay", 0.0)
    largest = float("inf") if wrong == "clip" else request.get("max_grad_norm", 1.0)
    optimizer = HfAdamW(groups(model, decay))
    steps = []
    for step in range(total):
        rate = request.get("learning_rate", 5e-6) * linear_schedule(step, warmup, total)
        for group in optimizer.param_groups:
            group["lr"] = rate
        model.zero_grad()
        loss = contrastive.forward(model, request["batches"][step % len(request["batches"])], **options)[2]
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), largest)
        optimizer.step()
        steps.append({"loss": loss.item(), "learning_rate": rate, "grad_norm": norm.item()})
    norms = {n: p.norm().item() for n, p in model.named_parameters() if not n.endswith("key.bias")}
    return {"steps": steps, "norms": norms}


def check_adamw():
    """HfAdamW without decay is PyTorch's AdamW, once eps is moved from behind the bias correction to before it."""
    torch.manual_seed(SEED)
    ours = torch.nn.Parameter(torch.randn(50, dtype=torch.float64))
    theirs = torch.nn.Parameter(ours.detach().clone())
    hf = HfAdamW([{"params": [ours], "lr": 1e-3}], eps=1e-3)
    pytorch = torch.optim.AdamW([theirs], lr=1e-3, weight_decay=0.0)
    for t in range(1, 20):
        ours.grad = torch.randn(50, dtype=torch.float64) * 1e-2
        theirs.grad = ours.grad.clone()
        pytorch.param_groups[0]["eps"] = 1e-3 / (1 - 0.999**t) ** 0.5
        hf.step()
        pytorch.step()
    assert (ours - theirs).abs().max() < 1e-14, "HfAdamW is not AdamW"


def golden(model, out):
    check_adamw()
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    text = lambda: torch.randint(1, 101, (int(torch.randint(1, 21, ())),)).tolist()
    batches = [{"queries": [text() for _ in range(3)], "passages": [text() for _ in range(6)]} for _ in range(16)]
    request = {"steps": 100, "warmup_steps": 10, "learning_rate": 2e-3, "weight_decay": 0.1, "max_grad_norm": 1.0,
               "pooling": "cls", "normalize": False, "temperature": 1.0, "dtype": "float64", "batches": batches}
    expected = trace(model, request)
    wrong = {name: [step["loss"] for step in trace(model, request, name)["steps"]] for name in WRONG}
    (out / "request.json").write_text(json.dumps(request) + "\n")
    (out / "expected.json").write_text(json.dumps({**expected, "wrong_losses": wrong}) + "\n")
    lines = [
        "made by: scripts/peers src/test/python/training_trace.py --golden src/test/resources/golden/bert src/test/resources/golden/training-trace",
        f"versions: torch {torch.__version__}, transformers {transformers.__version__}",
        f"seed: {SEED}",
        "sha256:",
    ]
    lines += [f"  {hashlib.sha256((out / f).read_bytes()).hexdigest()}  {f}" for f in ("expected.json", "request.json")]
    (out / "MANIFEST").write_text("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--golden", action="store_true")
    parser.add_argument("--wrong", choices=WRONG)
    parser.add_argument("paths", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    if options.golden:
        golden(*options.paths)
    else:
        model, request, out = options.paths
        request = json.loads(request.read_text("utf-8"))
        out.write_text(json.dumps(trace(model, request, options.wrong)) + "\n")


if __name__ == "__main__":
    main()
