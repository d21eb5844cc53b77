"""A map of vectors as a model: the map, its parameters, and the components of its state are all there is to say."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BeforeValidator, create_model

from sweeps.config.errors import Problems
from sweeps.config.registry import ModelSection, Observable, Parameter, StateArray
from sweeps.config.start import Ways
from sweeps.config.values import between, finite, list_of, whole
from sweeps.models.model import Family, Model

if TYPE_CHECKING:
    from attractors.system import System

TAKEN = {"module", "zip", "order", "refine", "of", "point", "start", "direction", "component"}  # names with a meaning


class MapSection(ModelSection):
    """A map of vectors and its parameters."""

    components: ClassVar[tuple[Observable, ...]]
    state: ClassVar[tuple[StateArray, ...]] = (StateArray("state", "state", ("component",), "state at the end"),)

    @property
    def sizes(self) -> dict[str, int]:
        """D components."""
        return {"component": len(self.components)}

    @property
    def dimension(self) -> int:
        """D."""
        return len(self.components)

    @property
    def n_observables(self) -> int:
        """d: all of the state is seen."""
        return len(self.components)

    @property
    def scale(self) -> float:
        """The largest value that is drawn."""
        return max(max(abs(one.low), abs(one.high)) for one in self.components)

    def observable(self, number: int) -> Observable:
        """Return a component."""
        return self.components[number]


class MapStart(Ways):
    """Ways to start a map of vectors.

    Attributes
    ----------
    state : tuple of float, shape (d,)
        The state, its components in their order.
    """

    WAYS: ClassVar[tuple[str, ...]] = ("state",)

    state: Annotated[tuple[float, ...], BeforeValidator(list_of(finite))] | None = None

    def check_way(self, model: ModelSection, found: Problems, *at: str | int) -> None:
        """Note a state of another dimension."""
        if self.state is not None and len(self.state) != model.dimension:
            found.add(f"has {len(self.state)} components but must have {model.dimension}", *at, "state")


def MapModel(  # noqa: N802 - it reads as what it makes
    make: Callable[..., System],
    *,
    parameters: Sequence[Parameter],
    components: Sequence[Observable],
    name: str = "map",
) -> Model:
    """Make a model of a map of vectors: the whole of it, for ``model: {module: FILE.py}``.

    Parameters
    ----------
    make : callable, parameters by name -> System
        Returns the map at values of its parameters, such as an `attractors.DiscreteMap`. Called for every point, so
        functions that are compiled are to stand outside of it.
    parameters : sequence of Parameter
        What a config can set under `model`, and sweep. One without a default must be given or swept.
    components : sequence of Observable
        The components of the state (d,), as `System.orbit` returns them. Random starts are uniform in the box of their
        ranges, and orbits are drawn in it; the first is that of the orbit diagram, and the section is where the second
        is near 0.
    name : str
        Of the model.

    Returns
    -------
    Model

    Raises
    ------
    ValueError
        If there are no components, a range is empty or not finite, or a name is taken, or no name.

    Examples
    --------
    >>> from attractors import examples
    >>> model = MapModel(
    ...     examples.henon, parameters=[Parameter("a", 1.4)], components=[Observable("x", -1.5, 1.5), Observable("y")]
    ... )
    >>> model.section().a, model.section().dimension
    (1.4, 2)
    """
    if not components:
        raise ValueError("components must name those of the state, got none")
    for seen in components:
        if not (math.isfinite(seen.low) and math.isfinite(seen.high) and seen.low < seen.high):
            raise ValueError(f"the range of {seen.name} must be finite and not empty, got {seen.low} to {seen.high}")
    names = [one.name for one in parameters]
    for one in names:
        if not one.isidentifier() or one in TAKEN or hasattr(MapSection, one) or names.count(one) > 1:
            raise ValueError(f"parameters must have names of their own that may be keys, got {one!r}")
    fields: dict[str, Any] = {one.name: (_annotation(one), one.default) for one in parameters}
    section = create_model("Map", __base__=MapSection, __doc__=f"Parameters of the model {name}.", **fields)
    section.components = tuple(components)

    def family(values: MapSection) -> Family:
        from sweeps.models.vectors import VectorFamily  # noqa: PLC0415 - NumPy loads long

        return VectorFamily(values, make, tuple(names))

    return Model(
        name=name,
        section=section,
        parameters=tuple(replace(one, needed=one.default is None) for one in parameters),
        starts=MapStart,
        about_dims={"component": {"long_name": "component of the state"}},
        about_observed=f"state: {', '.join(one.name for one in components)}",
        family=family,
    )


def _annotation(parameter: Parameter) -> Any:
    """Return the type of a parameter's key."""
    if parameter.whole:
        low = int(max(parameter.low, -(2.0**53)))
        rule: Any = whole(low, int(min(parameter.high, 2.0**53)))
    elif math.isinf(parameter.low) and math.isinf(parameter.high):
        rule = finite
    else:
        rule = between(parameter.low, parameter.high, parameter.allowed)
    return Annotated[int if parameter.whole else float, BeforeValidator(rule)] | None
