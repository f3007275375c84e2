"""The protocols of the store, of whatever kind it is: what is kept, and how it is found again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from callserver.model.bans import Ban
from callserver.model.call import Ending
from callserver.model.callback import Callback, CallbackState
from callserver.model.contacts import Contact
from callserver.model.dialogs import KeptDialog
from callserver.model.facts import AgentChanged, Audited, CallbackOwed, Fact
from callserver.model.hooks import HookEvent
from callserver.model.people import AgentAccount, Binding, CallerPast, Token
from callserver.model.record import CallRecord, RecordingRecord
from callserver.model.voicemail import VoicemailStore


class BindingStore(Protocol):
    """Where registrations survive a restart. Calls never wait for it: the registrar writes
    through a background task."""

    async def bindings(self) -> Sequence[Binding]: ...

    async def save_binding(self, binding: Binding) -> None: ...

    async def delete_binding(self, agent: str, contact: str) -> None: ...


class BanStore(Protocol):
    """Where bans survive a restart. Nobody at the door waits for it."""

    async def bans(self) -> Sequence[Ban]:
        """All that are kept, those that are over too."""
        ...

    async def save_ban(self, ban: Ban) -> None:
        """Insert or replace by address."""
        ...

    async def delete_ban(self, address: str) -> None: ...


class DialogStore(Protocol):
    """Where the dialogs of running calls survive a restart. No call waits for it."""

    async def dialogs(self) -> Sequence[KeptDialog]: ...

    async def change_dialogs(
        self, changed: Sequence[KeptDialog], over: Sequence[tuple[str, str]]
    ) -> None:
        """Insert or replace those ``changed``, and forget those that are ``over`` (Call-ID and
        tag), in one transaction."""
        ...


class DoorStore(BindingStore, BanStore, DialogStore, Protocol):
    """What the SIP door keeps."""


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls to list, newest (``offered_at``, then id) first; None: any. ``before`` is the id
    of the call after which the page starts."""

    queue: str | None = None
    agent: str | None = None
    line: str | None = None
    number: str | None = None
    result: str | None = None
    since: float | None = None
    until: float | None = None
    before: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries of the audit log to list; None: any. ``before`` is the id after which the page
    starts, newest first."""

    actor: str | None = None
    action: str | None = None
    target: str | None = None
    since: float | None = None
    until: float | None = None
    before: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Mark:
    """Facts ``after`` (exclusive) to ``upto`` (inclusive) of one run of a controller, each of which
    numbers its facts from 1. The store keeps the ``upto`` of every run, so that no fact is written
    twice and none is skipped."""

    run: str
    after: int
    upto: int


class Callers(Protocol):
    """Where a flow learns who calls."""

    async def past(self, number: str, since: float, call: str) -> CallerPast:
        """What is known of a number, besides ``call``. Raises ``StoreError``."""
        ...

    async def contact(self, number: str) -> Contact | None:
        """That of a number in E.164. Raises ``StoreError``."""
        ...


class Store(DoorStore, Callers, VoicemailStore, Protocol):
    """The database, of whatever kind. Every method may raise ``StoreError``."""

    async def open(self) -> None:
        """Connect and bring the schema up to date."""
        ...

    async def close(self) -> None: ...

    async def ping(self) -> None:
        """Prove that it can be written to."""
        ...

    async def append(
        self,
        facts: Sequence[Fact],
        records: Mapping[str, CallRecord],
        mark: Mark | None = None,
        events: Sequence[HookEvent] = (),
    ) -> None:
        """Write facts, the records they changed (key: call id) and what others are told of them, in
        one transaction. With a ``mark``: nothing is written when the store is there already; raises
        ``StoreBehind`` when it is not at ``mark.after``."""
        ...

    async def marked(self, run: str) -> int:
        """The number of the last fact of this run that is in the store; 0: none."""
        ...

    async def call(self, call: str) -> CallRecord | None: ...

    async def calls(self, wanted: CallFilter) -> Sequence[CallRecord]: ...

    async def timeline(self, call: str) -> Sequence[Fact]: ...

    async def open_calls(self) -> Sequence[CallRecord]:
        """Calls without an ending: those that run, or ran when the controller died."""
        ...

    async def last_agent_changes(self) -> Sequence[AgentChanged]:
        """The latest change of every agent that has an account, by username."""
        ...

    async def talks_since(self, since: float) -> Mapping[str, tuple[int, float]]:
        """Of the queues' calls offered since then, by agent who talked in them last: how many, and
        for how many seconds together."""
        ...

    async def ending_counts(self) -> Mapping[Ending, int]:
        """How many calls ended, by how."""
        ...

    async def audit(self, wanted: AuditFilter) -> Sequence[Audited]: ...

    async def callbacks_owed(self) -> Sequence[CallbackOwed]:
        """Callers a fault cut off, the longest waiting first."""
        ...

    async def recording(self, recording: str) -> RecordingRecord | None: ...

    async def recordings(self, before: str | None, limit: int) -> Sequence[RecordingRecord]: ...

    async def callbacks(
        self, queue: str | None, state: CallbackState | None, before: str | None, limit: int
    ) -> Sequence[Callback]:
        """Who is to be called back, newest first, after the request of the call ``before``."""
        ...

    async def callback(self, callback: str) -> Callback | None: ...

    async def open_callbacks(self) -> Sequence[Callback]:
        """Those that are in no final state, the longest waiting first."""
        ...

    async def agents(self) -> Sequence[AgentAccount]: ...

    async def save_agent(self, account: AgentAccount) -> None:
        """Insert or replace by username."""
        ...

    async def delete_agent(self, username: str) -> None: ...

    async def tokens(self) -> Sequence[Token]: ...

    async def save_token(self, token: Token) -> None:
        """Insert or replace by id."""
        ...
