"""What arguments of commands may be, and the form in which commands are described."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sweeps.config import Config, load_config


def add_command(
    commands: Any,
    name: str,
    run: Callable[[argparse.Namespace], int | None],
    about: str,
    example: str,
    detail: str = "",
) -> argparse.ArgumentParser:
    """Add a command to those of a parser: `about` in its line of the list, `detail` or the same in its own help."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=about,
        description=detail or about,
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def takes_config(parser: argparse.ArgumentParser, *, or_folder: bool = False) -> None:
    """Give a command its config, changes to it, and JSON."""
    about = "YAML file; cfgs/ has some" + "; or the folder of a sweep" * or_folder
    parser.add_argument("config", type=Path, metavar="CFG", help=about)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a key, such as model.beta=1.27; repeatable",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout, and nothing else there")


def sweep_of(given: argparse.Namespace) -> tuple[Config, Path]:
    """Return config and folder, of which either may be given."""
    from sweeps.files import StoreError

    if given.config.is_dir():
        if given.out is not None:
            raise ValueError(f"--out {given.out} does not go with {given.config}, which is a folder of results already")
        if not (given.config / "config.yaml").exists():
            raise StoreError(f"{given.config} holds no config.yaml: give the folder of a sweep, or its config.")
        return load_config(given.config / "config.yaml", given.set), given.config
    config = load_config(given.config, given.set)
    return config, given.out or Path("results", config.name)


def at_least_one(text: str) -> int:
    """Accept 1, 2, …."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, got {text!r}")
    return int(text)


def whole(text: str) -> int:
    """Accept 0, 1, …."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 0, got {text!r}")
    return int(text)


def file_ending(*endings: str) -> Callable[[str], Path]:
    """Accept a file with one of these endings, in a folder that is there."""

    def path(text: str) -> Path:
        if Path(text).suffix not in endings:
            raise argparse.ArgumentTypeError(f"must end in {' or '.join(endings)}, got {text!r}")
        return _in_folder(text)

    return path


def stem(text: str) -> Path:
    """Accept the name of files without their ending, in a folder that is there."""
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


def print_json(document: dict[str, Any]) -> None:
    """Print one JSON document on stdout."""
    import json

    print(json.dumps(document, allow_nan=False, ensure_ascii=False))
