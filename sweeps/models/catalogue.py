"""The models that are part of the program, one entry each; a config may name a file with another."""

from __future__ import annotations

from typing import Any

from sweeps.config.registry import register_model
from sweeps.models.model import Family, Model
from sweeps.models.network_config import PARAMETERS, Network, NetworkStart


def _family(section: Network) -> Family:
    """Return the network of N spins, or without a number of them its mean field."""
    from sweeps.models.network import MeanFieldFamily  # noqa: PLC0415 - numba loads long
    from sweeps.models.spins import SpinsFamily  # noqa: PLC0415 - numba loads long

    return SpinsFamily(section) if section.is_noisy else MeanFieldFamily(section)


def _page(dataset: Any, config: Any) -> dict[str, Any]:
    """Return the networks of a sweep, and where each point stood at the end."""
    from sweeps.models.network_page import networks  # noqa: PLC0415 - xarray loads long

    return networks(dataset, config)


NETWORK = Model(
    name="network",
    section=Network,
    parameters=PARAMETERS,
    starts=NetworkStart,
    component="pattern",
    about_dims={
        "pattern": {"long_name": "feature"},
        "age": {"long_name": "age of the token", "units": "step"},
    },
    observed="m_o_semantic",
    about_observed="semantic part of the mean field m^o",
    spoken="m^o, semantic",
    about_dimension="context * n_patterns",
    titled=("beta",),
    no_section="it cuts the second pattern's mean field, and n_patterns = 1",
    family=_family,
    page=_page,
)

register_model(NETWORK)
