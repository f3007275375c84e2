"""``survey``: ask the caller for an opinion."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from callserver.ivr.nodes.asking import sorry, system
from callserver.ivr.nodes.menu import Key
from callserver.ivr.step import Onward
from callserver.ivr.text import Text
from callserver.ivr.variables import Name
from callserver.model.control import CallControl
from callserver.model.ports import Prompts
from callserver.speech.phrases import Phrase


class Survey(Onward):
    """Asks one question that is answered with a key, thanks the caller, and keeps the answer in the
    record of the call."""

    kind: ClassVar[str] = "survey"
    waits: ClassVar[bool] = True
    example: ClassVar[str] = """
        rate:
          survey:
            say: How satisfied are you with our help? Press a key from 1 to 5.
            question: satisfaction
          next: bye
          otherwise: bye
    """

    say: Text = Field(description="The question; a key cuts it short.")
    question: Name = Field(description="Name of the question, as reports show it.")
    keys: dict[Key, str] = Field(
        {str(key): str(key) for key in range(1, 6)},
        min_length=1,
        description="Key → answer, as reports show it; without it 1 to 5.",
    )
    timeout_s: float = Field(
        7.0, ge=0.5, le=60, description="Seconds to press a key after the question."
    )
    tries: int = Field(2, ge=1, le=10, description="How often it is asked.")
    otherwise: str | None = Field(
        None, description="Step when no answer came; without it the flow ends."
    )

    def exits(self) -> Mapping[str, str | None]:
        return {"next": self.next, "otherwise": self.otherwise}

    def unattended(self) -> tuple[str | None, ...]:
        return (self.otherwise,)

    def texts(self) -> tuple[Text, ...]:
        return (self.say,)

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        call.surveyed(self.question)
        question = self.say.files(call, prompts)
        opening: tuple[str, ...] = ()
        for _ in range(self.tries):
            await call.play((*opening, *question), barge_in=True)
            key = await call.digit(self.timeout_s)
            if key in self.keys:
                call.answered(self.question, self.keys[key])
                await call.play(system(call, prompts, Phrase.SURVEY_THANKS), barge_in=True)
                return self.next
            call.missed()
            opening = sorry(call, prompts, None, Phrase.INVALID_KEY) if key else ()
        return self.otherwise
