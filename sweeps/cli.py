"""The command line: `dmfsa trajectory | lyapunov | classify | analyse | sweep run | plot`."""

import argparse
import os
import sys
import threading
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.config import ConfigError, load_config

if TYPE_CHECKING:
    import xarray as xr

    from attractors.analysis import Analysis
    from dmfsa import MeanFieldMap, Window
    from sweeps.config import Config

# Heavy imports (numba, xarray, matplotlib) stand in the commands that need them, after the config has been read:
# --help is instant, and so is a complaint.

EPILOG = """\
examples:
  dmfsa classify cfgs/paper.yaml --set model.beta=1.255 --json
  dmfsa trajectory cfgs/paper.yaml --out orbit.nc --plot orbit.png
  dmfsa analyse recording.csv --plot page.pdf
  dmfsa sweep run cfgs/paper_zoom.yaml --set sweep.beta.n=4001
  dmfsa plot results/paper-zoom --kind lyapunov

exit codes: 0 done, 1 failed or interrupted, 2 wrong usage or config
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code."""
    given = _parser().parse_args(arguments)
    try:
        run: Callable[[argparse.Namespace], None] = given.run
        run(given)
    except ConfigError as error:
        return _fail(2, str(error))
    except KeyboardInterrupt as error:
        return _fail(1, str(error) or "interrupted")
    except BrokenPipeError:  # the reader of stdout has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (OSError, ValueError, MemoryError) as error:
        return _fail(1, str(error) or type(error).__name__)
    return 0


def _fail(code: int, message: str) -> int:
    print(f"dmfsa: {message}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="dmfsa",
        description="What does a self-attention network do, as a dynamical system?",
        epilog=EPILOG,
        formatter_class=formatter,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], None], about: str, example: str) -> Any:
        sub = commands.add_parser(
            name, help=about, description=about, epilog=f"example:\n  {example}", formatter_class=formatter
        )
        sub.set_defaults(run=run)
        return sub

    trajectory = command(
        "trajectory",
        _trajectory,
        "iterate one orbit",
        "dmfsa trajectory cfgs/paper.yaml --out orbit.nc --plot orbit.png",
    )
    _takes_config(trajectory)
    trajectory.add_argument(
        "--out", type=_file(".nc", ".npz", ".csv"), metavar="FILE", help="write the orbit: .nc, .npz or .csv"
    )
    trajectory.add_argument(
        "--plot", type=_file(".png", ".pdf", ".svg"), metavar="FILE", help="draw it: .png, .pdf or .svg"
    )
    lyapunov = command(
        "lyapunov", _lyapunov, "Lyapunov exponents of one orbit", "dmfsa lyapunov cfgs/paper.yaml --set model.beta=1.4"
    )
    _takes_config(lyapunov)
    classify = command(
        "classify", _classify, "what attractor one orbit ends on", "dmfsa classify cfgs/paper.yaml --json"
    )
    _takes_config(classify)
    analyse = command(
        "analyse",
        _analyse,
        "all that a recorded series tells",
        "dmfsa analyse recording.csv --columns x,y --plot page.pdf",
    )
    analyse.add_argument("file", type=Path, metavar="FILE", help="table (.csv, .txt) or array (.npy, .npz, .nc)")
    analyse.add_argument(
        "--columns", default="", metavar="NAMES", help="columns by name or number from 1, commas between; or an array"
    )
    analyse.add_argument("--skip", type=_whole, default=0, metavar="N", help="samples left out at the beginning")
    analyse.add_argument("--context", type=_at_least_one, metavar="L", help="single out memory beyond so many steps")
    analyse.add_argument("--clock", type=_at_least_one, default=1, metavar="T", help="period of the drive")
    analyse.add_argument(
        "--plot", type=_file(".png", ".pdf", ".svg"), metavar="FILE", help="draw a page: .png, .pdf or .svg"
    )
    analyse.add_argument("--json", action="store_true", help="print one JSON document on stdout")
    sweep = commands.add_parser(
        "sweep",
        help="run a config over all its points",
        description="Sweeps over parameters.",
        epilog="example:\n  dmfsa sweep run cfgs/paper_zoom.yaml",
        formatter_class=formatter,
    )
    actions = sweep.add_subparsers(metavar="ACTION", required=True)
    run = actions.add_parser(
        "run",
        help="run on this machine, on all cores",
        description="Run a sweep on this machine, or go on with one that was interrupted.",
        epilog="example:\n  dmfsa sweep run cfgs/paper_zoom.yaml --out results/zoom",
        formatter_class=formatter,
    )
    run.set_defaults(run=_sweep_run)
    _takes_config(run)
    run.add_argument("--out", type=Path, metavar="DIR", help="folder of results; results/NAME if not given")
    run.add_argument("--workers", type=_at_least_one, metavar="N", help="threads; one for each core if not given")
    plot = command(
        "plot", _plot, "figures of a sweep, finished or not", "dmfsa plot results/paper-zoom --kind lyapunov"
    )
    plot.add_argument("folder", type=Path, metavar="DIR", help="folder of results")
    plot.add_argument("--kind", choices=["orbit", "lyapunov", "phase"], help="the figure; what fits if not given")
    plot.add_argument("--out", type=_stem, metavar="STEM", help="files STEM.png and STEM.pdf; into DIR if not given")
    return parser


