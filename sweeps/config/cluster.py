"""The `cluster` section of a config: what to ask of a cluster, by the engine that is there. It decides no result.

An engine is one section here, a class under `Cluster` that `engine` registers, and what it names: the class that does
the work, see `sweeps.cluster.engine`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Self, TypeVar

from pydantic import BeforeValidator, SerializeAsAny, ValidationError

from sweeps.config.errors import ConfigError, KeyPath, Problems, problem, sentences, within
from sweeps.config.values import Rule, Section, allowing, one_of, whole

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
def memory(value: object) -> str:
    """Accept an amount of memory, as it is written."""
    text = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    if re.fullmatch(r"[1-9][0-9]{0,8}[KMGTkmgt]?", text):
        return text
    raise problem("must be an amount of memory, in megabytes or such as 2G", value=value)


def word(what: str) -> Rule[str]:
    """Accept text on one line; the engine gets it as one argument, whatever is in it."""

    @allowing(f"the name of {what}")
    def rule(value: object) -> str:
        text = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
        if text.strip() and text.isprintable() and len(text) <= 200:
            return text
        raise problem(f"must be the name of {what}", value=value)

    return rule


@allowing("the name of an engine: `slurm`, or one of your own")
def _engine(value: object) -> str:
    return one_of(*ENGINES)(value)


class Cluster(Section):
    """What `dmfsa sweep submit` asks of a cluster; `engine: slurm` may stand here with all keys of `slurm`.

    Attributes
    ----------
    engine : str
        Which program hands tasks to nodes.
    time : int or None
        Limit of a task's time, kept in minutes. Without it, twice what a measurement says, and at least 10.
    cpus_per_task : int
        Cores of a task, and its threads.
    max_running : int or None
        Tasks that run at a time, at most.
    tasks : int or None
        Into how many tasks the sweep is cut. Without it, as a measurement advises.
    job_name : str or None
        What the queue shows. Without it, the name of the config.
    """

    MADE_BY: ClassVar[str] = ""  # the class of the engine, module:name, made of a folder and this section
    OPTIONS: ClassVar[Mapping[str, tuple[str, str]]] = {  # of the command line: key -> what stands for it, what it is
        "time": ("TIME", "limit of a task: minutes, H:MM:SS or D-H"),
        "cpus_per_task": ("N", "cores of a task, and its threads"),
        "max_running": ("N", "tasks that run at a time, at most"),
        "job_name": ("NAME", "name of the jobs; that of the config if not given"),
    }

    engine: Annotated[str, BeforeValidator(_engine)] = "slurm"
    time: Annotated[int, BeforeValidator(minutes)] | None = None
    cpus_per_task: Annotated[int, BeforeValidator(whole(1, 4096))] = 1
    max_running: Annotated[int, BeforeValidator(whole(1))] | None = None
    tasks: Annotated[int, BeforeValidator(whole(1))] | None = None
    job_name: Annotated[str, BeforeValidator(word("a job"))] | None = None

    def with_options(self, options: Mapping[str, object]) -> Self:
        """Return the section with options of the command line, by the names of its keys, in place of its own.

        Raises
        ------
        ConfigError
            With a line for each option that is not allowed.
        """
        where: dict[KeyPath, str] = {(key,): f"--{key.replace('_', '-')}" for key in options}
        try:
            return self.model_validate({**self.model_dump(), **options})
        except ValidationError as error:
            raise ConfigError(*sentences(error, type(self), where)) from None


ENGINES: dict[str, type[Cluster]] = {}  # the sections of those there are, by name
AnyCluster = TypeVar("AnyCluster", bound=Cluster)


def engine(section: type[AnyCluster]) -> type[AnyCluster]:
    """Register the section of an engine by the default of its key `engine`."""
    ENGINES[section.model_fields["engine"].default] = section
    return section


def section_of(values: Mapping[str, object]) -> Cluster:
    """Return the section that `model_dump` wrote; before there were others, all were of Slurm.

    Raises
    ------
    ConfigError
        If there is no such engine, or something is not allowed.
    """
    name = values.get("engine", "slurm")
    if name not in ENGINES:
        raise ConfigError(f"engine = {name!r} must be one of {', '.join(ENGINES)}.")
    return ENGINES[str(name)]().with_options(values)


def of_engine(value: object) -> object:
    """Take a mapping as the section of the engine that it names; what is no mapping is left to be refused."""
    if not isinstance(value, dict):
        return value
    found = Problems()
    with found.inside("engine"):
        name = _engine(value.get("engine", "slurm"))
    found.raise_if_any()
    try:
        return ENGINES[name].model_validate(value)
    except ValidationError as error:
        raise within(error, ENGINES[name]) from None


AnyEngine = Annotated[SerializeAsAny[Cluster], BeforeValidator(of_engine)]
