"""From a small archive in CIFAR-10's exact format, on a server of this machine, to variants of its tasks."""

import hashlib
import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml
from cifar_archive import ADDRESS, CLASSES, archive

from remix.study.data.catalogue import Dataset

ROOT = Path(__file__).parents[3]
ENTRY = yaml.safe_load((ROOT / "config/datasets.yaml").read_text(encoding="utf-8"))["datasets"]["cifar10"]
COUNT = 200
NAME = Path(ADDRESS).name
CONTENT, PIXELS, LABELS = archive(COUNT)


@pytest.fixture
def entry(server):
    """The catalogue's entry, as an overlay would change it: this archive, on this server."""

    def change(*answers):
        """Give an entry with this source; `answers` are what the server sends instead."""
        (source,) = ENTRY["sources"]
        assert source["url"].endswith(ADDRESS)
        url = server.add(ADDRESS, *(answers or [CONTENT]))
        source = {**source, "url": url, "sha256": hashlib.sha256(CONTENT).hexdigest()}
        return ENTRY | {"rows": COUNT, "sources": [source]}

    return change


@pytest.fixture
def script(tmp_path, monkeypatch):
    """Runs a script of the workflow in an empty folder; gives its log."""
    monkeypatch.chdir(tmp_path)

    def run(name, wildcards, **snakemake):
        log = tmp_path / f"{name}.log"
        arguments = SimpleNamespace(wildcards=wildcards, log=[str(log)], **snakemake)
        runpy.run_path(str(ROOT / "workflow/scripts" / f"{name}.py"))["main"](arguments)
        return log.read_text(encoding="utf-8")

    return run


@pytest.fixture
def fetched(script):
    def run(entry, on_missing="fail"):
        network = {
            "connect_timeout": 1,
            "read_timeout": 1,
            "retries": 0,
            "openml_server": "http://127.0.0.1:9",
        }
        config = {
            "datasets": {"cifar10": entry},
            "data_dir": "data",
            "on_missing": on_missing,
            "network": network,
        }
        output, params = ["resources/raw/cifar10"], SimpleNamespace(ticket="t")
        return script("fetch", {"dataset": "cifar10"}, config=config, output=output, params=params)

    return run


@pytest.fixture
def prepared(script, fetched):
    def run(entry):
        fetched(entry)
        kept = {key: value for key, value in entry.items() if key not in ("title", "tasks")}
        params = SimpleNamespace(entry=json.dumps(kept, sort_keys=True))
        source, target = SimpleNamespace(raw="resources/raw/cifar10"), ["cifar10.parquet"]
        script("prepare", {"dataset": "cifar10"}, input=source, output=target, params=params)
        return pd.read_parquet("cifar10.parquet")

    return run


@pytest.fixture
def variant(script):
    def run(task, ir, rows="all"):
        (task,) = (t for t in Dataset.from_entry("cifar10", ENTRY).tasks if t.name == task)
        params = SimpleNamespace(task=json.dumps(task.definition(), default=list), seed=1, rows=rows)
        source, target = SimpleNamespace(prepared="cifar10.parquet"), ["variant.parquet"]
        script("variant", SimpleNamespace(ir=ir), input=source, output=target, params=params)
        return pd.read_parquet("variant.parquet")

    return run


def test_from_the_server_to_both_tasks(prepared, variant, entry):
    frame = prepared(entry())
    assert list(frame.columns) == [*(f"x{i}" for i in range(3072)), "label"]
    assert frame["label"].tolist() == [CLASSES[label] for label in LABELS]
    np.testing.assert_array_equal(frame.iloc[:, :-1].to_numpy(), PIXELS.reshape(COUNT, -1))
    assert (frame.dtypes.iloc[:-1] == np.uint8).all()

    dog = variant("cifar10_dog", "0.1")
    # 180 images of other classes; a tenth of that is 18 dogs of 20.
    assert dog["label"].value_counts().to_dict() == {0: 180, 1: 18}
    assert list(dog.columns) == ["row", *(f"x{i}" for i in range(3072)), "label"]
    np.testing.assert_array_equal(dog.iloc[:, 1:-1].to_numpy(), PIXELS.reshape(COUNT, -1)[dog["row"]])
    assert (dog["label"] == (LABELS[dog["row"]] == CLASSES.index("dog"))).all()
    assert dog["x0"].dtype == np.uint8

    multi = variant("cifar10_multi", "0.25", rows=100)
    # Half of the images are drawn, ten of each class; a quarter of that is two.
    assert multi["label"].value_counts().sort_index().tolist() == [10, 2, 2, 2, *[10] * 6]
    assert (multi["label"] == LABELS[multi["row"]]).all()
    np.testing.assert_array_equal(multi.iloc[:, 1:-1].to_numpy(), PIXELS.reshape(COUNT, -1)[multi["row"]])


def test_a_placed_archive_is_taken(fetched, entry, server):
    placed = Path("data/cifar10", NAME)
    placed.parent.mkdir(parents=True)
    placed.write_bytes(CONTENT)
    assert "taken: data_batch_1.bin, data_batch_2.bin" in fetched(entry())
    assert server.requests == []


def corrupted(content):
    changed = bytearray(content)
    changed[len(changed) // 2] ^= 1
    return bytes(changed)


# What the server sends, and what is said of it with the right SHA-256 in the catalogue, and without any.
DAMAGE = {
    "truncated": (CONTENT[:-1000], "has SHA-256", "is a damaged archive"),
    "cut at the start": (CONTENT[:5], "has SHA-256", "is no archive, or cut short"),
    "corrupted": (corrupted(CONTENT), "has SHA-256", "is a damaged archive"),
    "html": (b"<!DOCTYPE html><p>Sign in", "is an HTML page, not data", "is an HTML page, not data"),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("known", [True, False], ids=["with its SHA-256", "without"])
def test_damaged_archives_are_said_in_one_line_and_not_kept(fetched, entry, damage, known):
    served, *reasons = DAMAGE[damage]
    damaged = entry(served)
    if not known:
        del damaged["sources"][0]["sha256"]
    with pytest.raises(SystemExit):
        fetched(damaged)
    last = Path("fetch.log").read_text(encoding="utf-8").splitlines()[-1]
    assert last.startswith("error: cifar10: no source works (url 127.0.0.1")
    assert f"{NAME} {reasons[not known]}" in last
    assert "Traceback" not in last
    assert not Path("resources/raw").exists() or list(Path("resources/raw").iterdir()) == []

    log = fetched(damaged, on_missing="skip")
    assert reasons[not known] in log
    assert [path.name for path in Path("resources/raw/cifar10").iterdir()] == ["source.json"]
    assert not json.loads(Path("resources/raw/cifar10/source.json").read_text())["available"]


def test_a_broken_off_download_goes_on_in_the_next_run(fetched, entry, server):
    sent = 10 << 14  # a multiple of the pieces that are read at once
    whole = entry(server.in_parts(CONTENT, sends=sent), server.in_parts(CONTENT))
    assert "the download broke off after" in fetched(whole, on_missing="skip")
    assert "taken: data_batch_1.bin" in fetched(whole)
    assert server.ranges == [None, f"bytes={sent}-"]


def test_another_number_of_images_is_refused(fetched, entry):
    with pytest.raises(SystemExit):
        fetched(entry() | {"rows": 50000})
    assert "the data has 200 rows, expected 50000" in Path("fetch.log").read_text()
