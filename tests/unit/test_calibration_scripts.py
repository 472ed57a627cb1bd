"""The scripts of calibration and of mini-batches, run one after the other on a small made-up study."""

import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from remix.tables.study import DEFAULT_SWITCHES

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"
STUDY = {
    "tasks": {
        "musk": {
            "dataset": "musk", "title": "Musk", "kind": "binary", "minority": ["1"],
            "classes": ["0", "1"], "merged": True, "irs": ["0.05"], "repeats": 1,
        },
        "landsat": {
            "dataset": "statlog", "title": "Statlog", "kind": "multiclass",
            "minority": ["2", "3"], "classes": ["1", "2", "3"], "merged": False, "irs": ["0.1"], "repeats": 1,
        },
        "shirt": {
            "dataset": "fashion", "title": "Fashion", "kind": "binary_images", "minority": ["6"],
            "classes": ["5", "6"], "merged": True, "image": [28, 28, 1], "irs": ["0.1"], "repeats": 1,
        },
    },
    "methods": {"baseline": "Baseline", "remix": "ReMix", "augment": "Augment"},
    "image_methods": ["augment"],
    "protocol": {
        "splits": 2, "repeats": 1, "epochs": 3, "selection": "last", "validation_fraction": 0.3,
        "images": {"epochs": 2, "precision": "float32"},
    },
    "switches": DEFAULT_SWITCHES,
    "seed": 1,
}  # fmt: skip
CELLS = {("musk", "0.05"): 2, ("landsat", "0.1"): 3, ("shirt", "0.1"): 2}
METHODS = {"musk": ["baseline", "remix"], "landsat": ["baseline", "remix"], "shirt": list(STUDY["methods"])}
COVERAGE = "task,ir,kind,dataset,state,origin,source,reasons\nmusk,0.05,binary,musk,present,,,\n"


class Named(dict):
    """Access by name and by key, as Snakemake's own lists of files give it."""

    __getattr__ = dict.__getitem__


def run(name, folder, inputs, output, **wildcards):
    runpy.run_path(str(SCRIPTS / f"{name}.py"))["main"](
        SimpleNamespace(
            input=Named(inputs),
            output=Named(output),
            wildcards=Named(wildcards),
            params=SimpleNamespace(
                study=json.dumps(STUDY), batch_sizes=json.dumps(dict.fromkeys(METHODS, 16))
            ),
            log=[str(folder / "logs" / f"{name}.log")],
        )
    )


def write_training(folder, task, ir, method):
    """Write what the rule train would."""
    n_classes, rng = CELLS[task, ir], np.random.default_rng(len(method))
    for kind, n_rows in (("predictions", 90), ("validation", 60)):
        y = np.tile(np.arange(n_rows) % n_classes, 2)
        p = rng.dirichlet(np.ones(n_classes), len(y)) + 0.4 * np.eye(n_classes)[y]
        p = (p / p.sum(axis=1, keepdims=True)).astype(np.float32)
        frame = pd.DataFrame({"repeat": 0, "fold": np.repeat([0, 1], n_rows), "row": 0, "y_true": y})
        path = folder / kind / task / ir / f"{method}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.join(pd.DataFrame(p).add_prefix("p_")).to_parquet(path, index=False)
    record = {"repeat": 0, "fold": [0, 1], "train_rows": 120, "batches": 24}
    record |= {f"batches_lacking_{k}": [k, k + 1] for k in range(n_classes)}
    record |= {f"class_share_{k}": 1 / n_classes for k in range(n_classes)}
    path = folder / "training" / task / ir / f"{method}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(record).to_csv(path, index=False)


def calibrate(folder, task, ir):
    def files(kind, suffix):
        return [str(folder / kind / task / ir / f"{method}.{suffix}") for method in METHODS[task]]

    inputs = {
        "predictions": files("predictions", "parquet"),
        "validation": files("validation", "parquet"),
        "records": files("training", "csv"),
    }
    curves = str(folder / "reliability" / task / f"{ir}.parquet")
    run(
        "calibrate",
        folder,
        inputs,
        {"scores": str(folder / "calibration" / task / f"{ir}.csv"), "curves": curves},
        task=task,
        ir=ir,
    )


