"""What people of a CRM ask for there: that a number is called, or called back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from callserver.model.hooks import HookEvent

Form = Mapping[str, str]
"""What a CRM sends: flat, each name once."""


@dataclass(frozen=True, slots=True)
class CallErrand:
    """A user of the CRM clicked on a number. ``card`` is the CRM's id of the call, which it holds
    already; ``line`` what it calls the line (empty: it does not say)."""

    card: str
    user: str
    number: str
    line: str = ""
    extension: str = ""


@dataclass(frozen=True, slots=True)
class CallbackErrand:
    """Somebody left a number in a form of the CRM. ``queue`` empty: that of the line."""

    number: str
    line: str = ""
    queue: str = ""


Errand = CallErrand | CallbackErrand


class Heard(StrEnum):
    """What was understood."""

    CALL = "call"
    CALLBACK = "callback"
    AGAIN = "again"  # this call was asked for before
    NOTHING = "nothing"


class Refusal(StrEnum):
    """Why a call that a CRM asked for was not made."""

    BUSY = "busy"  # its agent is on a call
    ABSENT = "absent"  # is not signed in, has no phone, or is nobody of ours
    FORBIDDEN = "forbidden"  # the number is not to be dialled
    UNAVAILABLE = "unavailable"  # there is no room, or no way out
    LOST = "lost"  # this server died before the call began


@dataclass(frozen=True, slots=True)
class Adopted:
    """A call of the CRM's that became ours. ``call`` is our id of it, ``user`` who clicked."""

    subscription: str
    card: str
    call: str
    user: str
    at: float


class NotThem(Exception):
    """Whoever asks cannot prove to be the CRM. Cure: the secret as the CRM sends it, in the
    configuration of the connector."""


class ErrandStore(Protocol):
    """Where calls are adopted. Every method may raise ``StoreError``."""

    async def adopt(self, one: Adopted, known: Mapping[str, str]) -> bool:
        """From now on the connector knows this of the call. False: another call has this card, and
        nothing is changed."""
        ...

    async def adopted(self) -> Sequence[Adopted]:
        """Those of which nobody has said what became of them."""
        ...

    async def settle(self, one: Adopted, event: HookEvent | None) -> None:
        """It became a call, or (with what its CRM alone is told then) none."""
        ...


class Past(Protocol):
    """Who knows which calls there were."""

    async def flush(self) -> None:
        """Returns when all that was noted is in the store."""
        ...

    async def knows(self, call: str) -> bool:
        """Whether there is, or was, this call. Raises ``StoreError``."""
        ...


class ErrandDesk(Protocol):
    """Who hears what CRMs ask for."""

    def hears(self, connector: str) -> bool:
        """Whether a connector of this name may ask for anything."""
        ...

    async def hear(self, connector: str, form: Form) -> Heard:
        """One of those that may. Returns when it is safe, and before it is done. Raises
        ``NotThem``, ``ConfigError``, ``StoreError``."""
        ...
