"""From the files in ``config/`` to one :class:`Config`: all mistakes at once, each with its file
and key. ``trunks.yaml``, ``lines.yaml`` and ``queues.yaml`` beside the main file are sections of
it, kept apart because other people edit them. No file at all is fine: the defaults are a server."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from callserver.config.sections import Config
from callserver.model.errors import ConfigError

BESIDE = ("trunks", "lines", "queues")


def _read(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{file}: cannot be read: {error}") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigError(f"{file}: must be a mapping of keys to values")
    return {str(key): value for key, value in content.items()}


def load(file: Path | None) -> Config:
    """The configuration in ``file`` and its neighbours; raises :class:`ConfigError`."""
    if file is None:
        return Config()
    content = _read(file)
    for name in BESIDE:
        beside = file.with_name(f"{name}.yaml")
        if beside.is_file():
            if name in content:
                raise ConfigError(f"{file}: `{name}` stands here and in {beside.name}; keep one")
            content[name] = _read(beside)
    try:
        return Config.model_validate(content)
    except ValidationError as error:
        mistakes = "\n".join(
            f"  {'.'.join(map(str, mistake['loc'])) or '(whole file)'}: {mistake['msg']}"
            for mistake in error.errors()
        )
        raise ConfigError(f"{file}: mistakes:\n{mistakes}") from error
