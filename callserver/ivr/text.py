"""What is said: one text, or one for each language."""

from collections.abc import Collection
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

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
                raise ValueError(f"no language `{language}`; there are: {', '.join(LANGUAGES)}")
            if not isinstance(text, str) or not text.strip():
                raise ValueError("the text is empty; write what the caller shall hear")
        if not texts:
            raise ValueError("the text is empty; write what the caller shall hear")
        return {"by_language": {language: text.strip() for language, text in texts.items()}}

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
