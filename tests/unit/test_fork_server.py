import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from remix import fork_server

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "workflow" / "scripts"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="jobs are forked on Linux only")
SERVER = """
from remix import fork_server
fork_server.PRELOADED = ()
fork_server.serve(fork_server._address())
"""
# As Snakemake writes scripts: what it gives to them comes before them.
JOB = """
import os, sys, time
from types import SimpleNamespace
from pathlib import Path
snakemake = SimpleNamespace(resources={resources}, log=["job.log"])
from remix import fork_server
def main(snakemake):
    Path("worker").write_text(str(os.getpid()))
{body}
if __name__ == "__main__":
    fork_server.run(main, snakemake, start={start})
"""


def wait_for(what):
    end = time.monotonic() + 30
    while not (found := what()):
        assert time.monotonic() < end, "nothing within 30 s"
        time.sleep(0.02)
    return found


class Run:
    """A run whose jobs ask for a server: its number is that of a process that does nothing."""

    def __init__(self, folder):
        self.folder = folder
        self.snakemake = subprocess.Popen(["sleep", "600"])
        self.env = os.environ | {"REMIX_RUN": str(self.snakemake.pid), "PYTHONPATH": str(ROOT)}
        place = folder.stat()
        self.address = f"\0remix-{os.getuid()}-{self.snakemake.pid}-{place.st_dev}-{place.st_ino}"
        self.server = None

    def serve(self):
        """Start a server that imports nothing beforehand."""
        self.server = subprocess.Popen([sys.executable, "-c", SERVER], cwd=self.folder, env=self.env)
        wait_for(self.listens)
        return self.server

    def listens(self):
        with socket.socket(socket.AF_UNIX) as connection:
            return connection.connect_ex(self.address) == 0

    def begin(self, body="", *, start=False, resources=None):
        """Start a job."""
        text = textwrap.indent(textwrap.dedent(body), "    ")
        script = self.folder / "job.py"
        script.write_text(JOB.format(body=text, start=start, resources=resources or {}))
        (self.folder / "worker").unlink(missing_ok=True)
        with (self.folder / "out").open("w") as out, (self.folder / "err").open("w") as err:
            return subprocess.Popen(
                [sys.executable, script], cwd=self.folder, env=self.env, stdout=out, stderr=err
            )

    def job(self, body="", **given):
        """Run a job to its end; gives what it printed, and its process."""
        return self.wait(self.begin(body, **given))

    def wait(self, process):
        status = process.wait(timeout=60)
        out, error = ((self.folder / name).read_text() for name in ("out", "err"))
        return SimpleNamespace(out=out, error=error, status=status, pid=process.pid)

    def worker(self):
        """Number of the process that does the work of the last job."""
        path = self.folder / "worker"
        return wait_for(lambda: path.exists() and path.read_text() and int(path.read_text()))

    def end(self):
        self.snakemake.kill()
        self.snakemake.wait()


@pytest.fixture
def run(tmp_path):
    run = Run(tmp_path)
    yield run
    run.end()
    if run.server:
        run.server.wait(timeout=10)


def test_the_work_is_done_in_a_fork_of_the_server(run):
    server = run.serve()
    job = run.job("print(os.getppid()); print('seen', file=sys.stderr); os.write(1, b'from-C\\n')")
    assert (job.status, job.error) == (0, "seen\n")
    assert set(job.out.split()) == {str(server.pid), "from-C"}
    assert run.worker() not in (job.pid, server.pid)
    # The next one has another process.
    first = run.worker()
    assert run.job().status == 0
    assert run.worker() != first


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ("sys.exit(3)", 3, ""),
        ("sys.exit('why')", 1, ""),
        ("raise ValueError('what is wrong')", 1, "ValueError: what is wrong\n"),
        ("sys.exit()", 0, ""),
        ("sys.exit(256)", 1, ""),
        ("sys.exit(-1)", 1, ""),
    ],
)
def test_how_the_fork_ended_is_passed_on(run, body, status, error):
    run.serve()
    job = run.job(body)
    assert job.status == status
    assert job.error.endswith(error)


def test_statuses_of_a_job_s_own_subprocesses_are_seen(run):
    """The server ignores the ends of its forks; they must not ignore those of what they start."""
    run.serve()
    job = run.job("import subprocess; print(subprocess.run(['false']).returncode)")
    assert job.out == "1\n"


def test_a_job_that_is_killed_takes_its_fork_with_it(run):
    run.serve()
    job = run.begin("time.sleep(600)")
    worker = psutil.Process(run.worker())
    job.send_signal(signal.SIGKILL)
    assert job.wait(timeout=10) == -signal.SIGKILL
    worker.wait(timeout=10)


