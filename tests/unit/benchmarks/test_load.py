"""What `make load` measures with: a study of so many cells, and a look at all processes of a run."""

import os
import subprocess
import sys
from dataclasses import asdict

import pandas as pd
import pytest

from benchmarks.load import __main__ as load
from benchmarks.load import figure, project, watching
from benchmarks.study import ROOT, default_study
from remix.plotting.style import render


def calls():
    kinds = [("plan", 3, 0), ("run", 3, 0), ("plan again", 3, 0), ("train", 3, 800.0), ("train", 30, 900.0)]
    return pd.DataFrame(
        [
            asdict(watching.Call(what, cells, 13 * cells, 60.0, 0.3 * cells, 170.0, 170.0 + other, other))
            for what, cells, other in kinds
        ]
    )


def test_a_study_has_as_many_cells_as_asked_for(tmp_path):
    project.make_project(tmp_path, 7, trained=True)
    study = default_study(tmp_path / "load.yaml")
    assert len(study.cells) == 9
    for name, task in study.tasks.items():
        frame = pd.read_csv(tmp_path / "placed" / task.dataset / f"{name}.csv")
        assert len(frame) == project.ROWS
        assert frame["target"].value_counts().tolist() == [project.ROWS // 2] * 2
    script = (tmp_path / "workflow/scripts/train.py").read_text()
    assert script == (ROOT / "workflow/scripts/train.py").read_text()


def test_stand_ins_take_the_place_of_all_scripts_and_need_no_data(tmp_path):
    project.make_project(tmp_path, 3, trained=False)
    assert not (tmp_path / "placed").exists()
    assert {path.read_text() for path in (tmp_path / "workflow/scripts").glob("*.py")} == {project.STAND_IN}


def test_a_dry_run_is_watched_to_its_end(tmp_path):
    project.make_project(tmp_path, 3, trained=False)
    seen = watching.call(tmp_path, "plan", 3, "-n", "--quiet", "rules")
    # Of each cell a variant, its trainings, and their evaluation.
    assert seen.jobs > 3 * 3
    assert 50 < seen.peak_mb < 1000
    assert seen.cpu_seconds > 0.1
    assert 0.5 * seen.peak_mb < seen.together_mb < 1.5 * seen.peak_mb


def test_a_run_that_fails_says_what_was_printed(tmp_path):
    project.make_project(tmp_path, 3, trained=False)
    (tmp_path / "load.yaml").write_text("study: {tasks: [nowhere]}")
    with pytest.raises(SystemExit, match=r"(?s)plan of 3 cells failed:.*nowhere"):
        watching.call(tmp_path, "plan", 3, "-n")


def test_processes_are_found_by_the_folder_that_they_work_in(tmp_path):
    waiting = subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()"],
        cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    with waiting:
        waiting.stdout.readline()
        assert [process.pid for process in watching.working_in(tmp_path)] == [waiting.pid]
        assert 0 < watching.share_of_memory(waiting.pid) <= watching.peak_memory(waiting.pid)
        waiting.communicate(b"\n")
    assert watching.working_in(tmp_path) == []
    assert watching.peak_memory(waiting.pid) == watching.share_of_memory(waiting.pid) == 0


def test_jobs_found_at_the_checkpoint_are_counted():
    text = "total 12\n3 of 40 steps (8%) done\nJob stats:\n"
    assert watching.total_jobs(text) == 40
    assert watching.total_jobs("total 12") == 12
    assert watching.total_jobs("Nothing to be done") == 0


def test_tables_and_figure_tell_what_was_measured():
    texts = load.sections(calls(), cores=os.cpu_count())
    assert "| plan again | " in texts[load.STAND_INS]
    assert all("snakemake" in text for text in texts.values())
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in texts[load.TRAINS].splitlines()]
    assert [line[-3:] for line in cells if line[:1] == ["train"]] == [
        ["170", "800", "970"],
        ["170", "900", "1070"],
    ]
    without = calls()[calls()["what"] != "train"]
    assert list(load.sections(without, cores=2)) == [load.STAND_INS]
    drawn = figure.draw(calls())
    labels = [line.get_label() for line in drawn.axes[1].lines]
    assert "all processes together" in labels
    assert render(figure.draw(without), "png").startswith(b"\x89PNG")


def test_what_was_not_measured_now_stays_in_the_figure(tmp_path):
    path = tmp_path / "scheduling.csv"
    assert load.with_former(calls(), path).equals(calls())
    again = calls()[calls()["what"] == "train"].assign(seconds=1.0)
    kept = load.with_former(again, path)
    assert kept["what"].tolist() == ["plan", "run", "plan again", "train", "train"]
    assert kept["seconds"].tolist() == [60.0] * 3 + [1.0] * 2
    assert pd.read_csv(path).equals(kept)
