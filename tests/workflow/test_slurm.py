"""The study on a real SLURM, of one node, through the profiles: `make test-slurm`."""

import contextlib
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from faults import values
from slurm_node import slurm_node, wait_for, why_not
from study_project import Project, make_project

from remix.study.store import read_training, stored

pytestmark = pytest.mark.slurm

# As much as config/smoke.yaml, on data that needs no network. Trainings last seconds: one is to be cancelled.
SMOKE = {
    "study": {"tasks": ["breast_cancer", "wine"], "methods": ["baseline", "smote", "remix"]},
    "protocol": {"epochs": 60},
}
PROFILE = "profiles/slurm/config.yaml"
# What the tests did, for the line at their end.
COUNTS = Counter()


@pytest.fixture(scope="module")
def node(request):
    pytest.importorskip("snakemake_executor_plugin_slurm", reason="the extra `cluster` is not installed")
    reason = why_not()
    if reason:
        pytest.skip(reason)
    with slurm_node() as running:
        yield running
        line = tally(running.jobs().values())
        with request.config.pluginmanager.get_plugin("capturemanager").global_and_fixture_disabled():
            print(f"\n{line}")


def tally(jobs):
    """One line: what was submitted and compared, and what of it was lost."""
    states = Counter(job["JobState"] for job in jobs)
    lost = {
        "jobs cancelled and not repeated": COUNTS["cancelled"] - COUNTS["repeated"],
        "results that differ": COUNTS["different"],
        "jobs that ended otherwise": states.total() - states["COMPLETED"] - COUNTS["cancelled"],
    }
    losses = ", ".join(f"{n} {what}" for what, n in lost.items())
    return (
        f"{states.total()} jobs submitted, {states['COMPLETED']} completed, {COUNTS['cancelled']} cancelled, "
        f"{COUNTS['repeated']} repeated; {COUNTS['results']} tables and trainings, {COUNTS['bytes']:,} "
        f"bytes, compared with a local run; losses: {sum(lost.values())} ({losses})"
    )


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """The same study without a cluster."""
    project = smoke_project(tmp_path_factory.mktemp("local"))
    project.run("smoke.yaml", arguments=["tables"])
    return project


def smoke_project(folder):
    project = make_project(Path(folder) / "project")
    project.overlay(SMOKE, "smoke.yaml")
    return project


def command(*targets):
    """Arguments of Snakemake; jobs this short are asked for sooner than the profile does."""
    asking = ["--slurm-init-seconds-before-status-checks", "2"]
    configs = ["--configfile", "study.yaml", "smoke.yaml"]
    return ["--profile", "profiles/slurm", *asking, *configs, "--", *targets]


def results(project: Project):
    """Tables, byte for byte, and trainings, value for value."""
    folder = project.folder / "results"
    tables = {path: path.read_bytes() for path in folder.glob("tables/*") if path.suffix != ".html"}
    trainings = {path: values(read_training, path) for path in stored(folder)}
    return {str(path.relative_to(folder)): content for path, content in (tables | trainings).items()}


def different(found, expected):
    """Names of what is not the same."""
    COUNTS["results"] += len(expected)
    COUNTS["bytes"] += sum(map(len, expected.values()))
    names = {name for name in found | expected if found.get(name) != expected.get(name)}
    COUNTS["different"] += len(names)
    return names


def started(node, before=()):
    """What ran on the node, by what is in it: of each job what SLURM knows."""
    return [
        (job["Comment"].removeprefix("rule_").split("_")[0], job)
        for number, job in sorted(node.jobs().items(), key=lambda item: int(item[0]))
        if number not in before
    ]


def test_the_study_on_slurm_gives_the_tables_of_a_local_run(node, local, tmp_path):
    before = node.jobs()
    project = smoke_project(tmp_path)
    project.snakemake(
        *command("tables", "results/demonstrations/rings_points.parquet"), variables=node.variables
    )
    expected = results(local)
    assert different(results(project), expected) == set()
    assert len([name for name in expected if name.endswith(".parquet")]) == 6
    assert len([name for name in expected if name.endswith(".csv")]) >= 15
    jobs = started(node, before)
    # Of two datasets and two cells; all tables are local.
    assert Counter(name for name, _ in jobs) == {
        "prepare": 2, "variant": 2, "train": 2, "evaluate": 2, "demonstrate": 1
    }  # fmt: skip
    asked = {
        name: (job["JobState"], job["Partition"], job["TimeLimit"], job["TRES"].split(",node=")[0])
        for name, job in jobs
    }
    assert asked == {
        "prepare": ("COMPLETED", "standard", "00:10:00", "cpu=1,mem=4000M"),
        "variant": ("COMPLETED", "standard", "00:02:00", "cpu=1,mem=4000M"),
        "train": ("COMPLETED", "standard", "02:00:00", "cpu=1,mem=2500M"),
        "evaluate": ("COMPLETED", "standard", "00:10:00", "cpu=1,mem=2000M"),
        "demonstrate": ("COMPLETED", "standard", "00:10:00", "cpu=1,mem=1500M"),
    }


