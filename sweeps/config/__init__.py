"""The description of an experiment: read from YAML, checked once, then read-only."""

from sweeps.config.config import Config, load_config
from sweeps.config.errors import ConfigError

__all__ = ["Config", "ConfigError", "load_config"]
