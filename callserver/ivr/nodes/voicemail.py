"""``voicemail``: take a message."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from pydantic import Field

from callserver.ivr.nodes.asking import system
from callserver.ivr.step import Onward
from callserver.ivr.text import Text
from callserver.model.control import CallControl
from callserver.model.flow import Message
from callserver.model.ports import Prompts
from callserver.speech.phrases import Phrase

REVIEW_S = 7.0
MAX_REVIEWS = 10


class Voicemail(Onward):
    """Records what the caller says after a tone: until a key, silence, or the longest time. A
    caller who hangs up has left the message; one in which nothing is said is thrown away. The call
    then ends as `voicemail`, unless an agent spoke with the caller."""

    kind: ClassVar[str] = "voicemail"
    waits: ClassVar[bool] = True
    example: ClassVar[str] = """
        leave_message:
          voicemail:
            say: We are closed. Please leave a message after the tone.
            mailbox: support
            max_s: 120
          next: bye
          otherwise: bye
    """

    say: Text | None = Field(
        None, description="What is said before the tone; without it the system's own words."
    )
    mailbox: str = Field(
        "",
        max_length=64,
        pattern=r"^[a-zA-Z0-9_-]*$",
        description="For whom the message is, as those who listen to it find it: a queue, a team.",
    )
    max_s: float = Field(120.0, ge=3, le=600, description="The longest message, in seconds.")
    silence_s: float = Field(
        4.0, ge=0, le=30, description="So many seconds of silence end it; 0: they do not."
    )
    review: bool = Field(
        False, description="Lets the caller choose then: 1 plays it, 2 records again, # sends it."
    )
    tries: int = Field(2, ge=1, le=10, description="How often it is asked when nothing is said.")
    otherwise: str | None = Field(
        None, description="Step when no message was left; without it the flow ends."
    )

    def exits(self) -> Mapping[str, str | None]:
        return {"next": self.next, "otherwise": self.otherwise}

    def unattended(self) -> tuple[str | None, ...]:
        return (self.otherwise,)

    def texts(self) -> tuple[Text, ...]:
        return () if self.say is None else (self.say,)

    def mistakes(self) -> Iterator[str]:
        if self.silence_s >= self.max_s:
            yield f"`silence_s` {self.silence_s:g} is not less than `max_s` {self.max_s:g}"

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        opening = self._opening(call, prompts)
        for _ in range(self.tries):
            message = await self._take(call, prompts, opening)
            if not message.is_empty:
                await call.play(system(call, prompts, Phrase.VOICEMAIL_SENT), barge_in=True)
                return self.next
            call.discard(message.id)
            call.missed()
            opening = system(call, prompts, Phrase.VOICEMAIL_TOO_SHORT)
        return self.otherwise

    def _opening(self, call: CallControl, prompts: Prompts) -> tuple[str, ...]:
        if self.say is None:
            return system(call, prompts, Phrase.VOICEMAIL_LEAVE)
        return self.say.files(call, prompts)

    async def _take(self, call: CallControl, prompts: Prompts, opening: tuple[str, ...]) -> Message:
        """A message the caller is content with, or an empty one."""
        message = await call.record(opening, self.mailbox, self.max_s, self.silence_s)
        for _ in range(MAX_REVIEWS if self.review else 0):
            if message.is_empty:
                break
            await call.play(system(call, prompts, Phrase.VOICEMAIL_REVIEW), barge_in=True)
            match await call.digit(REVIEW_S):
                case "1":
                    await call.play((message.file,), barge_in=True)
                case "2":
                    call.discard(message.id)
                    message = await call.record((), self.mailbox, self.max_s, self.silence_s)
                case "#" | None:
                    break
                case _:
                    await call.play(system(call, prompts, Phrase.INVALID_KEY), barge_in=True)
        return message
