"""Studies of as many cells as one likes: a copy of the project, with made-up tasks of three cells each."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from benchmarks.study import ROOT

PARTS = ["Snakefile", "config", "workflow", "profiles", "remix", "envs"]
IRS = [0.25, 0.1, 0.05]
ROWS = 400
# A second of training for each job would measure the trainer, as `make bench` does.
PROTOCOL = {"repeats": 1, "epochs": 2}
STAND_IN = '''\
"""Write what a rule promises, with nothing in it; of what was fetched, that it is there."""

from pathlib import Path

for output in map(Path, snakemake.output):
    if output.parent.name == "raw":
        output.mkdir()
        (output / "source.json").write_text('{"available": true, "ticket": ""}')
    else:
        output.write_text("")
'''


def make_project(folder: Path, cells: int, *, trained: bool) -> None:
    """Copy the project, and write a study of so many cells.

    Parameters
    ----------
    folder : Path
        An empty folder.
    cells : int
        How many; rounded up to a multiple of three.
    trained : bool
        Whether there are data, of 400 rows and two features each, for the project's own scripts. Else no data
        exist, and a stand-in takes the place of each script.
    """
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
        copy(ROOT / part, folder / part)
    tasks = [f"made_up_{k}" for k in range(-(-cells // len(IRS)))]
    study = {
        "data_dir": "placed",
        "study": {"tasks": tasks},
        "protocol": PROTOCOL,
        "datasets": {name: _entry(name) for name in tasks},
    }
    (folder / "load.yaml").write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
    if trained:
        for seed, name in enumerate(tasks):
            file = folder / "placed" / name / f"{name}.csv"
            file.parent.mkdir(parents=True)
            _data(seed).to_csv(file, index=False)
    else:
        for script in (folder / "workflow" / "scripts").glob("*.py"):
            script.write_text(STAND_IN, encoding="utf-8")


def _entry(name: str) -> dict[str, object]:
    return {
        "title": name,
        "rows": ROWS,
        "features": 2,
        "classes": ["a", "b"],
        "target": "target",
        "sources": [{"file": f"{name}.csv", "format": "csv", "header": True}],
        "tasks": {name: {"minority": ["a"], "others": "merged", "irs": IRS}},
    }


def _data(seed: int) -> pd.DataFrame:
    """Two classes that overlap."""
    labels = np.arange(ROWS) % 2
    values = np.random.default_rng(seed).normal(labels[:, None], 1.0, (ROWS, 2))
    return pd.DataFrame(values, columns=["x", "y"]).assign(target=np.array(["a", "b"])[labels])
