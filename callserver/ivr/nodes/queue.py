"""``queue``: wait for an agent and talk."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from callserver import log
from callserver.ivr.expression import Expression
from callserver.ivr.needs import Need, Needed
from callserver.ivr.nodes.menu import Key
from callserver.ivr.operators import NoValue
from callserver.ivr.step import Onward
from callserver.model.control import CallControl
from callserver.model.flow import WaitEnd
from callserver.model.ports import Prompts
from callserver.model.ticket import Ticket

_log = log.get("ivr")

Skill = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Level = Annotated[int, Field(ge=1, le=10)]
SentOn = Literal["full", "empty", "closed", "too_long", "callback", "voicemail", "external"]


class Queue(Onward):
    """Waits for an agent, and they talk; goes on when the agent hung up first. Who goes from here
    to another `queue` without having talked keeps the place: the time waited counts there too."""

    kind: ClassVar[str] = "queue"
    short: ClassVar[str | None] = "queue"
    meets_agent: ClassVar[bool] = True
    waits: ClassVar[bool] = True
    example: ClassVar[str] = """
        wait:
          queue: support
          priority: 5
          keys: {1: call_me}
          timeout_s: 600
          timeout: leave_message
          refused: leave_message
          next: bye
    """

    queue: str = Field(min_length=1, description="Name of the queue, as in config/queues.yaml.")
    priority: int = Field(0, ge=-100, le=100, description="Higher is served first.")
    skills: dict[Skill, Level] = Field(
        {}, description="Skills the agent must have, with the least level (1-10)."
    )
    prefer: tuple[Expression, ...] = Field(
        (),
        description="Whose caller this is: the first of these that names an agent "
        "(`[account_owner, caller.last_agent]`). They are asked first, and alone for the queue's "
        "`prefer_s`.",
    )
    keys: dict[Key, str] = Field(
        {}, description="Key → step, at any time while waiting, also during announcements."
    )
    timeout_s: float | None = Field(
        None, ge=1, le=86_400, description="So many seconds in this step, then `timeout`."
    )
    timeout: str | None = Field(None, description="Step when `timeout_s` is over.")
    refused: str | None = Field(
        None,
        description="Step when the queue does not take or keep the caller (its own rules: full, "
        "closed, nobody there, too long); without it `next`.",
    )
    sent_on: dict[SentOn, str] = Field(
        {},
        description="Why (`full`, `empty`, `closed`, `too_long`) or where to (`callback`, "
        "`voicemail`: the queue's `overflow`; `external`: nobody there took the call) → step; any "
        "other goes to `refused`.",
    )

    def exits(self) -> Mapping[str, str | None]:
        ways: dict[str, str | None] = {"next": self.next}
        ways |= {f"keys.{key}": step for key, step in self.keys.items()}
        ways |= {f"sent_on.{why}": step for why, step in self.sent_on.items()}
        if self.timeout is not None:
            ways["timeout"] = self.timeout
        if self.refused is not None:
            ways["refused"] = self.refused
        return ways

    def unattended(self) -> tuple[str | None, ...]:
        ways = (self.timeout, self.refused, *self.sent_on.values())
        return (self.next, *(way for way in ways if way is not None))

    def needs(self) -> tuple[Need, ...]:
        return (Need(Needed.QUEUE, self.queue),)

    def expressions(self) -> Mapping[str, Expression]:
        return {f"prefer.{n}": one for n, one in enumerate(self.prefer)}

    def mistakes(self) -> Iterator[str]:
        if self.timeout_s is not None and self.timeout is None:
            yield "`timeout_s` leads nowhere; add the step `timeout`"
        if self.timeout is not None and self.timeout_s is None:
            yield "`timeout` never comes; add `timeout_s`"

    def _own_agent(self, call: CallControl) -> str:
        for one in self.prefer:
            try:
                if agent := one.value(call.variable):
                    return str(agent)
            except NoValue as error:
                _log.warning("no_value", error=str(error))
        return ""

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        ticket = Ticket(skills=self.skills, agent=self._own_agent(call))
        waited = await call.queue(
            self.queue, self.priority, ticket, frozenset(self.keys), self.timeout_s
        )
        match waited.end:
            case WaitEnd.KEY:
                return self.keys[waited.what]
            case WaitEnd.TIMEOUT:
                return self.timeout
            case WaitEnd.SENT_ON:
                ways = {str(why): step for why, step in self.sent_on.items()}
                return ways.get(waited.what) or self.refused or self.next
            case WaitEnd.SERVED:
                return self.next
