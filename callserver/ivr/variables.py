"""What variables there are: those of the system in one table, those of a flow by their shape.

Whoever speaks of a system variable looks here: the checks, the reference, and the call itself
(``call/knowledge.py``), which must know every one of them; a test compares.
"""

import keyword
import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from callserver.ivr.words import hint


class Type(StrEnum):
    """What a value is. ``ANY``: it shows when the call is there."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "yes or no"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class SystemVariable:
    """One row of the table; ``<…>`` in a name stands for any word there."""

    name: str
    type: Type
    what: str


SYSTEM = (
    SystemVariable("caller.number", Type.TEXT, "The caller's number in E.164; empty: withheld."),
    SystemVariable("caller.name", Type.TEXT, "The name that came with the call."),
    SystemVariable("caller.language", Type.TEXT, "`en`, `ru`, `uk` or `lv`: how we speak now."),
    SystemVariable("caller.calls_24h", Type.NUMBER, "Calls from this number in the last 24 hours."),
    SystemVariable("caller.open_callbacks", Type.NUMBER, "Callbacks this number still waits for."),
    SystemVariable("caller.last_agent", Type.TEXT, "The agent who spoke with this number last."),
    SystemVariable("caller.contact.<field>", Type.ANY, "A field of the caller's contact."),
    SystemVariable("call.id", Type.TEXT, "The id of this call, as in its record."),
    SystemVariable("line.number", Type.TEXT, "The number that was dialled."),
    SystemVariable("line.name", Type.TEXT, "What people call that line (its `title`)."),
    SystemVariable("queue.<name>.length", Type.NUMBER, "How many wait in a queue."),
    SystemVariable("queue.<name>.estimate_s", Type.NUMBER, "How long they wait, in seconds."),
    SystemVariable("queue.<name>.agents_ready", Type.NUMBER, "Agents who could answer now."),
    SystemVariable("hours.<name>.now", Type.TEXT, "`open`, `closed` or `holiday`."),
    SystemVariable("now.date", Type.TEXT, "Today, as 2026-11-23."),
    SystemVariable("now.time", Type.TEXT, "As 14:05; texts of this form can be compared."),
    SystemVariable("now.weekday", Type.TEXT, "`monday` to `sunday`."),
)

RESERVED = frozenset({"and", "or", "not", "in", "if", "else", "true", "false", "none"})
_TAKEN = "|".join(sorted({*RESERVED, *keyword.kwlist}))
NAME = rf"(?!({_TAKEN})$)[a-z][a-z0-9_]{{0,39}}"


def is_system(name: str) -> bool:
    """Whether the name is that of a system variable, if of any: they have dots."""
    return "." in name


def find(name: str) -> SystemVariable | None:
    """The row of the table for a dotted name."""
    parts = name.split(".")
    for variable in SYSTEM:
        pattern = variable.name.split(".")
        if len(pattern) == len(parts) and all(
            want.startswith("<") or want == part for want, part in zip(pattern, parts, strict=True)
        ):
            return variable
    return None


def about(name: str) -> tuple[str, str] | None:
    """What a system variable is about: the kind (``queue``, ``hours``) and the name."""
    kind, *rest = name.split(".")
    return (kind, rest[0]) if kind in ("queue", "hours") and len(rest) == 2 else None


def unknown(name: str, own: Collection[str]) -> str:
    """What to tell who wrote a name that is neither of the system nor set in the flow."""
    if is_system(name):
        names = [variable.name for variable in SYSTEM]
        return f"no variable `{name}`{hint(name, names)}"
    if name in own:
        return (
            f"variable `{name}` has no value yet when a call comes here; set it with a step before"
        )
    near = hint(name, sorted(own)) or "; set it with a step before"
    return f"variable `{name}` is never set before this step{near}"


def _own(name: str) -> str:
    if not re.fullmatch(NAME, name):
        raise ValueError(
            f"`{name}` cannot be a variable; use small letters, digits and _, as `account_2`"
        )
    return name


Name = Annotated[
    str, AfterValidator(_own), WithJsonSchema({"type": "string", "pattern": f"^{NAME}$"})
]
"""The field of a step that names a variable of the flow."""
