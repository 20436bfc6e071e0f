"""What compare-two-stages wants to know of a run of recipes/boolq-marco.yaml.

usage: two_stages_state.py line|variables STATE.json
line: scores and times as a line of its results. variables: the recipe's variables as assignments of the shell, "-" being "_".
Times are of the commands alone: they run in one process, whose start they do not include.
"""

import json
import pathlib
import shlex
import sys

PARTS = {
    "encode_start": ["passages-start"],
    "build_train": ["rows-bm25"],
    "train_1": ["train-stage1"],
    "encode_1": ["passages-stage1"],
    "mine": ["train-queries-stage1", "search-train-stage1", "rows-both"],
    "train_2": ["train-stage2"],
    "encode_2": ["passages-stage2"],
}
state = json.loads(pathlib.Path(sys.argv[2]).read_text("utf-8"))
variables, stages = state["variables"], state["stages"]
if sys.argv[1] == "variables":
    for name, value in variables.items():
        print(f"{name.replace('-', '_')}={shlex.quote(value)}")
else:
    line = {"side": "javatron", "seed": int(variables["seed"])}
    for model in ("start", "stage1", "stage2"):
        line[model] = stages[f"evaluate-{model}"]["answer"]["metrics"]
    for clock in ("seconds", "cpu_seconds"):
        line[clock] = {part: round(sum(stages[name][clock] for name in names), 1) for part, names in PARTS.items()}
    print(json.dumps(line))
