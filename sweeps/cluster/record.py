"""What was submitted of a sweep, by any engine: slurm.json in its folder, for `resume`, and for who wants to know."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from sweeps.config import ConfigError
from sweeps.config.cluster import Cluster, section_of
from sweeps.files import StoreError, written_whole

NAME = "slurm.json"


@dataclass(frozen=True)
class Record:
    """What was submitted.

    Attributes
    ----------
    token : str
        Tells the jobs of this folder from all others; it stands in their comment.
    of : int
        Into how many tasks the sweep is cut.
    wishes : Cluster
        What each task asked for, and of which engine.
    jobs : tuple of mappings
        Each submission: the number of the job, which tasks, how many rounds of a refinement were known, when.
    """

    of: int
    wishes: Cluster
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    jobs: tuple[Mapping[str, Any], ...] = ()

    def with_job(self, **job: object) -> "Record":
        """Return the record with one more job."""
        return replace(self, jobs=(*self.jobs, job))

    def write(self, folder: Path) -> None:
        """Write it whole.

        Raises
        ------
        StoreError
            If it cannot be written.
        """
        values = {**asdict(replace(self, wishes=Cluster())), "wishes": self.wishes.model_dump(exclude_none=True)}
        with written_whole(folder / NAME) as unfinished:
            unfinished.write_text(json.dumps(values, indent=1), encoding="utf-8")


def read_record(folder: Path) -> Record | None:
    """Return what was submitted of the sweep in a folder; None if nothing was.

    Raises
    ------
    StoreError
        If it cannot be read.
    """
    try:
        values = json.loads((folder / NAME).read_text(encoding="utf-8"))
        wishes = section_of(values["wishes"])
        return Record(int(values["of"]), wishes, str(values["token"]), tuple(values["jobs"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, ConfigError) as error:
        raise StoreError(f"{folder / NAME} is damaged ({error}): remove it, and submit the sweep again.") from None
