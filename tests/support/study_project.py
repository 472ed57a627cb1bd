"""A copy of the project in an empty folder, and Snakemake run in it for real on small real data."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import yaml
from forked_snakemake import snakemake
from sklearn.datasets import load_breast_cancer, load_wine

from remix.study.__main__ import wanted_by_all
from remix.study.store import read_cell, stored

ROOT = Path(__file__).parents[2]
PARTS = ["Snakefile", "config", "workflow", "profiles", "remix", "envs"]

# Two real datasets that scikit-learn ships, as a user would add them: one entry each.
DATASETS = {
    "breast_cancer": {
        "title": "Breast Cancer Wisconsin (diagnostic)",
        "rows": 569,
        "features": 30,
        "classes": ["malignant", "benign"],
        "target": "target",
        "sources": [{"file": "tables/breast_cancer.csv", "format": "csv", "header": True}],
        "tasks": {"breast_cancer": {"minority": ["malignant"], "others": "merged", "irs": [0.1]}},
    },
    "wine": {
        "title": "Wine recognition",
        "rows": 178,
        "features": 13,
        "classes": ["class_0", "class_1", "class_2"],
        "target": "target",
        "sources": [{"file": "tables/wine.csv", "format": "csv", "header": True}],
        "tasks": {"wine": {"minority": ["class_2"], "others": "kept", "irs": [0.25]}},
    },
}
STUDY = {
    "study": {"tasks": ["breast_cancer", "wine"]},
    "protocol": {"repeats": 2, "epochs": 3},
    "ablation": {"train": False},
    "datasets": DATASETS,
}


@dataclass
class Project:
    """A copy of the project that Snakemake runs in."""

    folder: Path

    def copied_to(self, folder):
        """Copy it with all that was made."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Project(folder)

    def overlay(self, content, name="overlay.yaml"):
        """Write an overlay and give its path."""
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False))
        return name

    def snakemake(self, *arguments, check=True, variables=None):
        """Run Snakemake with the test's overlays; gives what it printed and its exit status."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "COV"))}
        environment |= {"PYTHONPATH": "", **(variables or {})}
        result = snakemake([*map(str, arguments)], self.folder, environment, timeout=900)
        assert not check or result.returncode == 0, result.stdout[-6000:]
        return result

    def run(self, *configfiles, arguments=(), check=True):
        """Run the study."""
        return self.snakemake(
            "--cores", 2, *arguments, "--configfile", "study.yaml", *configfiles, check=check
        )

    def planned_jobs(self, *configfiles, arguments=()):
        """Number of jobs of each rule that a dry-run announces."""
        out = self.snakemake("-n", *arguments, "--configfile", "study.yaml", *configfiles).stdout
        return jobs_in(out)

    def trainings(self):
        """When each training that is kept was written, by its path below results/trainings."""
        folder = self.folder / "results"
        return {
            str(path.relative_to(folder / "trainings")): path.stat().st_mtime_ns for path in stored(folder)
        }

    def listed(self):
        """The path of each training that is wanted, by what it is wanted as: (task, ir, run, method)."""
        found = {}
        for part in (self.folder / "results/cells").glob("*/*/*.json"):
            cell = part.parts[-3:-1]
            for entry in read_cell([part]):
                path = "/".join([*cell, f"{entry.training}.parquet"])
                found |= {(*cell, use.run, use.method): path for use in entry.uses}
        return found


def wanted(*overlays):
    """The runs that want each training, of all that are wanted with these overlays."""
    return [
        {use.run for use in training.uses}
        for on_cell in wanted_by_all([Path(overlay) for overlay in overlays]).values()
        for training in on_cell
    ]


def jobs_in(out):
    table = re.search(r"^job +count\n-+ +-+\n(.*?)\n\n", out, re.M | re.S)
    if table is None:
        assert "Nothing to be done" in out, out[-3000:]
        return {}
    jobs = dict(re.findall(r"^(\w+) +(\d+)$", table.group(1), re.M))
    return {rule: int(count) for rule, count in jobs.items() if rule != "total"}


def make_project(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            # With the bytecode: it is as old as the source, of which each job imports a hundred modules.
            shutil.copytree(source, folder / part)
        else:
            shutil.copy2(source, folder / part)
    (folder / "tables").mkdir()
    for name, loader in {"breast_cancer": load_breast_cancer, "wine": load_wine}.items():
        data = loader(as_frame=True)
        frame = data.frame.assign(target=data.target_names[data.target])
        frame.to_csv(folder / "tables" / f"{name}.csv", index=False)
    project = Project(folder)
    project.overlay(STUDY, "study.yaml")
    return project
