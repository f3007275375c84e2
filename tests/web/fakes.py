"""A store and a floor in memory, and a clock that stands."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from callserver.model.agent import AgentState
from callserver.model.answers import KeptAnswer
from callserver.model.bans import Ban, Offence
from callserver.model.call import Ending
from callserver.model.callback import Callback, CallbackState, CallbackWhy, Wanted
from callserver.model.contacts import Contact
from callserver.model.dialogs import KeptDialog
from callserver.model.errors import NotAllowed, StoreError, UnknownName
from callserver.model.facts import AgentChanged, Audited, CallbackOwed, Fact
from callserver.model.following import FactFilter, Passage
from callserver.model.hooks import HookEvent
from callserver.model.live import AgentView, CallView, QueueView
from callserver.model.people import AgentAccount, Binding, CallerPast, Token
from callserver.model.record import CallRecord, RecordingRecord
from callserver.model.shelf import FlowView
from callserver.model.store_ports import AuditFilter, CallFilter, Mark
from callserver.model.voicemail import Voicemail, VoicemailFilter
from callserver.testing.store import is_listed

NOW = 1772357400.25


class StandingClock:
    def now(self) -> float:
        return NOW


class FakeStore:
    """What the web room reads of a store. ``broken`` makes everything raise."""

    def __init__(self) -> None:
        self.broken: Exception | None = None
        self.asked: list[CallFilter] = []
        self.audit_asked: list[AuditFilter] = []
        self.audited: list[Audited] = []
        self.call_records: dict[str, CallRecord] = {}
        self.facts: dict[str, list[Fact]] = {}
        self.journal: list[Fact] = []
        self.followed: list[FactFilter] = []
        self.sounds: dict[str, RecordingRecord] = {}
        self.requests: list[Callback] = []
        self.messages: dict[str, Voicemail] = {}
        self.accounts: dict[str, AgentAccount] = {}
        self.secrets: dict[str, Token] = {}

    def _touch(self) -> None:
        if self.broken is not None:
            raise self.broken

    async def open(self) -> None:
        self._touch()

    async def close(self) -> None:
        self._touch()

    async def ping(self) -> None:
        self._touch()

    async def append(
        self,
        facts: Sequence[Fact],
        records: Mapping[str, CallRecord],
        mark: Mark | None = None,
        events: Sequence[HookEvent] = (),
    ) -> None:
        raise StoreError("the web room never writes facts")

    async def last_number(self) -> int:
        self._touch()
        return len(self.journal)

    async def facts_after(self, number: int, wanted: FactFilter) -> Passage:
        self._touch()
        self.followed.append(wanted)
        kinds = wanted.kinds
        found = [
            (n, fact)
            for n, fact in enumerate(self.journal, 1)
            if n > number
            and (kinds is None or type(fact).__name__ in kinds)
            and type(fact).__name__ not in wanted.but
        ]
        return Passage(found, max(number, len(self.journal)))

    async def marked(self, run: str) -> int:
        return 0

    async def last_agent_changes(self) -> Sequence[AgentChanged]:
        return []

    async def talks_since(self, since: float) -> Mapping[str, tuple[int, float]]:
        return {}

    async def ending_counts(self) -> Mapping[Ending, int]:
        return {}

    async def call(self, call: str) -> CallRecord | None:
        self._touch()
        return self.call_records.get(call)

    async def calls(self, wanted: CallFilter) -> Sequence[CallRecord]:
        self._touch()
        self.asked.append(wanted)
        ids = sorted((i for i in self.call_records if i < (wanted.before or "~")), reverse=True)
        return [self.call_records[id_] for id_ in ids[: wanted.limit]]

    async def timeline(self, call: str) -> Sequence[Fact]:
        self._touch()
        return self.facts.get(call, [])

    async def open_calls(self) -> Sequence[CallRecord]:
        return []

    async def past(self, number: str, since: float, call: str) -> CallerPast:
        return CallerPast()

    async def contact(self, number: str) -> Contact | None:
        self._touch()
        return None

    async def callbacks_owed(self) -> Sequence[CallbackOwed]:
        self._touch()
        return ()

    async def audit(self, wanted: AuditFilter) -> Sequence[Audited]:
        self._touch()
        self.audit_asked.append(wanted)
        newest = sorted(self.audited, key=lambda entry: entry.id, reverse=True)
        return [one for one in newest if one.id < (wanted.before or "~")][: wanted.limit]

    async def recording(self, recording: str) -> RecordingRecord | None:
        self._touch()
        return self.sounds.get(recording)

    async def recordings(self, before: str | None, limit: int) -> Sequence[RecordingRecord]:
        self._touch()
        ids = sorted((i for i in self.sounds if i < (before or "~")), reverse=True)
        return [self.sounds[id_] for id_ in ids[:limit]]

    async def callbacks(
        self, queue: str | None, state: CallbackState | None, before: str | None, limit: int
    ) -> Sequence[Callback]:
        self._touch()
        found = [one for one in self.requests if queue in (None, one.queue)]
        return [one for one in found if state in (None, one.state)][:limit]

    async def callback(self, callback: str) -> Callback | None:
        self._touch()
        return next((one for one in self.requests if one.call == callback), None)

    async def open_callbacks(self) -> Sequence[Callback]:
        self._touch()
        return [one for one in self.requests if one.state is CallbackState.OPEN]

    async def voicemail(self, voicemail: str) -> Voicemail | None:
        self._touch()
        return self.messages.get(voicemail)

    async def voicemails(self, wanted: VoicemailFilter) -> Sequence[Voicemail]:
        self._touch()
        found = sorted(self.messages.items(), reverse=True)
        return [one for _, one in found if is_listed(one, wanted)][: wanted.limit]

    async def agents(self) -> Sequence[AgentAccount]:
        return list(self.accounts.values())

    async def save_agent(self, account: AgentAccount) -> None:
        self._touch()
        self.accounts[account.username] = account

    async def delete_agent(self, username: str) -> None:
        del self.accounts[username]

    async def tokens(self) -> Sequence[Token]:
        return list(self.secrets.values())

    async def save_token(self, token: Token) -> None:
        self.secrets[token.id] = token

    async def bindings(self) -> Sequence[Binding]:
        return []

    async def save_binding(self, binding: Binding) -> None:
        raise StoreError("the web room never writes bindings")

    async def delete_binding(self, agent: str, contact: str) -> None:
        raise StoreError("the web room never writes bindings")

    async def dialogs(self) -> Sequence[KeptDialog]:
        return []

    async def change_dialogs(
        self, changed: Sequence[KeptDialog], over: Sequence[tuple[str, str]]
    ) -> None:
        raise StoreError("the web room never writes dialogs")

    async def bans(self) -> Sequence[Ban]:
        return []

    async def save_ban(self, ban: Ban) -> None:
        raise StoreError("the web room never writes bans")

    async def delete_ban(self, address: str) -> None:
        raise StoreError("the web room never writes bans")


class FakeFloor:
    """A live state that holds still; pausing wants a reason, as on the real one."""

    def __init__(self) -> None:
        self.agent_views: dict[str, AgentView] = {}
        self.queue_views: list[QueueView] = []
        self.call_views: list[CallView] = []

    def agents(self) -> Sequence[AgentView]:
        return list(self.agent_views.values())

    def queues(self) -> Sequence[QueueView]:
        return self.queue_views

    def calls(self) -> Sequence[CallView]:
        return self.call_views

    def set_agent_state(self, agent: str, state: AgentState, reason: str) -> None:
        if agent not in self.agent_views:
            raise UnknownName(f"no agent {agent!r}")
        if state is AgentState.PAUSED and not reason:
            raise NotAllowed("a pause needs a reason: break, lunch")
        old = self.agent_views[agent]
        self.agent_views[agent] = AgentView(
            agent, old.name, state, reason, NOW, old.call, old.queues, old.phones
        )

    def more_wrap_up(self, agent: str, seconds: float) -> None:
        if self.agent_views[agent].state is not AgentState.WRAP_UP:
            raise NotAllowed(f"{agent} is not in wrap-up")

    def _find(self, call: str) -> tuple[int, int]:
        for number, queue in enumerate(self.queue_views):
            for place, waiting in enumerate(queue.waiting):
                if waiting.call == call:
                    return number, place
        raise UnknownName(f"no call {call!r} waits in a queue")

    def _change(self, call: str, **changes: Any) -> None:
        number, place = self._find(call)
        waiting = list(self.queue_views[number].waiting)
        waiting[place] = replace(waiting[place], **changes)
        self.queue_views[number] = replace(self.queue_views[number], waiting=tuple(waiting))

    def pick(self, call: str, agent: str) -> None:
        if agent not in self.agent_views:
            raise UnknownName(f"no agent {agent!r}")
        self._change(call, ringing=(agent,), why=None)

    def set_priority(self, call: str, priority: int) -> None:
        self._change(call, priority=priority)

    def place(self, call: str, position: int) -> None:
        self._change(call, position=position)

    def send(self, call: str, queue: str) -> None:
        self._find(call)
        if queue not in {view.name for view in self.queue_views}:
            raise UnknownName(f"no queue {queue!r}")

    def close(self, queue: str, closed: bool | None) -> None:
        names = [view.name for view in self.queue_views]
        if queue not in names:
            raise UnknownName(f"no queue {queue!r}")
        number = names.index(queue)
        self.queue_views[number] = replace(self.queue_views[number], closed=bool(closed))


class FakeShield:
    """Bans in memory; 127.0.0.2 is a trunk."""

    def __init__(self) -> None:
        self.held: dict[str, Ban] = {}

    def bans(self) -> Sequence[Ban]:
        return list(self.held.values())

    def ban(self, address: str, lasts_s: float | None, by: str, note: str) -> Ban:
        if address == "127.0.0.2":
            raise NotAllowed("127.0.0.2 belongs to a trunk")
        until = None if lasts_s is None else NOW + lasts_s
        self.held[address] = Ban(address, NOW, until, Offence.MANUAL, 1, by, note)
        return self.held[address]

    def lift(self, address: str, by: str) -> Ban:
        if address not in self.held:
            raise UnknownName(f"{address!r} is not banned")
        return self.held.pop(address)


class FakeCallbacks:
    """Implements ``CallbackDesk`` on the requests of a store."""

    def __init__(self, store: FakeStore) -> None:
        self._store = store

    def create(self, wanted: Wanted) -> Callback:
        if wanted.number.startswith("+4"):
            raise NotAllowed("this number may not be dialled")
        who = (wanted.number, wanted.name, wanted.line, wanted.queue, wanted.priority)
        place = (wanted.not_before or NOW, CallbackWhy.ENTERED, CallbackState.OPEN)
        new = Callback("new", NOW, *who, *place, wanted.not_before, wanted.not_after)
        self._store.requests.append(new)
        return new

    def cancel(self, callback: str) -> Callback:
        return self._change(callback, CallbackState.OPEN, CallbackState.CANCELLED)

    def machine(self, callback: str) -> Callback:
        return self._change(callback, CallbackState.DONE, CallbackState.OPEN)

    def accept(self, callback: str) -> Callback:
        return self._change(callback, CallbackState.SUGGESTED, CallbackState.OPEN)

    def dismiss(self, callback: str) -> Callback:
        return self._change(callback, CallbackState.SUGGESTED, CallbackState.DISMISSED)

    def _change(self, callback: str, before: CallbackState, after: CallbackState) -> Callback:
        for number, one in enumerate(self._store.requests):
            if one.call == callback and one.state is not before:
                raise NotAllowed(f"the request is {one.state} already")
            if one.call == callback:
                changed = self._store.requests[number] = replace(one, state=after)
                return changed
        raise UnknownName(f"no open callback {callback}")


class FakeShelf:
    """Implements ``FlowShelf``; ``reloads`` counts."""

    def __init__(self) -> None:
        self.reloads = 0
        self.held = [FlowView("support", "v1", ("100",), 2, ())]

    def flows(self) -> Sequence[FlowView]:
        return self.held

    async def reload(self) -> None:
        self.reloads += 1
        self.held.append(FlowView("draft", None, (), 0, ("draft.yaml:3: no steps",)))


class MemoryAnswers:
    """Implements ``AnswerStore``."""

    def __init__(self) -> None:
        self.kept: dict[str, KeptAnswer] = {}

    async def begin(self, key: str, request: str, now: float) -> KeptAnswer | None:
        known = self.kept.get(key)
        if known is None:
            self.kept[key] = KeptAnswer(request)
        return known

    async def keep(self, key: str, answer: KeptAnswer) -> None:
        self.kept[key] = answer

    async def drop(self, key: str) -> None:
        del self.kept[key]
