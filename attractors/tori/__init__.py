"""Does it turn, and how often? Frequencies, rotation numbers, averages that converge."""

from attractors.tori.birkhoff import BirkhoffAverage, BirkhoffStatus, birkhoff_average
from attractors.tori.frequencies import Torus, torus
from attractors.tori.resonances import TorusStatus
from attractors.tori.rotation import RotationNumber, rotation_number

__all__ = [
    "BirkhoffAverage",
    "BirkhoffStatus",
    "RotationNumber",
    "Torus",
    "TorusStatus",
    "birkhoff_average",
    "rotation_number",
    "torus",
]
