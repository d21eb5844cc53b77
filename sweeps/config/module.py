"""A model in a Python file of the user's, which a config names: `model: {module: my_map.py}`.

The file is imported, once in every process that reads such a config: the only code that a config can have run. It
defines `MODEL`, a model such as `sweeps.models.MapModel` makes.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import threading
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, ValidationInfo, create_model

from sweeps.config.errors import ConfigError, one_line, problem, show
from sweeps.config.registry import Kind
from sweeps.config.values import allowing

_IMPORTED: dict[tuple[str, str], Kind] = {}
_IMPORTING = threading.Lock()


@allowing("the name of a .py file")
def module(value: object, info: ValidationInfo) -> Path:
    """Return the whole path, from the folder of the config file where there is one, or else the current one."""
    if not isinstance(value, str | Path) or Path(value).suffix != ".py" or not str(value).isprintable():
        raise problem("must be the name of a .py file", value=value)
    return Path((info.context or {}).get("folder", ""), value).absolute()


def model_in(value: object, folder: str) -> Kind:
    """Import the file that `model.module` names, unless this process has, and return its model.

    Parameters
    ----------
    value : object
        What is written there.
    folder : str
        Where a relative path starts; empty: the current directory.

    Raises
    ------
    ConfigError
        If there is no such file, if it is not Python, raises, or defines no model.
    """
    what = f"model.module = {show(value)}"
    if not isinstance(value, str | Path) or Path(value).suffix != ".py" or not str(value).isprintable():
        raise ConfigError(f"{what} must be the name of a .py file.")
    path = Path(folder, value).absolute()
    try:
        source = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(f"{what} does not exist: there is no file {one_line(str(path), 200)}.") from None
    except OSError as error:
        raise ConfigError(f"{what} cannot be read: {error.strerror}.") from None
    key = str(path), hashlib.sha256(source).hexdigest()
    with _IMPORTING:
        if key not in _IMPORTED:
            _IMPORTED[key] = _with_module(_import(path, source, key[1], what))
    return _IMPORTED[key]


def _import(path: Path, source: bytes, checksum: str, what: str) -> Kind:
    """Run a file as a module, and return its `MODEL`."""
    spec = importlib.util.spec_from_file_location(f"dmfsa_model_{checksum[:16]}", path)
    if spec is None:
        raise ConfigError(f"{what} cannot be imported.")
    print(f"dmfsa: imports {path}, which model.module names", file=sys.stderr)
    found = importlib.util.module_from_spec(spec)
    try:
        code = compile(source, str(path), "exec")
    except (SyntaxError, ValueError) as error:
        line = f" (line {error.lineno})" if isinstance(error, SyntaxError) and error.lineno else ""
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise ConfigError(f"{what} is not Python: {one_line(reason)}{line}.") from None
    sys.modules[spec.name] = found
    try:
        exec(code, found.__dict__)
    except (Exception, SystemExit) as error:
        del sys.modules[spec.name]
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        line = f" in line {lines[-1]}" if lines else ""
        said = f"{type(error).__name__}: {error}".rstrip(": ")
        raise ConfigError(f"{what} raises an error{line} when it is imported: {one_line(said, 200)}.") from None
    model = getattr(found, "MODEL", None)
    if not isinstance(model, Kind):
        given = "defines no MODEL" if model is None else f"defines MODEL = {show(model)}, which is no model"
        raise ConfigError(f"{what} {given}: let it be what sweeps.models.MapModel makes.")
    return model


def _with_module(model: Kind) -> Kind:
    """Add the key `module` to a model's section, so that it is a part of the config."""
    noted = Annotated[Path, BeforeValidator(module)]
    about = f"{(model.section.__doc__ or '').strip()}\n"
    section = create_model(model.section.__name__, __base__=model.section, __doc__=about, module=(noted, ...))
    return replace(model, section=section)
