"""What clients get about the present: agents, queues, calls in progress."""

from msgspec import Struct

from callserver.model.agent import AgentState
from callserver.model.call import Leg, Phase
from callserver.model.flow import Value
from callserver.model.live import AgentView, CallView, QueueView, WaitingView, Waits
from callserver.model.people import AgentAccount
from callserver.web.shapes import Time, iso, iso_or_none


class AgentOut(Struct, frozen=True, kw_only=True):
    """One agent and what they do now. ``since`` is when this state began, ``reason`` why they are
    paused, ``phones`` how many of their phones are registered; ``penalties`` (by queue), ``skills``
    (levels), ``languages`` and ``capacity`` say what they are given. ``wish`` is the state that
    comes when calls and wrap-up are over (``wish_reason``: why a pause), null: ready."""

    username: str
    name: str
    state: AgentState
    reason: str
    since: Time
    call: str | None
    queues: tuple[str, ...]
    phones: int
    penalties: dict[str, int]
    skills: dict[str, int]
    languages: tuple[str, ...]
    capacity: int
    wish: AgentState | None
    wish_reason: str
    created_at: Time


def agent(account: AgentAccount, now: AgentView | None) -> AgentOut:
    """An account with its live state; one the floor has not met yet is signed out."""
    return AgentOut(
        username=account.username,
        name=account.name,
        state=now.state if now else AgentState.SIGNED_OUT,
        reason=now.reason if now else "",
        since=iso(now.since if now else account.created_at),
        call=now.call if now else None,
        queues=account.queues,
        phones=now.phones if now else 0,
        penalties=account.penalties,
        skills=account.skills,
        languages=account.languages,
        capacity=account.capacity,
        wish=now.wish if now else None,
        wish_reason=now.wish_reason if now else "",
        created_at=iso(account.created_at),
    )


class WaitingOut(Struct, frozen=True, kw_only=True):
    """One waiting caller; position 1 is the head. ``ringing`` are the agents who are rung for
    them; ``why`` nobody is, which changes by itself at ``why_until`` when others will do.
    ``callback``: they are not on the line but will be called."""

    call: str
    position: int
    entered_at: Time
    waited_s: float
    priority: int
    ringing: tuple[str, ...]
    why: Waits | None
    why_until: Time | None
    callback: bool


def _waiting(view: WaitingView) -> WaitingOut:
    return WaitingOut(
        call=view.call,
        position=view.position,
        entered_at=iso(view.entered_at),
        waited_s=view.waited_s,
        priority=view.priority,
        ringing=view.ringing,
        why=view.why,
        why_until=iso_or_none(view.why_until),
        callback=view.callback,
    )


class CallerOut(Struct, frozen=True, kw_only=True):
    """A waiting caller and the queue they wait in."""

    queue: str
    caller: WaitingOut


def caller(view: QueueView, waiting: WaitingView) -> CallerOut:
    return CallerOut(queue=view.name, caller=_waiting(waiting))


class QueueOut(Struct, frozen=True, kw_only=True):
    """One queue now: who waits, head first, and how many of its agents are in which state.
    ``estimate_s``: how long who joins now will wait, null: nobody knows; ``closed``: it takes
    nobody. ``answered`` callers since the server started, ``answered_in_time`` of them within the
    queue's ``service_level_s``."""

    name: str
    title: str
    waiting: list[WaitingOut]
    agents: dict[AgentState, int]
    estimate_s: float | None
    closed: bool
    answered: int
    answered_in_time: int


def queue(view: QueueView) -> QueueOut:
    return QueueOut(
        name=view.name,
        title=view.title,
        waiting=[_waiting(caller) for caller in view.waiting],
        agents={state: view.agents.get(state, 0) for state in AgentState},
        estimate_s=None if view.estimate_s is None else round(view.estimate_s, 1),
        closed=view.closed,
        answered=view.answered,
        answered_in_time=view.in_time,
    )


class LiveCallOut(Struct, frozen=True, kw_only=True):
    """One call in progress. ``contact`` is what our contacts, or the CRM that is asked, know of the
    customer: `name`, `language`, `owner`, `vip`, `url`, and what else they have."""

    call: str
    line: str
    phase: Phase
    queue: str | None
    agent: str | None
    offered_at: Time
    legs: tuple[Leg, ...]
    contact: dict[str, Value]


def live_call(view: CallView) -> LiveCallOut:
    return LiveCallOut(
        call=view.call,
        line=view.line,
        phase=view.phase,
        queue=view.queue,
        agent=view.agent,
        offered_at=iso(view.offered_at),
        legs=view.legs,
        contact=dict(view.contact),
    )
