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

from remix import made_by

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
facts = SimpleNamespace(
    input=SimpleNamespace(variant={variant!r}),
    output=SimpleNamespace(
        predictions={folder!r} + "/p.parquet",
        validation={folder!r} + "/v.parquet",
        records={folder!r} + "/r.csv",
        made_by={folder!r} + "/m.json",
    ),
    wildcards=SimpleNamespace(task="toy", ir="0.2", method="remix"),
    params=SimpleNamespace(training={training!r}, code="ab"),
    log=[{folder!r} + "/train.log"], threads=1,
)
runpy.run_path({script!r})["main"](facts)
"""


def test_train_in_a_process_of_its_own(prepared, protocol):
    folder, built = str(prepared.parent), protocol(epochs=2)
    program = TRAIN.format(
        variant=str(cut(prepared, "0.2")),
        folder=folder,
        training=json.dumps(
            {
                "task": TASK,
                "method": {"resample": "balanced", "mix": {"alpha": 0.1}},
                "protocol": dataclasses.asdict(built),
                "last_batch": "filled",
                "imputation": "training_part",
                "seed": 1,
            }
        ),
        script=str(SCRIPTS / "train.py"),
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    # TensorFlow's own messages go to the log too: Snakemake's progress stays readable.
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert len(pd.read_parquet(f"{folder}/p.parquet")) == 2 * 144
    assert len(pd.read_parquet(f"{folder}/v.parquet")) == 4 * 22
    assert len(pd.read_csv(f"{folder}/r.csv")) == 4
    facts = json.loads(Path(folder, "m.json").read_text())
    assert (facts["code"], facts["seed"], facts["device"]) == ("ab", 1, "CPU")
    assert 0 < facts["step_seconds"] < 60
    assert 100 < facts["peak_mib"] < 2000
    log = Path(folder, "train.log").read_text()
    assert "method remix" in log
    assert "epoch 2/2" in log


def test_reference_copies_and_says_what_made_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("1\n")
    for part, seconds in ((".", 2.5), ("audit/authors", 1.0)):
        folder = tmp_path / "results/benchmarks" / part / "train/musk/0.05"
        folder.mkdir(parents=True)
        (folder / "remix.tsv").write_text(f"s\tmax_rss\n{seconds}\t9.0\n")
        said = tmp_path / "results" / part / "made_by/musk/0.05/remix.json"
        said.parent.mkdir(parents=True)
        said.write_text('{"peak_mib": 100.0}')
    trained = tmp_path / "made_by/musk/0.05/remix.json"
    trained.parent.mkdir(parents=True)
    trained.write_text(json.dumps(made_by.describe("ab", 1, "CPU", 1.0)))
    runpy.run_path(str(SCRIPTS / "reference.py"))["main"](
        SimpleNamespace(
            input=SimpleNamespace(files=["a.csv"], made_by=[str(trained)]),
            config={"methods": {"remix": {"resample": "balanced"}}},
            output=SimpleNamespace(copies=["reference/a.csv"], provenance="reference/provenance.json"),
            params=SimpleNamespace(study=json.dumps({"seed": 1}), root=str(tmp_path)),
            log=["reference.log"],
        )
    )
    assert Path("reference/a.csv").read_text() == "1\n"
    facts = json.loads(Path("reference/provenance.json").read_text())
    assert facts["study"] == {"seed": 1}
    assert facts["methods"] == {"remix": {"resample": "balanced"}}
    assert [(each["trainings"], each["code"]) for each in facts["trained_by"]] == [(1, "ab")]
    assert facts["training"] == {"jobs": 1, "seconds": 2.5, "largest_rss_mib": 100.0}
    assert "sweep_training" not in facts
    assert facts["audit_training"] == {"jobs": 1, "seconds": 1.0, "largest_rss_mib": 100.0}
