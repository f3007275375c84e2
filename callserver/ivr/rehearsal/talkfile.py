"""Reads ``tests/*.yaml`` and ``*.talk.yaml``: talks, with every mistake in them (pure)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from callserver.ivr import source as yaml_source
from callserver.ivr.rehearsal.knowledge import moment_of, typed
from callserver.ivr.rehearsal.outcomes import Outcome
from callserver.ivr.rehearsal.talks import Line, Problem, Start, Talk, TalkFile, Verb
from callserver.ivr.source import Source
from callserver.ivr.words import hint
from callserver.model.dial import DialEnd
from callserver.model.flow import Value
from callserver.speech.phrases import LANGUAGES

SUFFIX = ".talk.yaml"
_TOP = ("flow", "given", "talks")
_UNITS_S = {"s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0}

ALONE = (Verb.HANGS_UP, Verb.ENDS, Verb.TALKS, Verb.SPEAKS)
"""Those that say enough without a value."""
MISSES = [end.value for end in DialEnd if end is not DialEnd.ANSWERED]
"""What somebody who is called may be found to be, so that they do not take it."""
GIVEN = ("at", "caller", "language", "known", "outcomes")
"""What a talk may begin with; for all talks of a file it stands under ``given``."""


def read_talks(text: str, file: str, name: str) -> TalkFile:
    """Read a talk file; ``name`` is the flow meant when it names none. Never raises."""
    return _Reader(yaml_source.parse(text), file, name).read()


class _Reader:
    def __init__(self, source: Source, file: str, name: str) -> None:
        self._source = source
        self._file = file
        self._name = name
        self._problems = [Problem(file, line, what) for line, what in source.problems]

    def _problem(self, path: tuple[str, ...], what: str) -> None:
        self._problems.append(Problem(self._file, self._source.line(path), what))

    def read(self) -> TalkFile:
        data = self._source.data
        talks: list[Talk] = []
        flow = self._name
        if isinstance(data, dict):
            for key in data:
                if key not in _TOP:
                    self._problem((key,), f"unknown key `{key}`{hint(key, _TOP)}")
            flow = str(data.get("flow", flow))
            given = self._given(("given",), data.get("given") or {})
            raw = data.get("talks")
            for title, lines in raw.items() if isinstance(raw, dict) else ():
                talks.append(self._talk(title, lines, given))
        if not talks and not self._problems:
            self._problem((), "no talks; write `talks:`, under it a title, under that the lines")
        return TalkFile(self._file, flow, tuple(talks), tuple(self._problems))

    def _talk(self, title: str, raw: Any, given: Start) -> Talk:
        path = ("talks", title)
        start, lines = given, list[Line]()
        if not isinstance(raw, list) or not raw:
            self._problem(path, "must be a list of lines, as `- hears: Welcome`")
            raw = []
        for n, line in enumerate(raw):
            here = (*path, str(n))
            if isinstance(line, dict) and not lines and line and all(k in GIVEN for k in line):
                start = self._given(here, line).over(start)
            elif isinstance(line, str):
                lines += self._line(here, line, None)
            elif isinstance(line, dict) and len(line) == 1:
                verb, value = next(iter(line.items()))
                lines += self._line((*here, verb), verb, value)
            else:
                self._problem(here, "must be one thing that happens, as `hears: Welcome`")
        return Talk(title, self._source.line(path), start, tuple(lines))

    def _line(self, path: tuple[str, ...], word: str, value: Any) -> Iterator[Line]:
        number = self._source.line(path)
        if word in GIVEN and word != Verb.KNOWN:
            self._problem(path, f"`{word}` is given; it must stand before the first line")
            return
        verbs = [str(verb) for verb in Verb]
        if word not in verbs:
            self._problem(path, f"unknown line `{word}`{hint(word, (*GIVEN, *verbs))}")
            return
        verb = Verb(word)
        try:
            yield self._understood(number, verb, value)
        except ValueError as error:
            self._problem(path, str(error))

    def _understood(self, number: int, verb: Verb, value: Any) -> Line:
        if verb is Verb.KNOWN:
            return Line(number, verb, known=_known(value))
        text = "" if value is None else value
        if not isinstance(text, str) or (not text and verb not in ALONE):
            raise ValueError(f"`{verb}` needs a text behind it")
        if verb is Verb.HANGS_UP and text:
            raise ValueError("`hangs up` stands alone; take out what is behind it")
        if verb is Verb.PRESSES and not re.fullmatch(r"[0-9*#]+", text):
            raise ValueError(f"`{text}` are no keys; there are 0 to 9, * and #")
        if verb is Verb.FINDS and text not in MISSES:
            raise ValueError(f"`{text}` is not what a dialled phone does{hint(text, MISSES)}")
        if verb is Verb.WAITS or (verb in (Verb.TALKS, Verb.SPEAKS) and text):
            return Line(number, verb, text, seconds=seconds(text))
        return Line(number, verb, text)

    def _given(self, path: tuple[str, ...], raw: Any) -> Start:
        at = language = ""
        known: dict[str, Value] = {}
        outcomes: dict[str, Outcome] = {}
        if not isinstance(raw, dict):
            self._problem(path, "must be `at: …`, `caller: …`, `language: …` or `known: {…}`")
            return Start()
        for key, value in raw.items():
            here = (*path, key)
            try:
                match key:
                    case "known":
                        known.update(_known(value))
                    case "outcomes":
                        outcomes.update(_outcomes(value))
                    case "at":
                        at = str(value)
                        moment_of(at, datetime(2026, 1, 1, tzinfo=UTC))
                    case "caller":
                        known["caller.number"] = str(value)
                    case "language" if value in LANGUAGES:
                        language = value
                    case "language":
                        raise ValueError(f"no language `{value}`{hint(str(value), LANGUAGES)}")
                    case _:
                        raise ValueError(f"unknown key `{key}`{hint(key, GIVEN)}")
            except ValueError as error:
                self._problem(here, str(error))
        return Start(at, language, known, outcomes)


def _known(value: Any) -> dict[str, Value]:
    if not isinstance(value, dict) or not value:
        raise ValueError("`known` needs variables, as `known: {account: 4711}`")
    return {name: typed(name, str(text)) for name, text in value.items()}


def _outcomes(value: Any) -> dict[str, Outcome]:
    if not isinstance(value, dict) or not value:
        raise ValueError("`outcomes` needs steps, as `outcomes: {look_up: {balance: 12.5}}`")
    return {
        step: Outcome(came) if isinstance(came, str) else Outcome(values=_known(came))
        for step, came in value.items()
    }


def seconds(text: str) -> float:
    """``20 s``, ``2 min``, ``1 h`` or ``20``. Raises ``ValueError``, for people."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|sec|min|h)?", text.strip())
    if found is None:
        raise ValueError(f"`{text}` is no time; write 20 s, 2 min or 1 h")
    return float(found[1]) * _UNITS_S[found[2] or "s"]
