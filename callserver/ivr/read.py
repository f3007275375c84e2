"""From the text of a flow file to a :class:`Flow`, with every mistake in its keys and values.

How the steps hang together is judged afterwards, by ``check``.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from callserver.ivr import source as yaml_source
from callserver.ivr.flow import Flow, Mistake
from callserver.ivr.source import Source
from callserver.ivr.step import Step
from callserver.ivr.variables import Name
from callserver.ivr.words import hint
from callserver.speech.phrases import LANGUAGES

Kinds = Mapping[str, type[Step]]

_TOP = ("flow", "start", "takes", "steps")
_PLAIN = {
    "dict_type": "write pairs, as `{{1: sales, 2: support}}`",
    "tuple_type": "write a list, as `[one, two]`",
    "string_type": "write one text here, no list and no keys",
    "int_parsing": "`{}` is no whole number",
    "float_parsing": "`{}` is no number",
    "bool_parsing": "`{}` is neither yes nor no",
}
"""What is wrong with a value, by the type of the error, where pydantic speaks to programmers."""
_NAMES = TypeAdapter(tuple[Name, ...])


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read. ``flow`` is None when the file holds no steps at all; it lacks those that
    cannot be read. It is good to run only when ``mistakes`` is empty and ``check`` agrees."""

    flow: Flow | None
    mistakes: tuple[Mistake, ...]


def read(text: str, file: str, name: str, kinds: Kinds) -> Reading:
    """Read the flow ``name`` from the text of ``file``. Never raises."""
    return _Reader(yaml_source.parse(text), text, file, name, kinds).read()


