"""Known maps and flows, ready to analyse, and what the literature knows of them (`attractors.examples.literature`)."""

from attractors._moved import names_from
from attractors.examples.flows import coupled_lorenz, lorenz, rossler
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
    "coupled_lorenz",
    "coupled_standard",
    "delayed_logistic",
    "generalised_henon",
    "henon",
    "hopfield",
    "ikeda",
    "logistic",
    "lorenz",
    "lozi",
    "rossler",
    "standard",
    "tent",
]

__getattr__ = names_from(__name__, "attractors.examples.maps")
