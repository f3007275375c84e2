"""YAML as the configuration needs it: keys are text as written, and none may stand twice.

YAML's own ideas would make the line ``+37167000000`` a number without its plus and ``0123`` the
number 83, and would let the second of two equal keys win in silence.
"""

from pathlib import Path
from typing import Any

import yaml

from callserver.model.errors import ConfigError


class _Loader(yaml.SafeLoader):
    """Safe: nothing but plain values."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    loader.flatten_mapping(node)
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        where = f"line {key_node.start_mark.line + 1}"
        if not isinstance(key_node, yaml.ScalarNode):
            raise ConfigError(f"{where}: a key must be a word")
        if key_node.value in values:
            raise ConfigError(f"{where}: `{key_node.value}` stands here a second time; keep one")
        values[key_node.value] = loader.construct_object(value_node, deep=True)
    return values


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read(file: Path) -> dict[str, Any]:
    """The mapping in a file; empty for an empty file. Raises :class:`ConfigError`, which does not
    name the file."""
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"is no YAML: {' '.join(str(error).split())}") from error
    except RecursionError as error:
        raise ConfigError("is nested too deeply") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigError("must be a mapping of keys to values (`key: value`)")
    return content