def report(folder):
    """Make every table and figure from what was calibrated."""
    coverage, datasets = str(folder / "coverage.csv"), str(folder / "datasets.csv")
    Path(coverage).write_text(COVERAGE)
    Path(datasets).write_text(
        "task,ir,minority_rows,majority_rows\nmusk,0.05,20,400\nlandsat,0.1,20,200\nshirt,0.1,20,200\n"
    )

    def files(name, *forms):
        return {form: str(folder / "made" / f"{name}.{form}") for form in forms}

    def per_method(kind):
        return [str(folder / kind / task / ir / f"{m}.csv") for task, ir in CELLS for m in METHODS[task]]

    curves = [str(folder / "reliability" / task / f"{ir}.parquet") for task, ir in CELLS]
    scores = [str(folder / "calibration" / task / f"{ir}.csv") for task, ir in CELLS]
    about = {"coverage": coverage, "datasets": datasets}
    run(
        "calibration",
        folder,
        {"scores": scores, **about},
        files("calibration", "csv", "md"),
    )
    run("batches", folder, {"records": per_method("training"), **about}, files("batches", "csv", "md"))
    table = files("batches", "csv")["csv"]
    run("batch_figure", folder, {"batches": table, **about}, files("figure_batches", "png", "svg"))
    run("reliability", folder, {"curves": curves, **about}, files("reliability", "png", "svg"))
    for (task, _), path in zip(CELLS, curves, strict=True):
        name = f"reliability_{task}"
        run("reliability_of_task", folder, {"curves": [path]}, files(name, "png", "svg"), task=task)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calibrated")
    for task, ir in CELLS:
        for method in METHODS[task]:
            write_training(folder, task, ir, method)
        calibrate(folder, task, ir)
    report(folder)
    return folder


def test_a_calibration_file_keeps_its_contract(made):
    scores = pd.read_csv(made / "calibration" / "shirt" / "0.1.csv", dtype={"ir": str})
    assert list(scores) == [
        "task", "ir", "method", "correction", "repeat", "fold", "temperature", "metric", "value",
    ]  # fmt: skip
    names = scores[["task", "ir", "method"]].drop_duplicates().to_numpy().tolist()
    assert names == [["shirt", "0.1", method] for method in METHODS["shirt"]]
    assert (scores.groupby(["method", "correction", "metric"]).size() == 2).all()
    assert scores["value"].notna().all()
    curves = pd.read_parquet(made / "reliability" / "landsat" / "0.1.parquet")
    assert list(dict.fromkeys(curves["method"])) == METHODS["landsat"]
    assert curves.groupby(["method", "correction", "prior", "class"])["rows"].sum().unique() == [180]
    log = (made / "logs" / "calibrate.log").read_text()
    assert "augment: folds without a best temperature: temperature 0 of 2, " in log


def test_tables_and_figures_are_made(made):
    for name in ("calibration", "batches"):
        assert not pd.read_csv(made / "made" / f"{name}.csv").empty
        assert "1 of 1 cells, none missing." in (made / "made" / f"{name}.md").read_text()
    for name in ("reliability", "reliability_musk", "reliability_shirt", "figure_batches"):
        assert (made / "made" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        assert "<svg" in (made / "made" / f"{name}.svg").read_text()


def test_the_same_inputs_give_the_same_bytes(made, tmp_path):
    before = {path: path.read_bytes() for path in made.rglob("*") if path.is_file() and path.suffix != ".log"}
    for task, ir in CELLS:
        calibrate(made, task, ir)
    report(made)
    assert len(before) > 20
    for path, content in before.items():
        assert path.read_bytes() == content, path.name


def test_what_cannot_be_corrected_is_one_line_in_the_log(tmp_path):
    for method in METHODS["musk"]:
        write_training(tmp_path, "musk", "0.05", method)
    path = tmp_path / "training" / "musk" / "0.05" / "remix.csv"
    pd.read_csv(path).iloc[:1].to_csv(path, index=False)
    with pytest.raises(SystemExit):
        calibrate(tmp_path, "musk", "0.05")
    last = (tmp_path / "logs" / "calibrate.log").read_text().splitlines()[-1]
    assert last == "error: musk, IR 0.05, remix: repeat 0, fold 1 has no training record; train it anew"
    assert not (tmp_path / "reliability").exists()
