"""``language``: speak another language, or let the caller choose."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from callserver.ivr.nodes.menu import Key
from callserver.ivr.step import Onward
from callserver.ivr.text import Text
from callserver.model.control import CallControl
from callserver.model.ports import Prompts

Language = Literal["en", "ru", "uk", "lv"]


class ChooseLanguage(Onward):
    """Goes on in another language: the one in `to`, or the one whose key the caller presses. `say`
    is then said in all its languages, one after the other, each in its own voice. Who presses
    nothing, or another key, goes on in the language they have."""

    kind: ClassVar[str] = "language"
    prepares: ClassVar[bool] = True
    short: ClassVar[str | None] = "to"
    example: ClassVar[str] = """
        language:
          language:
            say: {en: "For English, press 1.", lv: "Latviski: nospiediet divi."}
            keys: {1: en, 2: lv}
          next: welcome
    """

    to: Language | None = Field(None, description="The language, when nobody is asked.")
    say: Text | None = Field(None, description="The question, each part in its own language.")
    keys: dict[Key, Language] = Field(default_factory=dict, description="Key → language.")
    timeout_s: float = Field(
        4.0, ge=0.5, le=60, description="Seconds to press a key after the question."
    )
    tries: int = Field(1, ge=1, le=5, description="How often it is asked.")

    def texts(self) -> tuple[Text, ...]:
        return ()

    def words(self, language: str) -> Iterator[tuple[str, str]]:
        for spoken in self._voices(language):
            yield from self.say.words(spoken) if self.say is not None else ()

    def languages(self) -> tuple[str, ...]:
        return (*self.keys.values(), *((self.to,) if self.to else ()))

    def mistakes(self) -> Iterator[str]:
        if (self.to is None) == (self.say is None or not self.keys):
            yield "write either a language, or `say` and `keys`"
        if self.say is not None and any(self.say.slots()):
            yield "`say` takes no variables here"

    def _voices(self, language: str) -> tuple[str, ...]:
        if self.say is None:
            return ()
        return tuple(spoken or language for spoken in self.say.by_language)

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        if self.to is not None:
            call.speak(self.to)
            return self.next
        question = [prompts.say(*words) for words in self.words(call.language)]
        for _ in range(self.tries):
            await call.play(question, barge_in=True)
            key = await call.digit(self.timeout_s)
            if key is not None and key in self.keys:
                call.speak(self.keys[key])
                return self.next
            call.missed()
        return self.next
