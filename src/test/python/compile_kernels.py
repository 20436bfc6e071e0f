"""Compiles every .cu file of a folder with NVRTC, which needs no GPU, and prints each with the number of programs made.

compile_kernels.py FOLDER

NVRTC is found among the packages that PyTorch for CUDA brings. A source that doesn't compile ends the script with NVRTC's words.
"""
import concurrent.futures
import ctypes
import glob
import os
import site
import sys

ARCHITECTURES = ("75", "80", "90a", "120")  # as CudaCompiler names them
HEAD = "HEAD=64"
TYPES = ("STORAGE_FP32", "STORAGE_BF16", "STORAGE_FP16")


def nvrtc():
    for packages in site.getsitepackages():
        found = sorted(glob.glob(os.path.join(packages, "nvidia", "*", "lib", "libnvrtc.so.*")))
        if found:
            # NVRTC asks for its second library by name alone, which the loader only knows once it is loaded.
            for builtins in glob.glob(os.path.join(os.path.dirname(found[-1]), "libnvrtc-builtins.so.*")):
                ctypes.CDLL(builtins)
            return ctypes.CDLL(found[-1])
    sys.exit("NVRTC is not in the peers' environment: PyTorch there was built without CUDA")


def check(library, error, what):
    if error:
        library.nvrtcGetErrorString.restype = ctypes.c_char_p
        sys.exit(f"{what}: {library.nvrtcGetErrorString(error).decode()}")


def log(library, program):
    size = ctypes.c_size_t()
    library.nvrtcGetProgramLogSize(program, ctypes.byref(size))
    text = ctypes.create_string_buffer(size.value)
    library.nvrtcGetProgramLog(program, text)
    return text.value.decode()


def compile(library, folder, file, options):
    headers = {os.path.basename(path): open(path, "rb").read() for path in glob.glob(os.path.join(folder, "*.cuh"))}
    names = (ctypes.c_char_p * len(headers))(*[name.encode() for name in headers])
    texts = (ctypes.c_char_p * len(headers))(*headers.values())
    source = open(os.path.join(folder, file), "rb").read()
    program = ctypes.c_void_p()
    check(
        library,
        library.nvrtcCreateProgram(ctypes.byref(program), source, file.encode(), len(headers), texts, names),
        file,
    )
    arguments = (ctypes.c_char_p * len(options))(*[option.encode() for option in options])
    if library.nvrtcCompileProgram(program, len(options), arguments):
        raise ValueError(f"{file} with {options}:\n{log(library, program)}")
    size = ctypes.c_size_t()
    check(library, library.nvrtcGetCUBINSize(program, ctypes.byref(size)), file)
    library.nvrtcDestroyProgram(ctypes.byref(program))
    return size.value


def made(work):
    """Whether a program came out, in a process of its own: NVRTC uses one processor."""
    return compile(nvrtc(), *work) > 0


def main():
    folder = sys.argv[1]
    files = sorted(os.path.basename(path) for path in glob.glob(os.path.join(folder, "*.cu")))
    works = []
    for file in files:
        # Tensor cores multiply 16-bit numbers; float32 has files of its own.
        kinds = TYPES[1:] if file in ("attention.cu", "attention_backward.cu") else TYPES
        for architecture in ARCHITECTURES:
            for kind in kinds:
                options = [f"--gpu-architecture=sm_{architecture}", "--std=c++17", f"--define-macro={kind}", f"--define-macro={HEAD}"]
                works.append((folder, file, options))
    with concurrent.futures.ProcessPoolExecutor() as pool:
        try:
            results = list(pool.map(made, works))
        except ValueError as e:
            sys.exit(str(e))
    for file in files:
        print(file, sum(result for work, result in zip(works, results) if work[1] == file))


if __name__ == "__main__":
    main()
