"""The scripts of evaluation and reporting, run one after the other on a small made-up study."""

import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from small_study import MIXED

from remix.metrics import score_folds
from remix.study.plain import PLAIN_TITLES
from remix.study.results import making
from remix.study.results.declarations import by_name, declared, wanted
from remix.study.results.runs import Runs
from remix.study.running.provenance import of_training
from remix.study.running.writing import write_parquet
from remix.study.store import Entry, Trained, Use, path_of, read_training, write_cell, write_training

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "config" / "published"

# Binary and multi-class tables, data that could not be had, and images.
RATIOS = {"musk": ["0.05"], "landsat": ["0.25", "0.1"], "aps": ["0.01"], "shirt": ["0.1"]}
STUDY = MIXED | {
    "tasks": {name: MIXED["tasks"][name] | {"irs": irs} for name, irs in RATIOS.items()},
    "methods": {name: MIXED["methods"][name] for name in ("baseline", "remix", "augment")},
}
CELLS = [("musk", "0.05", 2), ("landsat", "0.25", 3), ("landsat", "0.1", 3), ("shirt", "0.1", 2)]
METHODS = {task: ["baseline", "remix", *(["augment"] if task == "shirt" else [])] for task, *_ in CELLS}
# Runs that want the study's trainings under other names: a sweep over two α, and a deviation of the audit.
OTHERS = {
    "remix": [("sweep/0.1", "remix"), ("audit/swapped", "baseline")],
    "baseline": [("sweep/0.4", "remix"), ("audit/swapped", "remix")],
    "augment": [("audit/swapped", "augment")],
}
# What a report about the paper has, with the audit and with images, and what one with an answer has.
PAPER, ANSWER = ["paper", "audit", "images"], ["answer"]
EVERYTHING = {each.only for each in declared()}
# What a table or a figure says where there is nothing to show.
NOTHING = (
    "There is no cell.", "or no cell.", "There is no ablation", "Nothing was swept.",
    "Nothing can be compared", "change no score", "no cells", "nothing to compare",
    "nothing was swept", "there is no ablation", "no binary task",
)  # fmt: skip


def names(kind, conditions):
    return [each.name for each in wanted(kind, conditions) if not each.of_made_up_data]


TABLES, FIGURES = names("tables", EVERYTHING), names("figures", EVERYTHING)


class Outputs(dict):
    """Files by name, and one after the other, as Snakemake's own lists of files give them."""

    __getattr__ = dict.__getitem__

    def __iter__(self):
        for value in self.values():
            yield from [value] if isinstance(value, str) else value


class Named(dict):
    """Access by name and by key, as Snakemake's own lists of files give it."""

    __getattr__ = dict.__getitem__


def run(name, folder, inputs, output, wildcards=None, study=STUDY):
    path = ROOT / "workflow" / "scripts" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"script_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    params = {"study": json.dumps(study), "runs": runs_of(study), "data_dir": "data", "root": str(ROOT)}
    params["on_missing"] = "skip"
    module.main(
        SimpleNamespace(
            input=inputs,
            output=output,
            wildcards=Named(wildcards or {}),
            params=Named(params),
            config={"seed": 1},
            log=[str(folder / "logs" / f"{name}.log")],
        )
    )


def runs_of(study):
    """What results are told of the study, the sweep and the audit."""
    only = study | {"methods": {"remix": STUDY["methods"]["remix"]}}
    protocols = {"study": study, "swapped": study | {"run": "audit/swapped"}}
    return json.dumps(
        {
            "study": study,
            "sweep": {"tasks": [*study["tasks"], "seizure"], "method": "remix", "alphas": [0.4]},
            "swept": {alpha: only | {"run": f"sweep/{alpha}"} for alpha in ("0.1", "0.4")},
            "audited": protocols,
            "free": protocols,
            "audit_repeats": 1,
            "pictured": {},
            "ablation": None,
        }
    )


