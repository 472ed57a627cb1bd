"""Downloads that break off, and go on where they ended if the file is still the same."""

import dataclasses
import hashlib

import pytest

from remix.study.data.sources import retrying

ROWS = "".join(f"{i},{i},{i},{'ab'[i % 2]}\n" for i in range(500))
CONTENT = ROWS.encode()
HALF = 4000  # a multiple of the pieces that are read at once


@pytest.fixture
def fetched(run, places, network, make_dataset, monkeypatch):
    """Fetches a file from an address, with its SHA-256 as the last word."""
    monkeypatch.setattr(retrying, "PAUSE", 0)
    monkeypatch.setattr("remix.study.data.sources.url._CHUNK", 500)
    folder, _ = places

    def fetched(url, retries=0, content=CONTENT):
        source = {"url": url, "sha256": hashlib.sha256(content).hexdigest()}
        dataset = make_dataset(source, keep=[0, 1, 2])
        record = run(dataset, network=dataclasses.replace(network, retries=retries))
        if record["available"]:
            assert (folder / "t.csv").read_bytes() == content
        else:
            assert [path.name for path in folder.iterdir()] == ["source.json"]
        assert sorted(path.name for path in folder.parent.iterdir()) == [".tiny.json", "tiny"]
        return record

    return fetched


@pytest.fixture
def begun(tmp_path):
    """Sizes of what there is of downloads that broke off."""
    return lambda: [path.stat().st_size for path in (tmp_path / "partial").rglob("*.part")]


def test_the_next_run_goes_on(fetched, begun, server, tmp_path):
    url = server.add("/t.csv", server.in_parts(CONTENT, sends=HALF), server.in_parts(CONTENT))
    (attempt,) = fetched(url)["attempts"]
    assert (
        attempt["reason"] == f"the download broke off after {HALF} bytes, {len(CONTENT) - HALF} are missing"
    )
    assert begun() == [HALF]
    assert fetched(url)["available"]
    assert server.ranges == [None, f"bytes={HALF}-"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "raw"]


DATE = "Tue, 24 Nov 2026 08:00:00 GMT"
LATER = ROWS.replace("1,", "2,").encode()
SHORT = CONTENT[: CONTENT[:HALF].rindex(b"\n") + 1]


def other_part(handler):
    """The whole file, as if that were the rest of it."""
    handler.send_response(206)
    handler.send_header("Content-Range", f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}")
    handler.send_header("Content-Length", str(len(CONTENT)))
    handler.end_headers()
    handler.wfile.write(CONTENT)


# What the server answers in turn, the attempts after the first, where each request starts, what the file is.
ATTEMPTS = {
    "by its tag": (lambda s: [s.in_parts(CONTENT, sends=HALF), s.in_parts(CONTENT)], 1, [0, HALF], CONTENT),
    "by its date": (
        lambda s: [s.in_parts(CONTENT, DATE, sends, "Last-Modified") for sends in (HALF, None)],
        *(1, [0, HALF], CONTENT),
    ),
    "many short pieces": (
        lambda s: [s.in_parts(CONTENT, sends=1000) for _ in range(10)],
        *(9, [*range(0, len(CONTENT), 1000)], CONTENT),
    ),
    "no ranges": (lambda s: [s.in_parts(CONTENT, sends=HALF), CONTENT], 1, [0, HALF], CONTENT),
    "changed": (
        lambda s: [s.in_parts(CONTENT, sends=HALF), s.in_parts(LATER, '"two"')],
        *(1, [0, HALF], LATER),
    ),
    "became shorter": (
        lambda s: [s.in_parts(CONTENT, sends=HALF), s.status(416), s.in_parts(SHORT, '"two"')],
        *(1, [0, HALF, 0], SHORT),
    ),
    "another part": (
        lambda s: [s.in_parts(CONTENT, sends=HALF), other_part, s.in_parts(CONTENT)],
        *(1, [0, HALF, 0], CONTENT),
    ),
}


@pytest.mark.parametrize("case", ATTEMPTS)
def test_the_next_attempt_goes_on_or_starts_anew(fetched, begun, server, case):
    answers, retries, starts, content = ATTEMPTS[case]
    assert fetched(server.add("/t.csv", *answers(server)), retries, content)["available"]
    assert server.ranges == [f"bytes={start}-" if start else None for start in starts]
    assert begun() == []


@pytest.mark.parametrize("version", [None, 'W/"one"'], ids=["no name", "a weak one"])
def test_what_cannot_be_told_apart_starts_anew(fetched, begun, server, version):
    cut = server.cut(CONTENT[:HALF]) if version is None else server.in_parts(CONTENT, version, HALF)
    url = server.add("/t.csv", cut, CONTENT)
    fetched(url)
    assert begun() == []
    assert fetched(url)["available"]
    assert server.ranges == [None, None]


def test_the_checksum_has_the_last_word(fetched, begun, server):
    """A server that calls two files by one name: found out, and the next run starts anew."""
    wrong = server.in_parts(bytes(len(CONTENT)), sends=HALF)
    url = server.add("/t.csv", wrong, server.in_parts(CONTENT))
    (attempt,) = fetched(url, retries=1)["attempts"]
    assert attempt["reason"].startswith("t.csv has SHA-256 ")
    assert begun() == []
    assert fetched(url)["available"]
    assert server.ranges == [None, f"bytes={HALF}-", None]


def test_another_address_does_not_go_on(fetched, begun, server):
    fetched(server.add("/old/t.csv", server.in_parts(CONTENT, sends=HALF)))
    assert fetched(server.add("/new/t.csv", server.in_parts(CONTENT)))["available"]
    assert server.ranges == [None, None]
    assert begun() == []


def test_a_refusal_leaves_what_there_is(fetched, begun, server):
    answers = server.in_parts(CONTENT, sends=HALF), server.status(503), server.in_parts(CONTENT)
    url = server.add("/t.csv", *answers)
    fetched(url)
    assert fetched(url)["attempts"][0]["reason"] == "HTTP 503 Service Unavailable"
    assert begun() == [HALF]
    assert fetched(url)["available"]
    assert server.ranges == [None, *[f"bytes={HALF}-"] * 2]


def test_bounds_count_what_was_there(fetched, begun, server, monkeypatch):
    url = server.add("/t.csv", server.in_parts(CONTENT, sends=HALF), server.in_parts(CONTENT))
    fetched(url)
    monkeypatch.setattr("remix.study.data.sources.url.MAX_BYTES", len(CONTENT) - 1)
    reason = fetched(url)["attempts"][0]["reason"]
    assert reason == f"t.csv is larger than {len(CONTENT) - 1} bytes"
    assert begun() == []
