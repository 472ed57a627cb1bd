"""Downloads that go wrong in every way; each is mended by the same command again, once the server is."""

import hashlib
import re

import pytest
from faults import SMALL, differences, run, small_project
from study_project import DATASETS

pytestmark = pytest.mark.faults


def by_address(address, **more):
    """An overlay in which wine comes from an address."""
    source = {"url": address, "format": "csv", "header": True, **more}
    return SMALL | {
        "datasets": {"wine": DATASETS["wine"] | {"sources": [source]}},
        "network": {"connect_timeout": 2, "read_timeout": 2, "retries": 1},
    }


BROKEN_CHECKSUM = "wine.csv has SHA-256 "
# By name: how the server answers instead of giving the content, and what the run says.
FAULTS = {
    "truncated": (lambda server, content: server.content(content[: len(content) // 2]), BROKEN_CHECKSUM),
    "corrupted": (lambda server, content: server.content(b"9" + content[1:]), BROKEN_CHECKSUM),
    "hangs": (lambda server, content: server.hang, "no answer in time"),
    "answers 500": (lambda server, content: server.status(500), "HTTP 500 "),
    "redirects for ever": (lambda server, content: server.redirect("/wine.csv"), "too many redirects"),
    "closes half-way": (lambda server, content: server.cut(content[:2000]), "broke off after 2000 bytes"),
}
WITHOUT_CHECKSUM = {
    "truncated, no checksum": (lambda server, content: server.content(first_lines(content)), "has 99 rows"),
    "HTML, no checksum": (
        lambda server, content: server.content(PAGE, "text/html"),
        "is an HTML page",
    ),
}
PAGE = "<!DOCTYPE html><html><body>Not found</body></html>"


def first_lines(content):
    return b"".join(content.splitlines(keepends=True)[:100])


@pytest.mark.parametrize("fault", [*FAULTS, *WITHOUT_CHECKSUM])
def test_a_download_goes_wrong(undisturbed, tmp_path, tally, server, fault):
    with tally.round(f"download: {fault}"):
        content = (undisturbed.project.folder / "tables/wine.csv").read_bytes()
        checksum = {"sha256": {"wine.csv": hashlib.sha256(content).hexdigest()}} if fault in FAULTS else {}
        make, reason = (FAULTS | WITHOUT_CHECKSUM)[fault]
        address = server.add("/wine.csv", make(server, content))
        project = small_project(tmp_path, by_address(address, **checksum))
        # Where the user has chosen to stop; test_missing_data.py has what happens by default.
        stopped = run(project, "--config", "on_missing=fail", check=False)
        assert stopped.returncode != 0
        assert "Traceback" not in stopped.stdout
        (line,) = set(re.findall(r"^error: .*$", stopped.stdout, re.M))
        assert line.startswith("error: wine: no source works (")
        assert reason in line
        assert not (project.folder / "resources/raw/wine").exists()
        server.add("/wine.csv", content)
        run(project)
        assert differences(project, undisturbed.results) == []
