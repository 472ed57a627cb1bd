"""Faults that are injected for real, and the plain rerun that must mend what they left."""

import contextlib
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
from study_project import Project, make_project

from remix.errors import ResultError
from remix.study import predictions, validation
from remix.study.reading import INDEX
from remix.study.running.parquet import read_parquet
from remix.study.store import path_of, read_cell, read_training, stored

# One cell and one method: every stage from fetching to Table 2 runs, in a quarter of a minute of one core.
SMALL = {"study": {"tasks": ["wine"], "methods": ["baseline"]}}
# More than one training to a cell, which share a job.
SEVERAL = {"study": {"tasks": ["wine"], "methods": ["baseline", "smote", "remix"]}}
TABLES = ["results/tables/scores.csv", "results/tables/rank_sums.csv"]
TARGETS = [*TABLES, "trained"]
STARTED = []  # in the background
CONFIGS = ["--configfile", "study.yaml", "small.yaml"]


class Tally:
    """What was injected, and after what a plain rerun gave the bytes of an undisturbed run."""

    def __init__(self):
        self.faults = Counter()
        self.survivors = Counter()

    @contextlib.contextmanager
    def round(self, name):
        """A fault, or several at once, that the body injects and survives; it fails otherwise."""
        self.faults[name] += 1
        yield
        self.survivors[name] += 1

    def lines(self):
        """A table for people."""
        for name in sorted(self.faults):
            yield f"{self.survivors[name]} of {self.faults[name]} survived: {name}"
        injected, survived = self.faults.total(), self.survivors.total()
        yield f"faults injected: {injected}, survivors: {survived}, losses: {injected - survived}"


def small_project(folder, overlay=SMALL):
    """A project whose study is small; ``small.yaml`` says what it is."""
    project = make_project(Path(folder) / "project")
    project.overlay(overlay, "small.yaml")
    return project


def copy_of(project: Project, folder):
    """A copy of a project and of what it has made, as old as the original."""
    shutil.copytree(project.folder, Path(folder) / "project", symlinks=True)
    return Project(Path(folder) / "project")


def run(project: Project, *arguments, targets=TARGETS, cores=1, check=True):
    """Run the study as a user does; gives what it printed and its exit status."""
    return project.snakemake("--cores", cores, *arguments, *CONFIGS, "--", *targets, check=check)


def plain_rerun(project: Project):
    """The same command again; where it says that the folder is locked, after doing what it says."""
    result = run(project, check=False)
    if "Directory cannot be locked" in result.stdout:
        assert "--unlock" in result.stdout
        project.snakemake("--unlock")
        result = run(project, check=False)
    assert result.returncode == 0, result.stdout[-6000:]
    return result


def started(project: Project, *arguments, targets=TARGETS, cores=1):
    """Snakemake in the background; what it prints goes to ``printed.txt``."""
    with (project.folder / "printed.txt").open("w") as printed:
        process = subprocess.Popen(
            [sys.executable, "-m", "snakemake", "--cores", str(cores), *arguments, *CONFIGS, "--", *targets],
            cwd=project.folder,
            env=os.environ | {"PYTHONPATH": ""},
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
    STARTED.append(process)
    return process


def end_all():
    """End what a failed test left running."""
    while STARTED:
        process = STARTED.pop()
        if process.poll() is None:
            kill(process)


def jobs_of(process, script=""):
    """Processes of the scripts that a running Snakemake has started; those of one rule if it is given."""
    found = []
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if any(part.endswith(f"{script}.py") and "snakemake" in part for part in child.cmdline()):
                    found.append(child)
    return found


def wait_until(what, process, seconds=120):
    """Wait until something is so while a process runs; gives it, or None if the process ended before."""
    end = time.monotonic() + seconds
    while process.poll() is None:
        if found := what():
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"nothing within {seconds} s")
        time.sleep(0.02)
    return None


def kill(process):
    """SIGKILL Snakemake: what it has started is not told. Its children must end by themselves."""
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    gone, alive = psutil.wait_procs(children, timeout=30)
    for child in alive:
        child.kill()
    assert not alive, "jobs outlive the Snakemake that was killed"
    return gone


def values(read, *arguments):
    """All values of frames that are read, and their types, as bytes; or why they are not read."""
    try:
        frames = read(*arguments)
    except ResultError as error:
        return str(error)
    return b"\n".join(
        f"{name} {column.dtype} ".encode()
        + (repr(list(column)).encode() if column.dtype == object else column.to_numpy().tobytes())
        for frame in (frames if isinstance(frames, tuple) else [frames])
        for name, column in frame.items()
    )


def kept(project: Project):
    """Values of all trainings that are kept, by the names of their files, wanted or not."""
    folder = project.folder / "results"
    return {str(path.relative_to(folder)): values(read_training, path) for path in stored(folder)}


def results(project: Project):
    """Trainings and tables that are there; of tables, byte for byte, those that every run of this makes.

    Trainings value for value: as ``cells/…`` those that the lists of cells name, and as ``predictions/…`` and
    ``validation/…`` what is read by name.
    """
    folder = project.folder / "results"
    found = {}
    for path in folder.glob("cells/*/*/*.json"):
        task, ir = path.parts[-3:-1]
        for entry in read_cell([path]):
            read = values(read_training, path_of(folder, task, ir, entry.training))
            found |= {f"cells/{task}/{ir}/{use.run}/{use.method}": read for use in entry.uses}
    if (folder / INDEX).exists():
        for use in read_parquet(folder / INDEX).itertuples():
            name, key = f"{use.task}/{use.ir}/{use.run}/{use.method}", (use.task, use.ir, use.method, use.run)
            for read in (predictions, validation):
                found[f"{read.__name__}/{name}"] = values(read, *key, folder)
    paths = [project.folder / table for table in TABLES]
    return found | {str(path.relative_to(folder)): path.read_bytes() for path in paths if path.exists()}


def differences(project: Project, expected):
    """Names of trainings and tables that are not as expected, or that lack."""
    found = results(project)
    return sorted(name for name in expected | found if expected.get(name) != found.get(name))


def part_of(found, expected):
    """Whether all that is found is as expected; not all that is expected need be there."""
    return all(expected.get(name) == content for name, content in found.items())


def leftovers(project: Project):
    """Unfinished files that lie beside results."""
    return [path for path in (project.folder / "results").rglob(".*") if path.is_file()]


def flip(path: Path, seed, count=1):
    """Flip some bits of a file."""
    content = bytearray(path.read_bytes())
    for bit in random.Random(seed).sample(range(8 * len(content)), count):
        content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)


def why_no_mounts(folder):
    """Why no file system can be mounted here; None if one can."""
    if os.getuid() != 0:
        return "mounting a small disk takes root"
    try:
        with mounted("-t", "tmpfs", "-o", "size=64k", "tmpfs", folder):
            return None
    except subprocess.CalledProcessError as error:
        return f"no small disk can be mounted here: {error.stderr.strip()}"


@contextlib.contextmanager
def mounted(*arguments):
    """Mount something on the folder that is the last argument, as long as the body runs."""
    folder = Path(arguments[-1])
    folder.mkdir(parents=True, exist_ok=True)
    mount(*arguments)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True, capture_output=True, text=True)


def mount(*arguments):
    subprocess.run(["mount", *map(str, arguments)], check=True, capture_output=True, text=True)
