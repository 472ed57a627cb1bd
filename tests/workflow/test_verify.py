"""A cell of the reference run is planned anew, or refused before anything starts.

That scores are compared is tested on frames, and with the script; `make verify` does all of it.
"""

import json
import shutil

import pytest
from study_project import ROOT, jobs_in

pytestmark = pytest.mark.workflow


@pytest.fixture
def with_reference(project):
    """A project with the committed reference run; nothing of it has run here."""
    for name in ("provenance.json", "tables/scores.csv"):
        target = project.folder / "results/reference" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "results/reference" / name, target)
    return project


def verify(project, cell, check=False):
    return project.snakemake("-n", f"results/verify/{cell}.txt", check=check)


def test_one_cell_is_planned(with_reference):
    jobs = jobs_in(verify(with_reference, "segment/0.05", check=True).stdout)
    assert jobs == {"fetch": 1, "prepare": 1, "variant": 1, "train": 1, "evaluate": 1, "verify": 1}


@pytest.mark.parametrize("cell", ["segment/0.3", "segment"])
def test_a_cell_that_the_reference_run_lacks_starts_nothing(with_reference, cell):
    result = verify(with_reference, cell)
    assert result.returncode == 1
    assert f"Nothing was started: the reference run has no cell {cell}; it has musk/0.05, " in result.stdout
    assert "Traceback" not in result.stdout


def test_another_seed_starts_nothing(with_reference):
    path = with_reference.folder / "results/reference/provenance.json"
    facts = json.loads(path.read_text())
    facts["study"]["seed"] = 2
    path.write_text(json.dumps(facts))
    result = verify(with_reference, "segment/0.05")
    assert result.returncode == 1
    said = "segment/0.05 cannot be compared with the reference run: seed is 1 here, 2 there"
    assert f"Nothing was started: {said}" in result.stdout


def test_without_a_reference_run(project):
    result = verify(project, "segment/0.05")
    assert result.returncode == 1
    assert "Nothing was started: " in result.stdout
    assert "Traceback" not in result.stdout