class _Reader:
    def __init__(self, source: Source, text: str, file: str, name: str, kinds: Kinds) -> None:
        self._source = source
        self._text = text
        self._file = file
        self._name = name
        self._kinds = kinds
        self._mistakes = [Mistake(file, line, "", what) for line, what in source.problems]

    def _mistake(self, path: tuple[str, ...], what: str) -> None:
        step = path[1] if len(path) > 1 and path[0] == "steps" else ""
        self._mistakes.append(Mistake(self._file, self._source.line(path), step, what))

    def read(self) -> Reading:
        data = self._source.data
        if not isinstance(data, dict):
            if not self._mistakes:
                self._mistake((), "holds no flow; write `start:` and `steps:`")
            return Reading(None, tuple(self._mistakes))
        self._top(data)
        raw = data.get("steps")
        if not isinstance(raw, dict) or not raw:
            self._mistake(("steps",), "no steps; write `steps:` and under it `name: {kind: …}`")
            return Reading(None, tuple(self._mistakes))
        steps = {name: self._step(name, value) for name, value in raw.items()}
        flow = Flow(
            name=self._name,
            version=_version(data),
            start=self._start(data, steps),
            steps=MappingProxyType({name: step for name, step in steps.items() if step}),
            file=self._file,
            lines=MappingProxyType({name: self._source.line(("steps", name)) for name in raw}),
            takes=self._takes(data),
            source=self._text,
            ways=MappingProxyType(dict(self._ways(steps))),
        )
        return Reading(flow, tuple(self._mistakes))

    def _top(self, data: dict[str, Any]) -> None:
        for key in data:
            if key not in _TOP:
                self._mistake((key,), f"unknown key `{key}`{hint(key, _TOP)}")
        said = data.get("flow", self._name)
        if said != self._name:
            self._mistake(
                ("flow",), f"is called `{said}`, but its file says `{self._name}`; make them equal"
            )

    def _start(self, data: dict[str, Any], steps: Iterable[str]) -> str:
        start = data.get("start", "")
        if not isinstance(start, str) or not start:
            self._mistake((), "no `start`; name the step a call begins with")
            return ""
        if start not in steps:
            self._mistake(("start",), f"`{start}` is no step{hint(start, steps)}")
        return start

    def _takes(self, data: dict[str, Any]) -> tuple[str, ...]:
        try:
            return _NAMES.validate_python(data.get("takes", ()))
        except ValidationError as error:
            for detail in error.errors():
                text = detail["msg"].removeprefix("Value error, ")
                self._mistake(("takes",), f"`takes`: {text[:1].lower()}{text[1:]}")
            return ()

    def _step(self, name: str, value: Any) -> Step | None:
        path = ("steps", name)
        if not isinstance(value, dict) or not value:
            self._mistake(path, "must be `kind: …`, for example `say: Welcome`")
            return None
        found = [key for key in value if key in self._kinds]
        if not found:
            word = next((key for key in value if key != "next"), "next")
            self._mistake(path, f"unknown kind of step `{word}`{hint(word, sorted(self._kinds))}")
            return None
        if len(found) > 1:
            both = " and ".join(f"`{key}`" for key in found)
            self._mistake(path, f"is both {both}; make two steps of it")
            return None
        kind = self._kinds[found[0]]
        values = _values(kind, value[kind.kind])
        if values is None:
            self._mistake(
                (*path, kind.kind), f"takes no value; write its keys below `{kind.kind}:`"
            )
            return None
        beside = {key: given for key, given in value.items() if key != kind.kind}
        for key in sorted(values.keys() & beside.keys()):
            self._mistake((*path, key), f"`{key}` is given twice; keep one")
        try:
            step = kind.model_validate(values | beside)
            for what in step.mistakes():
                self._mistake(path, what)
            return step
        except ValidationError as error:
            details = error.errors()
            for detail in details:
                if not _follows(detail, details):
                    self._invalid(path, kind, detail)
            return None

    def _ways(self, steps: Mapping[str, Step | None]) -> Iterator[tuple[tuple[str, str], int]]:
        for name, step in steps.items():
            if step is None:
                continue
            for key in step.targets():
                kind = self._kinds[step.kind]
                yield (name, key), self._source.line(self._at(("steps", name), kind, key))

    def _at(self, path: tuple[str, ...], kind: type[Step], key: str) -> tuple[str, ...]:
        """Where a key of a step stands: beside the kind or below it, or the kind stands for it."""
        parts = key.split(".")
        inside, beside = (*path, kind.kind, *parts), (*path, *parts)
        if parts[0] == kind.short and inside not in self._source.lines:
            inside = (*path, kind.kind, *parts[1:])
        return beside if beside in self._source.lines else inside

    def _invalid(self, path: tuple[str, ...], kind: type[Step], detail: ErrorDetails) -> None:
        parts = tuple(str(part) for part in detail["loc"])
        key = ".".join(part for part in parts if part != "[key]")
        at = self._at(path, kind, ".".join(parts))
        match detail["type"]:
            case "missing":
                what = f"`{key}` is missing; a `{kind.kind}` needs it"
            case "extra_forbidden":
                what = f"unknown key `{key}`{hint(key, kind.model_fields) or '; take it out'}"
                if (
                    isinstance(detail["input"], dict)
                    and detail["input"].keys() & self._kinds.keys()
                ):
                    what = f"`{key}` looks like a step; let it begin in the column of the others"
            case "string_pattern_mismatch":
                meant = kind.model_fields[parts[0]].description
                what = f"`{detail['input']}` cannot stand here; {parts[0]}: {meant}"
            case known if known in _PLAIN:
                what = f"`{key}`: {_PLAIN[known].format(detail['input'])}"
            case _:
                text = detail["msg"].removeprefix("Value error, ")
                what = f"`{key}`: {text[:1].lower()}{text[1:]}"
        self._mistake(at, what)


def _values(kind: type[Step], value: Any) -> dict[str, Any] | None:
    """The fields written under the kind; a bare value, a list (or texts by language) is the short
    form. None: this kind has no short form."""
    by_language = isinstance(value, dict) and any(key in LANGUAGES for key in value)
    if isinstance(value, dict) and not by_language and not kind.short_is_mapping:
        return dict(value)
    if value == "":
        return {}
    return None if kind.short is None else {kind.short: value}


def _follows(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    """Whether it only says again what the others say: that a list with bad items is too short."""
    at = detail["loc"]
    return detail["type"] == "too_short" and any(
        other["loc"][: len(at)] == at and other is not detail for other in details
    )


def _version(data: Any) -> str:
    """Of the content alone; ``bind`` adds that of the subflows."""
    content = json.dumps(data, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:12]
