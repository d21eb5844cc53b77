"""A Slurm cluster of its own on loopback: munged, slurmctld and a slurmd for each node, started and stopped by tests.

No systemd, no cgroups, no accounting; nothing outside of one folder is read or written. The daemons stay children of
the tests' process and end with it, however it ends.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "scontrol", "squeue", "scancel", "setpriv")
INSTALL = "apt-get install -y --no-install-recommends slurmctld slurmd slurm-client munge"
SBIN = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"])

CONFIG = """\
ClusterName=tests
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge.socket
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2,sched_min_interval=0,batch_sched_delay=0
ReturnToService=1
JobRequeue=1
KillWait=2
MinJobAge=300
SlurmctldTimeout=15
SlurmdTimeout=60
PropagateResourceLimits=NONE
RebootProgram=/bin/false
MaxArraySize={max_array_size}
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE DefaultTime=60 State=UP LLN=YES PriorityTier=1
PartitionName=urgent Nodes=ALL MaxTime=INFINITE DefaultTime=60 State=UP PriorityTier=2
"""
NODE = "NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs={cpus} RealMemory=1000 State=UNKNOWN\n"


class Cluster:
    """Use it as a context manager; the daemons run inside.

    Parameters
    ----------
    folder : Path
        For everything the daemons write. Its path must be short: a socket's holds 107 bytes.
    n_nodes, cpus : int
        Nodes, n1, n2, …, and the slots that each pretends to have.
    max_array_size : int
        Slurm's MaxArraySize: the largest index is one less.
    """

    def __init__(self, folder, *, n_nodes=2, cpus=16, max_array_size=1001):
        self.folder = folder
        self.nodes = {f"n{i + 1}": port for i, port in enumerate(free_ports(n_nodes + 1)[1:])}
        self.environment = {**os.environ, "PATH": SBIN, "SLURM_CONF": str(folder / "slurm.conf"), "LC_ALL": "C.UTF-8"}
        self._daemons = {}
        self._settings = {"cpus": cpus, "max_array_size": max_array_size, "port": free_ports(1)[0]}

    def __enter__(self):
        try:
            self._write_config()
            self.start("munged")
            until((self.folder / "munge.socket").exists, 10, "munged")
            self.start("slurmctld")
            until(lambda: "UP" in self.run("scontrol", "ping", check=False), 20, "slurmctld")
            for node in self.nodes:
                self.start(node)
            until(self.nodes_up, 20, "the nodes")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def run(self, *command, check=True, **options):
        """Run a client of Slurm; return what it prints."""
        done = subprocess.run(
            list(map(str, command)),
            check=False,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            **options,
        )
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr}")
        return done.stdout

    def start(self, name):
        """Start a daemon: munged, slurmctld, or the slurmd of a node."""
        folder = self.folder
        secret = ["--key-file", folder / "munge.key", "--seed-file", folder / "munge.seed"]
        files = ["--socket", folder / "munge.socket", "--pid-file", folder / "munge.pid"]
        command = {
            "munged": ["munged", "--foreground", *secret, *files],
            "slurmctld": ["slurmctld", "-D"],
        }.get(name, ["slurmd", "-D", "-N", name])
        # The daemons bind to what their host name resolves to, which must be loopback.
        renamed = (
            [] if _resolves_to_loopback() else ["unshare", "-u", "sh", "-c", 'hostname localhost; exec "$@"', "sh"]
        )
        with (folder / f"{name}.out").open("ab") as out:
            self._daemons[name] = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *renamed, *map(str, command)],
                env=self.environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def kill(self, name):
        """End a daemon by kill -9, as a power cut would."""
        daemon = self._daemons.pop(name)
        daemon.kill()
        daemon.wait()

    def wait_until_saved(self, job):
        """Wait until slurmctld has written down what it knows now; a change of any job makes it do so soon."""
        saved, now = self.folder / "state" / "job_state", time.time()
        self.run("scontrol", "update", f"JobId={job}", "Nice=0")
        until(lambda: saved.exists() and saved.stat().st_mtime > now, 60, "slurmctld's state on disk")

    def nodes_up(self):
        """Whether all nodes can take jobs."""
        states = self.run("sinfo", "-h", "-N", "-p", "main", "-o", "%N %t", check=False).split("\n")
        return sum(line.split()[-1:] in (["idle"], ["mix"], ["alloc"]) for line in states) == len(self.nodes)

    def runs_on(self, node):
        """The sockets of jobs that run on a node, whether or not its slurmd does."""
        return [*(self.folder / "spool" / node).glob(f"{node}_*")]

    def queue(self, form="%i"):
        """What squeue shows, an element a line."""
        return self.run("squeue", "-h", "-r", "-o", form).splitlines()

    def stop(self):
        """End all jobs and daemons; nothing needs saving, so kill them."""
        for name in list(self._daemons):
            if name != "munged":
                self.kill(name)
        for _ in range(2):  # what a dying process has just started is found the second time
            for pid in self._left_behind():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        if "munged" in self._daemons:
            self.kill("munged")

    def _left_behind(self):
        """Processes of jobs, and slurmstepd above them, which outlive slurmd: known by their environment."""
        ours = f"SLURM_CONF={self.environment['SLURM_CONF']}".encode()
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                variables = (process / "environ").read_bytes().split(b"\0")
                stepd = (process / "cmdline").read_bytes().startswith(b"slurmstepd")
                if ours in variables and (stepd or any(v.startswith(b"SLURMD_NODENAME=") for v in variables)):
                    yield int(process.name)

    def _write_config(self):
        folder, user = self.folder, subprocess.check_output(["id", "-un"], text=True).strip()
        for part in ("state", "spool", *(f"spool/{node}" for node in self.nodes)):
            (folder / part).mkdir()
        folder.chmod(0o755)
        (folder / "munge.key").write_bytes(os.urandom(128))
        (folder / "munge.key").chmod(0o400)
        host = socket.gethostname().split(".")[0] if _resolves_to_loopback() else "localhost"
        nodes = [NODE.format(name=n, port=port, host=host, **self._pick("cpus")) for n, port in self.nodes.items()]
        config, partitions = CONFIG.format(folder=folder, user=user, **self._settings).split("PartitionName", 1)
        (folder / "slurm.conf").write_text(f"{config}{''.join(nodes)}PartitionName{partitions}", encoding="utf-8")
        # Without a line of its own slurmd looks for what systemd mounts; this touches no cgroup.
        (folder / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n", encoding="utf-8")
        (folder / "plugstack.conf").touch()

    def _pick(self, *names):
        return {name: self._settings[name] for name in names}


def why_not():
    """Say what hinders a cluster here, and what to do; nothing if there can be one."""
    missing = [program for program in PROGRAMS if not shutil.which(program, path=SBIN)]
    if missing:
        return f"{', '.join(missing)} missing: {INSTALL}"
    if os.getuid() and not _resolves_to_loopback():
        return f"{socket.gethostname()} must resolve to 127.0.0.1: add it to /etc/hosts"
    return ""


def until(condition, seconds, what):
    """Wait until the condition holds, and return it; complain after so many seconds."""
    end = time.monotonic() + seconds
    while not (held := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.05)
    return held


def free_ports(n):
    """Return ports that nobody listens on."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(n)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _resolves_to_loopback():
    with contextlib.suppress(OSError):
        return socket.gethostbyname(socket.gethostname()).startswith("127.")
    return False
