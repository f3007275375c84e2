"""YAML with line numbers, for people: every scalar is the text that stands there.

``no`` is a step called no and ``1`` the key 1, not a boolean and a number. A key given twice is a
mistake here, where YAML would quietly keep the last.
"""

from dataclasses import dataclass, field
from typing import Any

import yaml

from callserver.ivr import malformed

MAX_DEPTH = 12
MAX_PLACES = 20_000
"""Keys and values in a file; aliases that repeat themselves would be without end."""

Path = tuple[str, ...]


@dataclass(slots=True)
class Source:
    """``data`` is nested dicts, lists and strings; ``lines`` knows where each path stands, and
    ``problems`` are (line, what) pairs."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)


def parse(text: str) -> Source:
    """Read a YAML text; syntax errors are among the ``problems``."""
    source = Source()
    try:
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        source.problems.append(malformed.told(error))
        return source
    except (yaml.YAMLError, RecursionError) as error:
        source.problems.append((0, f"not YAML: {error}"))
        return source
    if root is not None:
        source.data = _value(root, (), source)
    return source


def _value(node: yaml.Node, path: Path, source: Source) -> Any:
    line = node.start_mark.line + 1
    source.lines.setdefault(path, line)
    if len(path) > MAX_DEPTH or len(source.lines) > MAX_PLACES:
        problem = (line, "nested too deeply") if len(path) > MAX_DEPTH else (0, "too large")
        if problem not in source.problems:
            source.problems.append(problem)
        return ""
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, source)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, str(n)), source) for n, item in enumerate(node.value)]
    return node.value


def _mapping(node: yaml.MappingNode, path: Path, source: Source) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            source.problems.append((line, "a key must be a plain word"))
            continue
        key = str(key_node.value)
        if key in found:
            source.problems.append((line, f"`{key}` is given twice; keep one"))
            continue
        source.lines[(*path, key)] = line
        found[key] = _value(value_node, (*path, key), source)
    return found
