"""Prompts that are text: a "file" is what would be heard, with the language of its voice."""

from callserver.model.errors import PromptError
from callserver.model.flow import Spoken, Value
from callserver.speech import phrases


class TextPrompts:
    """A ``Prompts``. Whatever is asked for is ready."""

    def say(self, language: str, text: str) -> str:
        return f"{language}:{text}"

    def recorded(self, language: str, name: str) -> str:
        return f"{language}:[{name}]"

    def spoken(self, language: str, kind: str, value: Value, arg: str) -> tuple[str, ...]:
        if value is None or value == "":
            raise PromptError(f"nothing to say as {kind}")
        return (f"{language}:{_written(kind, value, arg)}",)

    def position(self, language: str, position: int) -> tuple[str, ...]:
        return (f"{language}:{phrases.position(position, language)}",)

    def music(self, queue: str) -> str:
        return ":[music]"

    def ringback(self) -> str:
        return ":[ringing]"


def _written(kind: str, value: Value, arg: str) -> str:
    """As a person would write it, not as it is said."""
    match kind:
        case Spoken.DIGITS:
            return " ".join(str(value))
        case Spoken.MONEY:
            return f"{float(value or 0):.2f} {arg}"
        case Spoken.COUNT:
            return f"{value} × {arg}"
        case Spoken.ORDINAL:
            return f"{value}."
        case Spoken.DURATION:
            minutes, seconds = divmod(round(float(value or 0)), 60)
            return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
        case _:
            return str(value)
