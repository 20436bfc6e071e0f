"""Runs one of Tevatron v1's own data scripts, as it is but for what is random or no longer runs.

    scripts/peers src/test/python/tevatron_script.py CHECKOUT build_train.py --tokenizer_name M ...

CHECKOUT is a folder with Tevatron's src and examples (tag 0.1.0 or the tutorial's commit a26e013). random.shuffle leaves the order,
so that what is "shuffled" can be compared; random.seed takes no time of day, which Python 3.11 refuses. Where Hugging Face's datasets
is not installed a stand-in reads the corpus, without its quoting: every field as it stands.
"""

import glob
import importlib.util
import pathlib
import random
import runpy
import sys
import types


def load_dataset(kind, data_files, column_names, delimiter):
    """What the scripts use of datasets.load_dataset: rows by number, an empty field is None."""
    assert kind == "csv"
    with open(data_files, encoding="utf-8", newline="\n") as lines:
        rows = [dict(zip(column_names, line.rstrip("\n").split(delimiter))) for line in lines]
    return {"train": [{name: value or None for name, value in row.items()} for row in rows]}


def main(checkout, script, *arguments):
    sys.path.insert(0, str(pathlib.Path(checkout, "src")))
    if importlib.util.find_spec("datasets") is None:
        sys.modules["datasets"] = types.ModuleType("datasets")
        sys.modules["datasets"].load_dataset = load_dataset
    random.seed = lambda *_: None
    random.shuffle = lambda items: None
    found = sorted(glob.glob(f"{checkout}/examples/*/{script}"))
    if not found:
        sys.exit(f"{checkout} holds no examples/*/{script}: expected a checkout of Tevatron v1")
    sys.argv = [script, *arguments]
    runpy.run_path(found[0], run_name="__main__")


if __name__ == "__main__":
    main(*sys.argv[1:])
