"""Texts with variables in them (pure): ``Your account {account|digits} is closed.``"""

import re
from dataclasses import dataclass
from functools import lru_cache

from callserver.ivr.variables import find, is_system, unknown
from callserver.ivr.words import hint
from callserver.model.flow import Spoken

_BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_SLOT = re.compile(r"\s*([\w.-]+)\s*(?:\|\s*(\w+)\s*(?::\s*(\w+)\s*)?)?")
_CURRENCY = re.compile(r"[A-Z]{3}")

WITH_WORD = {
    Spoken.MONEY: "a currency, as `money:EUR`",
    Spoken.COUNT: "what is counted, as `count:call`",
}


@dataclass(frozen=True, slots=True)
class Slot:
    """A variable, and how its value is said."""

    name: str
    how: Spoken
    arg: str


Part = str | Slot


@lru_cache(maxsize=4096)
def parse(text: str) -> tuple[Part, ...]:
    """The text cut at its variables; pieces without a letter or digit (a full stop behind a
    variable) are left out. ``{{`` and ``}}`` are braces. Raises ``ValueError``."""
    parts: list[Part] = []
    piece, at = "", 0
    for found in _BRACES.finditer(text):
        piece += text[at : found.start()]
        at = found.end()
        match found.group():
            case "{{" | "}}" as twice:
                piece += twice[0]
            case "{" | "}" as brace:
                raise ValueError(
                    f"`{brace}` stands alone; write a variable as `{{account|digits}}`"
                )
            case _:
                parts += [piece, _slot(found.group(1))]
                piece = ""
    parts.append(piece + text[at:])
    words = (part.strip() if isinstance(part, str) else part for part in parts)
    return tuple(part for part in words if isinstance(part, Slot) or _audible(part))


def _audible(piece: str) -> bool:
    return any(char.isalnum() for char in piece)


def _slot(inside: str) -> Slot:
    found = _SLOT.fullmatch(inside)
    if found is None:
        raise ValueError(f"`{{{inside}}}` is no variable; write it as `{{account|digits}}`")
    name, how, arg = found.group(1), found.group(2) or "", found.group(3) or ""
    ways = [str(way) for way in Spoken]
    if is_system(name) and find(name) is None:
        raise ValueError(unknown(name, ()))
    if not how:
        raise ValueError(
            f"`{{{name}}}` does not say how; write `{{{name}|…}}` with one of: {', '.join(ways)}"
        )
    if how not in ways:
        raise ValueError(f"no way to say a value `{how}`{hint(how, ways)}")
    way = Spoken(how)
    if not arg and way in WITH_WORD:
        raise ValueError(f"`{how}` needs {WITH_WORD[way]}")
    if way is Spoken.MONEY and not _CURRENCY.fullmatch(arg):
        raise ValueError(f"`{arg}` is no currency; write three capital letters, as EUR")
    return Slot(name, way, arg)
