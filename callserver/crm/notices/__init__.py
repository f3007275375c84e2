"""What people are told, in their language: an event and a text become a notice (pure, but for the
files that are read once). The texts lie here, one file a language; ``mail.texts_dir`` may have
others. Come in by :class:`Notices`."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from callserver.crm.digest.text import written
from callserver.model.digest import Report
from callserver.model.errors import ConfigError
from callserver.model.hooks import EventType
from callserver.model.plain import plain

LANGUAGES: Final = ("en", "ru", "uk", "lv")
OTHER: Final = "other"
MOST: Final = 120
"""Characters of a value, which may be what a caller's phone sent."""
MOST_MORE: Final = 20_000
NAMES: Final = frozenset(
    {
        *("who", "number", "name", "line", "queue", "mailbox", "time", "duration", "waited"),
        *("agent", "event", "id", "more", "voicemail"),
    }
)
_PLACE: Final = re.compile(r"{([a-z_]+)}")
_PARTS: Final = ("subject", "text", "short")


@dataclass(frozen=True, slots=True)
class Notice:
    """``text`` is for a mail, ``short`` for a message; ``number`` is the customer's (empty: not
    known)."""

    subject: str
    text: str
    short: str
    number: str
    voicemail: str = ""


@dataclass(frozen=True, slots=True)
class _Texts:
    words: Mapping[str, str]
    events: Mapping[str, Mapping[str, str]]
    digest: Mapping[str, Any]


class Notices:
    """All texts. Raises ``ConfigError``: a file in ``folder`` is not as it should be. ``titles``
    are what people call the queues and lines."""

    def __init__(self, folder: Path | None, zone: tzinfo, titles: Mapping[str, str]) -> None:
        self._zone = zone
        self._titles = titles
        self._texts = {language: _read(language, folder) for language in LANGUAGES}

    def of(self, id_: str, body: str, language: str) -> Notice:
        """The notice of an event, from the body that all are told."""
        event = json.loads(body)
        kind, data = str(event.get("type", "")), event.get("data") or {}
        texts = self._texts.get(language) or self._texts["en"]
        if kind == EventType.DIGEST_READY:
            return self.digest(msgspec.convert(data, Report), language)
        values = dict(self._values(kind, data, texts))
        values |= {"event": kind, "id": id_, "time": values.get("time") or self._time(event)}
        told = _told(texts, kind, data)
        more = json.dumps(data, ensure_ascii=False, indent=2)[:MOST_MORE]
        return Notice(
            subject=_fill(told["subject"], values),
            text=_fill(told["text"], {**values, "more": more}),
            short=_fill(told["short"], values),
            number=values.get("number", ""),
            voicemail=values.get("voicemail", ""),
        )

    def digest(self, report: Report, language: str) -> Notice:
        """What a day was like."""
        known = language if language in self._texts else "en"

        def title(queue: str) -> str:
            return self._titles.get(f"queue:{queue}") or queue

        subject, text = written(report, known, self._texts[known].digest, title)
        return Notice(subject, text, subject, "")

    def word(self, name: str, language: str, **values: str) -> str:
        """A sentence of its own."""
        return _fill((self._texts.get(language) or self._texts["en"]).words[name], values)

    def _values(
        self, kind: str, data: Mapping[str, Any], texts: _Texts
    ) -> Iterator[tuple[str, str]]:
        call, callback = data.get("call") or {}, data.get("callback") or {}
        left = data.get("voicemail") or {}
        # Who asked to be called at another number than the one they called from is told there.
        number = _clean(callback.get("number") or call.get("number"))
        name = _clean(callback.get("name") or call.get("name"))
        shown = number or texts.words["withheld"]
        yield "number", number
        yield "name", name
        yield "who", f"{name} ({shown})" if name else shown
        for key in ("line", "queue"):
            value = _clean(call.get(key) or callback.get(key))
            yield key, _clean(self._titles.get(f"{key}:{value}")) or value
        yield "mailbox", _clean(left.get("mailbox"))
        yield "voicemail", _clean(left.get("id"))
        yield "duration", _minutes(left.get("duration_s"))
        yield "waited", _minutes(call.get("waited_s"))
        who = left.get("assignee") if kind.startswith("voicemail.") else data.get("agent")
        yield "agent", _clean(who or call.get("agent")) or texts.words["nobody"]
        yield "time", self._clock(left.get("started_at") or call.get("offered_at"))

    def _time(self, event: Mapping[str, Any]) -> str:
        return self._clock(event.get("timestamp"))

    def _clock(self, moment: Any) -> str:
        if not isinstance(moment, str):
            return ""
        return datetime.fromisoformat(moment).astimezone(self._zone).strftime("%Y-%m-%d %H:%M")


def _told(texts: _Texts, kind: str, data: Mapping[str, Any]) -> Mapping[str, str]:
    """Of an end there may be a text for each way to end."""
    state = (data.get("callback") or {}).get("state")
    names = (f"{kind}.{state}", kind, OTHER)
    return next(texts.events[name] for name in names if name in texts.events)


def _fill(text: str, values: Mapping[str, str]) -> str:
    """Nothing but the names of the values means anything: what callers send is never a format."""
    return _PLACE.sub(lambda place: values.get(place[1], ""), text).strip()


def _clean(value: Any) -> str:
    """One line of printable characters."""
    text = str(plain(value)) if value is not None else ""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:MOST]


def _minutes(seconds: Any) -> str:
    if not isinstance(seconds, int | float):
        return ""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"


def _read(language: str, folder: Path | None) -> _Texts:
    own = yaml.safe_load(
        (files("callserver.crm.notices") / f"{language}.yaml").read_text(encoding="utf-8")
    )
    words, events = dict(own["words"]), dict(own["events"])
    file = folder / f"{language}.yaml" if folder is not None else None
    if file is not None and file.is_file():
        theirs = _load(file)
        words |= _checked(file, "words", theirs.get("words") or {})
        for kind, told in (theirs.get("events") or {}).items():
            events[str(kind)] = {**events[OTHER], **_checked(file, f"events.{kind}", told)}
    return _Texts(words, events, own["digest"])


def _load(file: Path) -> Mapping[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{file}: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict) or not content.keys() <= {"words", "events"}:
        raise ConfigError(f"{file}: must have `words` and `events`, and nothing else")
    return content


def _checked(file: Path, where: str, told: Any) -> Mapping[str, str]:
    if not isinstance(told, dict) or not all(isinstance(one, str) for one in told.values()):
        raise ConfigError(f"{file}: {where}: must be texts by name")
    if where != "words" and (unknown := told.keys() - set(_PARTS)):
        raise ConfigError(f"{file}: {where}: {', '.join(sorted(unknown))}; write {_PARTS}")
    for text in told.values():
        if unknown := set(_PLACE.findall(text)) - NAMES:
            raise ConfigError(f"{file}: {where}: there is no {unknown}; there are {sorted(NAMES)}")
    return told
