"""The description of an experiment: read from YAML, checked once, then read-only."""

from sweeps.config.errors import ConfigError
from sweeps.config.experiment import Config, load_config

__all__ = ["Config", "ConfigError", "load_config"]
