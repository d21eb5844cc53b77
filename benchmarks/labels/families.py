"""All families, and which of them nothing was fitted on."""

from held_out import HELD_OUT
from tested import TESTED
from training import TRAINING

FAMILIES = (*TRAINING, *TESTED, *HELD_OUT)
