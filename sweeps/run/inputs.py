"""Files that a config names: their contents are part of what a sweep is."""

import hashlib
from pathlib import Path

from sweeps.config import Config, ConfigError
from sweeps.files import StoreError, reason
from sweeps.run.earlier_sweep import content_of
from sweeps.store.identity import Inputs


def inputs_of(config: Config) -> Inputs:
    """Return the checksums of the files that a config names.

    Raises
    ------
    ConfigError
        If one cannot be read.
    """
    start = config.start
    found = {}
    module = getattr(config.model, "module", None)
    if module is not None:
        found["model.module"] = _content("model.module", module)
    weights = getattr(getattr(config.model, "features", None), "file", None)
    if weights is not None:
        found["model.features.file"] = _content("model.features.file", weights)
    if start.checkpoint is not None:
        found["start.checkpoint"] = _content("start.checkpoint", start.checkpoint)
    for place, one in enumerate(start.list or ()):
        if one.checkpoint is not None:
            found[f"start.list[{place}].checkpoint"] = _content(f"start.list[{place}].checkpoint", one.checkpoint)
    if start.sweep is not None:
        try:
            found["start.sweep"] = f"content {content_of(start.sweep)}"
        except StoreError as error:
            raise ConfigError(f"start.sweep = '{start.sweep}' cannot be used: {error}") from None
    return found


def _content(key: str, path: Path) -> str:
    try:
        return f"content {hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"
    except FileNotFoundError:
        raise ConfigError(f"{key} = '{path}' does not exist.") from None
    except OSError as error:
        raise ConfigError(f"{key} = '{path}' cannot be read: {reason(error)}.") from None
