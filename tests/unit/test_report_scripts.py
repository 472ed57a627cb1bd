"""The scripts of scoring and reporting, run one after the other on a small made-up study."""

import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from remix.made_by import describe
from remix.tables.study import DEFAULT_SWITCHES

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "config" / "published"

STUDY = {
    "tasks": {
        "musk": {
            "dataset": "musk", "title": "Musk", "kind": "binary", "minority": ["1"],
            "classes": ["0", "1"], "merged": True, "irs": ["0.05"], "repeats": 1,
        },
        "landsat": {
            "dataset": "statlog", "title": "Statlog", "kind": "multiclass",
            "minority": ["2", "3"], "classes": ["1", "2", "3"], "merged": False, "irs": ["0.25", "0.1"],
            "repeats": 1,
        },
        "aps": {
            "dataset": "aps", "title": "APS", "kind": "binary", "minority": ["pos"],
            "classes": ["neg", "pos"], "merged": True, "irs": ["0.01"], "repeats": 1,
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
CELLS = [("musk", "0.05", 2), ("landsat", "0.25", 3), ("landsat", "0.1", 3), ("shirt", "0.1", 2)]
METHODS = {task: ["baseline", "remix", *(["augment"] if task == "shirt" else [])] for task, *_ in CELLS}
TABLES = (
    "datasets", "scores", "rank_sums", "gains", "alpha_sweep", "comparisons", "cell_tests", "claims",
    "paper_comparison", "coverage",
)  # fmt: skip
FIGURES = {
    "figure5": "figure5_gains",
    "figure6": "figure6_image_gains",
    "figure7": "figure7_alpha",
    "critical_difference": "critical_difference",
}


class Named(dict):
    """Access by name and by key, as Snakemake's own lists of files give it."""

    __getattr__ = dict.__getitem__


def run(name, folder, inputs, output, wildcards=None, study=STUDY, params=None):
    path = ROOT / "workflow" / "scripts" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"script_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main(
        SimpleNamespace(
            input=Named(inputs),
            output=output,
            wildcards=Named(wildcards or {}),
            params=Named(study=json.dumps(study), data_dir="data", root=str(ROOT), **(params or {})),
            config={"seed": 1},
            log=[str(folder / "logs" / f"{name}.log")],
        )
    )


def table(folder, name):
    return Named({suffix: str(folder / "tables" / f"{name}.{suffix}") for suffix in ("csv", "md")})


def figure(folder, name):
    return Named({form: str(folder / "figures" / f"{name}.{form}") for form in ("png", "svg")})


def fold_files(scores):
    """The files of one method that tell the sizes of the folds."""
    return {
        name: [path.replace("/scores/", f"/{name}/").replace(".csv", f"/baseline.{form}") for path in scores]
        for name, form in (("training", "csv"), ("predictions", "parquet"))
    }


def sweep_parameters(scores, study):
    """A sweep over two α: the study's ReMix, and in the place of another one the baseline."""
    only = study | {"methods": {"remix": "ReMix"}}
    cells = [(Path(path).parent.name, Path(path).stem) for path in scores]
    swept = {
        alpha: {"study": only, "sources": [[*cell, "remix", "study", trained] for cell in cells]}
        for alpha, trained in (("0.1", "remix"), ("0.4", "baseline"))
    }
    sweep = {
        "tasks": [*study["tasks"], "seizure"],
        "method": "remix",
        "own": dict.fromkeys(study["tasks"], 0.1),
    }
    return {"sweep": json.dumps(sweep), "swept": json.dumps(swept)}


def write_predictions(path, n_classes, method):
    rng = np.random.default_rng(len(method))
    y = np.tile(np.repeat(np.arange(n_classes), 20), 2)
    p = rng.dirichlet(np.ones(n_classes), len(y)) + (1.0 if method == "remix" else 0.5) * np.eye(n_classes)[y]
    p = (p / p.sum(axis=1, keepdims=True)).astype(np.float32)
    frame = pd.DataFrame(
        {"repeat": 0, "fold": np.repeat([0, 1], len(y) // 2), "row": np.arange(len(y)), "y_true": y}
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.join(pd.DataFrame(p, columns=[f"p_{k}" for k in range(n_classes)])).to_parquet(path, index=False)


def write_record(folder, available):
    found = {
        "available": True,
        "source": 0,
        "origin": "source",
        "kind": "url",
        "files": {"a.csv": "0f"},
        "attempts": [],
    }
    lost = {
        "available": False,
        "attempts": [{"source": "openml 41138", "reason": "no answer"}],
    }  # fmt: skip
    folder.mkdir(parents=True)
    (folder / "source.json").write_text(json.dumps(found if available else lost))
    return str(folder)


def gather(folder, scores):
    """Put score files into one, as the tables read them."""
    path = str(folder / "scores.parquet")
    run("gather_scores", folder, {"scores": scores}, [path])
    return path


def gather_made_by(folder, trained):
    """Say of each training what made it, and put it into one file."""
    files = []
    for task, ir, method in trained:
        files.append(folder / "made_by" / task / ir / f"{method}.json")
        files[-1].parent.mkdir(parents=True, exist_ok=True)
        files[-1].write_text(json.dumps(describe("0f" * 32, 1, "CPU", 1.5)))
    path = str(folder / f"made_by_{len(files)}.parquet")
    run("gather_made_by", folder, {"made_by": files}, [path])
    return path


def score_runs(folder, scores):
    """Score the baseline and ReMix as a sweep does, which needs no other method of the study."""
    paths = []
    for path in map(Path, scores):
        cell = path.parent.name, path.stem
        predictions = path.parents[2] / "predictions" / "/".join(cell)
        files = [str(predictions / f"{method}.parquet") for method in ("baseline", "remix")]
        paths.append(str(folder / "scores_sweep" / f"{'/'.join(cell)}.csv"))
        wildcards = dict(zip(("task", "ir"), cell, strict=True))
        run("score", folder, {"predictions": files}, [paths[-1]], wildcards, params={"runs": ["study"] * 2})
    return paths


def report(folder, scores, study=STUDY):
    """Run every script after scoring; `scores` are the score files."""
    datasets = list(dict.fromkeys(task["dataset"] for task in study["tasks"].values()))
    raw = [write_record(folder / "raw" / name, available=name != "aps") for name in datasets]
    prepared, variants = [], []
    for dataset, (rows, features) in {
        "musk": (6598, 166),
        "statlog": (6435, 36),
        "fashion": (70, 784),
    }.items():
        if dataset in datasets:
            path = folder / "prepared" / f"{dataset}.parquet"
            path.parent.mkdir(exist_ok=True)
            data = pd.DataFrame(np.zeros((rows, features), np.float32)).add_prefix("x")
            data.assign(label="1").to_parquet(path, index=False)
            prepared.append(str(path))
    for task, ir, n_classes in CELLS:
        if task in study["tasks"]:
            path = folder / "variants" / task / f"{ir}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            labels = np.repeat(np.arange(n_classes), 30)
            pd.DataFrame({"row": np.arange(len(labels)), "x": 0.0, "label": labels}).to_parquet(
                path, index=False
            )
            variants.append(str(path))
    coverage = table(folder, "coverage").csv
    table1, table2 = str(PUBLISHED / "table1.csv"), str(PUBLISHED / "table2.csv")
    run("coverage", folder, {"raw": raw}, table(folder, "coverage"), study=study)
    gathered, swept = gather(folder, scores), score_runs(folder, scores)
    inputs = {
        "datasets": {"prepared": prepared, "variants": variants, "table1": table1, "coverage": coverage},
        "scores": {"scores": gathered, "coverage": coverage},
        "rank_sums": {"scores": gathered, "table2": table2, "coverage": coverage},
        "gains": {"scores": gathered, "coverage": coverage},
        "comparisons": {"scores": gathered, "coverage": coverage},
        "claims": {"scores": gathered, "sweep": swept, "table1": table1, "coverage": coverage},
        "cell_tests": {**fold_files(scores), "scores": gathered, "coverage": coverage},
        "alpha_sweep": {**fold_files(scores), "scores": swept, "coverage": coverage},
        "paper_comparison": {
            **{name: table(folder, name).csv for name in ("datasets", "rank_sums", "gains", "coverage")},
            "table1": table1,
        },
    }
    params = sweep_parameters(scores, study)
    for name, files in inputs.items():
        run(name, folder, files, table(folder, name), study=study, params=params)
    gains, comparisons = table(folder, "gains").csv, table(folder, "comparisons").csv
    inputs = {
        "gains": gains,
        "comparisons": comparisons,
        "table": table(folder, "alpha_sweep").csv,
        "coverage": coverage,
    }
    for script, name in FIGURES.items():
        run(script, folder, inputs, figure(folder, name), study=study, params=params)
    made = [path for name in TABLES for path in table(folder, name).values()]
    run(
        "summary",
        folder,
        {
            "coverage": coverage,
            "rank_sums": table(folder, "rank_sums").csv,
            "claims": table(folder, "claims").csv,
            "made_by": [],
            "tables": made,
            "figures": [path for name in FIGURES.values() for path in figure(folder, name).values()],
            "pages": [],
        },
        [str(folder / "summary.txt")],
        study=study,
    )
    make_pages(folder, scores, variants, study)


def make_pages(folder, scores, variants, study):
    """Run the scripts of the report's pages, after all others."""
    csv = {name: table(folder, name).csv for name in TABLES}
    beside = ROOT / "workflow" / "report"
    look = {"style": str(beside / "page.css"), "script": str(beside / "page.js")}
    for name in TABLES:
        files = table(folder, name)
        run("table_page", folder, {**look, **files}, [files.csv.replace(".csv", ".html")], study=study)
    figures = [str(folder / "figures" / "figure5_gains.png")]
    for task in {Path(path).parent.name for path in variants}:
        own = [path for path in variants if Path(path).parent.name == task]
        inputs = {**csv, **look, "variants": own, "figures": figures}
        run("task_page", folder, inputs, [str(folder / "pages" / f"{task}.html")], {"task": task}, study)
    cells = [(Path(path).parent.name, Path(path).stem) for path in scores]
    trained = [(*cell, method) for cell in cells for method in METHODS[cell[0]]]
    inputs = {
        **look,
        "trained": gather_made_by(folder, trained),
        "swept": gather_made_by(folder, []),
    }
    run("provenance_page", folder, inputs, [str(folder / "provenance.html")], study=study)
    inputs = {
        **csv,
        "made_by": [],
        "claims": [csv["claims"]],
        "rescored": [],
        "style": str(beside / "report.css"),
    }
    run("front_page", folder, inputs, [str(folder / "front.rst")], study=study)


@pytest.fixture(scope="module")
def score_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scored")
    paths = []
    for task, ir, n_classes in CELLS:
        predictions = [folder / "predictions" / task / ir / f"{method}.parquet" for method in METHODS[task]]
        for path in predictions:
            method = path.stem
            write_predictions(path, n_classes, method)
            records = folder / "training" / task / ir / f"{method}.csv"
            records.parent.mkdir(parents=True, exist_ok=True)
            pd.DataFrame({"repeat": 0, "fold": [0, 1], "train_rows": 14 * n_classes}).to_csv(records)
        paths.append(str(folder / "scores" / task / f"{ir}.csv"))
        inputs = {"predictions": [str(path) for path in predictions]}
        run("score", folder, inputs, [paths[-1]], {"task": task, "ir": ir})
    return paths


def test_a_score_file_keeps_its_contract(score_files):
    scores = pd.read_csv(score_files[-1], dtype={"ir": str})
    assert list(scores.columns) == ["task", "ir", "method", "repeat", "fold", "metric", "value"]
    assert scores[["task", "ir", "method"]].drop_duplicates().to_numpy().tolist() == [
        ["shirt", "0.1", method] for method in METHODS["shirt"]
    ]
    assert set(scores["metric"]) >= {
        "g_mean",
        "balanced_brier",
        "recall_1",
        "brier_0",
        "roc_auc",
        "ece",
        "brier",
    }
    # Numbers are written so that reading them gives the same bits.
    from remix.metrics import score_folds

    path = score_files[-1].replace("/scores/", "/predictions/").replace(".csv", "/augment.parquet")
    own = scores.loc[scores["method"] == "augment", "value"]
    assert own.tolist() == score_folds(pd.read_parquet(path))["value"].tolist()


def test_all_tables_figures_and_the_summary_are_made(score_files, tmp_path):
    report(tmp_path, score_files)
    note = "4 of 5 cells; missing: aps (0.01) – openml 41138: no answer."
    for name in TABLES:
        assert not pd.read_csv(table(tmp_path, name).csv).empty
        text = Path(table(tmp_path, name).md).read_text()
        assert text.startswith("# ")
        assert "nan" not in text.lower().split()
        if name != "coverage":
            assert note in text
    for name in FIGURES.values():
        assert Path(figure(tmp_path, name).png).read_bytes().startswith(b"\x89PNG")
        assert "<svg" in Path(figure(tmp_path, name).svg).read_text()
    tests = pd.read_csv(table(tmp_path, "cell_tests").csv)
    assert tests[tests["task"] == "musk"][
        ["n_train", "n_test", "n_folds"]
    ].drop_duplicates().to_numpy().tolist() == [[28, 40, 2]]
    assert sorted(path.stem for path in (tmp_path / "pages").iterdir()) == ["landsat", "musk", "shirt"]
    for name in ("pages/musk", "provenance", *(f"tables/{name}" for name in TABLES)):
        assert "<table>" in (tmp_path / f"{name}.html").read_text()
    assert 'alt="Figure5 gains"' in (tmp_path / "pages" / "musk.html").read_text()
    assert "rank-table" in (tmp_path / "front.rst").read_text()
    summary = (tmp_path / "summary.txt").read_text()
    assert "4 of 5 cells: 3 × 2 methods × 2 folds + 1 × 3 methods × 2 folds = 18 networks" in summary
    assert "data/aps/" in summary


def test_the_same_inputs_give_the_same_bytes(score_files, tmp_path):
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        report(folder, score_files)
    made = [path for part in ("tables", "figures", "pages") for path in (tmp_path / "a" / part).iterdir()]
    for path in [*made, tmp_path / "a" / "front.rst"]:
        assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()


@pytest.mark.parametrize("kept", [["musk"], ["landsat"], ["aps"], ["shirt"]])
def test_one_task_is_enough_and_so_is_none_with_data(score_files, tmp_path, kept):
    study = STUDY | {"tasks": {name: STUDY["tasks"][name] for name in kept}}
    report(tmp_path, [path for path in score_files if any(f"/{name}/" in path for name in kept)], study)
    assert (tmp_path / "summary.txt").exists()


def test_an_incomplete_cell_is_one_line_in_the_log(score_files, tmp_path, capsys):
    coverage = table(tmp_path, "coverage").csv
    shirt = pd.read_csv(score_files[-1])
    lacking = tmp_path / "0.1.csv"
    shirt[shirt["method"] != "augment"].to_csv(lacking, index=False)
    gathered = gather(tmp_path, [*score_files[:-1], lacking])
    with pytest.raises(SystemExit):
        run("gains", tmp_path, {"scores": gathered, "coverage": coverage}, table(tmp_path, "gains"))
    log = (tmp_path / "logs" / "gains.log").read_text()
    assert log == "error: shirt, IR 0.1 has no scores of augment; make these first\n"


def test_unscorable_predictions_are_one_line_in_the_log(tmp_path):
    predictions = tmp_path / "remix.parquet"
    frame = pd.DataFrame({"repeat": 0, "fold": 1, "row": [0, 1], "y_true": [0, 0], "p_0": 0.5, "p_1": 0.5})
    frame.to_parquet(predictions)
    wildcards = {"task": "musk", "ir": "0.05"}
    with pytest.raises(SystemExit):
        run("score", tmp_path, {"predictions": [str(predictions)]}, [str(tmp_path / "s.csv")], wildcards)
    log = (tmp_path / "logs" / "score.log").read_text()
    assert log.startswith(
        "error: musk, IR 0.05, remix: repeat 0, fold 1 cannot be scored: class 1 has no rows"
    )
    assert not (tmp_path / "s.csv").exists()


def test_a_cell_is_verified(tmp_path):
    study = STUDY | {"methods": STUDY["methods"] | {"of_today": "Of today"}}
    rows = {
        "task": "musk", "ir": "0.05", "repeat": 0, "fold": [0, 1, 0, 1],
        "metric": ["g_mean", "g_mean", "brier", "brier"],
    }  # fmt: skip
    values = {"value": [0.25, 0.75, 0.125, 0.125]}
    scores = pd.concat(pd.DataFrame(rows | {"method": m} | values) for m in ("baseline", "remix"))
    columns = ["task", "ir", "method", "repeat", "fold", "metric", "value"]
    scores[columns].to_csv(tmp_path / "here.csv", index=False)
    means = {"g_mean": 0.5, "brier": 0.126}
    lines = [
        (*("binary", "musk", "0.05", m), *pair, 0.1, 2)
        for m in ("baseline", "remix")
        for pair in means.items()
    ]
    columns = ["kind", "task", "ir", "method", "metric", "mean", "std", "n_folds"]
    pd.DataFrame(lines, columns=columns).to_csv(tmp_path / "scores.csv", index=False)
    (tmp_path / "facts.json").write_text(json.dumps({"commit": "5b22d24", "machine": {"cores": 64}}))
    inputs = {
        "scores": str(tmp_path / "here.csv"),
        "reference": str(tmp_path / "scores.csv"),
        "facts": str(tmp_path / "facts.json"),
    }
    output = [str(tmp_path / "verify.txt")]
    run("verify", tmp_path, inputs, output, {"cell": "musk/0.05"}, study=study)
    text = (tmp_path / "verify.txt").read_text()
    assert text.splitlines()[:3] == [
        "musk/0.05 differs from the reference run: 2 of 4 mean scores of 2 methods by more than 0.0005.",
        "baseline, brier: 0.12500 here, 0.12600 there",
        "remix, brier: 0.12500 here, 0.12600 there",
    ]
    assert "5b22d24" in text
