"""``callback_again``: somebody calls in who is to be called back."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from callserver.ivr.needs import Need, Needed
from callserver.ivr.nodes.asking import system
from callserver.ivr.step import Step
from callserver.ivr.text import Text
from callserver.model.control import CallControl
from callserver.model.ports import Prompts
from callserver.speech.phrases import Phrase

KEY_S = 7.0
TRIES = 2


class CallBackAgain(Step):
    """Whoever is still to be called back by this queue chooses: 1 leads to `now`, where a `queue`
    step lets them wait at the place they hold; 2 to `kept`, as agreed; 3 calls it off. Those who
    are not, and those who press nothing, go on to `next`."""

    kind: ClassVar[str] = "callback_again"
    short: ClassVar[str | None] = "queue"
    waits: ClassVar[bool] = True
    example: ClassVar[str] = """
        again:
          callback_again: support
          now: wait
          kept: bye
          next: choose
    """

    queue: str = Field(min_length=1, description="Queue whose agents would call back.")
    say: Text | None = Field(
        None, description="What they hear, with all three keys; without it the system's own words."
    )
    now: str = Field(description="Step for those who want to talk now, with a `queue` in it.")
    kept: str | None = Field(
        None, description="Step for those who are called back as agreed; without it the flow ends."
    )
    cancelled: str | None = Field(
        None, description="Step for those who called it off; without it `next`."
    )
    next: str = Field(description="Step for everybody else.")

    def exits(self) -> Mapping[str, str | None]:
        ways = {"next": self.next, "now": self.now, "kept": self.kept}
        return ways if self.cancelled is None else {**ways, "cancelled": self.cancelled}

    def unattended(self) -> tuple[str | None, ...]:
        return (self.next,)

    def needs(self) -> tuple[Need, ...]:
        return (Need(Needed.QUEUE, self.queue),)

    def texts(self) -> tuple[Text, ...]:
        return () if self.say is None else (self.say,)

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        request = call.waits_for(self.queue)
        if request is None:
            return self.next
        question = self._question(call, prompts)
        for _ in range(TRIES):
            await call.play(question, barge_in=True)
            match await call.digit(KEY_S):
                case "1":
                    return self.now
                case "2":
                    await call.play(system(call, prompts, Phrase.CALLBACK_CONFIRMED), barge_in=True)
                    return self.kept
                case "3":
                    call.call_off(request)
                    await call.play(system(call, prompts, Phrase.CALLBACK_CANCELLED), barge_in=True)
                    return self.cancelled or self.next
                case None:
                    return self.next
                case _:
                    call.missed()
                    await call.play(system(call, prompts, Phrase.INVALID_KEY), barge_in=True)
        return self.next

    def _question(self, call: CallControl, prompts: Prompts) -> tuple[str, ...]:
        if self.say is not None:
            return self.say.files(call, prompts)
        return (
            *system(call, prompts, Phrase.CALLBACK_AGAIN),
            *system(call, prompts, Phrase.CALLBACK_AGAIN_KEYS),
        )
