"""What a user sees of bad input: the error of what is fuzzed, in one line, and exit status 1."""

import pytest
from study_project import make_project

pytestmark = pytest.mark.fuzz

BOMB = "".join(
    ["a0: &a0 [x, x]\n", *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12))]
)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return make_project(tmp_path_factory.mktemp("user") / "project")


def refused(result, line):
    assert result.returncode == 1
    assert "Traceback" not in result.stdout
    assert sum(line in told for told in result.stdout.splitlines()) == 1, result.stdout[-3000:]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (BOMB, "overlay.yaml:7: up to here the file has more than 1000000 characters"),
        ("study: {irs: {}}", "overlay.yaml:1: study.irs: a mapping changes nothing here"),
        ("seed: 0x" + "f" * 5000, "overlay.yaml:1: a value has more than 2000 characters"),
        ("sweep: {alphas: [1.0e+300]}", "overlay.yaml:1: sweep.alphas[0]: 1e+300 has more than 40 digits"),
        ("protocol: {epohcs: 3}", "overlay.yaml:1: protocol: unknown key 'epohcs'; did you mean 'epochs'?"),
    ],
    ids=["aliases", "mapping", "digits", "path", "key"],
)
def test_an_overlay(project, text, line):
    refused(project.run(project.overlay(text), arguments=["-n"], check=False), line)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"seed: 2020-13-01\n", "config/config.yaml: this is not valid YAML: month must be in 1..12"),
        (
            b"seed: \xe9\n",
            "config/config.yaml: this is not valid YAML: byte 0xe9 at 6 is not UTF-8; convert it",
        ),
        (
            b"study: {tasks: all\n",
            "config/config.yaml:2: this is not valid YAML: while parsing a flow mapping",
        ),
    ],
    ids=["date", "bytes", "brace"],
)
def test_a_file_of_the_project(project, content, line):
    file = project.folder / "config/config.yaml"
    before = file.read_bytes()
    file.write_bytes(content)
    try:
        refused(project.run(arguments=["-n"], check=False), line)
    finally:
        file.write_bytes(before)


def test_a_table(project):
    table = project.folder / "tables/wine.csv"
    before = table.read_bytes()
    table.write_bytes(before.replace(b"14.23", b"14\x0023", 1))
    try:
        overlay = project.overlay("on_missing: fail\n")
        refused(
            project.run(overlay, arguments=["resources/prepared/wine.parquet"], check=False),
            r"error: wine: no source works (file tables/wine.csv: column 'alcohol' (position 0) is not "
            r"numeric: it holds '14\x0023'; list it in",
        )
    finally:
        table.write_bytes(before)
