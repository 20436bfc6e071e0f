"""Makes one of the archives that scripts/gpu-check sends: packed hard here once, unpacked there in seconds.

    pack.py OUT.tar.xz [--natives] NAME=PATH...

Every PATH, a file or a folder, goes into the archive as NAME. Jars are rewritten with their entries stored rather than deflated, so that
xz sees what repeats across them; of the native jars only the libraries that a check loads stay, without their symbol tables.
--natives filters machine code, which then packs a tenth smaller.
"""

import fnmatch
import lzma
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

# JavaCPP's CUDA jar binds a dozen libraries; the kernels call the runtime, cuBLAS with cuBLASLt, and NVRTC.
UNUSED = ["*/libjninpp*", "*/libjninv[!r]*", "*/libjnicu[!db]*", "*/libjnicudnn*", "*/libjninccl*", "*/include/*", "META-INF/native-image/*"]
EPOCH = (2026, 1, 1, 0, 0, 0)


def stripped(library, folder):
    path = pathlib.Path(folder, "library.so")
    path.write_bytes(library)
    if shutil.which("strip"):
        subprocess.run(["strip", "--strip-unneeded", path], check=True)
    return path.read_bytes()


def stored(jar, target, folder, natives):
    with zipfile.ZipFile(jar) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as out:
        for entry in source.infolist():
            name = entry.filename
            if entry.is_dir() or any(fnmatch.fnmatch(name, pattern) for pattern in UNUSED):
                continue
            content = source.read(entry)
            out.writestr(zipfile.ZipInfo(name, EPOCH), stripped(content, folder) if natives and ".so" in name else content)


def main():
    target, *items = sys.argv[1:]
    natives = items[:1] == ["--natives"]
    filters = [{"id": lzma.FILTER_X86}] if natives else []
    filters.append({"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 64 << 20})
    with tempfile.TemporaryDirectory() as folder, lzma.open(target, "wb", filters=filters) as out:
        with tarfile.open(fileobj=out, mode="w|") as tar:
            for item in items[natives:]:
                name, path = item.split("=", 1)
                if path.endswith(".jar"):
                    small = pathlib.Path(folder, "small.jar")
                    stored(path, small, folder, natives)
                    path = small
                tar.add(path, name)


if __name__ == "__main__":
    main()
