"""One orbit on disk and on paper."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from attractors import Classification, classify, classify_series
from attractors.time_series.analysis import Analysis, analyse
from dmfsa import MeanFieldMap, Trajectory, Window
from sweeps.config import Config
from sweeps.files import written_whole
from sweeps.network import finite_of, full
from sweeps.store.provenance import provenance

SHORTEST_ORBIT = 8  # steps of an orbit that can be analysed
WINDOW = 4096  # last samples by which a noisy orbit is labelled
LONG_NAMES = {
    "attention": "attention vector that the step made",
    "m_o": "mean field m^o of the newest token before the step",
    "m_o_semantic": "its semantic part, the factor 1-epsilon included",
    "m_v": "mean field m^v",
    "m_q": "mean field m^q",
    "m_k": "mean field m^k",
}


def orbit_of(config: Config, network: MeanFieldMap, start: Window) -> Trajectory:
    """Iterate the map, or the finite network of which it is the limit if the config asks for one."""
    moving = finite_of(config, network) if config.is_noisy else network
    return moving.trajectory(start, config.run.n_steps, n_transient=config.run.n_transient)


def label_of(config: Config, network: MeanFieldMap, start: Window) -> Classification:
    """Label the attractor that the orbit of a start ends on; of a finite network, by its last samples alone."""
    if config.is_noisy:
        orbit = orbit_of(config, network, start)
        return classify_series(orbit.attention[-WINDOW:], clock_period=network.clock_period)
    return classify(
        network,
        full(network, start),
        n_transient=config.run.n_transient,
        n_steps=config.run.n_steps,
        n_exponents=config.n_exponents,
        n_max=config.run.n_max,
        frequencies=True,
    )


def describe(orbit: Trajectory) -> dict[str, Any]:
    """Return an orbit in a few numbers for JSON: statistics of m^o, semantic, and where it ended."""
    m = orbit.m_o_semantic
    return {
        "n_steps": len(m),
        "mean": m.mean(axis=0).tolist(),
        "standard_deviation": m.std(axis=0).tolist(),
        "minimum": m.min(axis=0).tolist(),
        "maximum": m.max(axis=0).tolist(),
        "end": {"attention": orbit.end.attention.tolist(), "phase": orbit.end.phase},
    }


def look(orbit: Trajectory, network: MeanFieldMap) -> Analysis | None:
    """Analyse the semantic m^o of an orbit; None if it is too short for that."""
    n = len(orbit.m_o_semantic)
    if n < SHORTEST_ORBIT:
        return None
    context = network.context if n // 4 > network.context else None
    return analyse(orbit.m_o_semantic, context=context, clock_period=network.clock_period)


def write(
    orbit: Trajectory,
    network: MeanFieldMap,
    config: Config,
    found: Analysis | None,
    out: Path | None,
    plot: Path | None,
) -> list[Path]:
    """Write the orbit (.nc, .npz, .csv) and its figure, each whole and renamed; return the files."""
    if out is not None:
        with written_whole(out) as unfinished:
            if out.suffix == ".nc":
                as_dataset(orbit, config).to_netcdf(unfinished, engine="netcdf4")
            elif out.suffix == ".npz":
                with unfinished.open("wb") as file:
                    arrays: Any = {**_arrays(orbit), "phase": orbit.phase, "config": np.array(config.to_yaml())}
                    np.savez(file, **arrays)
            else:
                _write_csv(orbit, unfinished)
    if plot is not None:
        from sweeps.figures.sweep import save_page  # noqa: PLC0415 - only who draws waits for matplotlib

        if found is None:
            raise ValueError(f"run.n_steps = {len(orbit.m_o_semantic)} must be at least {SHORTEST_ORBIT} for a figure")
        symbols = [f"$m^o_{a + 1}$" for a in range(orbit.m_o_semantic.shape[1])]
        save_page(plot, orbit.m_o_semantic, found, symbols, title=rf"$\beta = {network.beta:.10g}$")
    return [file for file in (out, plot) if file is not None]


def as_dataset(orbit: Trajectory, config: Config) -> xr.Dataset:
    """Return the orbit with names, dimensions (step, pattern) and where it comes from."""
    variables = {
        name: (("step", "pattern"), values, {"long_name": LONG_NAMES[name], "units": "1"})
        for name, values in _arrays(orbit).items()
    }
    phase = ("step", orbit.phase, {"long_name": "clock phase of the newest token before the step"})
    attributes = {"title": config.name, "config": config.to_yaml(), **provenance()}
    return xr.Dataset({**variables, "phase": phase}, attrs=attributes)


def _arrays(orbit: Trajectory) -> dict[str, npt.NDArray[np.float64]]:
    return {name: getattr(orbit, name) for name in LONG_NAMES}


def _write_csv(orbit: Trajectory, path: Path) -> None:
    arrays = _arrays(orbit)
    names = [f"{name}_{a}" for name, values in arrays.items() for a in range(values.shape[1])]
    table = np.column_stack([*arrays.values(), orbit.phase])
    np.savetxt(path, table, delimiter=",", fmt="%.17g", header=",".join([*names, "phase"]), comments="")
