"""What all kinds of steps have in common: its fields, what it needs, and how it runs.

A new kind is one small file in ``nodes`` with a subclass; the reader, the checks, the prompts, the
reference and the pictures learn everything they need from the methods here.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from callserver.ivr.expression import Expression
from callserver.ivr.needs import Need
from callserver.ivr.text import Text
from callserver.ivr.variables import Type
from callserver.model.control import CallControl
from callserver.model.ports import Prompts


@dataclass(frozen=True, slots=True)
class Into:
    """Go through this flow; the step is over when that flow is."""

    flow: str


Outcome = str | Into | None
"""What comes after a step: another step, a whole flow, or the end of this flow."""


class Step(BaseModel, ABC):
    """One step of a flow; its fields are the keys of the YAML file. A subclass says in its
    docstring what it does (it goes into the reference), and overrides what applies to it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    example: ClassVar[str]
    """Such a step as it stands in a file, its name included; for the reference."""
    short: ClassVar[str | None] = None
    """The field meant when a bare value or a list follows the kind (``queue: support``)."""
    short_is_mapping: ClassVar[bool] = False
    """Whether a mapping under the kind is the short field too, and never the fields."""
    meets_agent: ClassVar[bool] = False
    """Whether the caller may speak to a person here; a loop through such a step is no trap."""
    prepares: ClassVar[bool] = False
    """Whether it serves only what comes after it; a flow that ends here lacks something."""
    waits: ClassVar[bool] = False
    """Whether the step gives the caller time to do something."""

    # --- where it leads -------------------------------------------------------------------------

    @abstractmethod
    def exits(self) -> Mapping[str, str | None]:
        """Every way out, by the key under which the file names it; None: this flow ends there."""

    def targets(self) -> Mapping[str, str]:
        """The steps it may lead to, by the same keys."""
        return {key: step for key, step in self.exits().items() if step is not None}

    def unattended(self) -> tuple[str | None, ...]:
        """Where a caller who presses nothing may come out; None: the flow ends."""
        return (None,)

    def is_final(self) -> bool:
        """Whether a flow that ends here ends those that led into it too."""
        return False

    # --- what it takes and gives ----------------------------------------------------------------

    def needs(self) -> tuple[Need, ...]:
        """What must exist outside the flow."""
        return ()

    def texts(self) -> tuple[Text, ...]:
        """What it says, in each of the flow's languages."""
        return ()

    def words(self, language: str) -> Iterator[tuple[str, str]]:
        """What must be ready as sound, as (voice, piece of text), for a call in a language."""
        for text in self.texts():
            yield from text.words(language)

    def languages(self) -> tuple[str, ...]:
        """Languages that the call may have after it."""
        return ()

    def reads(self) -> tuple[str, ...]:
        """Variables it uses, besides those in its texts and expressions."""
        return ()

    def expressions(self) -> Mapping[str, Expression]:
        """Its expressions, by the key under which the file has them."""
        return {}

    def sets(self) -> Mapping[str, Type]:
        """Variables of the flow that it may set, and what they are then."""
        return {}

    def secrets(self) -> tuple[str, ...]:
        """Those of them whose values must never be written down or said."""
        return ()

    def numbers(self) -> tuple[str, ...]:
        """The numbers outside that it calls, or promises to call; an empty one is known only when
        somebody is there."""
        return ()

    def mistakes(self) -> Iterator[str]:
        """What its fields, each good in itself, do wrong together."""
        yield from ()

    # --- what it does ---------------------------------------------------------------------------

    @abstractmethod
    async def run(self, call: CallControl, prompts: Prompts) -> Outcome:
        """Do it. When the caller hangs up it is cancelled where it awaits; after a restart of the
        server it runs again from its beginning, with the keys that were typed in it."""


class Onward(Step):
    """A step with one way on."""

    next: str | None = Field(None, description="Step that follows; without it the flow ends.")

    def exits(self) -> Mapping[str, str | None]:
        return {"next": self.next}

    def unattended(self) -> tuple[str | None, ...]:
        return (self.next,)
