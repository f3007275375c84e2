"""``callback``: offer to call the caller back."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from pydantic import Field

from callserver.ivr.needs import Need, Needed
from callserver.ivr.nodes.asking import system
from callserver.ivr.nodes.schedule import Schedule, choose
from callserver.ivr.step import Onward
from callserver.ivr.text import Text
from callserver.model.control import CallControl
from callserver.model.flow import Spoken
from callserver.model.ports import Prompts
from callserver.speech.phrases import Phrase

MINUTE_S = 60.0
KEY_S = 7.0
BETWEEN_S = 4.0
MAX_DIGITS = 18
TRIES = 3


class CallBack(Onward):
    """Offers a call back, with the place that the caller has in the queue. The number is the
    caller's own, or typed; it is read back and confirmed, and must be one that may be dialled
    (`outgoing.allow`). With `schedule` they choose when, too. They hear when they are called, as
    far as anybody can say; the call then ends as `callback`."""

    kind: ClassVar[str] = "callback"
    short: ClassVar[str | None] = "queue"
    waits: ClassVar[bool] = True
    example: ClassVar[str] = """
        call_me:
          callback: support
          next: bye
          otherwise: wait
    """

    queue: str = Field(min_length=1, description="Queue whose agents call back.")
    priority: int = Field(0, ge=-100, le=100, description="Higher is called first.")
    say: Text | None = Field(
        None, description="The offer, accepted with 1; without it the system's own words."
    )
    schedule: Schedule | None = Field(
        None,
        description="Lets callers choose a time by key, in which the queue is open and may call "
        "them: `{hours: 2, days: 1, most: 4}` or `{}`.",
    )
    offer: bool = Field(
        True, description="false: the caller has chosen it already, and is asked for the number."
    )
    otherwise: str | None = Field(
        None, description="Step when the caller does not want it, or no number can be called."
    )

    def exits(self) -> Mapping[str, str | None]:
        return {"next": self.next, "otherwise": self.otherwise}

    def unattended(self) -> tuple[str | None, ...]:
        return (self.otherwise,)

    def needs(self) -> tuple[Need, ...]:
        return (Need(Needed.QUEUE, self.queue),)

    def texts(self) -> tuple[Text, ...]:
        return () if self.say is None else (self.say,)

    def numbers(self) -> tuple[str, ...]:
        return ("",)

    def mistakes(self) -> Iterator[str]:
        if not self.offer and self.say is not None:
            yield "`say` is the offer, and `offer` is false: take one of them out"

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        if self.offer and not await self._wanted(call, prompts):
            return self.otherwise
        number = await self._number(call, prompts)
        if number is None:
            await call.play(system(call, prompts, Phrase.CALLBACK_CANCELLED), barge_in=True)
            return self.otherwise
        window = None
        if self.schedule is not None:
            wanted = (self.schedule.hours, self.schedule.days, self.schedule.most)
            offered = call.windows(self.queue, number, *wanted)
            window, agreed = await choose(call, prompts, offered)
            if not agreed:
                await call.play(system(call, prompts, Phrase.CALLBACK_CANCELLED), barge_in=True)
                return self.otherwise
        call.call_back(self.queue, self.priority, number, window)
        files = (
            *self._expected(call, prompts, number),
            *system(call, prompts, Phrase.CALLBACK_CONFIRMED),
        )
        await call.play(files, barge_in=True)
        return self.next

    def _expected(self, call: CallControl, prompts: Prompts, number: str) -> tuple[str, ...]:
        """When they are called, if anybody can say."""
        wait = call.expected(self.queue, number)
        if wait is None:
            return ()
        minutes = f"{wait.low / MINUTE_S:.2f}-{wait.high / MINUTE_S:.2f}"
        lead = system(call, prompts, Phrase.WAIT_ESTIMATE)
        return (*lead, *prompts.spoken(call.language, Spoken.RANGE, minutes, ""))

    async def _wanted(self, call: CallControl, prompts: Prompts) -> bool:
        if self.say is None:
            offer = system(call, prompts, Phrase.CALLBACK_OFFER)
        else:
            offer = self.say.files(call, prompts)
        await call.play(offer, barge_in=True)
        return await call.digit(KEY_S) == "1"

    async def _number(self, call: CallControl, prompts: Prompts) -> str | None:
        """A number the caller has confirmed; None: there is none."""
        number = call.dialable(str(call.variable("caller.number") or ""))
        for _ in range(TRIES):
            if number is None:
                typed = await self._typed(call, prompts)
                number = call.dialable(typed)
                if number is None:
                    if typed:
                        await call.play(
                            system(call, prompts, Phrase.CALLBACK_REFUSED), barge_in=True
                        )
                    continue
            match await self._review(call, prompts, number):
                case "1":
                    return number
                case "2":
                    number = None
                case "3":
                    return None
        return None

    async def _typed(self, call: CallControl, prompts: Prompts) -> str:
        await call.play(system(call, prompts, Phrase.CALLBACK_ENTER), barge_in=True)
        typed = ""
        while len(typed) < MAX_DIGITS:
            key = await call.digit(BETWEEN_S if typed else KEY_S)
            if key is None or key == "#":
                break
            typed += "+" if key == "*" and not typed else key
        return typed

    async def _review(self, call: CallControl, prompts: Prompts, number: str) -> str | None:
        files = (
            *system(call, prompts, Phrase.CALLBACK_NUMBER),
            *prompts.spoken(call.language, "phone", number, ""),
            *system(call, prompts, Phrase.CALLBACK_REVIEW),
        )
        await call.play(files, barge_in=True)
        return await call.digit(KEY_S)
