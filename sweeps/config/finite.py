"""The `finite` section of a config: which finite networks `dmfsa finite` holds against the mean field."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from sweeps.config.values import Section, Seed, list_of, whole

MOST_SPINS = 2**53  # whole numbers up to here are doubles
DECADES = tuple(10**k for k in range(2, 10))
MOST_STEPS = 10**9
OF_SPINS = list_of(whole(1, MOST_SPINS), distinct=True)


class Finite(Section):
    """Finite networks beside their limit, at each point of the config.

    Attributes
    ----------
    n_spins : tuple of int
        Spins of the networks, N.
    n_replicas : int
        Replicas of each, from starts along the attractor.
    n_starts : int
        So many starts.
    n_error : int
        Steps after which the error of the mean field is measured.
    n_follow : int
        Steps through which replicas are followed, for their spread and for how soon they leave the orbit.
    n_watch : int
        Steps through which replicas are watched for jumps between attractors; 0: they are not.
    n_random : int
        Random starts that look for those attractors.
    analyse : tuple of int, or None
        Spins of networks whose series get every analysis: some seconds each.
    seed : int
        Of the noise and of the random starts.
    """

    n_spins: Annotated[tuple[int, ...], BeforeValidator(OF_SPINS)] = DECADES
    n_replicas: Annotated[int, BeforeValidator(whole(2))] = 400
    n_starts: Annotated[int, BeforeValidator(whole(1, 1000))] = 20
    n_error: Annotated[int, BeforeValidator(whole(1, MOST_STEPS))] = 20
    n_follow: Annotated[int, BeforeValidator(whole(8, MOST_STEPS))] = 400
    n_watch: Annotated[int, BeforeValidator(whole(0, MOST_STEPS))] = 20_000
    n_random: Annotated[int, BeforeValidator(whole(2))] = 24
    analyse: Annotated[tuple[int, ...], BeforeValidator(OF_SPINS)] | None = None
    seed: Seed = 0
