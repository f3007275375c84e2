"""What every kind of step has in common: its fields, what it needs, and how it runs.

A new kind is one small file in ``nodes`` with a subclass; the reader, the checks and the prompts
learn everything they need from the methods here.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from callserver.ivr.text import Text
from callserver.model.ports import CallControl, Prompts


class Step(BaseModel, ABC):
    """One step of a flow; its fields are the keys of the YAML file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    short: ClassVar[str | None] = None
    """The field meant when a bare value follows the kind (``queue: support``)."""
    meets_agent: ClassVar[bool] = False
    """Whether the caller may speak to a person here; a loop through such a step is no trap."""
    waits: ClassVar[bool] = False
    """Whether the step gives the caller time to do something."""

    def targets(self) -> Mapping[str, str]:
        """The steps it may lead to, by the key under which the file names them."""
        return {}

    def unattended(self) -> tuple[str | None, ...]:
        """Where a caller who presses nothing may come out; None: the call ends."""
        return (None,)

    def texts(self) -> tuple[Text, ...]:
        """What must be ready as sound before the first call."""
        return ()

    def recordings(self) -> tuple[str, ...]:
        """Names of recorded prompts it plays."""
        return ()

    def queues(self) -> tuple[str, ...]:
        """Queues it sends callers to."""
        return ()

    @abstractmethod
    async def run(self, control: CallControl, prompts: Prompts) -> str | None:
        """Do it; the name of the next step, or None when the call shall end."""


class Onward(Step):
    """A step with one way on."""

    next: str | None = Field(None, description="Step that follows; without it the call ends.")

    def targets(self) -> Mapping[str, str]:
        return {} if self.next is None else {"next": self.next}

    def unattended(self) -> tuple[str | None, ...]:
        return (self.next,)
