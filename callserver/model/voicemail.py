"""A voice message as those who deal with it see it: what was left, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from callserver.model.facts import Fact
from callserver.model.message_facts import (
    VoicemailAssigned,
    VoicemailDeleted,
    VoicemailDone,
    VoicemailLeft,
)


@dataclass(frozen=True, slots=True)
class Handling:
    """What came of a message. ``done_at`` None: nobody has dealt with it yet; ``deleted_at`` not
    None: its sound is gone, and it is in no list."""

    assignee: str | None = None
    done_at: float | None = None
    done_by: str = ""
    deleted_at: float | None = None


@dataclass(frozen=True, slots=True)
class Voicemail:
    """One message."""

    left: VoicemailLeft
    handling: Handling = field(default_factory=Handling)

    def after(self, fact: Fact) -> "Voicemail":
        """As it is when this happened to it. Twice is once."""
        now = self.handling
        match fact:
            case VoicemailDone() if not fact.done:
                now = replace(now, done_at=None, done_by="")
            case VoicemailDone() if now.done_at is None:
                now = replace(now, done_at=fact.at, done_by=fact.by)
            case VoicemailAssigned():
                now = replace(now, assignee=fact.assignee)
            case VoicemailDeleted() if now.deleted_at is None:
                now = replace(now, deleted_at=fact.at)
            case _:
                return self
        return replace(self, handling=now)


@dataclass(frozen=True, slots=True)
class VoicemailFilter:
    """Which messages to list; None: any. ``queue`` is the one the caller waited in, or the mailbox
    of that name; ``left_before`` a time; ``before`` the id after which the page starts."""

    mailbox: str | None = None
    queue: str | None = None
    assignee: str | None = None
    done: bool | None = None
    left_before: float | None = None
    before: str | None = None
    limit: int = 50


class VoicemailStore(Protocol):
    """Where messages are found. May raise ``StoreError``."""

    async def voicemail(self, voicemail: str) -> Voicemail | None:
        """One, deleted ones too."""
        ...

    async def voicemails(self, wanted: VoicemailFilter) -> Sequence[Voicemail]:
        """Those that are there, newest first."""
        ...
