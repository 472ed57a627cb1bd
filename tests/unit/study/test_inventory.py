"""Which trainings are kept and wanted, and the commands that say so and remove the rest."""

import dataclasses
import subprocess
import sys

import pytest

from remix.errors import ResultError
from remix.study.__main__ import main, wanted_by_all
from remix.study.code import ROOT
from remix.study.inventory import COLUMNS, inventory
from remix.study.store import Use, path_of, stored, write_training
from remix.study.training_cells import names_of

CELL = ("segment", "0.05")


@pytest.fixture(scope="module")
def wanted():
    return wanted_by_all([])


@pytest.fixture
def folder(wanted, trained, tmp_path):
    """A study's folder: of one cell the baseline, and that of another seed; of another cell no data."""
    (variant,) = {path for each in wanted[CELL] for path in each.inputs}
    (tmp_path / variant).parent.mkdir(parents=True)
    (tmp_path / variant).write_bytes(b"any")
    baseline = wanted[CELL][0]
    old = dataclasses.replace(
        baseline,
        definition={**baseline.definition, "seed": 7},
        uses=(Use("study", "former", 10),),
    )
    names = names_of([baseline, old], {variant: tmp_path / variant})
    kept = [
        (CELL, names[0], baseline),
        (CELL, names[1], old),
        (("musk", "0.05"), "ab", wanted["musk", "0.05"][0]),
    ]
    for cell, name, training in kept:
        write_training(path_of(tmp_path / "results", *cell, name), trained(), training.as_mapping(), {})
    return tmp_path


def test_what_is_kept_is_listed(folder, wanted):
    listed = inventory(folder, wanted)
    assert list(listed) == COLUMNS
    found = listed.sort_values(["task", "wanted"])[
        ["task", "ir", "run", "method", "epochs", "repeats", "wanted"]
    ]
    assert found.to_numpy().tolist() == [
        ["musk", "0.05", "study", "baseline", 100, 10, "unknown"],
        ["segment", "0.05", "study", "former", 100, 10, "no"],
        ["segment", "0.05", "study", "baseline", 100, 10, "yes"],
    ]
    assert sorted(listed["path"]) == stored(folder / "results")
    assert (listed["mib"] >= 0).all()
    assert inventory(folder / "none", wanted).empty
    # Of a cell that no run has any more, nothing is wanted.
    gone = {cell: each for cell, each in wanted.items() if cell != CELL}
    assert set(inventory(folder, gone).query("task == 'segment'")["wanted"]) == {"no"}


def test_a_damaged_file_is_named(folder, wanted, capsys):
    path = stored(folder / "results")[0]
    path.write_bytes(b"PAR1")
    with pytest.raises(ResultError, match=r"\.parquet is damaged"):
        inventory(folder, wanted)
    assert main(["trainings", "--directory", str(folder)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"error: {path} is damaged")
    assert len(told.err.splitlines()) == 1


def test_trainings_are_listed_by_a_command(folder):
    command = [sys.executable, "-m", "remix.study", "trainings", "--directory", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0].split() == [name for name in COLUMNS if name != "path"]
    assert sorted(line.split()[-1] for line in lines[1:4]) == ["no", "unknown", "yes"]
    assert lines[4].startswith("3 trainings are kept, ")
    assert lines[5].partition(" ")[2].startswith("more are wanted, by the study and the runs beside it")


def test_what_no_run_wants_is_listed_and_removed_when_asked(folder, capsys):
    before = stored(folder / "results")
    assert main(["prune", "--directory", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "1 trainings are wanted by no run of this configuration" in told
    assert "former" in told
    assert "Nothing was removed" in told
    assert stored(folder / "results") == before
    assert main(["prune", "--remove", "--directory", str(folder)]) == 0
    assert "They were removed." in capsys.readouterr().out
    assert len(stored(folder / "results")) == 2


def test_overlays_say_what_is_wanted(folder, tmp_path, wanted):
    overlay = tmp_path / "mine.yaml"
    overlay.write_text("seed: 7\nstudy: {tasks: [segment], methods: [baseline]}\n")
    mine = wanted_by_all([overlay])
    assert {task for task, _ in mine} == {"segment"}
    listed = inventory(folder, mine).set_index("method")
    # What was of another seed is what this study calls the baseline.
    assert listed.loc["baseline", "wanted"].tolist().count("yes") == 1
    assert len(stored(folder / "results")) == 3
    # The audit is among them, though it is not asked for.
    assert any(use.run.startswith("audit/") for each in wanted[CELL] for use in each.uses)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("seeed: 7\n", "unknown key 'seeed'"),
        ("study: [\n", "this is not valid YAML"),
        (None, "cannot be read"),
    ],
    ids=["key", "syntax", "missing"],
)
def test_a_wrong_overlay_is_one_line(tmp_path, capsys, content, told):
    overlay = tmp_path / "mine.yaml"
    if content:
        overlay.write_text(content)
    assert main(["prune", "--remove", "--directory", str(tmp_path), "--configfile", str(overlay)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert told in said
    assert len(said.splitlines()) == 1
