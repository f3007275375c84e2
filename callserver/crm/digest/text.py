"""A report as people read it, in their language (pure)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from callserver.crm.digest import numbers
from callserver.model.digest import Compared, Numbers, Report
from callserver.speech.numbers import category
from callserver.speech.words import words as spoken

NOTHING: Final = "–"
Words = Mapping[str, Any]

Show = Callable[[Numbers], str]


def _count(name: str) -> Show:
    return lambda one: str(getattr(one, name))


def _rate(name: str, rate: Callable[[Numbers], float | None]) -> Show:
    return lambda one: f"{getattr(one, name)}, {_percent(rate(one))}"


def _time(seconds: Callable[[Numbers], float | None]) -> Show:
    return lambda one: _minutes(seconds(one))


LINES: Final[tuple[tuple[str, str, Show], ...]] = (
    ("offered", "", _count("offered")),
    ("answered", "", _count("answered")),
    ("in_time", "", _rate("in_time", numbers.service_level)),
    ("abandoned", "", _rate("abandoned", numbers.abandonment)),
    ("short", "abandoned", _count("short")),
    ("patience", "abandoned", _time(numbers.mean_patience_s)),
    ("mean_wait", "", _time(numbers.mean_wait_s)),
    ("longest_wait", "", _time(lambda one: one.longest_s if one.offered else None)),
    ("handling", "", _time(numbers.handling_s)),
    ("callbacks", "callbacks", _count("callbacks")),
    ("reached", "callbacks", _count("reached")),
    ("unreached", "callbacks", _count("unreached")),
    ("waiting", "callbacks", _count("waiting")),
    ("voicemails", "voicemails", _count("voicemails")),
    ("unheard", "voicemails", _count("unheard")),
    (
        "survey",
        "asked",
        lambda one: f"{one.said}/{one.asked}, {_percent(numbers.survey_rate(one))}",
    ),
    ("unrecorded", "unrecorded", _count("unrecorded")),
)
"""What is said of a queue: its name in the words, and the number without which it is left out, when
there was none a week before either (empty: it is always said)."""


def written(
    report: Report, language: str, words: Words, title: Callable[[str], str]
) -> tuple[str, str]:
    """Subject and text; ``title`` is what people call a queue."""
    day = _days(report.first, report.last)
    every = report.every.now
    if every == Numbers():
        subject, body = _fill(words["subject_empty"], day=day), [_fill(words["empty"], day=day)]
    else:
        calls = _fill(words["calls"][category(spoken(language), every.offered)], n=every.offered)
        subject = _fill(words["subject"], day=day, calls=calls, answered=every.answered)
        compared = _days(report.compared_first, report.compared_last)
        body = [_fill(words["intro"], day=day, compared=compared)]
        body += ["\n".join(_section(words["every"], report.every, words))]
        some = report.queues if len(report.queues) > 1 else ()
        body += ["\n".join(_section(title(one.queue), one, words)) for one in some]
    counts = {"broken": (report.broken, report.broken_before), "dead": (report.dead, None)}
    rest = [
        f"{words[name]}: {now}" + ("" if before is None else f" ({before})")
        for name, (now, before) in counts.items()
        if now or every != Numbers()
    ]
    late = [_fill(words["late"], due=report.due)] if report.due else []
    parts = [*late, *body, "\n".join(rest), words["formulas"] if every != Numbers() else ""]
    return subject, "\n\n".join(filter(None, parts)).strip()


def _section(head: str, one: Compared, words: Words) -> Iterator[str]:
    yield head
    for name, needs, show in LINES:
        if needs and not (getattr(one.now, needs) or getattr(one.before, needs)):
            continue
        label = words[name]
        if name == "in_time":
            known = one.target_s is not None
            within = _fill(words["within"], target=f"{one.target_s:g}") if known else ""
            label = within or label
        yield f"{label}: {show(one.now)} ({show(one.before)})"


def _fill(text: str, **values: object) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text.strip()


def _days(first: str, last: str) -> str:
    return first if first == last else f"{first} – {last}"


def _percent(rate: float | None) -> str:
    return NOTHING if rate is None else f"{rate:.0%}".replace("%", " %")


def _minutes(seconds: float | None) -> str:
    if seconds is None:
        return NOTHING
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"
