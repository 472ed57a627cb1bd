"""What `make plan` measures: a dry-run of a study of so many cells."""

import sys

import pytest

from benchmarks import plan
from benchmarks.study import ROOT, default_study
from remix.errors import RemixError


def test_a_study_has_as_many_cells_as_asked_for(tmp_path):
    plan.write_study(tmp_path, 7)
    assert len(default_study(tmp_path / "made_up.yaml").cells) == 9


def test_a_dry_run_is_measured():
    used = plan.plan(ROOT, 3)
    # Of each cell a variant, its trainings, and their evaluation.
    assert used["jobs"] > 3 * 3
    assert used["cpu"] > 0.1
    assert 50 < used["mib"] < 1000


def test_a_checkout_that_cannot_be_planned_with_is_told(monkeypatch, tmp_path):
    command = [sys.executable, "-c", "raise SystemExit('no rule')"]
    monkeypatch.setattr(plan, "snakemake", lambda checkout: command)
    with pytest.raises(RemixError, match=f"{tmp_path}: Snakemake did not plan 3 cells: no rule"):
        plan.plan(tmp_path, 3)


def test_each_checkout_has_a_line(monkeypatch, tmp_path):
    written = {}
    monkeypatch.setattr(plan, "write_section", written.__setitem__)
    monkeypatch.setattr(plan, "plan", lambda checkout, cells: {"jobs": 5 * cells, "cpu": 1.5, "mib": 100.0})
    monkeypatch.setattr("sys.argv", ["plan", "--cells", "3", "600", "--against", str(tmp_path)])
    plan.main()
    (text,) = written.values()
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()[-4:]]
    assert lines[:2] == [["this one", "3", "15", "1.5", "100"], [str(tmp_path), "3", "15", "1.5", "100"]]
    assert [line[2] for line in lines[2:]] == ["3,000", "3,000"]
