"""Which kind is it? Evidence, and one rule that reads it."""

from attractors.labels.answer import Classification, classify_evidence
from attractors.labels.classification import classify
from attractors.labels.label import Label
from attractors.labels.noisy_series import classify_series

__all__ = [
    "Classification",
    "Label",
    "classify",
    "classify_evidence",
    "classify_series",
]
