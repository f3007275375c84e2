"""From the files in ``config/`` to one :class:`Config`: all mistakes at once, each with its file
and key. ``trunks.yaml``, ``lines.yaml``, ``queues.yaml`` and the like beside the main file are
sections of it, kept apart because other people edit them. No file at all is fine: the defaults are
a server."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from callserver.config.sections import Config
from callserver.config.source import read
from callserver.model.errors import ConfigError

BESIDE = ("trunks", "lines", "queues", "hours", "destinations", "places", "connectors")


def load(file: Path | None) -> Config:
    """The configuration in ``file`` and its neighbours; raises :class:`ConfigError`."""
    if file is None:
        return Config()
    mistakes: list[str] = []
    content = _read(file, mistakes)
    for name in BESIDE:
        beside = file.with_name(f"{name}.yaml")
        if beside.is_file():
            if name in content:
                mistakes.append(f"{file}: {name}: stands in {beside} too; keep one")
            content[name] = _read(beside, mistakes)
    try:
        config = Config.model_validate(content)
    except ValidationError as error:
        mistakes += (_mistake(file, detail) for detail in error.errors())
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return config


def _read(file: Path, mistakes: list[str]) -> dict[str, Any]:
    try:
        return read(file)
    except ConfigError as error:
        mistakes.append(f"{file}: {error}")
        return {}


def _mistake(file: Path, detail: ErrorDetails) -> str:
    """``FILE: KEY: what is wrong``, without the value: it may be a password."""
    keys = [str(key) for key in detail["loc"]]
    if keys and keys[0] in BESIDE and (beside := file.with_name(f"{keys[0]}.yaml")).is_file():
        file, keys = beside, keys[1:]
    what = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        what = "there is no such option; `callserver config show` lists all"
    elif detail["type"] == "missing":
        what = "is missing"
    return ": ".join([str(file), *([".".join(keys)] if keys else []), what])
