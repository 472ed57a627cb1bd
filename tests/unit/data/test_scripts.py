"""The scripts of the rules fetch and prepare."""

import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

SCRIPTS = Path(__file__).parents[3] / "workflow" / "scripts"
ENTRY = {
    "title": "Tiny",
    "classes": ["a", "b"],
    "target": -1,
    "sources": [{"file": "tiny.csv"}],
    "tasks": {"tiny": {"minority": ["a"], "others": "merged", "irs": [0.1]}},
}


@pytest.fixture
def script(tmp_path, monkeypatch):
    """Runs a script of the workflow in an empty folder; gives its log."""
    monkeypatch.chdir(tmp_path)

    def run(name, **snakemake):
        log = tmp_path / f"{name}.log"
        arguments = SimpleNamespace(wildcards={"dataset": "tiny"}, log=[str(log)], **snakemake)
        runpy.run_path(str(SCRIPTS / f"{name}.py"))["main"](arguments)
        return log.read_text()

    return run


@pytest.fixture
def fetched(script):
    def run(on_missing="skip"):
        network = {
            "connect_timeout": 1,
            "read_timeout": 1,
            "retries": 0,
            "openml_server": "http://127.0.0.1:9",
        }
        config = {
            "datasets": {"tiny": ENTRY},
            "data_dir": "data",
            "on_missing": on_missing,
            "network": network,
        }
        return script("fetch", config=config, output=["raw/tiny"], params=SimpleNamespace(ticket="t1"))

    return run


@pytest.fixture
def prepared(script):
    def run(output="tiny.parquet", **changes):
        entry = {key: value for key, value in (ENTRY | changes).items() if key not in ("title", "tasks")}
        params = SimpleNamespace(entry=json.dumps(entry, sort_keys=True))
        return script("prepare", input=SimpleNamespace(raw="raw/tiny"), output=[output], params=params)

    return run


def test_fetch_and_prepare(tmp_path, fetched, prepared):
    (tmp_path / "tiny.csv").write_text("1,a\n,b\n")
    assert "taken: tiny.csv" in fetched()
    assert json.loads((tmp_path / "raw/tiny/source.json").read_text())["ticket"] == "t1"
    assert "2 rows, 1 features, 1 values missing; by label: {'a': 1, 'b': 1}" in prepared()
    assert pd.read_parquet(tmp_path / "tiny.parquet")["label"].tolist() == ["a", "b"]


def test_equal_data_gives_equal_bytes(tmp_path, fetched, prepared):
    (tmp_path / "tiny.csv").write_text("1,a\n2,b\n")
    fetched()
    prepared("one.parquet")
    prepared("two.parquet")
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()


def test_missing_data_is_logged_with_the_reason(tmp_path, fetched):
    log = fetched()
    assert "file tiny.csv: no such file or directory" in log
    assert "the next run tries again" in log
    with pytest.raises(SystemExit):
        fetched(on_missing="fail")
    assert "error: tiny: no source works" in (tmp_path / "fetch.log").read_text()


def test_an_entry_that_no_longer_fits_is_an_error_in_one_line(tmp_path, fetched, prepared):
    (tmp_path / "tiny.csv").write_text("1,a\n2,b\n")
    fetched()
    with pytest.raises(SystemExit):
        prepared(rows=3)
    log = (tmp_path / "prepare.log").read_text()
    assert log.splitlines()[-1] == "error: tiny: the data has 2 rows, expected 3"
    assert "Traceback" not in log
