"""Rewrites a safetensors file with its floats in another type: half to send them, full again where they arrived.

    half.py FROM.safetensors TO.safetensors float16|float32
"""

import sys

from safetensors.numpy import load_file, save_file

source, target, kind = sys.argv[1:]
save_file({k: v.astype(kind) if v.dtype.kind == "f" else v for k, v in load_file(source).items()}, target, {"format": "pt"})
