"""Where a result comes from: versions, git commit, machine, time."""

import datetime
import importlib.metadata
import platform
import subprocess
import sys
from pathlib import Path

PACKAGES = ("dmfsa", "numba", "numpy", "xarray")


def provenance() -> dict[str, str]:
    """Return what makes a result repeatable, beside its config; plain text throughout."""
    commit, dirty = _git()
    versions = [f"{name} {importlib.metadata.version(name)}" for name in PACKAGES]
    return {
        "versions": ", ".join([*versions, f"python {platform.python_version()}"]),
        "git_commit": commit,
        "git_dirty": dirty,
        "machine": f"{platform.system()} {platform.machine()}",
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


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