def test_a_fork_that_is_killed_is_told_in_the_log(run):
    run.serve()
    (run.folder / "job.log").write_text("epoch 3\n")
    job = run.begin("time.sleep(600)")
    os.kill(run.worker(), signal.SIGKILL)
    job = run.wait(job)
    assert job.status == 1
    assert job.error.startswith("error: the process of this job was killed")
    assert job.error.count("\n") == 1
    assert (run.folder / "job.log").read_text() == f"epoch 3\n{job.error}"


def test_a_server_that_is_killed_disturbs_no_job_and_is_replaced(run):
    first = run.serve()
    job = run.begin("time.sleep(1)")
    run.worker()
    first.kill()
    first.wait()
    assert job.wait(timeout=10) == 0
    assert run.job("print(os.getpid())").out == f"{run.worker()}\n"
    second = run.serve()
    assert run.job("print(os.getppid())").out == f"{second.pid}\n"


def test_a_second_server_leaves_the_field_to_the_first(run):
    first = run.serve()
    second = subprocess.run(
        [sys.executable, "-c", SERVER], cwd=run.folder, env=run.env, check=False, timeout=30
    )
    assert second.returncode == 0
    assert run.job("print(os.getppid())").out == f"{first.pid}\n"


def test_the_server_ends_with_the_run(run):
    server = run.serve()
    run.end()
    assert server.wait(timeout=10) == 0
    assert not run.listens()


def test_a_job_starts_a_server_that_has_imported_tensorflow_and_outlives_it(run):
    job = run.job("print(os.getppid(), 'tensorflow' in sys.modules)", start=True)
    assert job.status == 0, job.error
    parent, imported = job.out.split()
    assert imported == "True"
    server = psutil.Process(int(parent))
    assert "remix.fork_server" in server.cmdline()
    assert run.job("print(os.getppid())").out == f"{parent}\n"
    run.end()
    server.wait(timeout=10)
    assert not run.listens()


@pytest.mark.parametrize("without", ["server", "run"])
def test_where_there_is_no_server_a_job_works_by_itself(run, without):
    if without == "run":
        del run.env["REMIX_RUN"]
    job = run.job("print(os.getpid()); sys.exit(3)", start=without != "server")
    assert (job.status, job.out) == (3, f"{job.pid}\n")


def test_jobs_with_a_gpu_are_not_forked(run):
    run.serve()
    job = run.job("print(os.getpid())", resources={"gpu": 1}, start=True)
    assert job.out == f"{job.pid}\n"


def test_a_server_that_breaks_off_is_done_without(run):
    """It may not be able to import what it should; the job itself tells of what is wrong."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(run.address)
        listener.listen()
        job = run.begin("print(os.getpid())")
        listener.accept()[0].close()
        assert run.wait(job).out == f"{job.pid}\n"


@pytest.mark.skipif(os.getuid() != 0, reason="to be another user takes root")
def test_another_user_can_neither_ask_the_server_nor_be_it(run):
    """Its name is no file, which only its owner could open."""
    server = run.serve()
    script = run.folder / "attack.py"
    script.write_text("from pathlib import Path\ndef main(_): Path('attacked').touch()\nsnakemake = None\n")
    asking = f"""
import os, socket
os.setuid(65534)
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect({run.address!r})
    try:
        socket.send_fds(connection, [{str(script)!r}.encode()], [0, 1, 2])
        print(connection.recv(1))
    except OSError:
        print(b"")
"""
    answer = subprocess.run([sys.executable, "-c", asking], capture_output=True, text=True, check=True).stdout
    assert answer == "b''\n"
    assert run.job("print(os.getppid())").out == f"{server.pid}\n"
    assert not (run.folder / "attacked").exists()

    server.kill()
    server.wait()
    answering = f"""
import os, socket
os.setuid(65534)
with socket.socket(socket.AF_UNIX) as listener:
    listener.bind({run.address!r})
    listener.listen()
    print("listens", flush=True)
    connection, _ = listener.accept()
    print(connection.recv(1000), flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", answering], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "listens\n"
        job = run.job("print(os.getpid())")
        assert job.out == f"{job.pid}\n"
        assert other.stdout.readline() == "b''\n"


@pytest.mark.parametrize("name", fork_server.PRELOADED)
def test_what_is_imported_beforehand_is_there(name):
    """Without it every job would work by itself, slowly, and nobody would be told."""
    assert find_spec(name)


FORKED = [path for path in SCRIPTS.glob("*.py") if "fork_server.run(main, snakemake" in path.read_text()]


@pytest.mark.parametrize("script", FORKED, ids=lambda path: path.stem)
def test_scripts_import_nothing_that_only_the_fork_needs(script):
    """The process that waits for the fork would spend on it what the fork saves."""
    program = f"import runpy, sys; runpy.run_path({str(script)!r}); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"numpy", "pandas", "sklearn", "tensorflow"}.isdisjoint(loaded)


def test_the_jobs_that_run_by_the_hundred_are_forked():
    assert {"train", "score", "calibrate"} <= {path.stem for path in FORKED}
