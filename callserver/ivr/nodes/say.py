"""``say``: speak a text."""

from typing import ClassVar

from pydantic import Field

from callserver import log
from callserver.ivr.step import Onward
from callserver.ivr.text import Text
from callserver.model.control import CallControl
from callserver.model.errors import PromptError
from callserver.model.ports import Prompts

_log = log.get("ivr")


class Say(Onward):
    """Speaks a text, then goes on. A text with a variable that is nothing, or cannot be said so, is
    left out."""

    kind: ClassVar[str] = "say"
    short: ClassVar[str | None] = "text"
    example: ClassVar[str] = """
        balance:
          say: "Your balance is {balance|money:EUR}."
          next: choose
    """

    text: Text = Field(description="What the caller hears.")
    barge_in: bool = Field(
        True, description="A key skips it (and counts in the menu that follows); false: never."
    )

    def texts(self) -> tuple[Text, ...]:
        return (self.text,)

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        try:
            files = self.text.files(call, prompts)
        except PromptError:
            said = sorted({slot.name for slot in self.text.slots()})
            if not said:
                raise
            _log.warning("text_left_out", variables=said)  # never their values
        else:
            await call.play(files, barge_in=self.barge_in)
        return self.next
