"""What a user sees of bad input: the error of what is fuzzed, in one line, and exit status 1."""

import pytest
from study_project import make_project

pytestmark = pytest.mark.fuzz


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path / "project")


def refused(result, line):
    assert result.returncode == 1
    assert "Traceback" not in result.stdout
    assert sum(line in told for told in result.stdout.splitlines()) == 1, result.stdout[-3000:]


def test_a_file_of_the_project(project):
    """Of which Snakemake, that reads it before the study is checked, says neither name nor line."""
    (project.folder / "config/config.yaml").write_bytes(b"study: {tasks: all\n")
    line = "config/config.yaml:2: this is not valid YAML: while parsing a flow mapping"
    refused(project.run(arguments=["-n"], check=False), line)


def test_a_table(project):
    table = project.folder / "tables/wine.csv"
    table.write_bytes(table.read_bytes().replace(b"14.23", b"14\x0023", 1))
    overlay = project.overlay("on_missing: fail\n")
    refused(
        project.run(overlay, arguments=["resources/prepared/wine.parquet"], check=False),
        r"error: wine: no source works (file tables/wine.csv: column 'alcohol' (position 0) is not "
        r"numeric: it holds '14\x0023'; list it in",
    )
