"""What `dial` and `transfer` have in common: whom they ring, and what both sides hear and see."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from callserver.ivr.needs import Need, Needed
from callserver.ivr.slots import filled, slots, well_formed
from callserver.model.control import CallControl
from callserver.model.dial import Party
from callserver.model.talk import Target, TargetKind

RUNG = (TargetKind.AGENT, TargetKind.EXTERNAL, TargetKind.PLACE)
_NUMBER = re.compile(r"\+?[0-9*#]+")
_OUTSIDE = (TargetKind.EXTERNAL,)
_FORMS = {
    TargetKind.AGENT: "agent:NAME",
    TargetKind.EXTERNAL: "external:+NUMBER",
    TargetKind.PLACE: "place:NAME",
    TargetKind.QUEUE: "queue:NAME",
}
_NEEDED = {TargetKind.PLACE: Needed.PLACE, TargetKind.QUEUE: Needed.QUEUE}


def forms(kinds: Iterable[TargetKind]) -> str:
    """How such targets are written."""
    *most, last = (_FORMS[kind] for kind in kinds)
    return f"{', '.join(most)} or {last}" if most else last


class Called(BaseModel):
    """Somebody to ring: ``agent:NAME`` alone, or with a time of their own, ``{to: agent:NAME,
    ring_s: 10}``. The name may hold variables."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    to: str
    ring_s: float | None = Field(None, ge=1, le=600)

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, value: Any) -> Any:
        return {"to": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _check(self) -> "Called":
        must_be_target(self.to, RUNG)
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        alone = {"type": "string", "pattern": f"^({'|'.join(RUNG)}):."}
        return {"anyOf": [alone, handler(schema)]}

    def party(self, call: CallControl, ring_s: float | None) -> Party | None:
        """Who it is in this call; None: its variable has no value, or a secret one."""
        name = filled(self.name, call)
        return Party(Target(self.kind, name), self.ring_s or ring_s) if name else None

    def __str__(self) -> str:
        return self.to

    @property
    def kind(self) -> TargetKind:
        return TargetKind(self.to.partition(":")[0])

    @property
    def name(self) -> str:
        return self.to.partition(":")[2]


def _shown(text: str) -> str:
    well_formed(text)
    return text


Shown = Annotated[str, Field(max_length=64), BeforeValidator(_shown)]
"""What those who are called see, with variables in it."""


def must_be_target(text: str, kinds: Collection[TargetKind]) -> None:
    """Raises ``ValueError``, for people."""
    kind, _, name = text.partition(":")
    if kind not in kinds or not name.strip():
        raise ValueError(f"`{text}` is nobody to call; write {forms(kinds)}")
    well_formed(name)
    if kind == TargetKind.EXTERNAL and not slots(name) and not _NUMBER.fullmatch(name):
        raise ValueError(f"`{name}` is no number; write external:+37120000000")


def needs_of(texts: Iterable[str]) -> Iterator[Need]:
    """What must exist for these targets."""
    for text in texts:
        kind, _, name = text.partition(":")
        if kind in _NEEDED and not slots(name):
            yield Need(_NEEDED[TargetKind(kind)], name)


def numbers_of(texts: Iterable[str]) -> tuple[str, ...]:
    """The numbers outside among these targets; an empty one is a variable."""
    found = (text.partition(":") for text in texts)
    return tuple("" if slots(name) else name for kind, _, name in found if kind in _OUTSIDE)