def test_a_cancelled_job_is_repeated_with_more_memory_and_goes_on(node, local, tmp_path):
    """It goes on after the last training that was kept."""
    before = node.jobs()
    project = smoke_project(tmp_path)
    fill_in(project.folder / PROFILE, "# slurm_partition: standard", "slurm_partition: other")
    # There is one GPU: the cells are trained one after the other.
    fill_in(project.folder / PROFILE, "runtime: 120 * attempt}", "runtime: 120 * attempt, gpu: 1}")

    def dates():
        """When each training was kept."""
        return {path: path.stat().st_mtime_ns for path in stored(project.folder / "results")}

    def running():
        """The job that trains, once it has kept the first of its trainings."""
        jobs = [job["JobId"] for name, job in started(node, before) if name == "train" and is_running(job)]
        return jobs if dates() else []

    table = "results/tables/scores.csv"
    with in_background(project, command(table), node, tmp_path / "printed.txt") as run:
        wait_for(running, node, seconds=400)
        (cancelled,) = running()
        node.ask("scancel", cancelled)
        COUNTS["cancelled"] += 1
        wait_for(lambda: not is_running(node.jobs()[cancelled]), node)
        kept = dates()
        status = run.wait(timeout=600)
    printed = (tmp_path / "printed.txt").read_text()
    assert status == 0, printed[-6000:]
    assert f"JOB {cancelled} ON" in printed
    assert "CANCELLED" in printed
    assert "Trying to restart job" in printed
    jobs = [job for name, job in started(node, before) if name == "train"]
    assert sorted(job["JobState"] for job in jobs) == ["CANCELLED", "COMPLETED", "COMPLETED"]
    first = node.jobs()[cancelled]
    (second,) = [job for job in jobs if job["Comment"] == first["Comment"] and job["JobId"] != first["JobId"]]
    COUNTS["repeated"] += 1
    assert "mem=2500M" in first["TRES"]
    assert first["TimeLimit"] == "02:00:00"
    assert "mem=5000M" in second["TRES"]
    assert second["TresPerJob"] == "gres:gpu:1"
    assert second["TimeLimit"] == "04:00:00"
    assert second["Partition"] == "other"
    # Of three trainings the cell had one or two.
    (cell,) = {path.parent.relative_to(project.folder / "results/trainings") for path in kept}
    log = (project.folder / f"logs/train/{cell}/1.log").read_text()
    there = re.search(r"3 trainings are wanted, (\d) of them are there", log)
    assert 1 <= len(kept) <= int(there[1]) < 3
    assert log.count("kept as") == 3 - int(there[1])
    assert kept.items() <= dates().items()
    found, expected = (
        {name: content for name, content in results(which).items() if is_compared(name, table)}
        for which in (project, local)
    )
    assert len(expected) == 7
    assert different(found, expected) == set()


def is_running(job):
    return job["JobState"] in ("RUNNING", "COMPLETING")


def is_compared(name, table):
    """Whether a run that was asked for one table makes it."""
    return name.startswith("trainings/") or f"results/{name}" == table


def test_slurms_own_commands_prepare_the_same_data(node, local, tmp_path):
    project = smoke_project(tmp_path)
    before = node.jobs()
    variant = "resources/variants/wine/0.25.parquet"
    # Jobs of another executor find the environment's Python on PATH.
    path = f"{Path(sys.executable).parent}:{node.variables['PATH']}"
    project.snakemake(
        *["--profile", "profiles/cluster-generic", "--configfile", "study.yaml", "smoke.yaml", "--", variant],
        variables=node.variables | {"PATH": path},
    )
    found, expected = ({variant: (where.folder / variant).read_bytes()} for where in (project, local))
    assert different(found, expected) == set()
    states = [job["JobState"] for number, job in node.jobs().items() if number not in before]
    assert states
    assert set(states) == {"COMPLETED"}


@contextlib.contextmanager
def in_background(project, arguments, node, printed):
    """Snakemake, while something else is done; asked to end, it cancels its jobs."""
    with printed.open("w") as out:
        run = subprocess.Popen(
            [sys.executable, "-m", "snakemake", *arguments],
            cwd=project.folder,
            env=os.environ | {"PYTHONPATH": ""} | node.variables,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            yield run
        finally:
            if run.poll() is None:
                run.terminate()
                run.wait(timeout=60)


def fill_in(path, old, new):
    """Change the profile as its comments say."""
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
