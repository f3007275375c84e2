"""``play``: play a recorded prompt."""

from typing import Annotated, ClassVar

from pydantic import Field

from callserver.ivr.step import Onward
from callserver.model.ports import CallControl, Prompts

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]


class Play(Onward):
    """Play ``LANGUAGE/NAME.wav`` of ``speech.prompts_dir``, then go on."""

    kind: ClassVar[str] = "play"
    short: ClassVar[str | None] = "name"

    name: Name = Field(description="Name of the recorded prompt: small letters, digits, - and _.")
    barge_in: bool = Field(
        True, description="A key skips it (and counts in the menu that follows); false: never."
    )

    def recordings(self) -> tuple[str, ...]:
        return (self.name,)

    async def run(self, control: CallControl, prompts: Prompts) -> str | None:
        file = prompts.recorded(control.language, self.name)
        await control.play([file], barge_in=self.barge_in)
        return self.next
