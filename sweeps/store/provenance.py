"""Where a result comes from: versions, git commit, machine, time."""

import datetime
import importlib.metadata
import os
import platform
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

from dmfsa import __version__

PACKAGES = ("numba", "numpy", "xarray")


def provenance() -> dict[str, str]:
    """Return what makes a result repeatable, beside its config; plain text throughout."""
    commit, dirty = _git()
    return {
        "versions": _versions(),
        "git_commit": commit,
        "git_dirty": dirty,
        "machine": f"{platform.system()} {platform.machine()}",
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


def shard_origin(seconds: float) -> dict[str, Any]:
    """Return where a shard was computed just now, and in how many seconds."""
    commit, dirty = _git_once()
    return {
        "host": platform.node(),
        "job": job(),
        "versions": _versions(),
        "commit": commit + " with changes" * (dirty == "yes"),
        "ended": time.time(),
        "seconds": seconds,
    }


def version_line() -> str:
    """Return what this program is, in a line: versions, and the commit where it runs from its repository."""
    commit, dirty = _git()
    if commit == "unknown":
        return _versions()
    return f"{_versions()}, commit {commit[:12]}" + " with changes" * (dirty == "yes")


def job() -> str:
    """Return the number of the batch job that this process runs in, with its index; empty outside of one."""
    number, index = os.environ.get("SLURM_ARRAY_JOB_ID"), os.environ.get("SLURM_ARRAY_TASK_ID")
    if number and index:
        return f"{number}_{index}"
    return os.environ.get("SLURM_JOB_ID") or os.environ.get("PBS_JOBID") or ""


@cache
def _versions() -> str:
    versions = [f"{name} {importlib.metadata.version(name)}" for name in PACKAGES]
    return ", ".join([f"dmfsa {__version__}", *versions, f"python {platform.python_version()}"])


@cache
def _git_once() -> tuple[str, str]:
    """Ask git once in a process: the code that runs is the code that was there when it began."""
    return _git()


def _git() -> tuple[str, str]:
    """Commit of the source, and whether files differ from it; "unknown" outside of its repository."""
    source = Path(__file__).parent

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(source), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()

    try:
        git("ls-files", "--error-unmatch", Path(__file__).name)
        return git("rev-parse", "HEAD"), "yes" if git("status", "--porcelain") else "no"
    except (OSError, subprocess.SubprocessError):
        return "unknown", "unknown"
