"""A SLURM of one node on loopback: its daemons' settings, states and sockets lie in one folder."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scancel", "rsync", "setpriv")
PACKAGES = ("slurm-wlm", "munge", "rsync")
# Debian's slurmd checks a node for the hardware that it is said to have, unless the settings override it: the
# profile may then ask for more processors than a small machine has.
CONFIG = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=1
GresTypes=gpu
ReturnToService=2
KillWait=2
MinJobAge=1200
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=32000 Gres=gpu:1 State=UNKNOWN
PartitionName=standard Nodes={host} Default=YES MaxTime=INFINITE State=UP
PartitionName=other Nodes={host} MaxTime=INFINITE State=UP
"""


@dataclass
class SlurmNode:
    """A running SLURM."""

    folder: Path

    @property
    def variables(self):
        """What its commands need in their environment."""
        return {
            "SLURM_CONF": str(self.folder / "slurm.conf"),
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
        }

    def ask(self, *command):
        """Run one of SLURM's commands; gives what it printed."""
        return subprocess.run(
            command, env=os.environ | self.variables, capture_output=True, text=True, timeout=60, check=True
        ).stdout

    def jobs(self):
        """All jobs so far, by number: what SLURM knows of each."""
        lines = self.ask("scontrol", "show", "job", "-o").splitlines()
        found = [dict(part.split("=", 1) for part in line.split() if "=" in part) for line in lines]
        return {job["JobId"]: job for job in found if "JobId" in job}


def why_not():
    """Install SLURM, munge and rsync where they are not; gives why that cannot be done, if so."""
    if os.getuid() != 0:
        return "starting SLURM's daemons takes root"
    if all(map(shutil.which, PROGRAMS)):
        return None
    if shutil.which("apt-get") is None:
        return f"not all of {', '.join(PROGRAMS)} are here, and no apt-get to install them with"
    # In runlevel 1, packages do not start the daemons that they bring.
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *PACKAGES]):
        done = subprocess.run(
            ["apt-get", "--quiet", *command],
            env=os.environ | quiet,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            return f"apt-get {command[0]} failed: {done.stdout.strip().splitlines()[-1]}"
    return None


@contextlib.contextmanager
def slurm_node():
    """Start a SLURM of one node, and stop it and what runs on it in the end."""
    # Not pytest's folder: the path of a socket has at most 108 characters.
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    host = socket.gethostname().split(".")[0]
    controller_port, node_port = free_ports(2)
    (folder / "slurm.conf").write_text(
        CONFIG.format(folder=folder, host=host, controller_port=controller_port, node_port=node_port)
    )
    # A GPU is any file that SLURM can hand out.
    (folder / "gres.conf").write_text(f"NodeName={host} Name=gpu File=/dev/null\n")
    (folder / "munge.key").write_bytes(os.urandom(128))
    (folder / "munge.key").chmod(0o600)
    for name in ("state", "spool", "bin"):
        (folder / name).mkdir()
    # The plug-in takes all of SLURM's variables from the srun within a job, this one among them.
    srun = folder / "bin" / "srun"
    srun.write_text(f'#!/bin/sh\nSLURM_CONF={folder}/slurm.conf exec {shutil.which("srun")} "$@"\n')
    srun.chmod(0o755)
    node = SlurmNode(folder)
    with contextlib.ExitStack() as stack:
        stack.enter_context(termination_as_interruption())
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(kill_what_is_left, folder)
        stack.enter_context(
            daemon(
                folder, "munged", "--foreground", "--force",
                f"--socket={folder}/munge.socket", f"--key-file={folder}/munge.key",
                f"--pid-file={folder}/munged.pid", f"--seed-file={folder}/munge.seed",
                f"--log-file={folder}/munged.log",
            )
        )  # fmt: skip
        stack.enter_context(daemon(folder, "slurmctld", "-D", "-i", "-f", str(folder / "slurm.conf")))
        stack.enter_context(daemon(folder, "slurmd", "-D", "-N", host, "-f", str(folder / "slurm.conf")))
        stack.callback(cancel_all, node)
        wait_for(lambda: node.ask("sinfo", "--noheader", "--format=%T").split()[0] == "idle", node)
        yield node


def free_ports(count):
    """Ports that nothing listens on."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@contextlib.contextmanager
def termination_as_interruption():
    """Let SIGTERM end the tests as Ctrl-C does, so that what they started is stopped."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def daemon(folder, *command):
    """A daemon in the foreground of a process of its own, stopped by its pid.

    Ctrl-C in a terminal does not reach it, for jobs are to be cancelled before it ends; when the tests are
    killed, it ends with them.
    """
    with (folder / f"{command[0]}.out").open("w") as out:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *command],
            start_new_session=True,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=os.environ | {"SLURM_CONF": str(folder / "slurm.conf")},
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def cancel_all(node):
    """Let nothing run on when the daemons stop."""
    with contextlib.suppress(subprocess.SubprocessError, TimeoutError):
        node.ask("scancel", "--user=root")
        wait_for(lambda: not node.ask("squeue", "--noheader"), node, seconds=20)


def kill_what_is_left(folder):
    """Kill what still runs for this SLURM, by pid: all that it starts has its settings in the environment."""
    mark = f"SLURM_CONF={folder}/slurm.conf".encode()
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark in path.read_bytes().split(b"\0"):
                os.kill(int(path.parent.name), signal.SIGKILL)


def wait_for(what, node, seconds=60):
    """Ask until something is so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(subprocess.SubprocessError, IndexError):
            if what():
                return
        time.sleep(0.5)
    logs = "\n".join(path.read_text()[-1500:] for path in node.folder.glob("*.log"))
    raise TimeoutError(f"SLURM: nothing within {seconds} s.\n{logs}")
