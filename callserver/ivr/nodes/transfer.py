"""``transfer``: give the caller to somebody else; the flow is over."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from callserver.ivr.needs import Need, Needed
from callserver.ivr.nodes.calling import (
    RUNG,
    Called,
    Shown,
    forms,
    must_be_target,
    needs_of,
    numbers_of,
)
from callserver.ivr.slots import filled, slots
from callserver.ivr.step import Into, Outcome, Step
from callserver.model.call import Ending, Reason, Result
from callserver.model.control import CallControl
from callserver.model.dial import Dial, DialEnd
from callserver.model.flow import WaitEnd
from callserver.model.ports import Prompts
from callserver.model.talk import TargetKind
from callserver.model.ticket import NOTHING

KINDS = (*RUNG, TargetKind.QUEUE)
FLOW = "flow:"
OF_RINGING = ("ring_s", "hears", "number", "name")
NOT_TAKEN = {
    DialEnd.BUSY: Ending(Result.FAILED, Reason.CALLEE_BUSY),
    DialEnd.NO_ANSWER: Ending(Result.FAILED, Reason.NO_ANSWER),
    DialEnd.REFUSED: Ending(Result.FAILED, Reason.CALLEE_DECLINED),
    DialEnd.FAILED: Ending(Result.FAILED, Reason.UNREACHABLE),
}
NOBODY = Ending(Result.FAILED, Reason.UNREACHABLE)


def _target(text: str) -> str:
    if not text.startswith(FLOW):
        must_be_target(text, KINDS)
    elif slots(text) or text == FLOW:
        raise ValueError(f"`{text}` is no flow; write flow:NAME, {forms(KINDS)}")
    if text.startswith(f"{TargetKind.QUEUE}:") and slots(text):
        raise ValueError("a queue cannot be a variable; lead to several steps with `switch`")
    return text


class Transfer(Step):
    """Gives the caller away and ends the flow, also the one whose subflow it stands in: to an
    agent, a number outside, a place of config/places.yaml, a queue, or another flow from its start.
    Given to somebody outside, the call ends as `transferred`."""

    kind: ClassVar[str] = "transfer"
    short: ClassVar[str | None] = "to"
    meets_agent: ClassVar[bool] = True
    waits: ClassVar[bool] = True
    example: ClassVar[str] = """
        hand_over:
          transfer: external:+37167000000
          otherwise: leave_message
    """

    to: Annotated[
        str,
        BeforeValidator(_target),
        WithJsonSchema({"type": "string", "pattern": f"^({'|'.join(KINDS)}|flow):."}),
    ] = Field(
        description="To whom: `agent:NAME`, `external:+NUMBER` or `place:NAME`, also with a "
        "variable (`agent:{extension}`); `queue:NAME`; `flow:NAME`."
    )
    ring_s: float | None = Field(
        None, ge=1, le=600, description="How long it rings; without it as long as for all calls."
    )
    hears: Literal["ringback", "music"] = Field(
        "ringback", description="What the caller hears meanwhile."
    )
    number: Shown = Field(
        "",
        description="Number shown to who is called; without it an agent sees the caller's, all "
        "others the number of our own.",
    )
    name: Shown = Field("", description="Name shown; without it an agent sees the caller's.")
    otherwise: str | None = Field(
        None,
        description="Step when they do not take the call; without it the call ends as `failed`.",
    )

    def exits(self) -> Mapping[str, str | None]:
        return {"": None} if self.otherwise is None else {"": None, "otherwise": self.otherwise}

    def unattended(self) -> tuple[str | None, ...]:
        return tuple(self.exits().values())

    def needs(self) -> tuple[Need, ...]:
        if self.to.startswith(FLOW):
            return (Need(Needed.FLOW, self.to.removeprefix(FLOW)),)
        return tuple(needs_of((self.to,)))

    def reads(self) -> tuple[str, ...]:
        return tuple(name for text in (self.to, self.number, self.name) for name in slots(text))

    def is_final(self) -> bool:
        return True

    def numbers(self) -> tuple[str, ...]:
        return numbers_of((self.to,))

    def mistakes(self) -> Iterator[str]:
        if self.to.partition(":")[0] in RUNG:
            return
        for key in OF_RINGING:
            if key in self.model_fields_set:
                yield f"`{key}` is for somebody who is rung; `{self.to}` is not, take it out"

    async def run(self, call: CallControl, prompts: Prompts) -> Outcome:
        kind, _, name = self.to.partition(":")
        if self.to.startswith(FLOW):
            return Into(name)
        if kind == TargetKind.QUEUE:
            return await self._wait(call, name)
        party = Called(to=self.to).party(call, self.ring_s)
        end = DialEnd.FAILED
        if party is not None:
            end = await call.dial(
                Dial(
                    (party,),
                    music=self.hears == "music",
                    number=filled(self.number, call),
                    name=filled(self.name, call),
                    given=True,
                )
            )
        if end is not DialEnd.ANSWERED and self.otherwise is None:
            await call.hang_up(NOT_TAKEN[end])
        return None if end is DialEnd.ANSWERED else self.otherwise

    async def _wait(self, call: CallControl, queue: str) -> str | None:
        waited = await call.queue(queue, 0, NOTHING, (), None)
        if waited.end is not WaitEnd.SERVED and self.otherwise is None:
            await call.hang_up(NOBODY)
        return None if waited.end is WaitEnd.SERVED else self.otherwise
