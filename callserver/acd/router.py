"""The router on the event loop: hands happenings to the switchboard and carries out what it
decides, in the same turn. Implements ``QueueDesk`` and, of ``Floor``, what concerns agents and
queues."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import partial
from random import SystemRandom

from callserver import log
from callserver.acd import gauges, views
from callserver.acd.agent import Wish
from callserver.acd.decisions import AgentMoved, Announce, Decision, Divert, Offer, Retract
from callserver.acd.hands import Hands
from callserver.acd.profile import profile
from callserver.acd.switchboard import Switchboard
from callserver.config import Config
from callserver.config.outgoing import zone
from callserver.config.queues import Agents as Rules
from callserver.metrics import Metrics
from callserver.model.agent import AgentState
from callserver.model.events import LegEnd
from callserver.model.facts import AgentChanged, Fact
from callserver.model.live import AgentView, Crowd, QueueView
from callserver.model.overflow import Wait
from callserver.model.people import AgentAccount
from callserver.model.ports import Clock, WaitingCall
from callserver.model.ticket import NOTHING, Ticket

_log = log.get("acd")


class Router:
    """One per controller. ``phones`` says how many phones of an agent are registered now."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        publish: Callable[[Fact], None],
        metrics: Metrics,
        phones: Callable[[str], int],
    ) -> None:
        self._clock = clock
        self._publish = publish
        self._metrics = metrics
        self._phones = phones
        self._rules = config.agents
        self._titles = {name: queue.title or name for name, queue in config.queues.items()}
        chance = SystemRandom()
        self._board = Switchboard(config.agents, config.queues, chance.randrange, config.routing)
        self._calls: dict[str, WaitingCall] = {}
        self._before: dict[str, AgentChanged] = {}
        self._decisions: deque[Decision] = deque()
        self._carrying_out = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_for: float | None = None
        self._minute: asyncio.TimerHandle | None = None
        self._zone = zone(config.ivr.timezone)
        self._day = self._today(clock.now())
        self.hands = Hands(self._board, config, clock, publish, self._carry_out, self._calls)
        gauges.show(metrics, self._board)

    # Life

    async def start(self) -> None:
        """Let time count from now on."""
        self._loop = asyncio.get_running_loop()
        for agent in tuple(self._board.agents):
            self._set_phones(agent, self._phones(agent))
        self._set_timer()
        self.look_at_the_clock()

    async def stop(self) -> None:
        """No more wrap-ups ending, no more announcements; everything else goes on."""
        self._loop = None
        for timer in (self._timer, self._minute):
            if timer is not None:
                timer.cancel()
        self._timer = self._timer_for = self._minute = None

    def load(self, accounts: Iterable[AgentAccount]) -> None:
        """The agents there are: new ones come (signed in when they have a phone), names and queues
        change under the state an agent is in, those left out go (after their call)."""
        now = self._clock.now()
        gone = set(self._board.agents)
        for account in accounts:
            gone.discard(account.username)
            unknown = [name for name in account.queues if name not in self._board.queues]
            if unknown:
                _log.warning("agent_queue_unknown", agent=account.username, queues=unknown)
            phones, before = (
                self._phones(account.username),
                self._before.pop(account.username, None),
            )
            if before is not None and account.username not in self._board.agents:
                self._resume(account, before, phones, now)
                continue
            self._carry_out(self._board.enroll(profile(account), phones, now))
        for username in sorted(gone):
            self._carry_out(self._board.dismiss(username, now))

    def _resume(self, account: AgentAccount, was: AgentChanged, phones: int, now: float) -> None:
        name, was = account.username, _not_from_the_future(was, self._rules, now)
        self._carry_out(self._board.enroll(profile(account), 0, now))
        self._carry_out(
            self._board.resume(
                name,
                was.state,
                was.reason,
                was.since or was.at,
                was.call,
                was.until,
                phones,
                now,
                None if was.wish is None else Wish(was.wish, was.wish_reason, was.wish_until),
            )
        )

    # After a restart: what was goes on

    def remember(self, changes: Iterable[AgentChanged]) -> None:
        """Where the agents were when the last controller ended; before the first :meth:`load`."""
        self._before = {change.agent: change for change in changes}

    @property
    def today(self) -> float:
        """When this day began, where the house is."""
        begun = datetime.combine(self._day, time(), self._zone)
        return begun.timestamp()

    def count_talks(self, talks: Mapping[str, tuple[int, float]]) -> None:
        """What the agents did today before the restart: conversations, and seconds in them."""
        self._carry_out(self._board.count_talks(talks, self._clock.now()))

    def settle(self, alive: Collection[str], rung: Collection[tuple[str, str]] = ()) -> None:
        """The calls that survived are all back, or will rejoin with those who are ``rung`` (call
        and agent); agents who rang or talked in others are free."""
        self._carry_out(self._board.settle(alive, self._clock.now(), rung))

    # The calls' side: QueueDesk

    def join(
        self,
        call: str,
        queue: str,
        waiting: WaitingCall,
        priority: int,
        entered_at: float,
        ticket: Ticket = NOTHING,
    ) -> None:
        now = self._clock.now()
        decisions = self._board.join(call, queue, priority, entered_at, now, ticket)
        self._calls[call] = waiting
        self._carry_out(decisions)

    def rejoin(
        self,
        call: str,
        queue: str,
        waiting: WaitingCall,
        priority: int,
        entered_at: float,
        rung: Collection[str],
        ticket: Ticket = NOTHING,
        place: tuple[float, float] | None = None,
    ) -> None:
        now = self._clock.now()
        entered_at = min(entered_at, now)
        decisions = self._board.rejoin(call, queue, priority, entered_at, rung, now, ticket, place)
        self._calls[call] = waiting
        self._carry_out(decisions)

    def leave(self, call: str) -> None:
        self._calls.pop(call, None)
        self._carry_out(self._board.leave(call, self._clock.now()))

    def agent_answered(self, call: str, agent: str) -> None:
        taken = self._board.rings(call, agent)
        self._carry_out(self._board.answered(call, agent, self._clock.now()))
        if taken:
            self._calls.pop(call, None)

    def agent_missed(self, call: str, agent: str, why: LegEnd) -> None:
        if self._board.rings(call, agent):
            self._metrics.missed.labels(why.value).inc()
        self._carry_out(self._board.missed(call, agent, why, self._clock.now()))

    def agent_finished(self, call: str, agent: str) -> None:
        self._carry_out(self._board.finished(call, agent, self._clock.now()))

    def agent_spared(self, call: str, agent: str) -> None:
        self._carry_out(self._board.spared(call, agent, self._clock.now()))

    def agent_turned(self, call: str, agent: str, state: AgentState) -> None:
        self._carry_out(self._board.turned(call, agent, state, self._clock.now()))

    def agent_took_over(self, call: str, queue: str, agent: str) -> None:
        self._carry_out(self._board.took_over(call, queue, agent, self._clock.now()))

    def outside(self, agent: str, calls: int) -> None:
        """So many calls outside the queues an agent has now."""
        self._carry_out(self._board.outside(agent, calls, self._clock.now()))

    # The phones' side

    def phone_registered(self, agent: str) -> None:
        """A phone of an agent is reachable."""
        self._set_phones(agent, max(self._phones(agent), 1))

    def phone_unregistered(self, agent: str, contacts_left: int) -> None:
        """A phone of an agent went."""
        self._set_phones(agent, contacts_left)

    def _set_phones(self, agent: str, count: int) -> None:
        self._carry_out(self._board.phones(agent, count, self._clock.now()))

    # Those who look and steer: Floor

    def set_agent_state(self, agent: str, state: AgentState, reason: str) -> None:
        self._carry_out(self._board.request(agent, state, reason, self._clock.now()))

    def pick(self, call: str, agent: str) -> None:
        """The agent takes this waiting caller, out of turn. Raises ``UnknownName``,
        ``NotAllowed``."""
        self.hands.pick(call, agent)

    def agents(self) -> Sequence[AgentView]:
        return views.agent_views(self._board)

    def queues(self) -> Sequence[QueueView]:
        return views.queue_views(self._board, self._titles, self._clock.now())

    def crowd(self, queue: str) -> Crowd:
        """Who waits in a queue on the line, and its agents."""
        here = self._board.queues[queue]
        return Crowd(views.callers(here), dict(here.agents), here.closed)

    def wait_at(self, queue: str, place: int) -> Wait | None:
        """How long it takes until so many of a queue are served; None: nobody knows."""
        here = self._board.queues[queue]
        return here.forecast.wait(place, here.agents_there, self._clock.now())

    def owe_callbacks(self, queue: str, count: int) -> None:
        """So many are to be called back before who joins now, besides those in the queue."""
        self._board.owe_callbacks(queue, count)

    # Carrying out

    def _carry_out(self, decisions: list[Decision]) -> None:
        """Do it now. What we call may call us back in the same turn (a phone that is not there is
        missed at once): such decisions are put behind those under way."""
        self._decisions.extend(decisions)
        if self._carrying_out:
            return
        self._carrying_out = True
        try:
            while self._decisions:
                self._act(self._decisions.popleft())
        finally:
            self._carrying_out = False
        self._set_timer()

    def _act(self, decision: Decision) -> None:
        try:
            match decision:
                case AgentMoved():
                    self._count_pause(decision)
                    self._publish(_fact(decision))
                case Offer(call, agent):
                    if self._board.stands(decision):
                        self._calls[call].offer(agent)
                case Retract(call, agent):
                    if call in self._calls:
                        self._calls[call].retract(agent)
                case Announce(call, notice):
                    if self._board.waits(call):
                        self._calls[call].announce(notice)
                case Divert(call, _, why, to):
                    if (waiting := self._calls.pop(call, None)) is not None:
                        waiting.divert(why, to)
        except Exception:  # noqa: BLE001 - one broken call must not keep its agent or stop the others
            _log.exception("decision_failed", decision=repr(decision))
            if isinstance(decision, Offer):
                self.leave(decision.call)

    def _count_pause(self, moved: AgentMoved) -> None:
        if moved.state is AgentState.PAUSED and moved.since == moved.at:
            self._metrics.pauses.labels(moved.reason).inc()
            count = partial(gauges.count_paused, self._board, moved.reason)
            self._metrics.paused_now.labels(moved.reason).set_function(count)

    # Time

    def _set_timer(self) -> None:
        deadline = self._board.next_deadline()
        if self._loop is None or (deadline == self._timer_for and self._timer is not None):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._timer_for = None, deadline
        if deadline is not None:
            nap = max(deadline - self._clock.now(), 0.0)
            self._timer = self._loop.call_later(nap, self._wake)

    def look_at_the_clock(self) -> None:
        """At every full minute: hours begin and end, and so does the day."""
        now = self._clock.now()
        self.hands.look_at_hours()
        today = self._today(now)
        if today != self._day:
            self._day = today
            self._carry_out(self._board.new_day(now))
        if self._loop is not None:
            self._minute = self._loop.call_later(60.0 - now % 60.0, self.look_at_the_clock)

    def _today(self, now: float) -> date:
        return datetime.fromtimestamp(now, UTC).astimezone(self._zone).date()

    def _wake(self) -> None:
        self._timer = self._timer_for = None
        self._carry_out(self._board.tick(self._clock.now()))


def _not_from_the_future(was: AgentChanged, rules: Rules, now: float) -> AgentChanged:
    """Somebody may have set the system's clock back since: no wrap-up lasts an hour for that."""
    longest = {
        AgentState.WRAP_UP: max(rules.wrap_up_s, rules.wrap_up_most_s),
        AgentState.PAUSED: max(rules.missed_pause_s, rules.missed_rest_s),
    }.get(was.state, 0.0)
    until = None if was.until is None else min(was.until, now + longest)
    since = min(was.at if was.since is None else was.since, now)
    return replace(was, since=since, until=until)


def _fact(moved: AgentMoved) -> AgentChanged:
    changed = AgentChanged(
        moved.agent, moved.at, moved.state, moved.reason, moved.call, moved.until
    )
    if moved.since != moved.at:
        changed = replace(changed, since=moved.since)
    if moved.wish is not None:
        state, reason, until = moved.wish
        changed = replace(changed, wish=state, wish_reason=reason, wish_until=until)
    return changed
