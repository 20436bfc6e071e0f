"""CUDA kernels as functions of this process: .cu files that g++ compiles with src/test/cpp/cuda_on_host.h, and what came of running them."""
import ctypes
import os
import re
import subprocess
import sys

import numpy as np
import torch

KERNEL = re.compile(r'extern "C" __global__ void\s+(?:__launch_bounds__\([^)]*\)\s+)?(\w+)\(([^)]*)\)')
FLAGS = ["-std=c++17", "-O1", "-w", "-shared", "-fPIC", "-ffp-contract=off", "-fno-gnu-unique"]
THREADS = 256  # of a block, as most kernels are started

random = np.random.default_rng(1)


class Program:
    """A .cu file as a library; each kernel is a method: blocks along x and y, threads of a block, the kernel's arguments."""

    def __init__(self, folder, header, file, storage, defines, to):
        text = open(os.path.join(folder, file), encoding="utf-8").read()
        text = re.sub(r"extern __shared__ (.*)\[\];", r"static \1[1 << 18];", text)  # of a size that the host says
        for name, parameters in KERNEL.findall(text):
            names = ", ".join(re.findall(r"(\w+)\s*(?:,|$)", parameters))
            text += f'\nextern "C" void run_{name}(int grid_x, int grid_y, int block_size, {parameters}) {{\n'
            text += f"  host::launch(grid_x, grid_y, block_size, [=] {{ {name}({names}); }});\n}}\n"
        self.kernels = [name for name, _ in KERNEL.findall(text)]
        self.storage = storage
        source = os.path.join(to, f"{file}-{storage}-{'-'.join(defines)}.cpp")
        with open(source, "w", encoding="utf-8") as out:
            out.write(text)
        library = source + ".so"
        macros = [f"-D{define}" for define in (f"STORAGE_{storage}", *defines)]
        subprocess.run(["g++", *FLAGS, "-include", header, "-I", folder, *macros, source, "-o", library], check=True)
        self.library = ctypes.CDLL(library)

    def __getattr__(self, kernel):
        function = getattr(self.library, "run_" + kernel)

        def run(x, y, threads, *arguments):
            ran.setdefault((self.storage, kernel), 0)
            function(x, y, threads, *[argument(a) for a in arguments])

        return run


def argument(a):
    if isinstance(a, torch.Tensor):
        assert a.is_contiguous()
        return ctypes.c_void_p(a.data_ptr())
    if isinstance(a, float):
        return ctypes.c_float(a)
    return ctypes.c_longlong(a) if isinstance(a, np.int64) else ctypes.c_int(a)


ran = {}


def close(program, kernel, found, expected, exact=False):
    """The results of a kernel, against the same in float64."""
    allowed = 0 if exact else 1e-2 if found.dtype == torch.bfloat16 else 1e-5
    found, expected = found.double(), expected.detach().double()
    error = float((found - expected).norm() / max(expected.norm(), 1e-3))
    if not error <= allowed:
        sys.exit(f"{kernel}, {program.storage}: relative error {error:.1e}")
    ran[program.storage, kernel] = max(ran[program.storage, kernel], error)
