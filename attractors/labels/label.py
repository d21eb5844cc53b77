"""The kinds of attractors, by their names."""

from enum import StrEnum


class Label(StrEnum):
    """Kinds of attractor; the order is that of the integer codes in files, so new ones go to the end."""

    fixed_point = "fixed_point"
    periodic = "periodic"
    quasiperiodic = "quasiperiodic"
    chaotic = "chaotic"
    hyperchaotic = "hyperchaotic"
    transient = "transient"
    divergent = "divergent"
    undetermined = "undetermined"

    @property
    def code(self) -> int:
        """Position in the order of definition, from 0."""
        return list(Label).index(self)

    @property
    def in_doubt(self) -> bool:
        """Whether the orbit is on no attractor that could be named: it diverged, is on its way, or undetermined."""
        return self in {Label.transient, Label.divergent, Label.undetermined}
