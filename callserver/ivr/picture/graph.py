"""A flow as boxes and arrows, in the words that a picture shows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from callserver.ivr.expression import Expression
from callserver.ivr.flow import Flow
from callserver.ivr.nodes.calling import Called
from callserver.ivr.step import Step

LABEL_CHARS = 34
WORDS_CHARS = 120


class Look(StrEnum):
    """What a step means to the caller, by which a picture colours it."""

    SAYS = "says"
    ASKS = "asks"
    MEETS = "meets"
    DECIDES = "decides"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class Box:
    """A step; ``words`` are the first it says, or what it is about."""

    name: str
    kind: str
    words: str
    look: Look


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way out of a step; ``target`` None: the call ends."""

    source: str
    target: str | None
    label: str


@dataclass(frozen=True, slots=True)
class Graph:
    name: str
    start: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def graph(flow: Flow, language: str) -> Graph:
    """The picture of a flow, with the texts of a language. Ways that lead to the same step are one
    arrow."""
    arrows = [arrow for name, step in flow.steps.items() for arrow in _arrows(name, step)]
    boxes = [_box(name, step, language) for name, step in flow.steps.items()]
    return Graph(flow.name, flow.start, tuple(boxes), tuple(arrows))


def _box(name: str, step: Step, language: str) -> Box:
    words = " ".join(_words(step, language).split())
    return Box(name, step.kind, shortened(words, WORDS_CHARS), _look(step))


def _words(step: Step, language: str) -> str:
    for text in step.texts():
        return text.pick(language)[1]
    if said := " · ".join(words for _, words in step.words(language)):
        return said
    value = getattr(step, step.short) if step.short is not None else ""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {_plain(one)}" for key, one in value.items())
    return _plain(value)


def _plain(value: object) -> str:
    match value:
        case Expression():
            return value.text
        case (Called(), *_):
            return ", ".join(str(one) for one in value)
        case str() | int() | float():
            return str(value)
        case _:
            return ""


def _look(step: Step) -> Look:
    if set(step.exits()) == {""}:
        return Look.ENDS
    if step.meets_agent:
        return Look.MEETS
    if step.waits:
        return Look.ASKS
    return Look.DECIDES if len(step.exits()) > 1 else Look.SAYS


def _arrows(name: str, step: Step) -> Iterator[Arrow]:
    if _look(step) is Look.ENDS:
        return
    ways: dict[str | None, list[str]] = {}
    for key, target in step.exits().items():
        ways.setdefault(target, []).append(key)
    for to, keys in ways.items():
        yield Arrow(name, to, label(step, keys))


def label(step: Step, keys: Sequence[str]) -> str:
    """These exits of a step, in the words of a picture; empty: there is nothing to say."""
    pressed = [key.removeprefix("keys.") for key in keys if key.startswith("keys.")]
    parts = [f"key {', '.join(pressed)}"] if pressed else []
    for key in keys:
        times = getattr(step, "tries", None)
        condition = step.expressions().get(f"{key}.when")
        if condition is not None:
            parts.append(condition.text)
        elif key == "otherwise" and times is not None:
            parts.append(f"after {times} tries" if times != 1 else "no or wrong key")
        elif key != "next" and not key.startswith("keys."):
            parts.append(key.rsplit(".", 1)[-1].replace("_", " "))
    if parts and "next" in keys:
        parts.insert(0, "next")
    return shortened(" · ".join(parts), LABEL_CHARS)


def shortened(text: str, chars: int) -> str:
    """At most so many characters, cut between words where it can be."""
    if len(text) <= chars:
        return text
    cut = text[: chars - 1]
    return (cut[: cut.rfind(" ")] if " " in cut[chars // 2 :] else cut).rstrip(" ,.;:") + "…"
