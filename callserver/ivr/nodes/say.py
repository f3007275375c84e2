"""``say``: speak a text."""

from typing import ClassVar

from pydantic import Field

from callserver.ivr.step import Onward
from callserver.ivr.text import Text
from callserver.model.ports import CallControl, Prompts


class Say(Onward):
    """Speak a text, then go on."""

    kind: ClassVar[str] = "say"
    short: ClassVar[str | None] = "text"

    text: Text = Field(description="What the caller hears.")
    barge_in: bool = Field(
        True, description="A key skips it (and counts in the menu that follows); false: never."
    )

    def texts(self) -> tuple[Text, ...]:
        return (self.text,)

    async def run(self, control: CallControl, prompts: Prompts) -> str | None:
        file = prompts.say(*self.text.pick(control.language))
        await control.play([file], barge_in=self.barge_in)
        return self.next
