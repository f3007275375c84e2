"""``dial``: ring somebody, and let them talk."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from callserver.ivr.needs import Need
from callserver.ivr.nodes.calling import RUNG, Called, Shown, forms, needs_of, numbers_of
from callserver.ivr.slots import filled, slots
from callserver.ivr.step import Onward
from callserver.model.control import CallControl
from callserver.model.dial import MOST_AT_ONCE, Dial, DialEnd
from callserver.model.ports import Prompts


def _list(value: object) -> object:
    if value in ("", [], ()):
        raise ValueError(f"nobody is called; write {forms(RUNG)}, or a list of them")
    return [value] if isinstance(value, str | Mapping) else value


OneOrMore = Annotated[tuple[Called, ...], Field(min_length=1)]


class DialOut(Onward):
    """Rings agents, numbers outside (as far as `outgoing` lets flows) or places of
    config/places.yaml: one after the other, or at once, and the first who answers has the caller.
    They talk, and it is recorded like any conversation. Goes on at `next` when the other side hung
    up."""

    kind: ClassVar[str] = "dial"
    short: ClassVar[str | None] = "to"
    meets_agent: ClassVar[bool] = True
    waits: ClassVar[bool] = True
    example: ClassVar[str] = """
        ring_office:
          dial: [agent:anna, {to: "external:+37167000000", ring_s: 25}]
          how: in_order
          ring_s: 15
          next: bye
          busy: call_later
          otherwise: leave_message
    """

    to: Annotated[
        tuple[Called, ...],
        BeforeValidator(_list, json_schema_input_type=Called | OneOrMore),
    ] = Field(
        max_length=20,
        description="Whom: `agent:NAME`, `external:+NUMBER`, `place:NAME`, also with a variable "
        "(`agent:{extension}`); one, or a list. `{to: …, ring_s: 25}` has a time of its own.",
    )
    how: Literal["in_order", "at_once"] = Field(
        "in_order", description="One after the other, or all at once (three at most)."
    )
    ring_s: float | None = Field(
        None,
        ge=1,
        le=600,
        description="How long it rings at each; without it as long as for all calls.",
    )
    hears: Literal["ringback", "music"] = Field(
        "ringback", description="What the caller hears meanwhile."
    )
    number: Shown = Field(
        "",
        description="Number shown to those who are called; without it agents see the caller's, "
        "all others the number of our own.",
    )
    name: Shown = Field("", description="Name shown; without it agents see the caller's.")
    busy: str | None = Field(None, description="Step when all are busy.")
    no_answer: str | None = Field(None, description="Step when it rang and nobody answered.")
    refused: str | None = Field(None, description="Step when they declined.")
    failed: str | None = Field(
        None, description="Step when nobody can be reached, or may be dialled."
    )
    otherwise: str | None = Field(
        None,
        description="Step in place of those four that are not given; without it the flow ends.",
    )

    def exits(self) -> Mapping[str, str | None]:
        own = {key: step for key, step in self._own().items() if step is not None}
        rest = {"otherwise": self.otherwise} if len(own) < len(self._own()) else {}
        return {"next": self.next, **own, **rest}

    def _own(self) -> Mapping[str, str | None]:
        return {
            DialEnd.BUSY.value: self.busy,
            DialEnd.NO_ANSWER.value: self.no_answer,
            DialEnd.REFUSED.value: self.refused,
            DialEnd.FAILED.value: self.failed,
        }

    def unattended(self) -> tuple[str | None, ...]:
        return tuple(self.exits().values())

    def needs(self) -> tuple[Need, ...]:
        return tuple(needs_of(one.to for one in self.to))

    def reads(self) -> tuple[str, ...]:
        return tuple(
            name
            for text in (*(one.to for one in self.to), self.number, self.name)
            for name in slots(text)
        )

    def numbers(self) -> tuple[str, ...]:
        return numbers_of(one.to for one in self.to)

    def mistakes(self) -> Iterator[str]:
        if self.how == "at_once" and len(self.to) > MOST_AT_ONCE:
            yield f"`at_once` rings {MOST_AT_ONCE} at most; write `how: in_order`, or fewer"
        for one, count in Counter(one.to for one in self.to).items():
            if count > 1:
                yield f"`{one}` is there twice; keep one"
        if self.otherwise is not None and all(step is not None for step in self._own().values()):
            yield "`otherwise` never comes; take it out, or one of the four that leave it nothing"

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        found = (one.party(call, self.ring_s) for one in self.to)
        parties = tuple(dict.fromkeys(party for party in found if party is not None))
        end = DialEnd.FAILED
        if parties:
            end = await call.dial(
                Dial(
                    parties,
                    at_once=self.how == "at_once",
                    music=self.hears == "music",
                    number=filled(self.number, call),
                    name=filled(self.name, call),
                )
            )
        return self.next if end is DialEnd.ANSWERED else self._own()[end] or self.otherwise
