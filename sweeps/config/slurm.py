"""The `slurm` section of a config: what to ask of a cluster. It decides no result."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, ValidationError

from sweeps.config.errors import ConfigError, KeyPath, problem, sentences
from sweeps.config.values import Rule, Section, allowing, whole

MINUTES = {  # Slurm's ways to write a time, by the letters that stand for its parts
    r"(?P<m>\d+)": "minutes",
    r"(?P<m>\d+):(?P<s>\d+)": "minutes:seconds",
    r"(?P<h>\d+):(?P<m>\d+):(?P<s>\d+)": "hours:minutes:seconds",
    r"(?P<d>\d+)-(?P<h>\d+)(?::(?P<m>\d+)(?::(?P<s>\d+))?)?": "days-hours:minutes:seconds",
}
LONGEST = 10 * 366 * 24 * 60  # minutes; a slip of the finger, as elsewhere


@allowing("a time as Slurm has it: `90` (minutes), `1:30:00`, `1-12` (days-hours)")
def minutes(value: object) -> int:
    """Accept a time as Slurm has it: 90, 1:30:00, 1-12, rounded up to whole minutes.

    Examples
    --------
    >>> minutes(90), minutes("1:30:00"), minutes("1-12"), minutes("0:01")
    (90, 90, 2160, 1)
    """
    text = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    match = next((found for form in MINUTES if (found := re.fullmatch(form, text, flags=re.ASCII))), None)
    if match is None or len(text) > 20:
        raise problem(f"must be a time as Slurm has it, {', '.join(MINUTES.values())}", value=value)
    parts = {unit: int(digits) for unit, digits in match.groupdict(0).items()}
    seconds = sum(parts.get(unit, 0) * n for unit, n in {"d": 86_400, "h": 3_600, "m": 60, "s": 1}.items())
    if not 0 < seconds <= 60 * LONGEST:
        raise problem("must be longer than 0, and no more than ten years", value=value)
    return -(-seconds // 60)


@allowing("an amount of memory: `2G`, `500M`, or megabytes")
def _memory(value: object) -> str:
    text = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    if re.fullmatch(r"[1-9][0-9]{0,8}[KMGTkmgt]?", text):
        return text
    raise problem("must be an amount of memory, in megabytes or such as 2G", value=value)


def _word(what: str) -> Rule[str]:
    """Accept text on one line; Slurm gets it as one argument, whatever is in it."""

    @allowing(f"the name of {what}")
    def rule(value: object) -> str:
        text = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
        if text.strip() and text.isprintable() and len(text) <= 200:
            return text
        raise problem(f"must be the name of {what}", value=value)

    return rule


class Slurm(Section):
    """What `dmfsa sweep submit` asks of Slurm for each task; what is not given is the cluster's own default.

    Attributes
    ----------
    partition, account, qos, constraint : str or None
        Handed to `sbatch`. Without one, the default of the cluster.
    time : int or None
        Limit of a task's time, kept in minutes. Without it, twice what a measurement says, and at least 10.
    mem : str or None
        Memory of a task. Without it, the default of the cluster.
    cpus_per_task : int
        Cores of a task, and its threads.
    max_running : int or None
        Tasks that run at a time, at most.
    tasks : int or None
        Into how many tasks the sweep is cut. Without it, as a measurement advises.
    job_name : str or None
        What `squeue` shows. Without it, the name of the config.
    """

    partition: Annotated[str, BeforeValidator(_word("a partition"))] | None = None
    account: Annotated[str, BeforeValidator(_word("an account"))] | None = None
    qos: Annotated[str, BeforeValidator(_word("a quality of service"))] | None = None
    constraint: Annotated[str, BeforeValidator(_word("features that nodes must have"))] | None = None
    time: Annotated[int, BeforeValidator(minutes)] | None = None
    mem: Annotated[str, BeforeValidator(_memory)] | None = None
    cpus_per_task: Annotated[int, BeforeValidator(whole(1, 4096))] = 1
    max_running: Annotated[int, BeforeValidator(whole(1))] | None = None
    tasks: Annotated[int, BeforeValidator(whole(1))] | None = None
    job_name: Annotated[str, BeforeValidator(_word("a job"))] | None = None

    def with_options(self, options: Mapping[str, object]) -> Slurm:
        """Return the section with options of the command line, by the names of its keys, in place of its own.

        Raises
        ------
        ConfigError
            With a line for each option that is not allowed.
        """
        where: dict[KeyPath, str] = {(key,): f"--{key.replace('_', '-')}" for key in options}
        try:
            return Slurm.model_validate({**self.model_dump(), **options})
        except ValidationError as error:
            raise ConfigError(*sentences(error, Slurm, where)) from None
