"""What a flow is, and what a mistake in one looks like. Values only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

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

    ``version`` is a hash of the content, that of the subflows included (comments and layout do not
    count); ``lines`` the line of each step in ``file``, also of those that could not be read;
    ``ways`` that of each key that names a step; ``takes`` the variables that whoever comes in must
    have set; ``subflows`` the flows its ``subflow`` steps go through, by name; ``source`` the text
    of the file.
    """

    name: str
    version: str
    start: str
    steps: Mapping[str, Step]
    file: str
    lines: Mapping[str, int]
    takes: tuple[str, ...] = ()
    subflows: Mapping[str, "Flow"] = field(default_factory=lambda: MappingProxyType({}))
    source: str = field(default="", repr=False)
    ways: Mapping[tuple[str, str], int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def is_whole(self) -> bool:
        """Whether all its steps could be read, and lead to steps there are."""
        leads = (target for step in self.steps.values() for target in step.targets().values())
        return {self.start, *leads, *self.lines} <= self.steps.keys()

    def family(self) -> Iterator["Flow"]:
        """The flow and all its subflows, each once."""
        told = set[str]()
        waiting = [self]
        while waiting:
            flow = waiting.pop()
            if flow.name not in told:
                told.add(flow.name)
                yield flow
                waiting.extend(flow.subflows.values())

    def languages(self) -> frozenset[str]:
        """Those a call may be switched to on its way."""
        steps = (step for flow in self.family() for step in flow.steps.values())
        return frozenset(language for step in steps for language in step.languages())

    def words(self, language: str) -> Iterator[tuple[str, str]]:
        """What a call may hear that comes in this language, as (voice, piece of text)."""
        for spoken in sorted({language, *self.languages()}):
            for flow in self.family():
                for step in flow.steps.values():
                    yield from step.words(spoken)
