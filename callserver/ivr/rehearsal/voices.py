"""Prompts that are text: a "file" is what would be heard, with the language of its voice."""

from callserver.ivr.needs import Nouns, no_nouns
from callserver.model.flow import Value
from callserver.speech import phrases, values


class TextPrompts:
    """A ``Prompts``. Whatever is asked for is ready, in the words in which it would be said;
    ``nouns`` are those of the house."""

    def __init__(self, nouns: Nouns = no_nouns) -> None:
        self._nouns = nouns

    def say(self, language: str, text: str) -> str:
        return f"{language}:{text}"

    def recorded(self, language: str, name: str) -> str:
        return f"{language}:[{name}]"

    def spoken(self, language: str, kind: str, value: Value, arg: str) -> tuple[str, ...]:
        pieces = values.pieces(language, kind, value, arg, self._nouns(language))
        return tuple(f"{language}:{piece.removesuffix(values.ON)}" for piece in pieces)

    def position(self, language: str, position: int) -> tuple[str, ...]:
        return (f"{language}:{phrases.position(position, language)}",)

    def name(self, language: str, name: str) -> str | None:
        return f"{language}:{name}" if name else None

    async def learn_name(self, language: str, name: str) -> None:
        """All names are ready."""

    def music(self, queue: str) -> str:
        return ":[music]"

    def ringback(self) -> str:
        return ":[ringing]"
