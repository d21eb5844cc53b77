"""The page of all keys of a config: none is missing, and each says what it means, what is allowed, its default."""

import re
import sys
from pathlib import Path
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

import pytest
import yaml
from pydantic import BaseModel
from pydantic_core import PydanticCustomError

from sweeps import Config
from sweeps.config.blanket import AttentionBlanket, IsingBlanket, LorenzBlanket
from sweeps.config.config import config_of
from sweeps.config.values import LARGEST, allowed_by, whole
from sweeps.models import NETWORK

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS / "extensions"))
import config_keys  # noqa: E402 - the guide's own machinery, of the folder that has just been named

BLANKETS = {"ising": IsingBlanket, "attention": AttentionBlanket, "lorenz": LorenzBlanket}


def schema(kind=None, prefix=""):
    """Dotted keys that hold values, and their defaults: those of every section and of every choice of sections."""
    found, kind = {}, kind or config_of(NETWORK)
    for field_name, field in kind.model_fields.items():
        key = f"{prefix}{field.alias or field_name}"
        inner = [c for c in choices(field.annotation) if isinstance(c, type) and issubclass(c, BaseModel)]
        lists = [get_args(c)[0] for c in choices(field.annotation) if get_origin(c) is tuple]
        entries = [c for c in lists if isinstance(c, type) and issubclass(c, BaseModel)]
        for section in inner:
            found |= schema(section, f"{key}.")
        for section in entries:
            found |= schema(section, f"{key}[].")
        if not inner + entries:
            found[key] = None if field.is_required() else field.default
    return found


def choices(annotation):
    if get_origin(annotation) is Annotated:
        return choices(get_args(annotation)[0])
    union = get_origin(annotation) in (Union, UnionType)
    return [c for part in get_args(annotation) for c in choices(part)] if union else [annotation]


def keys():
    """Every key that the guide has a line for, a parameter of a sweep by its own name."""
    found = {}
    for part in config_keys.parts():
        for key in part.keys:
            for own in part.names or ["PARAMETER"]:
                path = re.sub(r"^.*PARAMETER", own, key.path)
                found.setdefault(path, []).append(key)
    return found


KEYS = keys()


def test_the_guide_has_every_key_and_no_other():
    assert sorted(KEYS) == sorted(schema())
    document = config_keys.document()
    for path, lines in KEYS.items():
        assert path.endswith("ensemble") or f"`{lines[0].path}`" in document


@pytest.mark.parametrize("path", KEYS)
def test_every_key_says_what_it_means_what_is_allowed_and_its_default(path):
    actual = schema()[path]
    for key in KEYS[path]:
        assert len(key.meaning) > 10, "say it under Attributes, in the docstring of the section in sweeps/config"
        assert len(key.allowed) > 4, "say it on the rule of the field, by `allowing`"
        if key.default.startswith("`"):
            said = yaml.safe_load(key.default.strip("`"))
            assert (tuple(said) if isinstance(said, list) else said) == actual or path.endswith("ensemble")
        else:
            assert actual is None


def test_a_default_of_the_guide_is_that_of_an_empty_section():
    config = Config.from_dict({"model": {"beta": 1.0}})
    first = next(part for part in config_keys.parts() if part.path == "model.features.")
    assert isinstance(config.model.features, first.kind)
    assert f"`{config.model.context}`" == KEYS["model.context"][0].default
    assert f"`{config.run.n_transient}`" == KEYS["run.n_transient"][0].default


@pytest.mark.parametrize(("low", "high"), [(1, None), (0, 2**32 - 1), (1, 16)])
def test_a_rule_allows_what_it_says(low, high):
    rule = whole(low) if high is None else whole(low, high)
    said = [int(number.replace("_", "")) for number in re.findall(r"[\d_]+", allowed_by(rule))]
    assert said == [low] + [high] * (high is not None)
    for number in said:
        assert rule(number) == number
    for number in (low - 1, (high or LARGEST) + 1):
        with pytest.raises(PydanticCustomError):
            rule(number)


def test_text_of_docstrings_stays_as_it_is_in_a_table():
    assert config_keys.as_markdown("W^o and a|b, ``x**2`` or [1]") == r"W\^o and a\|b, `x**2` or \[1\]"
