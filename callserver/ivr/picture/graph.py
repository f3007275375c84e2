"""A flow as boxes and arrows, in the words that a picture shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from callserver.ivr.flow import Flow
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
    words = next((text.pick(language)[1] for text in step.texts()), "")
    if not words and step.short is not None:
        words = str(getattr(step, step.short))
    return Box(name, step.kind, shortened(" ".join(words.split()), WORDS_CHARS), _look(step))


def _look(step: Step) -> Look:
    if not step.targets() and step.unattended() == (None,) and not step.texts():
        return Look.ENDS
    if step.meets_agent:
        return Look.MEETS
    if step.waits:
        return Look.ASKS
    return Look.DECIDES if len(step.targets()) > 1 else Look.SAYS


def _arrows(name: str, step: Step) -> Iterator[Arrow]:
    ways: dict[str, list[str]] = {}
    for key, target in step.targets().items():
        ways.setdefault(target, []).append(key)
    for to, keys in ways.items():
        yield Arrow(name, to, _label(step, keys))
    if None in step.unattended() and _look(step) is not Look.ENDS:
        yield Arrow(name, None, _label(step, ["otherwise"] if hasattr(step, "tries") else []))


def _label(step: Step, keys: list[str]) -> str:
    pressed = [key.removeprefix("keys.") for key in keys if key.startswith("keys.")]
    parts = [f"key {', '.join(pressed)}"] if pressed else []
    for key in keys:
        if key == "otherwise" and hasattr(step, "tries"):
            times = step.tries
            parts.append(f"after {times} tries" if times != 1 else "no or wrong key")
        elif key != "next" and not key.startswith("keys."):
            parts.append(key.rsplit(".", 1)[-1].replace("_", " "))
    return shortened(" · ".join(parts), LABEL_CHARS)


def shortened(text: str, chars: int) -> str:
    """At most so many characters, cut between words where it can be."""
    if len(text) <= chars:
        return text
    cut = text[: chars - 1]
    return (cut[: cut.rfind(" ")] if " " in cut[chars // 2 :] else cut).rstrip(" ,.;:") + "…"
