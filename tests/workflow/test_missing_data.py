"""Datasets that cannot be had: skipped, said so, tried again."""

import socket

import pandas as pd
import pytest
from study_project import DATASETS

pytestmark = pytest.mark.workflow


@pytest.fixture
def unreachable():
    """Overlay that adds a dataset whose only source is an address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    entry = DATASETS["wine"] | {
        "sources": [{"url": f"http://127.0.0.1:{port}/wine_far.csv", "format": "csv", "header": True}],
        "tasks": {"wine_far": DATASETS["wine"]["tasks"]["wine"]},
    }
    return {
        "study": {"tasks": ["breast_cancer", "wine", "wine_far"]},
        "datasets": {"wine_far": entry},
        "network": {"connect_timeout": 1, "read_timeout": 2, "retries": 1},
    }


def test_skipped_said_so_and_tried_again(finished, unreachable):
    far = finished.overlay(unreachable)
    out = finished.run(far).stdout
    coverage = pd.read_csv(finished.folder / "results/tables/coverage.csv", dtype=str)
    assert len(coverage) == 3
    line = coverage.set_index("task").loc["wine_far"]
    assert "127.0.0.1" in line.to_string()
    for path in ["summary.txt", "tables/rank_sums.md", "tables/scores.md", "tables/gains.md"]:
        text = (finished.folder / "results" / path).read_text()
        assert "wine_far" in text, path
        assert "2 of 3 cells" in text, path
    assert "wine_far" in (finished.folder / "results/figures/figure5_gains.svg").read_text()
    assert "wine_far" in out

    # A later run tries again, and only that.
    jobs = finished.planned_jobs(far)
    assert jobs["fetch"] == 1
    assert "train" not in jobs
    assert "fetch" in finished.run(far).stdout

    # Placed by hand, the file is taken.
    placed = finished.folder / "data" / "wine_far" / "wine_far.csv"
    placed.parent.mkdir(parents=True)
    placed.write_bytes((finished.folder / "tables/wine.csv").read_bytes())
    finished.run(far)
    assert "3 of 3 cells" in (finished.folder / "results/summary.txt").read_text()

    # And kept, when the file is no longer there.
    placed.unlink()
    assert finished.planned_jobs(far) == {}


def test_on_missing_fail_stops(project, unreachable):
    far = project.overlay(unreachable)
    result = project.run(far, "--config", "on_missing=fail", check=False)
    assert result.returncode != 0
    assert "error: wine_far" in result.stdout
    assert "Traceback" not in result.stdout
    assert not (project.folder / "results/tables/rank_sums.csv").exists()
