"""How the sweeps of each name are drawn, and compared with what was known."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr

from sweeps.config import Config
from sweeps.figures.column import save_sharp, section_diagram
from sweeps.figures.orbits import memory_figure, planes_figure, published_figure
from sweeps.figures.style import COLUMN
from sweeps.figures.sweep import hysteresis_diagram, lyapunov_figure, phase_diagram, save_both
from sweeps.models.network import network_in
from sweeps.reproduce import comparison
from sweeps.reproduce.comparison import Row
from sweeps.reproduce.orbits import orbits_of, remembered


class Sweep(NamedTuple):
    """A sweep that has been run, and whether it is of the network, and from the start, of which numbers were known."""

    config: Config
    dataset: xr.Dataset
    known: bool


class Made(NamedTuple):
    """The figures and the rows of one name."""

    files: list[Path]
    rows: list[Row]


Draw = Callable[[Sequence[Sweep], Path], Made]


def _wide(sweeps: Sequence[Sweep], stem: Path) -> Made:
    config, dataset, known = sweeps[0]
    rows = [*comparison.period_rows(config, "fig3a"), comparison.last_chaos_row(dataset)] if known else []
    return Made(save_sharp(section_diagram(dataset), stem), rows)


def _zoom(sweeps: Sequence[Sweep], stem: Path) -> Made:
    config, dataset, known = sweeps[0]
    rows = [comparison.clocked_row(config), *comparison.period_rows(config, "fig3b")] if known else []
    return Made(save_sharp(section_diagram(dataset), stem), rows)


def _long_context(sweeps: Sequence[Sweep], stem: Path) -> Made:
    config, dataset, known = sweeps[0]
    rows = [comparison.clocked_row(config)] if known else []
    return Made(save_sharp(section_diagram(dataset), stem), rows)


def _planes(sweeps: Sequence[Sweep], stem: Path) -> Made:
    config, dataset, known = sweeps[0]
    orbits = orbits_of(dataset, config)
    seen = [config.model.observable(i).label for i in range(3)]
    files = save_both(planes_figure(orbits, "observed", seen), stem)
    attention = planes_figure(orbits, "samples", ["$A_1$", "$A_2$", "$A_3$"])
    files += save_both(attention, stem.with_name(f"{stem.name}_attention"))
    return Made(files, comparison.exponent_rows(dataset) if known else [])


def _memory(sweeps: Sequence[Sweep], stem: Path) -> Made:
    config, dataset, known = sweeps[0]
    found = [remembered(orbit, network_in(config).context) for orbit in orbits_of(dataset, config)]
    return Made(
        save_both(memory_figure(found, config.model.observable(0)), stem), comparison.memory_rows(found, known=known)
    )


def _spectra(sweeps: Sequence[Sweep], stem: Path) -> Made:
    files = []
    for name, sweep in zip(("fig3a", "fig3b"), sweeps, strict=True):
        files += save_sharp(lyapunov_figure(sweep.dataset, width=COLUMN), stem.with_name(f"{stem.name}_{name}"))
    return Made(files, [])


def _continuation(sweeps: Sequence[Sweep], stem: Path) -> Made:
    return Made(save_sharp(hysteresis_diagram(sweeps[0].dataset, width=COLUMN), stem), [])


def _phase(sweeps: Sequence[Sweep], stem: Path) -> Made:
    return Made(save_sharp(phase_diagram(sweeps[0].dataset, stacked=True), stem), [])


def _published(sweeps: Sequence[Sweep], stem: Path) -> Made:
    config, dataset, known = sweeps[0]
    found = comparison.continued(dataset, config) if known else []
    if not found:
        raise ValueError(
            "nothing was published for this network, start and β: leave model, start and sweep as they are"
        )
    values = np.array([[x.published.beta, x.published.exponent, *x.leading] for x in found])
    return Made(save_both(published_figure(*values.T), stem), comparison.published_rows(found))


DRAWN: dict[str, Draw] = {
    "fig3a": _wide,
    "fig3b": _zoom,
    "fig4": _planes,
    "fig5": _memory,
    "spectrum": _spectra,
    "continuation": _continuation,
    "phase": _phase,
    "published": _published,
    "fig3a-l32": _long_context,
    "fig3b-l32": _long_context,
}
