"""What a flow is, and what a mistake in one looks like. Values only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from callserver.ivr.step import Step


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, where, and how to mend it. ``line`` counts from 1; 0: the file as a whole."""

    file: str
    line: int
    step: str
    what: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: step `{self.step}`: {self.what}" if self.step else f"{where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow, never changed: a call keeps the one it started with while newer ones are loaded.

    ``version`` is a hash of the content (comments and layout do not count), ``lines`` the line of
    each step in ``file``, also of those that could not be read.
    """

    name: str
    version: str
    start: str
    steps: Mapping[str, Step]
    file: str
    lines: Mapping[str, int]

    def texts(self, language: str) -> Iterator[tuple[str, str]]:
        """What a call in ``language`` may hear, as (voice, text)."""
        for step in self.steps.values():
            for text in step.texts():
                yield text.pick(language)
