"""Known maps, ready to analyse, and what the literature knows of them (`attractors.examples.literature`)."""

from attractors._moved import names_from
from attractors.examples.maps import (
    GOLDEN,
    cat,
    circle,
    coupled_logistic,
    coupled_standard,
    delayed_logistic,
    generalised_henon,
    henon,
    hopfield,
    ikeda,
    logistic,
    lozi,
    standard,
    tent,
)

__all__ = [
    "GOLDEN",
    "cat",
    "circle",
    "coupled_logistic",
    "coupled_standard",
    "delayed_logistic",
    "generalised_henon",
    "henon",
    "hopfield",
    "ikeda",
    "logistic",
    "lozi",
    "standard",
    "tent",
]

__getattr__ = names_from(__name__, "attractors.examples.maps")
