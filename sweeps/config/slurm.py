"""The `slurm` section of a config, which may also stand as `cluster: {engine: slurm, …}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator

from sweeps.config.cluster import Cluster, engine, memory, word


@engine
class Slurm(Cluster):
    """What `dmfsa sweep submit` asks of Slurm for each task; what is not given is the cluster's own default.

    Attributes
    ----------
    engine : str
        Names Slurm.
    partition, account, qos, constraint : str or None
        Handed to `sbatch`. Without one, the default of the cluster.
    mem : str or None
        Memory of a task. Without it, the default of the cluster.
    """

    MADE_BY: ClassVar[str] = "sweeps.cluster.slurm.engine:SlurmEngine"
    OPTIONS: ClassVar[Mapping[str, tuple[str, str]]] = {
        "partition": ("NAME", "partition; the cluster's default if not given"),
        "account": ("NAME", "account"),
        "qos": ("NAME", "quality of service"),
        "constraint": ("FEATURES", "features that nodes must have"),
        "mem": ("SIZE", "memory of a task, such as 2G"),
        **Cluster.OPTIONS,
    }

    engine: Literal["slurm"] = "slurm"
    partition: Annotated[str, BeforeValidator(word("a partition"))] | None = None
    account: Annotated[str, BeforeValidator(word("an account"))] | None = None
    qos: Annotated[str, BeforeValidator(word("a quality of service"))] | None = None
    constraint: Annotated[str, BeforeValidator(word("features that nodes must have"))] | None = None
    mem: Annotated[str, BeforeValidator(memory)] | None = None
