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

    @property
    def is_cycle(self) -> bool:
        """Whether the orbit repeats: a fixed point, or periodic."""
        return self in {Label.fixed_point, Label.periodic}

    @property
    def is_chaos(self) -> bool:
        """Whether neighbours part: chaotic, or hyperchaotic."""
        return self in {Label.chaotic, Label.hyperchaotic}

    @property
    def is_regular(self) -> bool:
        """Whether it is an attractor on which neighbours stay: a cycle, or quasi-periodic."""
        return self.is_cycle or self is Label.quasiperiodic

    @property
    def is_aperiodic(self) -> bool:
        """Whether it is an attractor and no cycle: quasi-periodic, or chaos."""
        return self.is_chaos or self is Label.quasiperiodic

    @property
    def is_open(self) -> bool:
        """Whether the orbit is on no attractor that is known: transient, or undetermined; longer runs may tell."""
        return self in {Label.transient, Label.undetermined}


def in_words(label: str, period: int | None) -> str:
    """Return a label with its period, such as "periodic 28"; no period, None or 0, adds nothing."""
    return f"{label} {period}" if period else str(label)
