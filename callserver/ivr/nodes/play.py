"""``play``: play a recorded prompt."""

from typing import Annotated, ClassVar

from pydantic import Field

from callserver.ivr.needs import Need, Needed
from callserver.ivr.step import Onward
from callserver.model.control import CallControl
from callserver.model.ports import Prompts

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]


class Play(Onward):
    """Plays the recorded prompt `LANGUAGE/NAME.wav` of `speech.prompts_dir`, then goes on."""

    kind: ClassVar[str] = "play"
    short: ClassVar[str | None] = "name"
    example: ClassVar[str] = """
        jingle:
          play: jingle
          next: welcome
    """

    name: Name = Field(description="Name of the recorded prompt: small letters, digits, - and _.")
    barge_in: bool = Field(
        True, description="A key skips it (and counts in the menu that follows); false: never."
    )

    def needs(self) -> tuple[Need, ...]:
        return (Need(Needed.RECORDING, self.name),)

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        file = prompts.recorded(call.language, self.name)
        await call.play([file], barge_in=self.barge_in)
        return self.next
