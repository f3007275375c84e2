"""What is said: one text, or one for each language, with variables in it."""

from collections.abc import Collection, Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from callserver.ivr import template
from callserver.ivr.template import Slot
from callserver.model.control import CallControl
from callserver.model.ports import Prompts
from callserver.speech.phrases import LANGUAGES

ANY = ""


class Text(BaseModel):
    """Texts by language. A text without a language is spoken in the voice of the call, whatever
    that is. A call whose language has no text hears the first one, in its own voice."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by_language: dict[str, str]

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, value: Any) -> Any:
        texts = {ANY: value} if isinstance(value, str) else value
        if not isinstance(texts, dict):
            raise ValueError("write a text, or one for each language (`en: …`, `lv: …`)")
        for language, text in texts.items():
            if language != ANY and language not in LANGUAGES:
                far = "" if len(language) == 2 else ", or the line stands too far to the right"
                raise ValueError(
                    f"no language `{language}`; there are: {', '.join(LANGUAGES)}{far}"
                )
            if not isinstance(text, str) or not text.strip() or not template.parse(text):
                raise ValueError("the text is empty; write what the caller shall hear")
        if not texts:
            raise ValueError("the text is empty; write what the caller shall hear")
        return {"by_language": {language: text.strip() for language, text in texts.items()}}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        text = {"type": "string", "pattern": r"\S"}
        texts = {
            "type": "object",
            "properties": dict.fromkeys(LANGUAGES, text),
            "additionalProperties": False,
            "minProperties": 1,
        }
        return {"anyOf": [text, texts]}

    def pick(self, language: str) -> tuple[str, str]:
        """The voice to speak with and the text, for a call in ``language``."""
        for candidate in (language, ANY):
            if candidate in self.by_language:
                return language, self.by_language[candidate]
        first = next(iter(self.by_language))
        return first, self.by_language[first]

    def missing(self, languages: Collection[str]) -> list[str]:
        """Those of ``languages`` that have no text of their own."""
        if ANY in self.by_language:
            return []
        return sorted(set(languages) - self.by_language.keys())

    def slots(self) -> Iterator[Slot]:
        """The variables in any of the texts."""
        for text in self.by_language.values():
            yield from (part for part in template.parse(text) if isinstance(part, Slot))

    def spoken_slots(self, languages: Collection[str]) -> Iterator[tuple[str, Slot]]:
        """The variables in the texts, each with the voice that says it, for calls in these
        languages."""
        for language in languages:
            voice, text = self.pick(language)
            for part in template.parse(text):
                if isinstance(part, Slot):
                    yield voice, part

    def words(self, language: str) -> Iterator[tuple[str, str]]:
        """What must be ready as sound for a call in ``language``: (voice, piece of text)."""
        voice, text = self.pick(language)
        for part in template.parse(text):
            if isinstance(part, str):
                yield voice, part

    def files(self, call: CallControl, prompts: Prompts) -> tuple[str, ...]:
        """The sound of it, with the variables of the call. Raises ``PromptError`` when a piece is
        not ready or a value cannot be said."""
        voice, text = self.pick(call.language)
        files: list[str] = []
        for part in template.parse(text):
            if isinstance(part, str):
                files.append(prompts.say(voice, part))
            else:
                value = call.variable(part.name)
                files += prompts.spoken(voice, part.how, value, part.arg)
        return tuple(files)
