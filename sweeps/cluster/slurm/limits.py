"""What a cluster with Slurm allows, as its own commands tell it."""

import contextlib
import os
import re

from sweeps.cluster.plan import Limits
from sweeps.cluster.slurm.commands import SlurmError, ask
from sweeps.config import ConfigError


def read_limits(partition: str | None = None) -> Limits:
    """Ask the cluster: MaxArraySize; half of MaxJobCount, which all users share, and MaxSubmitJobs; MaxTime.

    Parameters
    ----------
    partition : str, optional
        Its name, or several with commas between; the cluster's default if not given.

    Raises
    ------
    SlurmError
        If there is no Slurm here, or it does not answer.
    ConfigError
        If there is no such partition.
    """
    settings = dict(re.findall(r"^(\w+) *= (\S+)", ask("scontrol", "show", "config"), flags=re.MULTILINE))
    shared = _number(settings.get("MaxJobCount", ""), 10_000) // 2
    return Limits(
        max_array_size=max(1, _number(settings.get("MaxArraySize", ""), 1_001)),
        max_jobs=max(1, min([shared, *_own_limits()])),
        max_minutes=_longest(partition),
    )


def _own_limits() -> list[int]:
    """Return the limits of this user's associations; none where there is no accounting."""
    with contextlib.suppress(SlurmError):
        shown = ask(
            "sacctmgr", "--noheader", "--parsable2", "show", "associations", f"users={_user()}", "format=MaxSubmitJobs"
        )
        return [int(line) for line in shown.split() if line.isdecimal()]
    return []


def _user() -> str:
    import pwd  # noqa: PLC0415 - Windows has none, and no Slurm

    return pwd.getpwuid(os.getuid()).pw_name


def _longest(wanted: str | None) -> int | None:
    """Return the shortest MaxTime, in minutes, of the partitions that are wanted."""
    shown = [
        dict(word.split("=", 1) for word in line.split() if "=" in word)
        for line in ask("scontrol", "--oneliner", "show", "partition").splitlines()
    ]
    partitions = {found["PartitionName"]: found for found in shown if "PartitionName" in found}
    names = wanted.split(",") if wanted else [name for name, found in partitions.items() if found["Default"] == "YES"]
    for name in names:
        if name not in partitions:
            raise ConfigError(f"slurm.partition = {name!r} must be one of {', '.join(partitions)}.")
    limits = [partitions[name].get("MaxTime", "") for name in names]
    return min((_minutes(limit) for limit in limits if re.match(r"\d", limit)), default=None)


def _minutes(text: str) -> int:
    """Return the whole minutes of a time as scontrol shows it, days-hours:minutes:seconds."""
    days, _, clock = text.rpartition("-")
    hours, minutes, _ = map(int, clock.split(":"))
    return (int(days or 0) * 24 + hours) * 60 + minutes


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() else otherwise
