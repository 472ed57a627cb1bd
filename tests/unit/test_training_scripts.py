"""The scripts of variants, training and the reference run, called as Snakemake calls them."""

import dataclasses
import json
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from remix.study.results.training_table import list_trainings
from remix.study.running import provenance
from remix.study.running.writing import write_parquet
from remix.study.store import Entry, Use, path_of, read_cell, read_training
from remix.study.trainings import Training, trainings_to_json

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"
TASK = {"name": "toy", "dataset": "toys", "minority": ["b"], "merged": True, "classes": ["a", "b"]}


@pytest.fixture
def prepared(tmp_path):
    rng = np.random.default_rng(0)
    labels = np.repeat(["a", "b"], [120, 40])
    frame = pd.DataFrame({"x": rng.normal(size=160) + (labels == "b"), "label": labels})
    frame.to_parquet(tmp_path / "toys.parquet", index=False)
    return tmp_path / "toys.parquet"


def cut(prepared, ir):
    folder = prepared.parent
    runpy.run_path(str(SCRIPTS / "variant.py"))["main"](
        SimpleNamespace(
            input=SimpleNamespace(prepared=str(prepared)),
            output=[str(folder / f"{ir}.parquet")],
            wildcards=SimpleNamespace(task="toy", ir=ir),
            params=SimpleNamespace(task=json.dumps(TASK), seed=1, rows="all"),
            log=[str(folder / "variant.log")],
        )
    )
    return folder / f"{ir}.parquet"


def test_variant(prepared):
    variant = pd.read_parquet(cut(prepared, "0.2"))
    assert variant["label"].value_counts().to_dict() == {0: 120, 1: 24}
    assert "144 rows; by label: {0: 120, 1: 24}" in (prepared.parent / "variant.log").read_text()


def test_a_variant_out_of_reach_is_one_line_and_no_file(prepared):
    with pytest.raises(SystemExit):
        cut(prepared, "0.9")
    log = (prepared.parent / "variant.log").read_text()
    assert log.startswith("error: toy, IR 0.9: class b needs 108 rows (0.9 × 120) and has 40")
    assert not (prepared.parent / "0.9.parquet").exists()


TRAIN = """
import runpy, sys
from types import SimpleNamespace
runpy.run_path({script!r})["main"](SimpleNamespace(
    input=[{variant!r}],
    output=[{folder!r} + "/results/cells/toy/0.2/1.json"],
    params=SimpleNamespace(wanted={wanted!r}),
    config={{"stack": "auto"}},
    log=[{folder!r} + "/train.log"], threads=1,
))
"""


def test_train_in_a_process_of_its_own(prepared, protocol):
    folder = prepared.parent
    wanted = [
        Training(
            "toy",
            "0.2",
            {
                "task": TASK,
                "method": method,
                "protocol": dataclasses.asdict(protocol(epochs=2)),
                "last_batch": "filled",
                "imputation": "training_part",
                "rows": "all",
                "seed": 1,
            },
            ("resources/variants/toy/0.2.parquet",),
            (Use("study", name, 2),),
        )
        for name, method in (("baseline", {}), ("remix", {"resample": "balanced", "mix": {"alpha": 0.1}}))
    ]
    program = TRAIN.format(
        variant=str(cut(prepared, "0.2")),
        folder=str(folder),
        wanted=trainings_to_json(wanted),
        script=str(SCRIPTS / "train.py"),
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    # TensorFlow's own messages go to the log too: Snakemake's progress stays readable.
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    entries = read_cell([folder / "results/cells/toy/0.2/1.json"])
    assert [entry.uses for entry in entries] == [each.uses for each in wanted]
    trained = read_training(path_of(folder / "results", "toy", "0.2", entries[1].training))
    assert [len(part) for part in trained] == [2 * 144, 4 * 22, 4]
    assert (entries[1].made_by["seed"], entries[1].made_by["device"]) == (1, "CPU")
    assert 0 < entries[1].made_by["step_seconds"] < 60
    assert 100 < entries[1].made_by["peak_mib"] < 2000
    log = (folder / "train.log").read_text()
    assert "2 trainings are wanted, 0 of them are there" in log
    assert "training 2 of 2: remix" in log
    assert "epoch 2/2" in log


def test_reference_copies_and_says_what_made_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("1\n")
    facts = provenance.of_training(1, "CPU", 1.0) | {"peak_mib": 100.0}
    both = (Use("study", "baseline", 10), Use("sweep/0.1", "remix", 10), Use("sweep/0.4", "remix", 10))
    entries = [
        Entry("a1", both, facts | {"seconds": 2.5}),
        Entry("b2", (Use("audit/authors", "remix", 3),), facts | {"seconds": 1.0}),
    ]
    write_parquet(list_trainings([("musk", "0.05", entries)]), "trainings.parquet")
    runpy.run_path(str(SCRIPTS / "reference.py"))["main"](
        SimpleNamespace(
            input=SimpleNamespace(files=["a.csv"], trainings="trainings.parquet"),
            output=SimpleNamespace(copies=["reference/a.csv"], provenance="reference/provenance.json"),
            params=SimpleNamespace(study=json.dumps({"seed": 1}), root=str(tmp_path)),
            log=["reference.log"],
        )
    )
    assert Path("reference/a.csv").read_text() == "1\n"
    facts = json.loads(Path("reference/provenance.json").read_text())
    assert facts["study"] == {"seed": 1}
    assert [each["trainings"] for each in facts["trained_by"]] == [2]
    cost = {"trainings": 1, "step_seconds": 1.0, "largest_rss_mib": 100.0}
    assert facts["study_trainings"] == facts["sweep_trainings"] == cost | {"seconds": 2.5}
    assert facts["audit_trainings"] == cost | {"seconds": 1.0}
