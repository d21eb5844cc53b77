"""Commands for one orbit or one recorded series: `trajectory`, `lyapunov`, `classify`, `analyse`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.cli.arguments import add_command, at_least_one, file_ending, print_json, takes_config, whole
from sweeps.config import ConfigError, load_config

if TYPE_CHECKING:
    from attractors.system import System
    from attractors.time_series.analysis import Analysis
    from sweeps.config import Config
    from sweeps.models.model import Family, State


def add_orbit_commands(commands: Any) -> None:
    """Add the commands to those of `dmfsa`."""
    trajectory = add_command(
        commands,
        "trajectory",
        _trajectory,
        "iterate one orbit",
        "dmfsa trajectory cfgs/paper.yaml --out orbit.nc --plot orbit.png",
    )
    takes_config(trajectory)
    trajectory.add_argument(
        "--out", type=file_ending(".nc", ".npz", ".csv"), metavar="FILE", help="write the orbit: .nc, .npz or .csv"
    )
    trajectory.add_argument(
        "--plot", type=file_ending(".png", ".pdf", ".svg"), metavar="FILE", help="draw it: .png, .pdf or .svg"
    )
    lyapunov = add_command(
        commands,
        "lyapunov",
        _lyapunov,
        "Lyapunov exponents of one orbit",
        "dmfsa lyapunov cfgs/paper.yaml --set model.beta=1.4",
    )
    takes_config(lyapunov)
    classify = add_command(
        commands, "classify", _classify, "what attractor one orbit ends on", "dmfsa classify cfgs/paper.yaml --json"
    )
    takes_config(classify)
    analyse = add_command(
        commands,
        "analyse",
        _analyse,
        "all that a recorded series tells",
        "dmfsa analyse recording.csv --columns x,y --plot page.pdf",
    )
    analyse.add_argument("file", type=Path, metavar="FILE", help="table (.csv, .txt) or array (.npy, .npz, .nc)")
    analyse.add_argument(
        "--columns", default="", metavar="NAMES", help="columns by name or number from 1, commas between; or an array"
    )
    analyse.add_argument("--skip", type=whole, default=0, metavar="N", help="samples left out at the beginning")
    analyse.add_argument("--context", type=at_least_one, metavar="L", help="single out memory beyond so many steps")
    analyse.add_argument("--clock", type=at_least_one, default=1, metavar="T", help="period of the drive")
    analyse.add_argument(
        "--plot", type=file_ending(".png", ".pdf", ".svg"), metavar="FILE", help="draw a page: .png, .pdf or .svg"
    )
    analyse.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def _one_orbit(
    given: argparse.Namespace, *, exponents: bool = False, labels: bool = False
) -> "tuple[Config, Family, System, State]":
    """Return config, family, map and start of the commands for one orbit."""
    config = load_config(given.config, given.set)
    from sweeps.models.made import family_of, starts_of, system_of

    if exponents and config.is_noisy:
        raise ConfigError(f"model.{config.of.noise} must be absent here: noise leaves no Lyapunov exponents.")
    if (exponents or (labels and not config.is_noisy)) and config.n_exponents == 0:
        raise ConfigError("run.n_exponents = 0 must be at least 1 here: this command computes exponents.")
    family = family_of(config)
    system = system_of(config, family)
    starts = starts_of(config, family, system)
    if len(starts) > 1:
        key = "start.list has" if config.start.list else "start.random.n ="
        raise ConfigError(f"{key} {len(starts)} starts, and must have 1 here: this command follows one orbit.")
    return config, family, system, starts[0]


def _trajectory(given: argparse.Namespace) -> None:
    config, family, system, start = _one_orbit(given)
    from sweeps.models.made import in_words
    from sweeps.orbit.trajectories import describe, look, orbit_of, write

    orbit = orbit_of(config, family, system, start)
    found = look(orbit, config)
    files = write(orbit, config, found, given.out, given.plot)
    document = describe(orbit, config, family) | {"analysis": found.to_dict() if found else None}
    if given.json:
        print_json(document | {"files": [str(file) for file in files]})
        return
    noise = config.of.noise
    spins = f", {config.value(noise)} {noise.removeprefix('n_')}" if config.is_noisy else ""
    print(f"{in_words(config)}{spins}: {config.run.n_steps} steps after {config.run.n_transient}")
    if found:
        _print_analysis(found)
    for name in ("mean", "minimum", "maximum"):
        print(f"  {name} of {config.of.spoken}: " + ", ".join(f"{x:+.6f}" for x in document[name]))
    for file in files:
        print(f"wrote {file}")


def _lyapunov(given: argparse.Namespace) -> None:
    config, family, system, start = _one_orbit(given, exponents=True)
    from attractors import lyapunov_spectrum
    from sweeps.models.made import in_words

    spectrum = lyapunov_spectrum(
        system,
        family.ready(system, start),
        n_steps=config.run.n_steps,
        n_transient=config.run.n_transient,
        n_exponents=config.n_exponents,
    )
    if given.json:
        print_json(spectrum.to_dict())
        return
    print(f"{in_words(config)}: Lyapunov exponents in nats per step, over {spectrum.n_steps} steps")
    for i, (x, error) in enumerate(zip(spectrum.exponents, spectrum.standard_errors, strict=True)):
        print(f"  λ{i + 1:<3d} {x:+.6f} ± {error:.1e}" + ("" if spectrum.resolved[i] else "   not resolved"))
    print(f"Kaplan-Yorke dimension {spectrum.kaplan_yorke_dimension:.4f}")
    print(spectrum.status.value)


def _classify(given: argparse.Namespace) -> None:
    config, family, system, start = _one_orbit(given, labels=True)
    from sweeps.models.made import in_words
    from sweeps.orbit.trajectories import label_of

    answer = label_of(config, family, system, start)
    if given.json:
        print_json(answer.to_dict())
        return
    period = f", period {answer.period}" if answer.period else ""
    torus = f", torus of dimension {answer.torus_dimension}" if answer.torus_dimension else ""
    known = f"{answer.confidence:.3f}" if answer.confidence == answer.confidence else "not known"
    print(f"{in_words(config)}: {answer.label}{period}{torus} (confidence {known})")
    print(f"because {answer.reason}")
    if answer.transient:
        print(f"until step {answer.transient.until}: {answer.transient.status.value}")


def _analyse(given: argparse.Namespace) -> None:
    from sweeps.orbit.recordings import ENDINGS, read_series

    if given.file.suffix not in ENDINGS:
        raise ValueError(f"{given.file} must end in {', '.join(ENDINGS)}")
    columns = [word.strip() for word in given.columns.split(",") if word.strip()]
    recording = read_series(given.file, columns)
    from attractors.time_series.analysis import analyse

    samples = recording.samples[given.skip :]
    found = analyse(samples, context=given.context, clock_period=given.clock, thorough=True)
    if given.plot:
        from sweeps.figures.sweep import save_page

        save_page(given.plot, samples, found, recording.names, title=given.file.name)
    if given.json:
        print_json(found.to_dict() | {"columns": list(recording.names)})
        return
    print(f"{given.file}: {found.n_samples} samples of {', '.join(recording.names)}")
    _print_analysis(found)
    if given.plot:
        print(f"wrote {given.plot}")


def _print_analysis(found: "Analysis") -> None:
    """Say in a line each what the analyses of a series found; numbers are those of the first component."""
    print(f"{found.headline()}: {found.status.value}")
    for line in found.lines():
        print(f"  {line}")
