"""The models of sweeps: each is one entry, all that a sweep must know of it and nobody else.

`MapModel` makes one of a map of vectors, for a file that a config names: ``model: {module: my_map.py}``. The protocol
is in `sweeps.models.model`.
"""

from sweeps.config.registry import Observable, Parameter
from sweeps.models.catalogue import NETWORK
from sweeps.models.map_model import MapModel

__all__ = ["NETWORK", "MapModel", "Observable", "Parameter"]
