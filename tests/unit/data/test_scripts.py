"""The scripts of the rules fetch, prepare and variant, on a tiny table and on an archive like CIFAR-10's."""

import hashlib
import json
import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from cifar_archive import ADDRESS, CLASSES, archive, records

SCRIPTS = Path(__file__).parents[3] / "workflow" / "scripts"
NETWORK = {"connect_timeout": 1, "read_timeout": 1, "retries": 0, "openml_server": "http://127.0.0.1:9"}
TINY = {
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

    def run(name, wildcards, **snakemake):
        log = tmp_path / f"{name}.log"
        arguments = SimpleNamespace(wildcards=wildcards, log=[str(log)], **snakemake)
        runpy.run_path(str(SCRIPTS / f"{name}.py"))["main"](arguments)
        return log.read_text(encoding="utf-8")

    return run


@pytest.fixture
def fetched(script):
    def run(entry=TINY, on_missing="skip"):
        config = {"datasets": {"d": entry}, "data_dir": "data", "on_missing": on_missing, "network": NETWORK}
        params = SimpleNamespace(ticket="t1")
        return script("fetch", {"dataset": "d"}, config=config, output=["raw/d"], params=params)

    return run


@pytest.fixture
def prepared(script):
    def run(entry=TINY, output="prepared.parquet"):
        kept = {key: value for key, value in entry.items() if key not in ("title", "tasks")}
        params = SimpleNamespace(entry=json.dumps(kept, sort_keys=True))
        raw = SimpleNamespace(raw="raw/d")
        return script("prepare", {"dataset": "d"}, input=raw, output=[output], params=params)

    return run


@pytest.fixture
def variant(script):
    def run(task, ir, rows="all"):
        params = SimpleNamespace(task=json.dumps(task.definition(), default=list), seed=1, rows=rows)
        source, target = SimpleNamespace(prepared="prepared.parquet"), ["variant.parquet"]
        script("variant", SimpleNamespace(ir=ir), input=source, output=target, params=params)
        return pd.read_parquet("variant.parquet")

    return run


def test_fetch_and_prepare(tmp_path, fetched, prepared):
    (tmp_path / "tiny.csv").write_text("1,a\n,b\n")
    assert "taken: tiny.csv" in fetched()
    assert json.loads((tmp_path / "raw/d/source.json").read_text())["ticket"] == "t1"
    assert "2 rows, 1 features, 1 values missing; by label: {'a': 1, 'b': 1}" in prepared()
    assert pd.read_parquet(tmp_path / "prepared.parquet")["label"].tolist() == ["a", "b"]
    prepared(output="again.parquet")
    assert (tmp_path / "again.parquet").read_bytes() == (tmp_path / "prepared.parquet").read_bytes()


def test_missing_data_is_logged_with_the_reason(tmp_path, fetched):
    far = TINY | {"sources": [{"url": "http://127.0.0.1:9/tiny.csv"}]}
    log = fetched(far)
    assert "url 127.0.0.1:9/tiny.csv: connection refused" in log
    assert "the next run tries again" in log
    for entry, on_missing, reason in (
        (far, "fail", "no source works"),
        (TINY, "skip", "its own file cannot"),
    ):
        with pytest.raises(SystemExit):
            fetched(entry, on_missing)
        assert f"error: d: {reason}" in (tmp_path / "fetch.log").read_text()


def test_an_entry_that_no_longer_fits_is_an_error_in_one_line(tmp_path, fetched, prepared):
    (tmp_path / "tiny.csv").write_text("1,a\n2,b\n")
    fetched()
    with pytest.raises(SystemExit):
        prepared(TINY | {"rows": 3})
    log = (tmp_path / "prepare.log").read_text()
    assert log.splitlines()[-1] == "error: d: the data has 2 rows, expected 3"
    assert "Traceback" not in log


def test_an_archive_like_that_of_cifar_10(fetched, prepared, variant, catalogue, catalogue_entries, server):
    """Of 200 images, as an overlay would have it: from the server, or placed, to the paper's two tasks."""
    content, pixels, labels = archive(200)
    batches = [
        hashlib.sha1(records(*batch)).hexdigest()
        for batch in zip(np.split(pixels, 5), np.split(labels, 5), strict=True)
    ]
    pixels = pixels.reshape(200, -1)
    (source,) = catalogue_entries["cifar10"]["sources"]
    assert source["url"].endswith(ADDRESS)
    changed = {"url": server.add(ADDRESS, content), "sha256": hashlib.sha256(content).hexdigest()}
    changed |= {"sha1": {f"data_batch_{k}.bin": sha1 for k, sha1 in enumerate(batches, start=1)}}
    entry = catalogue_entries["cifar10"] | {"rows": 200, "sources": [source | changed]}
    assert "taken: data_batch_1.bin, data_batch_2.bin" in fetched(entry)
    prepared(entry)
    frame = pd.read_parquet("prepared.parquet")
    assert list(frame.columns) == [*(f"x{i}" for i in range(3072)), "label"]
    assert frame["label"].tolist() == [CLASSES[label] for label in labels]
    np.testing.assert_array_equal(frame.iloc[:, :-1].to_numpy(), pixels)
    assert (frame.dtypes.iloc[:-1] == np.uint8).all()

    tasks = {task.name: task for task in catalogue["cifar10"].tasks}
    dog = variant(tasks["cifar10_dog"], "0.1")
    # 180 images of other classes; a tenth of that is 18 dogs of 20.
    assert dog["label"].value_counts().to_dict() == {0: 180, 1: 18}
    assert list(dog.columns) == ["row", *(f"x{i}" for i in range(3072)), "label"]
    np.testing.assert_array_equal(dog.iloc[:, 1:-1].to_numpy(), pixels[dog["row"]])
    assert (dog["label"] == (labels[dog["row"]] == CLASSES.index("dog"))).all()
    assert dog["x0"].dtype == np.uint8
    multi = variant(tasks["cifar10_multi"], "0.25", rows=100)
    # Half of the images are drawn, ten of each class; a quarter of that is two.
    assert multi["label"].value_counts().sort_index().tolist() == [10, 2, 2, 2, *[10] * 6]
    assert (multi["label"] == labels[multi["row"]]).all()

    placed = Path("data/d", Path(ADDRESS).name)
    placed.parent.mkdir(parents=True)
    placed.write_bytes(content)
    assert "trying placed cifar-10-binary.tar.gz" in fetched(entry, on_missing="fail")
    assert len(server.requests) == 1


def test_preparing_what_could_not_be_had_is_one_line(tmp_path, fetched, prepared):
    """As where one file of such a dataset is asked for: no checkpoint has left its cells out."""
    away = TINY | {"sources": [{"url": "http://127.0.0.1:9/tiny.csv"}]}
    assert "no source works" in fetched(away)
    with pytest.raises(SystemExit):
        prepared(away)
    log = (tmp_path / "prepare.log").read_text()
    assert re.fullmatch(r"error: d: could not be had \(url 127\.0\.0\.1:9/tiny\.csv: .*\); place .*\n", log)
