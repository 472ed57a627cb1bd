"""What README and docs/extending.md say is run: their examples, the job counts, the commands."""

import os
import re
import shlex
import subprocess
import sys

import pandas as pd
import pytest
from study_project import ROOT, jobs_in, wanted

pytestmark = pytest.mark.workflow

README, EXTENDING = ((ROOT / name).read_text() for name in ("README.md", "docs/extending.md"))
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README + EXTENDING, re.M | re.S)


def overlays():
    found = {}
    for language, text in BLOCKS:
        name = re.match(r"# (\S+\.yaml)\n", text)
        if language == "yaml" and name:
            found[name.group(1)] = text
    return found


def commands():
    """Each of Snakemake's commands there: its arguments and the number of trainings it promises."""
    found = []
    for language, text in BLOCKS:
        for line in text.splitlines():
            if language == "bash" and line.startswith("snakemake"):
                command, _, comment = line.partition("#")
                promised = re.match(r" (\d+) more trainings", comment)
                found.append((shlex.split(command)[1:], int(promised.group(1)) if promised else None))
    return found


def make_table(project):
    """Run the README's own line that makes a table."""
    (line,) = {text for language, text in BLOCKS if language == "bash" and text.startswith("python -c")}
    program = shlex.split(line)
    subprocess.run([sys.executable, *program[1:]], cwd=project.folder, check=True)


def write_examples(project):
    for name, text in overlays().items():
        project.overlay(text, name)
    make_table(project)


def test_the_readme_has_an_example_of_each_kind():
    assert {"more-ratios.yaml", "more-methods.yaml", "my-data.yaml"} <= set(overlays())
    assert sum(promised is not None for _, promised in commands()) == 3


def test_every_command_plans_what_it_promises(project):
    write_examples(project)
    before = count_wanted()
    for arguments, promised in commands():
        arguments = [a.replace("/path/to/data", "data") for a in arguments]
        assert jobs_in(project.snakemake("-n", *arguments).stdout)
        if promised is not None:
            (overlay,) = arguments[arguments.index("--configfile") + 1 :]
            assert count_wanted(project.folder / overlay) - before == promised, arguments


def test_the_table_is_described_and_trained_alone(project):
    """The two commands for a table of one's own: the second wants five trainings, and no other table's."""
    make_table(project)
    (line,) = [line for _, text in BLOCKS for line in text.splitlines() if " describe " in line]
    command, _, overlay = line.partition(" > ")
    done = subprocess.run(
        [sys.executable, *shlex.split(command)[1:]],
        cwd=project.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    path = project.folder / overlay
    path.write_text(done.stdout)
    assert f'ARGS="--configfile {overlay}"' in README
    assert "train" in jobs_in(project.snakemake("-n", "--configfile", path).stdout)
    assert count_wanted(path) == 5


def count_wanted(*overlays):
    """How many trainings the study wants, beside those of its sweep."""
    return sum("study" in runs for runs in wanted(*overlays))


def test_the_examples_of_a_dataset_and_of_methods_run(project):
    write_examples(project)
    methods = ["baseline", "remix_dataset", "smote_mixup"]
    quick = {
        "study": {"tasks": ["cancer"], "methods": methods, "irs": [0.1]},
        "protocol": {"epochs": 2, "repeats": 1},
    }
    quick = project.overlay(quick, "quick.yaml")
    path = "results/scores/cancer/0.1.csv"
    project.snakemake("--cores", 2, path, "--configfile", "my-data.yaml", "more-methods.yaml", quick)
    scores = pd.read_csv(project.folder / path)
    assert list(scores["method"].unique()) == methods


def cells_of(text):
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_the_table_is_that_of_the_reference_run():
    reference = (ROOT / "results/reference/tables/rank_sums.md").read_text()
    methods = ["Baseline", "Cost Adjusted", "SMOTE", "MixUp", "ReMix"]
    # The first of its tables: those on images are below.
    expected = [row for row in cells_of(reference) if row[0] in methods][: len(methods)]
    shown = [row for row in cells_of(README) if row[0] in methods]
    assert [row[0] for row in shown] == methods
    assert shown == expected


def test_files_that_the_readme_names_exist():
    for name in re.findall(r"`((?:config|remix|results/reference)/[\w./]*|[A-Z]+\.\w+)`", README):
        assert (ROOT / name).exists(), name


def test_make_knows_the_two_commands():
    for target in ("study", "test"):
        subprocess.run(["make", "-n", target], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
