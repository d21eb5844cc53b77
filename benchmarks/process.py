"""Run a command as a user does, and say what it cost."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PYTHON = [sys.executable]
DMFSA = [*PYTHON, "-c", "import sys; from sweeps.cli import main; sys.exit(main())"]
if (_script := Path(sys.executable).with_name("dmfsa")).exists():
    DMFSA = [str(_script)]


class Cost(NamedTuple):
    """Wall and processor seconds, peak memory in MB, and what was printed."""

    wall: float
    cpu: float
    peak: float
    stdout: str


def run(command: list[str], **environment: str) -> Cost:
    """Run a command from the repository's root; raises with its stderr if it fails."""
    return finish(*start(command, **environment))


def start(command: list[str], **environment: str) -> tuple[subprocess.Popen[str], float]:
    pipe = subprocess.PIPE
    began = time.perf_counter()
    child = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=ROOT, env=os.environ | environment)
    return child, began


def finish(child: subprocess.Popen[str], began: float) -> Cost:
    """Wait for a child that prints less than a pipe holds; the kernel knows what this one child used."""
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    stdout, stderr = child.communicate()
    if child.returncode:
        raise RuntimeError(f"{' '.join(map(str, child.args))} failed:\n{stderr[-2000:]}")
    unit = 1e6 if sys.platform == "darwin" else 1e3  # ru_maxrss is in bytes there, in kilobytes elsewhere
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, stdout)
