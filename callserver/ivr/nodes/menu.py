"""``menu``: say what can be chosen and take one key."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from callserver.ivr.nodes.asking import give_up, sorry
from callserver.ivr.step import Step
from callserver.ivr.text import Text
from callserver.ivr.variables import Name, Type
from callserver.model.control import CallControl
from callserver.model.ports import Prompts
from callserver.speech.phrases import Phrase

Key = Annotated[str, Field(pattern=r"^[0-9*#]$")]

MAX_REPEATS = 10


class Extensions(BaseModel):
    """Callers may type an extension instead of a key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    length: int = Field(ge=2, le=8, description="Digits of an extension.")
    to: str = Field(description="Step that follows when one was typed.")
    into: Name = Field("extension", description="Variable that holds it then.")
    between_s: float = Field(
        1.5, ge=0.5, le=10, description="Seconds for the next digit; then a single key counts."
    )


class Menu(Step):
    """Asks for one key. A key pressed before or during the prompt counts; a wrong key, or none
    within `timeout_s` after the prompt, is a try."""

    kind: ClassVar[str] = "menu"
    waits: ClassVar[bool] = True
    example: ClassVar[str] = """
        choose:
          menu:
            say: {en: "For sales, press 1.", lv: "Lai pasūtītu, nospiediet viens."}
            keys: {1: sales, 2: support}
            repeat: "9"
            extensions: {length: 3, to: dial_agent}
            otherwise: support
    """

    say: Text = Field(description="What the caller hears; a key cuts it short.")
    keys: dict[Key, str] = Field(min_length=1, description="Key (0-9, `*`, `#`) → step.")
    repeat: Key | None = Field(
        None, description="Key that says it once more, which is no try (the first 10 times)."
    )
    extensions: Extensions | None = Field(
        None,
        description="Lets callers type an extension: `{length: 3, to: STEP}`; it is then in the "
        "variable `into` (extension). Keys wait `between_s` (1.5) for a second digit then.",
    )
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

    def exits(self) -> Mapping[str, str | None]:
        ways: dict[str, str | None] = {f"keys.{key}": step for key, step in self.keys.items()}
        if self.extensions is not None:
            ways["extensions"] = self.extensions.to
        return {**ways, "otherwise": self.otherwise}

    def unattended(self) -> tuple[str | None, ...]:
        return (self.otherwise,)

    def texts(self) -> tuple[Text, ...]:
        return (self.say,) if self.invalid is None else (self.say, self.invalid)

    def sets(self) -> Mapping[str, Type]:
        return {} if self.extensions is None else {self.extensions.into: Type.TEXT}

    def mistakes(self) -> Iterator[str]:
        if self.repeat is not None and self.repeat in self.keys:
            yield f"key `{self.repeat}` both repeats and leads to a step; keep one"

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        question = self.say.files(call, prompts)
        opening: tuple[str, ...] = ()
        tries = repeats = 0
        while tries < self.tries:
            await call.play((*opening, *question), barge_in=True)
            typed = await self._typed(call)
            opening = ()
            if typed in self.keys:
                return self.keys[typed]
            if self.extensions is not None and len(typed) == self.extensions.length:
                call.set({self.extensions.into: typed})
                return self.extensions.to
            if typed == self.repeat and repeats < MAX_REPEATS:
                repeats += 1
                continue
            tries += 1
            call.missed()
            if typed:
                opening = sorry(call, prompts, self.invalid, Phrase.INVALID_KEY)
        return await give_up(call, prompts, opening, self.otherwise)

    async def _typed(self, call: CallControl) -> str:
        """A key, or an extension; empty: none in time."""
        typed = await call.digit(self.timeout_s) or ""
        if self.extensions is None:
            return typed
        while typed.isdigit() and len(typed) < self.extensions.length:
            key = await call.digit(self.extensions.between_s)
            if key is None:
                break
            typed += key
        return typed
