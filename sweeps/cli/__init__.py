"""The command line.

    dmfsa trajectory | lyapunov | classify | analyse | attractors | bifurcations | finite | blanket
    dmfsa sweep run|task|status|resume|collect | plot | report | reproduce

Heavy imports (numba, xarray, matplotlib) stand in the commands that need them, after the config has been read:
--help is instant, and so is a complaint.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from sweeps.cli.attractors import add_attractors_command
from sweeps.cli.bifurcations import add_bifurcations_command
from sweeps.cli.blanket import add_blanket_commands
from sweeps.cli.finite import add_finite_command
from sweeps.cli.orbits import add_orbit_commands
from sweeps.cli.report import add_report_command
from sweeps.cli.reproduce import add_reproduce_command
from sweeps.cli.sweep import add_sweep_commands
from sweeps.config import ConfigError

EPILOG = """\
examples:
  dmfsa classify cfgs/paper.yaml --set model.beta=1.255 --json
  dmfsa trajectory cfgs/paper.yaml --out orbit.nc --plot orbit.png
  dmfsa analyse recording.csv --plot page.pdf
  dmfsa finite cfgs/finite.yaml --out results/finite
  dmfsa blanket ising cfgs/blanket_ising.yaml
  dmfsa sweep run cfgs/paper_zoom.yaml --set sweep.beta.n=4001
  dmfsa sweep submit cfgs/paper_fig3a.yaml --dry-run
  dmfsa plot results/paper-zoom --kind lyapunov
  dmfsa report results/paper-zoom
  dmfsa reproduce fig3b

exit codes: 0 done, 1 failed or interrupted, 2 wrong usage or config, 75 points are left to be done
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code."""
    given = _parser().parse_args(arguments)
    try:
        run: Callable[[argparse.Namespace], int | None] = given.run
        return run(given) or 0
    except ConfigError as error:
        return _fail(2, str(error))
    except KeyboardInterrupt as error:
        return _fail(1, str(error) or "interrupted")
    except BrokenPipeError:  # the reader of stdout has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (OSError, ValueError, MemoryError) as error:
        return _fail(1, str(error) or type(error).__name__)


def _fail(code: int, message: str) -> int:
    print(f"dmfsa: {message}", file=sys.stderr)
    return code


class _Version(argparse.Action):
    """Print the versions, which takes longer to find out than --help may take, and exit."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from sweeps.store.provenance import version_line

        print(version_line())
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dmfsa",
        description="What does a self-attention network do, as a dynamical system?",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version", action=_Version, nargs=0, help="show versions, and the commit of a checkout, and exit"
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    add_orbit_commands(commands)
    add_attractors_command(commands)
    add_bifurcations_command(commands)
    add_finite_command(commands)
    add_blanket_commands(commands)
    add_sweep_commands(commands)
    add_report_command(commands)
    add_reproduce_command(commands)
    return parser
