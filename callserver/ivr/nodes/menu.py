"""``menu``: say what can be chosen and take one key."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from callserver.ivr.step import Step
from callserver.ivr.text import Text
from callserver.model.ports import CallControl, Prompts
from callserver.speech.phrases import Phrase, phrase

Key = Annotated[str, Field(pattern=r"^[0-9*#]$")]


class Menu(Step):
    """Ask for one key. A key pressed before or during the prompt counts; a wrong key, or none
    within ``timeout_s`` after the prompt, is a try."""

    kind: ClassVar[str] = "menu"
    waits: ClassVar[bool] = True

    say: Text = Field(description="What the caller hears; a key cuts it short.")
    keys: dict[Key, str] = Field(min_length=1, description="Key (0-9, `*`, `#`) → step.")
    timeout_s: float = Field(
        5.0, ge=0.5, le=60, description="Seconds to press a key after the prompt."
    )
    tries: int = Field(3, ge=1, le=10, description="How often it is asked.")
    otherwise: str | None = Field(
        None, description="Step after the last try; without it the caller hears goodbye."
    )
    invalid: Text | None = Field(
        None, description="What a wrong key is answered with; without it the system's own words."
    )

    def targets(self) -> Mapping[str, str]:
        ways = {f"keys.{key}": step for key, step in self.keys.items()}
        return ways if self.otherwise is None else {**ways, "otherwise": self.otherwise}

    def unattended(self) -> tuple[str | None, ...]:
        return (self.otherwise,)

    def texts(self) -> tuple[Text, ...]:
        return (self.say,) if self.invalid is None else (self.say, self.invalid)

    async def run(self, control: CallControl, prompts: Prompts) -> str | None:
        question = prompts.say(*self.say.pick(control.language))
        files = [question]
        wrong = False
        for _ in range(self.tries):
            await control.play(files, barge_in=True)
            digit = await control.digit(self.timeout_s)
            if digit is not None and digit in self.keys:
                return self.keys[digit]
            wrong = digit is not None
            files = [self._sorry(control, prompts), question] if wrong else [question]
        last = [files[0]] if wrong else []
        if self.otherwise is None:
            last.append(prompts.say(control.language, phrase(Phrase.GOODBYE, control.language)))
        if last:
            await control.play(last, barge_in=False)
        return self.otherwise

    def _sorry(self, control: CallControl, prompts: Prompts) -> str:
        if self.invalid is not None:
            return prompts.say(*self.invalid.pick(control.language))
        return prompts.say(control.language, phrase(Phrase.INVALID_KEY, control.language))
