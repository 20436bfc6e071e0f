"""The PyTorch side of benchmarks/gpu/compare.py: a request a line on standard input, a JSON object a line in return."""

import json
import sys
import traceback

import torch


def device(name):
    if name == "cuda" and not torch.cuda.is_available():
        raise SystemExit("PyTorch finds no GPU")
    return torch.device(name)


def finish(where):
    if where.type == "cuda":
        torch.cuda.synchronize()


def serve(answer):
    for line in sys.stdin:
        try:
            result = answer(*line.split())
        except Exception as e:  # one setting's failure leaves the others
            traceback.print_exc()
            result = {"error": f"{type(e).__name__}: {str(e).splitlines()[0] if str(e) else ''}"}
        print(json.dumps(result), flush=True)
