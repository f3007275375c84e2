"""After a restart: where the calls of the last controller are, folded from the journal.

What a call sounds like now (its legs, its media) its worker knows better; its record, its place in
flow and queue and its agent stand here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from callserver.call import record as records
from callserver.call.dialled import Dialled
from callserver.call.dialled import follow as dialled_after
from callserver.call.messages import Taken, taken
from callserver.call.progress import Progress, progress
from callserver.call.talk import Talk, follow
from callserver.model import facts as f
from callserver.model import queue_facts as q
from callserver.model import talk_facts as t
from callserver.model.answering import Answerer
from callserver.model.call import Arrival, Leg
from callserver.model.callback_facts import AnswerJudged, CallbackDialled, CallbackStarted
from callserver.model.record import CallRecord
from callserver.model.store_ports import Store
from callserver.model.survey_facts import SurveyStarted
from callserver.model.ticket import NOTHING, Ticket


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call is, besides what its record says. ``queue`` is the one it waits in, None: it
    does not wait; ``priority`` and ``entered_at`` are those of its last wait. ``rung`` are agents
    whose phones ring for it, ``agent`` talks in it; ``talk`` is the conversation that goes on,
    ``dialled`` how far the dialling of the flow is.
    ``by_hand`` is what sorts it in the queue since somebody moved it. ``callback`` is the request
    for which we call, ``reserved`` the agent for whom the customer was dialled then, until
    they have talked, ``answerer`` who answered, if that was found out; ``ordered``: somebody
    ordered the call for this agent; ``survey`` is the call that this one asks about."""

    queue: str | None = None
    priority: int = 0
    entered_at: float | None = None
    rung: tuple[str, ...] = ()
    agent: str | None = None
    ticket: Ticket = NOTHING
    talk: Talk | None = None
    dialled: Dialled | None = None
    by_hand: tuple[float, float] | None = None
    callback: str | None = None
    reserved: str | None = None
    answerer: Answerer | None = None
    ordered: str | None = None
    survey: str | None = None


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call without an ending. Its flow, version and step are in the record."""

    record: CallRecord
    place: Place
    progress: Progress = field(default_factory=Progress)
    messages: Mapping[str, Taken] = field(default_factory=dict)

    @property
    def arrival(self) -> Arrival:
        """How it came, as far as the record tells."""
        record = self.record
        return Arrival(
            sip_call_id=record.sip_call_id,
            dialled=record.line,
            number=record.number,
            name=record.name,
            trunk=record.trunk,
            agent=None,
            source="",
            at=record.offered_at,
        )


@dataclass(frozen=True, slots=True)
class Restored:
    """``calls`` oldest first; ``agents``: the last change of each, by username; ``later`` are facts
    that the store does not have yet."""

    calls: tuple[OpenCall, ...]
    agents: tuple[f.AgentChanged, ...]
    later: tuple[f.Fact, ...] = ()


def place(facts: Iterable[f.Fact]) -> Place:  # noqa: C901 - a flat table of facts
    """Where the facts of one call, in order, have brought it (pure)."""
    now = Place()
    for fact in facts:
        now = replace(now, talk=follow(now.talk, fact), dialled=dialled_after(now.dialled, fact))
        match fact:
            case f.QueueJoined():
                here = (fact.queue, fact.priority, fact.entered_at)
                ours = (now.callback, now.ordered, now.survey)
                now = Place(*here, ticket=fact.ticket)
                now = replace(now, callback=ours[0], ordered=ours[1], survey=ours[2])
            case CallbackStarted():
                now = replace(now, callback=fact.request)
            case SurveyStarted():
                now = replace(now, survey=fact.of)
            case t.CallOrdered():
                now = replace(now, ordered=fact.agent)
            case CallbackDialled():
                now = replace(now, reserved=fact.agent)
            case AnswerJudged():
                now = replace(now, answerer=fact.answerer)
            case f.QueueLeft():
                now = replace(now, queue=None)
            case q.PriorityChanged():
                now = replace(now, priority=fact.priority, by_hand=None)
            case q.PlaceChanged():
                now = replace(now, by_hand=(fact.rank, fact.moment))
            case f.AgentOffered():
                now = replace(now, rung=(*_but(now.rung, fact.agent), fact.agent))
            case f.AgentMissed():
                now = replace(now, rung=_but(now.rung, fact.agent))
            case f.LegReleased(leg=Leg.AGENT, agent=str(agent)):
                now = replace(now, rung=_but(now.rung, agent))
            case f.AgentAnswered() | t.AgentDialled():
                now = replace(now, agent=fact.agent, rung=())
            case f.AgentFinished():
                now = replace(now, agent=None, reserved=None)
            case _:
                pass
    return now


def _but(agents: tuple[str, ...], one: str) -> tuple[str, ...]:
    return tuple(agent for agent in agents if agent != one)


async def read(store: Store, undelivered: Sequence[f.Fact]) -> Restored:
    """From the store, and from the facts that come after what is in the store. Raises
    ``StoreError``."""
    agents = {change.agent: change for change in await store.last_agent_changes()}
    later: defaultdict[str, list[f.Fact]] = defaultdict(list)
    for fact in undelivered:
        if isinstance(fact, f.AgentChanged):
            agents[fact.agent] = fact
        elif call := getattr(fact, "call", None):
            later[call].append(fact)
    known = {record.id: record for record in await store.open_calls()}
    calls = []
    for call in sorted(known.keys() | later.keys()):
        record = _fold(known.get(call), later[call])
        if record is not None and record.ending is None:
            facts = [*await store.timeline(call), *later[call]]
            calls.append(OpenCall(record, place(facts), progress(facts), taken(facts)))
    last = tuple(agents[agent] for agent in sorted(agents))
    return Restored(tuple(calls), last, tuple(undelivered))


def _fold(record: CallRecord | None, facts: Iterable[f.Fact]) -> CallRecord | None:
    for fact in facts:
        if isinstance(fact, f.CallOffered):
            record = records.begin(fact)
        elif record is not None:
            record = records.fold(record, fact)
    return record