def _takes_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("config", type=Path, metavar="CFG", help="YAML file; cfgs/ has some")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a key, such as model.beta=1.27; repeatable",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout, and nothing else there")


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, got {text!r}")
    return int(text)


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 0, got {text!r}")
    return int(text)


def _file(*endings: str) -> Callable[[str], Path]:
    def path(text: str) -> Path:
        if Path(text).suffix not in endings:
            raise argparse.ArgumentTypeError(f"must end in {' or '.join(endings)}, got {text!r}")
        return _in_folder(text)

    return path


def _stem(text: str) -> Path:
    if not Path(text).name or Path(text).suffix in (".png", ".pdf"):
        raise argparse.ArgumentTypeError(f"must be the files' name without .png and .pdf, got {text!r}")
    return _in_folder(text)


def _in_folder(text: str) -> Path:
    """Refuse a file in a folder that is not there before anything is computed."""
    if not Path(text).parent.is_dir():
        raise argparse.ArgumentTypeError(f"must be in a folder that is there, got {text!r}")
    if Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"must be a file, got the folder {text!r}")
    return Path(text)


def _one_orbit(given: argparse.Namespace, *, exponents: bool = False) -> "tuple[Config, MeanFieldMap, Window]":
    """Return config, map and start of the commands for one orbit."""
    config = load_config(given.config, given.set)
    from sweeps.network import map_of, starts_of

    if exponents and config.n_exponents == 0:
        raise ConfigError("run.n_exponents = 0 must be at least 1 here: this command computes exponents.")
    network = map_of(config)
    starts = starts_of(config, network)
    if len(starts) > 1:
        raise ConfigError(f"start.random.n = {len(starts)} must be 1 here: this command follows one orbit.")
    return config, network, starts[0]


def _print_json(document: dict[str, Any]) -> None:
    import json

    print(json.dumps(document, allow_nan=False, ensure_ascii=False))


def _trajectory(given: argparse.Namespace) -> None:
    config, network, start = _one_orbit(given)
    from sweeps.trajectories import describe, look, write

    orbit = network.trajectory(start, config.run.n_steps, n_transient=config.run.n_transient)
    found = look(orbit, network)
    files = write(orbit, network, config, found, given.out, given.plot)
    document = describe(orbit) | {"analysis": found.to_dict() if found else None}
    if given.json:
        _print_json(document | {"files": [str(file) for file in files]})
        return
    print(f"β = {network.beta:g}: {config.run.n_steps} steps after {config.run.n_transient}")
    if found:
        _print_analysis(found)
    for name in ("mean", "minimum", "maximum"):
        print(f"  {name} of m^o, semantic: " + ", ".join(f"{x:+.6f}" for x in document[name]))
    for file in files:
        print(f"wrote {file}")


def _lyapunov(given: argparse.Namespace) -> None:
    config, network, start = _one_orbit(given, exponents=True)
    from attractors import lyapunov_spectrum
    from sweeps.network import full

    spectrum = lyapunov_spectrum(
        network,
        full(network, start),
        n_steps=config.run.n_steps,
        n_transient=config.run.n_transient,
        n_exponents=config.n_exponents,
    )
    if given.json:
        _print_json(spectrum.to_dict())
        return
    print(f"β = {network.beta:g}: Lyapunov exponents in nats per step, over {spectrum.n_steps} steps")
    for i, (x, error) in enumerate(zip(spectrum.exponents, spectrum.standard_errors, strict=True)):
        print(f"  λ{i + 1:<3d} {x:+.6f} ± {error:.1e}" + ("" if spectrum.resolved[i] else "   not resolved"))
    print(f"Kaplan-Yorke dimension {spectrum.kaplan_yorke_dimension:.4f}")
    print(spectrum.status.value)


