"""One orbit on disk and on paper."""

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from attractors import Classification, classify, classify_series
from attractors.system import System
from attractors.time_series.analysis import Analysis, analyse
from sweeps.config import Config
from sweeps.files import written_whole
from sweeps.models.made import in_symbols
from sweeps.models.model import Family, Orbit, State
from sweeps.store.provenance import provenance

SHORTEST_ORBIT = 8  # steps of an orbit that can be analysed
WINDOW = 4096  # last samples by which a noisy orbit is labelled


def orbit_of(config: Config, family: Family, system: System, start: State) -> Orbit:
    """Follow the orbit of a start for as long as a config says."""
    return family.record(system, start, config.run.n_steps, config.run.n_transient)


def label_of(config: Config, family: Family, system: System, start: State) -> Classification:
    """Label the attractor that the orbit of a start ends on; of a noisy one, by its last samples alone."""
    if config.is_noisy:
        orbit = orbit_of(config, family, system, start)
        return classify_series(orbit.samples[-WINDOW:], clock_period=system.clock_period)
    return classify(
        system,
        family.ready(system, start),
        n_transient=config.run.n_transient,
        n_steps=config.run.n_steps,
        n_exponents=config.n_exponents,
        n_max=config.run.n_max,
        frequencies=True,
    )


def describe(orbit: Orbit, config: Config, family: Family) -> dict[str, Any]:
    """Return an orbit in a few numbers for JSON: statistics of its observables, and where it ended."""
    m, end = orbit.observed, family.to_arrays([orbit.end])
    return {
        "n_steps": len(m),
        "mean": m.mean(axis=0).tolist(),
        "standard_deviation": m.std(axis=0).tolist(),
        "minimum": m.min(axis=0).tolist(),
        "maximum": m.max(axis=0).tolist(),
        "end": {one.key: end[one.name][0].tolist() for one in config.model.state},
    }


def look(orbit: Orbit, config: Config) -> Analysis | None:
    """Analyse the observables of an orbit; None if it is too short for that."""
    n = len(orbit.observed)
    if n < SHORTEST_ORBIT:
        return None
    memory = config.model.memory
    context = memory if memory is not None and n // 4 > memory else None
    return analyse(orbit.observed, context=context, clock_period=config.model.clock_period)


def write(orbit: Orbit, config: Config, found: Analysis | None, out: Path | None, plot: Path | None) -> list[Path]:
    """Write the orbit (.nc, .npz, .csv) and its figure, each whole and renamed; return the files."""
    if out is not None:
        with written_whole(out) as unfinished:
            if out.suffix == ".nc":
                as_dataset(orbit, config).to_netcdf(unfinished, engine="netcdf4")
            elif out.suffix == ".npz":
                with unfinished.open("wb") as file:
                    arrays: Any = {**orbit.columns, **_phase(orbit), "config": np.array(config.to_yaml())}
                    np.savez(file, **arrays)
            else:
                _write_csv(orbit, unfinished)
    if plot is not None:
        from sweeps.figures.sweep import save_page  # noqa: PLC0415 - only who draws waits for matplotlib

        if found is None:
            raise ValueError(f"run.n_steps = {len(orbit.observed)} must be at least {SHORTEST_ORBIT} for a figure")
        symbols = [config.model.observable(a).drawn for a in range(orbit.observed.shape[1])]
        save_page(plot, orbit.observed, found, symbols, title=in_symbols(config))
    return [file for file in (out, plot) if file is not None]


def as_dataset(orbit: Orbit, config: Config) -> xr.Dataset:
    """Return the orbit with names, dimensions (step, that of the observables) and where it comes from."""
    variables: dict[str, Any] = {
        name: (("step", config.of.component), values, {"long_name": orbit.long_names[name], "units": "1"})
        for name, values in orbit.columns.items()
    }
    for name, phase in _phase(orbit).items():
        variables[name] = ("step", phase, {"long_name": "clock phase of the newest token before the step"})
    attributes = {"title": config.name, "config": config.to_yaml(), **provenance()}
    return xr.Dataset(variables, attrs=attributes)


def _phase(orbit: Orbit) -> dict[str, Any]:
    """Return the phase of the clock, if there is one."""
    return {} if orbit.phase is None else {"phase": orbit.phase}


def _write_csv(orbit: Orbit, path: Path) -> None:
    names = [f"{name}_{a}" for name, values in orbit.columns.items() for a in range(values.shape[1])]
    table = np.column_stack([*orbit.columns.values(), *_phase(orbit).values()])
    np.savetxt(path, table, delimiter=",", fmt="%.17g", header=",".join([*names, *_phase(orbit)]), comments="")
