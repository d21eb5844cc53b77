"""Which sweep is it? The config, and the content of the files that it names."""

import hashlib
import json

from sweeps.config import Config

Inputs = dict[str, str]  # dotted keys that name files, and what is in them


def fingerprint(config: Config, inputs: Inputs) -> str:
    """Return a short hash of a config and of its files' content, whatever their names; noted in every shard."""
    text = json.dumps(_identity(config, inputs), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def differences(there: tuple[Config, Inputs], wanted: tuple[Config, Inputs]) -> list[str]:
    """Compare two configs with their files, key by key; a line for each that differs."""
    old, new = _identity(*there), _identity(*wanted)
    differing = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    return [f"{key}: {old.get(key, 'absent')} there, {new.get(key, 'absent')} asked for" for key in differing]


def _identity(config: Config, inputs: Inputs) -> dict[str, object]:
    """Return what decides the results; what to ask of a cluster, or of `dmfsa finite`, does not."""
    values = {key: value for key, value in config.to_dict().items() if key not in {"cluster", "slurm", "finite"}}
    return {**_flat(values), **inputs}


def _flat(values: object, prefix: str = "") -> dict[str, object]:
    """Dotted keys of nested mappings, and of lists of mappings."""
    if isinstance(values, list) and any(isinstance(entry, dict) for entry in values):
        entries = [_flat(entry, f"{prefix}[{place}]") for place, entry in enumerate(values)]
        return {key: value for entry in entries for key, value in entry.items()}
    if not isinstance(values, dict):
        return {prefix: values}
    return {key: value for name in values for key, value in _flat(values[name], f"{prefix}.{name}".strip(".")).items()}
