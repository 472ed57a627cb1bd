"""A finished study to which all is added that a user can add, in one further run.

A method, a table of one's own, a dataset that cannot be had, the sweep over α, and the audit with a deviation
that adds a cell. One training was made by another version of TensorFlow.
"""

import socket

from study_project import DATASETS

from remix.study.store import definition, made_by, read_training, write_training

HARDEST = '''\
"""Which cells are hardest: those where the best method has the lowest g-mean."""

import pandas as pd

from remix.study.results import markdown
from remix.study.results.made import MadeTable

TITLE = "The hardest cells"
CATEGORY = "Verdict"
ORDER = 11
READS = {"scores": "results/tables/scores.csv"}


def make(runs, scores):
    """Order the cells by the best mean g-mean."""
    best = scores[scores["metric"] == "g_mean"].groupby(["task", "ir"])["mean"].max().sort_values()
    table = best.rename("best").reset_index()
    return MadeTable(table, markdown.document("The hardest cells", markdown.table(table.astype(str))))
'''
THEIRS = """\
switches:
  cost_weights: ignored
  binary_bbs: negatives_inverted
  balance: multinomial
  multiclass_irs: [0.25, 0.2]
"""
EXTENDED = {
    "study": {"tasks": ["breast_cancer", "wine", "wine_far"]},
    "methods": {"smote_mixup": {"title": "SMOTE + MixUp", "resample": "smote", "mix": {"alpha": 0.2}}},
    "sweep": {"tasks": ["breast_cancer"], "alphas": [0.1, 0.4]},
    "audit": {"train": True, "overlays": ["../theirs.yaml"], "repeats": 1},
}
OVERLAY = "extended.yaml"


def unreachable():
    """A dataset whose only source is an address where nobody listens, and how long it is tried."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    entry = DATASETS["wine"] | {
        "sources": [{"url": f"http://127.0.0.1:{port}/wine_far.csv", "format": "csv", "header": True}],
        "tasks": {"wine_far": DATASETS["wine"]["tasks"]["wine"]},
    }
    network = {"connect_timeout": 1, "read_timeout": 2, "retries": 0}
    return {"datasets": {"wine_far": entry}, "network": network}


def add_a_table(project):
    """Add a table as a module and its caption."""
    (project.folder / "remix/study/results/tables/hardest.py").write_text(HARDEST)
    (project.folder / "workflow/report/hardest.rst").write_text("Cells, the hardest first.\n")


def as_printed_tasks(project):
    """Let a project's Table 1 hold the test's tasks, so that they are compared with the printed ranks."""
    path = project.folder / "config/published/table1.csv"
    path.write_text(path.read_text().replace("\nmusk,", "\nbreast_cancer,").replace("\nlandsat,", "\nwine,"))


def made_by_another_version(project):
    """Let one training of the study say that another version of TensorFlow has made it."""
    path = project.folder / "results/trainings" / project.listed()["wine", "0.25", "study", "remix"]
    facts = made_by(path) | {"tensorflow": "1.0"}
    write_training(path, read_training(path), definition(path), facts)


def extend(project):
    """Add all of it to a finished study; nothing is run."""
    add_a_table(project)
    made_by_another_version(project)
    (project.folder / "theirs.yaml").write_text(THEIRS)
    project.overlay(EXTENDED | unreachable(), OVERLAY)