def trained(n_classes, method):
    """What a training gives: made-up predictions, those of ReMix the best."""
    rng = np.random.default_rng(len(method))
    parts = []
    for rows in (20, 12):
        y = np.tile(np.repeat(np.arange(n_classes), rows), 2)
        p = rng.dirichlet(np.ones(n_classes), len(y))
        p += (1.0 if method == "remix" else 0.5) * np.eye(n_classes)[y]
        p = (p / p.sum(axis=1, keepdims=True)).astype(np.float32)
        index = {"repeat": 0, "fold": np.repeat([0, 1], len(y) // 2), "row": np.arange(len(y)), "y_true": y}
        parts.append(pd.DataFrame(index).join(pd.DataFrame(p).add_prefix("p_")))
    happened = {"repeat": 0, "fold": [0, 1], "train_rows": 14 * n_classes, "batches": 24}
    happened |= {f"batches_lacking_{k}": [k, k + 1] for k in range(n_classes)}
    happened |= {f"class_share_{k}": 1 / n_classes for k in range(n_classes)}
    return Trained(*parts, pd.DataFrame(happened))


def cell_files(results, task, ir):
    """What `evaluate` makes of a cell."""
    return {
        "scores": results / f"scores/{task}/{ir}.csv",
        "calibration": results / f"calibration/{task}/{ir}.csv",
        "curves": results / f"reliability/{task}/{ir}.parquet",
        "folds": results / f"folds/{task}/{ir}.csv",
    }


def evaluate(results, task, ir):
    inputs = Named(cell=[str(results / f"cells/{task}/{ir}/1.json")])
    outputs = Named(cell_files(results, task, ir))
    run("evaluate", results, inputs, outputs, {"task": task, "ir": ir})


def gather(results, study):
    """Put what is known of a study's cells together, in the folder `results` of the working directory."""
    cells = [(task, ir) for task, ir, _ in CELLS if task in study["tasks"]]
    files = [cell_files(results, *cell) for cell in cells]
    inputs = {name: [each[name] for each in files] for name in ("scores", "calibration", "curves", "folds")}
    inputs["cells"] = [str(results / "cells" / task / ir / "1.json") for task, ir in cells]
    files = ("scores", "calibration", "reliability", "folds", "trainings")
    outputs = {name: f"results/{name}.parquet" for name in files}
    run("gather", Path(), Named(inputs), Named(outputs, curves=outputs["reliability"]))
    return list(outputs.values())


def write_record(folder, available):
    found = {
        "available": True, "source": 0, "origin": "source", "kind": "url", "files": {"a.csv": "0f"},
        "attempts": [],
    }  # fmt: skip
    lost = {"available": False, "attempts": [{"source": "openml 41138", "reason": "no answer"}]}
    folder.mkdir(parents=True)
    (folder / "source.json").write_text(json.dumps(found if available else lost))
    return str(folder)


def tabulate(results, study=STUDY, conditions=EVERYTHING):
    """Make all tables in the working directory; gives them, and the files at hand."""
    datasets = list(dict.fromkeys(task["dataset"] for task in study["tasks"].values()))
    raw = [write_record(Path("resources/raw", name), available=name != "aps") for name in datasets]
    data = []
    for dataset in ("musk", "statlog", "fashion"):
        if dataset in datasets:
            data.append(f"resources/prepared/{dataset}.parquet")
            write_parquet(pd.DataFrame({"x0": [0.0] * 70, "label": "1"}), data[-1])
    for task, ir, n_classes in CELLS:
        if task in study["tasks"]:
            labels = np.repeat(np.arange(n_classes), 30)
            data.append(f"resources/variants/{task}/{ir}.parquet")
            write_parquet(pd.DataFrame({"row": np.arange(len(labels)), "x": 0.0, "label": labels}), data[-1])
    run("coverage", Path(), Named(raw=raw), ["resources/raw/coverage.csv"], study=study)
    published = [str(PUBLISHED / f"table{k}.csv") for k in (1, 2)]
    files = [*gather(results, study), *data, *published, "resources/raw/coverage.csv"]
    listed = names("tables", conditions)
    tables = {form: [f"results/tables/{name}.{form}" for name in listed] for form in ("csv", "md")}
    run("tables", Path(), files, Outputs(tables), study=study)
    return tables, files + tables["csv"] + tables["md"]


def report(results, study=STUDY, conditions=PAPER):
    """Run every script after evaluation, in the working directory."""
    tables, files = tabulate(results, study, conditions)
    drawn = names("figures", conditions)
    figures = {form: [f"results/figures/{name}.{form}" for name in drawn] for form in ("png", "svg")}
    run("figures", Path(), files, Outputs(figures, tasks="results/figures/tasks"), study=study)
    pages = {
        "tables": [path.replace(".csv", ".html") for path in tables["csv"]],
        "tasks": "results/pages",
        "provenance": "results/provenance.html",
        "front": "results/front.rst",
        "summary": "results/summary.txt",
    }
    files += [*figures["svg"], "results/figures/tasks"]
    run("pages", Path(), files, Outputs(pages), study=study)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    for task, ir, n_classes in CELLS:
        entries = []
        beside = [] if task == "shirt" else PLAIN_TITLES
        for method in [*METHODS[task], *beside]:
            others = [Use(*other, 1) for other in OTHERS.get(method, [])]
            uses = (Use("plain" if method in PLAIN_TITLES else "study", method, 1), *others)
            entries.append(Entry(f"of_{method}", uses, of_training(1, "CPU", 1.5) | {
                "begun": "2026-11-24 18:31:27", "seconds": 2.0,
            }))  # fmt: skip
            path = path_of(folder, task, ir, entries[-1].training)
            write_training(path, trained(n_classes, method), {}, entries[-1].made_by)
        write_cell(folder / f"cells/{task}/{ir}/1.json", entries)
        evaluate(folder, task, ir)
    return folder


def test_what_is_evaluated_keeps_its_contract(results):
    files = cell_files(results, "shirt", "0.1")
    scores = pd.read_csv(files["scores"], dtype={"ir": str})
    keys = ["run", "task", "ir", "method"]
    assert list(scores.columns) == [*keys, "repeat", "fold", "metric", "value"]
    wanted = [
        [run, "shirt", "0.1", method]
        for own in METHODS["shirt"]
        for run, method in [("study", own), *OTHERS[own]]
    ]
    assert scores[keys].drop_duplicates().to_numpy().tolist() == wanted
    assert set(scores["metric"]) >= {
        "g_mean", "balanced_brier", "recall_1", "brier_0", "roc_auc", "ece", "brier",
    }  # fmt: skip
    # Numbers are written so that reading them gives the same bits.
    own = scores.loc[(scores["method"] == "augment") & (scores["run"] == "study"), "value"]
    predictions = read_training(path_of(results, "shirt", "0.1", "of_augment")).predictions
    assert own.tolist() == score_folds(predictions)["value"].tolist()
    folds = pd.read_csv(files["folds"], dtype={"ir": str})
    assert folds[keys].drop_duplicates().to_numpy().tolist() == wanted
    assert (folds["train_rows"] == 28).all()
    assert (folds["test_rows"] == 40).all()
    calibration = pd.read_csv(files["calibration"])
    assert list(calibration) == [
        "task", "ir", "method", "correction", "repeat", "fold", "temperature", "metric", "value",
    ]  # fmt: skip
    assert list(dict.fromkeys(calibration["method"])) == METHODS["shirt"]
    assert (calibration.groupby(["method", "correction", "metric"]).size() == 2).all()
    curves = pd.read_parquet(cell_files(results, "landsat", "0.1")["curves"])
    assert list(dict.fromkeys(curves["method"])) == [*METHODS["landsat"], *PLAIN_TITLES]
    assert curves.groupby(["method", "correction", "prior", "class"])["rows"].sum().unique() == [120]
    log = (results / "logs" / "evaluate.log").read_text()
    assert "augment: folds without a best temperature: temperature 0 of 2, " in log
    assert "remix (study), remix (sweep/0.1), baseline (audit/swapped), means over the folds: " in log


def in_folder(folder, results, study):
    """A folder in which all tables of a study are made, the study, and the files at hand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return folder, study, tabulate(results, study)[1]


@pytest.fixture(scope="module")
def tables(results, tmp_path_factory):
    """All tables of the whole study."""
    return in_folder(tmp_path_factory.mktemp("tables"), results, STUDY)


@pytest.fixture(scope="module")
def tables_without_cells(results, tmp_path_factory):
    """All tables of a study whose data could not be had."""
    study = STUDY | {"tasks": {"aps": STUDY["tasks"]["aps"]}}
    return in_folder(tmp_path_factory.mktemp("nothing"), results, study)


def drawn(name, tables, monkeypatch):
    """A figure, as its module makes it from the tables."""
    (folder, study, files), figures = tables, []
    monkeypatch.chdir(folder)
    monkeypatch.setattr(making, "write_figure", lambda figure, paths: figures.append(figure))
    making.make(by_name()[name], Runs.from_json(runs_of(study)), files)
    figures[0].draw_without_rendering()
    return figures[0]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_methods_for_images_in_its_parts_on_images_alone(tables, name):
    text = (tables[0] / f"results/tables/{name}.md").read_text()
    assert "nan" not in text.lower().split()
    sections = {part.partition("\n")[0]: part for part in text.split("\n## ")[1:]}
    on_images = {
        heading for heading in sections if any(word in heading for word in ("images", "Figure 6", "Fashion"))
    }
    with_their_methods = {heading for heading, part in sections.items() if "Augment" in part}
    assert with_their_methods <= on_images
    # Effects are shown of methods that change, and no others.
    assert with_their_methods or not on_images or name.endswith("effects")


@pytest.mark.parametrize("name", TABLES)
def test_a_table_without_cells_says_so(tables_without_cells, name):
    """In words, or by a line for what is missing."""
    text = (tables_without_cells[0] / f"results/tables/{name}.md").read_text()
    assert "nan" not in text.lower().split()
    assert "\n| " in text or any(words in text for words in NOTHING)
    if name not in ("coverage", "row_lists"):
        assert "0 of 1 cells; missing: aps (0.01)" in text


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_without_cells_says_so(tables_without_cells, monkeypatch, name):
    figure = drawn(name, tables_without_cells, monkeypatch)
    texts = [text.get_text() for each in (figure, *figure.axes) for text in each.texts]
    assert set(NOTHING) & set(texts)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_fits_its_page(tables, monkeypatch, name):
    """Its caption is the lowest of it, and no part leaves the page."""
    figure = drawn(name, tables, monkeypatch)
    caption = min((text.get_window_extent() for text in figure.texts), key=lambda box: box.y0)
    parts = [each.get_tightbbox() for each in (*figure.axes, *figure.legends)]
    assert all(box.y0 >= caption.y1 for box in parts)
    for box in (caption, *parts):
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= figure.bbox.y1


@pytest.fixture(scope="module")
def made(results, tmp_path_factory):
    """All that is made of the whole study."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        report(results)
    return folder / "results"


@pytest.mark.slow
def test_all_tables_figures_and_pages_are_made(made):
    note = "4 of 5 cells; missing: aps (0.01) – openml 41138: no answer."
    tables, figures = names("tables", PAPER), names("figures", PAPER)
    for name in tables:
        # Ranks are held against Table 2, and the ablation is made, where the study has all of their methods.
        assert pd.read_csv(made / f"tables/{name}.csv").empty == (name in ("audit", "rescored", "ablation"))
        text = (made / f"tables/{name}.md").read_text()
        assert text.startswith("# ")
        if name != "coverage":
            assert note in text
    for name in (*figures, *(f"tasks/reliability_{task}" for task in ("landsat", "musk", "shirt"))):
        assert (made / f"figures/{name}.png").read_bytes().startswith(b"\x89PNG")
        assert "<svg" in (made / f"figures/{name}.svg").read_text()
    sizes = pd.read_csv(made / "tables/cell_tests.csv").query("task == 'musk'")
    assert sizes[["n_train", "n_test", "n_folds"]].drop_duplicates().to_numpy().tolist() == [[28, 40, 2]]
    assert sorted(path.stem for path in (made / "pages").iterdir()) == ["landsat", "musk", "shirt"]
    for name in ("pages/musk", "provenance", *(f"tables/{name}" for name in tables)):
        assert "<table>" in (made / f"{name}.html").read_text()
    assert 'alt="Reliability"' in (made / "pages/musk.html").read_text()
    assert "Does ReMix hold up?" in (made / "front.rst").read_text()
    summary = (made / "summary.txt").read_text()
    assert "4 of 5 cells: 3 × 2 methods × 2 folds + 1 × 3 methods × 2 folds = 18 networks" in summary
    assert "data/aps/" in summary


def test_a_report_with_an_answer_has_nothing_of_the_paper(results, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    report(results, conditions=ANSWER)
    assert {path.stem for path in Path("results/tables").iterdir()} == set(names("tables", ANSWER))
    front, summary = Path("results/front.rst").read_text(), Path("results/summary.txt").read_text()
    assert "Which remedy is best?" in front
    assert front.count("data:image/svg+xml;base64,") == 1
    # docutils refuses longer lines.
    assert max(map(len, front.splitlines())) < 10_000
    assert "Which remedy is best for Musk, ratio 0.05\n" in summary
    # Musk and Landsat are printed in the paper's table of datasets.
    tables = [path for path in Path("results/tables").glob("*.md") if path.stem != "datasets"]
    texts = [front, summary, *(path.read_text() for path in tables)]
    assert not [text for text in texts if "paper" in text.lower()]


@pytest.mark.slow
def test_the_same_inputs_give_the_same_bytes(results, made, tmp_path, monkeypatch):
    evaluated = [path for task, ir, _ in CELLS for path in cell_files(results, task, ir).values()]
    before = [path.read_bytes() for path in evaluated]
    for task, ir, _ in CELLS:
        evaluate(results, task, ir)
    assert [path.read_bytes() for path in evaluated] == before
    monkeypatch.chdir(tmp_path)
    report(results)
    files = [path for path in made.rglob("*") if path.is_file()]
    assert len(files) > 2 * (len(names("tables", PAPER)) + len(names("figures", PAPER)))
    for path in files:
        # It has the time in it.
        if path.name != "provenance.html":
            assert path.read_bytes() == (tmp_path / "results" / path.relative_to(made)).read_bytes()


@pytest.mark.parametrize(
    "kept", ["aps", *(pytest.param(task, marks=pytest.mark.slow) for task in ("musk", "landsat", "shirt"))]
)
def test_one_task_is_enough_and_so_is_none_with_data(results, tmp_path, monkeypatch, kept):
    monkeypatch.chdir(tmp_path)
    report(results, STUDY | {"tasks": {kept: STUDY["tasks"][kept]}})
    assert (tmp_path / "results/summary.txt").exists()


def test_an_incomplete_cell_is_one_line_in_the_log(results, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    gather(results, STUDY)
    scores = pd.read_parquet("results/scores.parquet")
    lacking = scores[(scores["method"] != "augment") | (scores["run"] != "study")]
    write_parquet(lacking, "results/scores.parquet")
    Path("resources/raw").mkdir(parents=True)
    Path("resources/raw/coverage.csv").write_text("task,ir\n")
    files = ["results/scores.parquet", "resources/raw/coverage.csv", "results/tables/coverage.csv"]
    outputs = Outputs(csv=["results/tables/gains.csv"], md=["results/tables/gains.md"])
    Path("results/tables").mkdir()
    Path("results/tables/coverage.csv").write_text("task,ir\n")
    with pytest.raises(SystemExit):
        run("tables", Path(), files, outputs)
    log = Path("logs/tables.log").read_text()
    assert log.splitlines()[-1] == "error: shirt, IR 0.1 has no scores of augment; make these first"


def test_what_cannot_be_evaluated_is_one_line_in_the_log(tmp_path):
    lost = trained(2, "remix")
    path = path_of(tmp_path, "musk", "0.05", "a1")
    write_training(path, lost._replace(folds=lost.folds.iloc[:1]), {}, {})
    write_cell(tmp_path / "cells/musk/0.05/1.json", [Entry("a1", (Use("study", "remix", 1),), {})])
    with pytest.raises(SystemExit):
        evaluate(tmp_path, "musk", "0.05")
    last = (tmp_path / "logs" / "evaluate.log").read_text().splitlines()[-1]
    assert last == (
        f"error: musk, IR 0.05, remix, {path}: repeat 0, fold 1 has no training record; train it anew"
    )
    assert not (tmp_path / "scores").exists()


def test_a_cell_is_verified(tmp_path):
    study = STUDY | {"methods": STUDY["methods"] | {"of_today": "Of today"}}
    rows = {
        "task": "musk", "ir": "0.05", "repeat": 0, "fold": [0, 1, 0, 1],
        "metric": ["g_mean", "g_mean", "brier", "brier"],
    }  # fmt: skip
    values = {"value": [0.25, 0.75, 0.125, 0.125]}
    scores = pd.concat(pd.DataFrame(rows | {"method": m} | values) for m in ("baseline", "remix"))
    columns = ["run", "task", "ir", "method", "repeat", "fold", "metric", "value"]
    scores.assign(run="study")[columns].to_csv(tmp_path / "here.csv", index=False)
    means = {"g_mean": 0.5, "brier": 0.126}
    lines = [
        (*("binary", "musk", "0.05", m), *pair, 0.1, 2)
        for m in ("baseline", "remix")
        for pair in means.items()
    ]
    columns = ["kind", "task", "ir", "method", "metric", "mean", "std", "n_folds"]
    pd.DataFrame(lines, columns=columns).to_csv(tmp_path / "scores.csv", index=False)
    (tmp_path / "facts.json").write_text(json.dumps({"commit": "5b22d24", "machine": {"cores": 64}}))
    inputs = Named(
        scores=str(tmp_path / "here.csv"),
        reference=str(tmp_path / "scores.csv"),
        facts=str(tmp_path / "facts.json"),
    )
    output = [str(tmp_path / "verify.txt")]
    run("verify", tmp_path, inputs, output, {"cell": "musk/0.05"}, study=study)
    text = (tmp_path / "verify.txt").read_text()
    assert text.splitlines()[:3] == [
        "musk/0.05 differs from the reference run: 2 of 4 mean scores of 2 methods by more than 0.0005.",
        "baseline, brier: 0.12500 here, 0.12600 there",
        "remix, brier: 0.12500 here, 0.12600 there",
    ]
    assert "5b22d24" in text
