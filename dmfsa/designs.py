"""Designed networks: which pattern follows which is written into slots; and the nine published designs by name."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dmfsa._checks import whole_number
from dmfsa.roles import KEY, OUTPUT, QUERY, ROLES, VALUE
from dmfsa.weights import MOST_PATTERNS, all_signs
from dmfsa.window import Array

Route = Sequence[int]


class Design(NamedTuple):
    """A network of K slots, each of which holds a base pattern.

    Attributes
    ----------
    patterns : sequence of int, length K
        p(k), the base pattern in each slot.
    value : sequence of int, length K
        b^v(a), the slot that row a of W^v reads.
    others : sequence of int, length K, or None
        The same of W^o, W^q and W^k; None: row a reads slot a. A mapping from role to sequence tells them apart.
    codes : mapping from role to sequence of int, or None
        Phases at which the positional part of each row is 1: those of v, of q, and of o and k unless they are as q.
        None: a slot is asked for a step before its phase, b - 1, and told a step after it, b + 1, modulo 2^P.
    positional_bits : int
        P.
    """

    patterns: Route
    value: Route
    others: Route | Mapping[str, Route] | None = None
    codes: Mapping[str, Route] | None = None
    positional_bits: int = 2


PUBLISHED = {
    "loop4": Design((0, 1, 2, 1), (1, 2, 3, 0), codes={"q": (3, 0, 1, 2), "v": (2, 3, 0, 1)}),
    "loop1": Design((0, 1, 2, 1), (1, 2, 1, 0), codes={"q": (2, 0, 1, 3), "v": (3, 1, 0, 2)}),
    "loop2": Design((0, 1, 2, 1), (1, 2, 3, 0), codes={"q": (2, 0, 1, 3), "v": (2, 3, 0, 1)}),
    "loop3": Design((0, 1, 2, 1), (1, 2, 3, 0), codes={"q": (2, 3, 1, 0), "v": (3, 1, 0, 2)}),
    "no_clock": Design((0, 1, 2, 1), (2, 0, 1, 3), others=(0, 1, 2, 1)),
    "four_patterns": Design((0, 1, 2, 3), (3, 0, 1, 2), codes={"q": (3, 0, 1, 2), "v": (2, 3, 0, 1)}),
    "three_patterns": Design((0, 1, 2), (2, 0, 1), codes={"q": (0, 1, 2), "v": (2, 0, 1)}),
    "six_slots": Design(
        (0, 1, 2, 3, 1, 3),
        (3, 0, 1, 2, 4, 5),
        others=(0, 1, 2, 3, 1, 3),
        codes={"q": (0, 1, 2, 3, 1, 3), "v": (3, 0, 1, 2, 4, 5)},
        positional_bits=3,
    ),
    "cycle0121": Design((0, 1, 2, 1), (1, 2, 1, 0), codes={"q": (0, 1, 2, 1), "v": (1, 2, 1, 0)}),
}


def published(name: str) -> Design:
    """Return a published design."""
    if name not in PUBLISHED:
        raise ValueError(f"design must be one of {', '.join(PUBLISHED)}, got {name!r}")
    return PUBLISHED[name]


def checked(design: Design) -> Design:
    """Return a design with every route and code written out, or say what is wrong with it."""
    whole_number("positional_bits", design.positional_bits, most=16)
    patterns = _whole("patterns", design.patterns, None, MOST_PATTERNS)
    n_slots, period = len(patterns), 2**design.positional_bits
    given = design.others if isinstance(design.others, Mapping) else dict.fromkeys("oqk", design.others)
    if not set(given) <= set("oqk"):
        raise ValueError(f"others must have the roles o, q, k, got {', '.join(map(str, given))}")
    same = tuple(range(n_slots))
    routes = {"v": design.value} | {role: given.get(role) or same for role in "oqk"}
    read = {role: _whole(f"slots that {role} reads", routes[role], n_slots, n_slots) for role in ROLES}
    if design.codes is None:
        codes = {role: tuple((b + (1 if role == "v" else -1)) % period for b in read[role]) for role in ROLES}
    else:
        if not {"q", "v"} <= set(design.codes) <= set(ROLES):
            raise ValueError(f"codes must have the roles q and v, o and k if they differ from q, got {design.codes}")
        every = {role: design.codes.get(role, design.codes["q"]) for role in ROLES}
        codes = {role: _whole(f"codes {role}", every[role], n_slots, period) for role in ROLES}
    return Design(patterns, read.pop("v"), read, codes, design.positional_bits)


def _whole(name: str, values: Sequence[int], length: int | None, below: int) -> tuple[int, ...]:
    """Return whole numbers from 0 to below a limit, as many as there are slots."""
    found = tuple(values)
    if not found or length not in (None, len(found)):
        raise ValueError(f"{name} must have {length or 'some'} numbers, one for each slot, got {list(found)}")
    return tuple(whole_number(name, value, 0, below - 1) for value in found)


def rows(design: Design) -> tuple[Array, Array, Array]:
    """Return W^α (4, K, N), field rows F (K, N) and positional columns (4, K, P) of a checked design.

        W^α_aσ = σ_{p(b^α(a))},      F_aσ = Σ_{k: b^o(k) = a} σ_{p(k)},

    a column for each of the N = 2^(M_s - 1) sign vectors σ of the base patterns whose first entry is +1.
    """
    others, codes = design.others, design.codes
    assert isinstance(others, Mapping)
    assert codes is not None
    sigma = all_signs(max(design.patterns) + 1).T[list(design.patterns)]
    read: list[npt.NDArray[np.int64]] = [np.empty(0, np.int64)] * len(ROLES)
    read[OUTPUT], read[QUERY], read[KEY] = (np.array(others[role]) for role in "oqk")
    read[VALUE] = np.array(design.value)
    fields = np.zeros_like(sigma)
    np.add.at(fields, read[OUTPUT], sigma)
    code = np.array([codes[role] for role in ROLES])
    n_bits = design.positional_bits
    ones = code[..., None] >> np.arange(n_bits - 1, -1, -1) & 1
    return np.stack([sigma[route] for route in read]), fields, np.where(ones == 1, 1.0, -1.0)