def _classify(given: argparse.Namespace) -> None:
    config, network, start = _one_orbit(given, exponents=True)
    from attractors import classify
    from sweeps.network import full

    answer = classify(
        network,
        full(network, start),
        n_transient=config.run.n_transient,
        n_steps=config.run.n_steps,
        n_exponents=config.n_exponents,
        n_max=config.run.n_max,
        frequencies=True,
    )
    if given.json:
        _print_json(answer.to_dict())
        return
    period = f", period {answer.period}" if answer.period else ""
    torus = f", torus of dimension {answer.torus_dimension}" if answer.torus_dimension else ""
    print(f"β = {network.beta:g}: {answer.label}{period}{torus} (confidence {answer.confidence:.3f})")
    print(f"because {answer.reason}")
    if answer.transient:
        print(f"until step {answer.transient.until}: {answer.transient.status.value}")


def _analyse(given: argparse.Namespace) -> None:
    from sweeps.recordings import ENDINGS, read_series

    if given.file.suffix not in ENDINGS:
        raise ValueError(f"{given.file} must end in {', '.join(ENDINGS)}")
    columns = [word.strip() for word in given.columns.split(",") if word.strip()]
    recording = read_series(given.file, columns)
    from attractors.analysis import analyse

    samples = recording.samples[given.skip :]
    found = analyse(samples, context=given.context, clock_period=given.clock)
    if given.plot:
        from sweeps.figures import save_page

        save_page(given.plot, samples, found, recording.names, title=given.file.name)
    if given.json:
        _print_json(found.to_dict() | {"columns": list(recording.names)})
        return
    print(f"{given.file}: {found.n_samples} samples of {', '.join(recording.names)}")
    _print_analysis(found)
    if given.plot:
        print(f"wrote {given.plot}")


def _print_analysis(found: "Analysis") -> None:
    """Say in a few lines what a series shows; numbers are those of the first component."""
    period = f" {found.period.period}" if found.period.period else ""
    print(f"{found.status.name.lower()}{period}: {found.status.value}")
    lines = [line for line in found.spectrum.lines if line.component == 0][:3]
    strongest = ", ".join(f"{line.frequency:.9g} ± {line.frequency_error:.1g}" for line in lines)
    print(f"  spectrum: {found.spectrum.line_share[0]:.1%} of the variance in lines" + (f": {strongest}" * bool(lines)))
    for f, error, order in zip(found.torus.frequencies, found.torus.errors, found.torus.excluded_order, strict=True):
        print(f"  frequency: {f:.12g} ± {error:.1g}, no resonance up to order {order}; {found.torus.pieces} pieces")
    time, error = found.correlation.integrated_time[0], found.correlation.integrated_time_error[0]
    known = f"integrated time {time:.4g} ± {error:.1g} steps" if time > 0.0 else "no integrated time"
    print(f"  autocorrelation: {known}; {found.correlation.status.name.lower().replace('_', ' ')}")
    if found.correlation.memory is not None:
        memory = found.correlation.memory
        print(
            f"  memory beyond {memory.context} steps: {memory.correlation[0]:+.3f} at lag {memory.lag[0]}, "
            f"p = {memory.p_value[0]:.2g}"
        )
    print(f"  0-1 test: K = {found.growth.growth[0]:.3f}; {found.growth.status.name.lower()}")
    print(f"  Birkhoff average: {found.average.digits[0]:.1f} digits; {found.average.status.name.lower()}")


def _sweep_run(given: argparse.Namespace) -> None:
    config = load_config(given.config, given.set)
    from sweeps.run import run_sweep

    # It draws, so it loads long: while the sweep runs.
    threading.Thread(target=import_module, args=["sweeps.summary"]).start()
    found: list[xr.Dataset] = []
    files: list[Path] = []

    def look(dataset: "xr.Dataset", folder: Path) -> None:
        from sweeps.summary import write_summary

        found.append(dataset)
        files.extend(write_summary(dataset, folder))

    folder = run_sweep(config, given.out, workers=given.workers, beside=look)
    from sweeps.summary import print_summary, summary

    files.insert(0, folder / "sweep.nc")
    if given.json:
        _print_json(summary(found[0]) | {"folder": str(folder), "files": [str(file) for file in files]})
        return
    print_summary(found[0])
    for file in files:
        print(f"wrote {file}")


def _plot(given: argparse.Namespace) -> None:
    from sweeps import figures
    from sweeps.store import open_sweep

    dataset = open_sweep(given.folder)
    kind = given.kind or figures.default_kind(dataset)
    if kind is None:
        raise ValueError(f"{given.folder} has no figure: one needs 1 or 2 axes, and labels, orbits or exponents")
    stem = given.out or given.folder / kind
    for file in figures.save_both(figures.KINDS[kind](dataset), stem):
        print(f"wrote {file}")
