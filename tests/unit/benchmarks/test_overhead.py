"""What a study spends its time on; a stand-in takes the place of Snakemake."""

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from benchmarks import overhead
from remix.errors import RemixError
from remix.study.running.writing import write_parquet

TRAININGS = pd.DataFrame(
    {"training": ["a", "b", "a"], "seconds": 9.0, "step_seconds": 3.5, "peak_mib": 700.0}
)


@pytest.fixture
def called(monkeypatch):
    """Commands that Snakemake was called by; each makes the trainings."""
    commands = []

    def run(command, check):
        commands.append(command)
        folder = Path(command[command.index("--directory") + 1])
        write_parquet(TRAININGS, folder / "results/trainings.parquet")
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(overhead, "subprocess", SimpleNamespace(run=run))
    return commands


def test_the_time_of_all_cores_is_split():
    parts = overhead.spent(TRAININGS, core_seconds=200.0).set_index("Spent on")
    assert parts["Core-seconds"].tolist() == ["7", "11", "182", "200", "193"]
    assert parts["%"].tolist() == ["3.5", "5.5", "91.0", "100.0", "96.5"]


def test_a_study_is_run_in_an_empty_folder(called, tmp_path):
    assert overhead.run_study(tmp_path / "new", 2, [Path("smoke.yaml")]) >= 0
    (command,) = called
    assert command[-4:] == ["--cores", "2", "--configfile", "smoke.yaml"]
    with pytest.raises(RemixError, match="new is not empty: name a folder"):
        overhead.run_study(tmp_path / "new", 2, [])
    assert len(called) == 1


def test_a_study_that_fails_is_told(monkeypatch, tmp_path):
    failed = SimpleNamespace(run=lambda command, check: subprocess.CompletedProcess(command, 1))
    monkeypatch.setattr(overhead, "subprocess", failed)
    with pytest.raises(RemixError, match="the study failed"):
        overhead.run_study(tmp_path, 2, [])


def test_what_is_printed_is_written_too(called, monkeypatch, capsys):
    written = {}
    monkeypatch.setattr(overhead, "write_section", written.__setitem__)
    for options in (["--dry"], []):
        monkeypatch.setattr("sys.argv", ["overhead", *options])
        assert not written
        overhead.main()
    assert "A study of 2 trainings" in capsys.readouterr().out
    (text,) = written.values()
    assert "| outside training steps" in text
