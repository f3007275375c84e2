"""The books of the switchboard: who waits, who is free, who is rung for whom, when to look again.

Whatever happens changes agents and entries, notes the kinds in which somebody became free or began
to wait, and ends with :meth:`Books.decided`: there, and nowhere else, callers and agents are
brought together. So every rule of who gets whom stands in one place, however many phones were
freed.
"""

from collections.abc import Collection, Mapping

from callserver.acd import announcing
from callserver.acd.agent import Agent
from callserver.acd.deadlines import Deadlines
from callserver.acd.decisions import AgentMoved, Announce, Decision, Divert, Offer, Retract
from callserver.acd.entry import Entry, place_of
from callserver.acd.kinds import Kinds
from callserver.acd.matching import Matching
from callserver.acd.plan import Demand, demand
from callserver.acd.queue import Queue
from callserver.acd.rules import onward, staffed
from callserver.acd.strategy import STRATEGIES, Pick
from callserver.config.queues import Agents as Rules
from callserver.config.queues import Queue as QueueConfig
from callserver.config.queues import Routing
from callserver.model.agent import THERE
from callserver.model.overflow import Overflow
from callserver.model.ticket import Ticket


class Books:
    """Look at ``agents`` and ``queues``, change neither."""

    def __init__(
        self, rules: Rules, routing: Routing, queues: Mapping[str, QueueConfig], pick: Pick
    ) -> None:
        self.agents: dict[str, Agent] = {}
        self.queues = {name: Queue(name, queue) for name, queue in queues.items()}
        self.rules = rules
        self.routing = routing
        self.entries: dict[str, Entry] = {}
        self.talking: dict[str, list[Agent]] = {}
        self.agent_deadlines = Deadlines()
        self.stages = Deadlines()
        self.announcements = Deadlines()
        self.queue_deadlines = Deadlines()
        strategies = {name: STRATEGIES[queue.strategy](pick) for name, queue in queues.items()}
        self.kinds = Kinds(strategies)
        self._matching = Matching(self.kinds, self.queues)
        self._unheard: dict[str, Entry] = {}
        self._seq = 0
        self._decisions: list[Decision] = []

    # Agents

    def agent_changed(self, agent: Agent, now: float) -> None:
        """After every change of an agent: others are told, and a free one may get a call."""
        self._learn_handle_time(agent, now)
        before, look = agent.shown, agent.look()
        if look != before:
            self._tell(agent, look[:3] != before[:3], now)
        self.agent_deadlines.set(agent.username, agent.deadline)
        if self.kinds.look(agent):
            self._matching.free(agent)
        if look[0] not in THERE and before[0] in THERE:
            for entry in self.kinds.waiting_for(agent):
                self.let_others(entry, now)
        if agent.leaving and not agent.calls:
            self.count(agent, -1)
            self.kinds.forget(agent)
            del self.agents[agent.username]
        for queue in agent.profile.queues:
            self.check_staff(self.queues[queue], now)

    def let_others(self, entry: Entry, now: float) -> None:
        """The caller waits for their own agent no longer."""
        entry.prefer_until = now
        self.restage(entry, now)

    def _learn_handle_time(self, agent: Agent, now: float) -> None:
        """How long a call kept an agent is known when they are free again."""
        if agent.cycle is not None and not agent.calls and agent.wrap_until is None:
            (name, since), agent.cycle = agent.cycle, None
            if name in self.queues:
                self.queues[name].forecast.handled.add(now - since, now)

    def _tell(self, agent: Agent, moved: bool, now: float) -> None:
        self.count(agent, -1)
        agent.shown = state, reason, call, until, wish = agent.look()
        self.count(agent, 1)
        if moved:
            agent.since = now
        moved_to = (agent.username, state, reason, call, now, until)
        self._decisions.append(AgentMoved(*moved_to, since=agent.since, wish=wish))

    def count(self, agent: Agent, by: int) -> None:
        """Keep the number of agents by state, as they were told, in each of their queues."""
        state, serves = agent.shown[0], len(agent.profile.queues)
        for name in agent.profile.queues:
            queue = self.queues[name]
            queue.agents[state] += by
            if state in THERE:
                queue.shared[serves] += by

    def check_staff(self, queue: Queue, now: float) -> None:
        """Whether those who wait may stay, after a while without the agents the queue needs."""
        if staffed(queue, queue.config.stay_needs):
            queue.alone_since = None
            self.queue_deadlines.set(queue.name, None)
        elif queue.alone_since is None:
            queue.alone_since = now
            self.queue_deadlines.set(queue.name, now + queue.config.stay_grace_s)

    # Callers

    def enter(
        self,
        call: str,
        queue: str,
        ticket: Ticket,
        priority: int,
        entered_at: float,
        now: float,
        ringers: Collection[Agent] = (),
        place: tuple[float, float] | None = None,
    ) -> None:
        """A caller begins to wait; ``ringers`` are agents whose phones ring for them already,
        ``place`` is the beginning of one they were given by hand."""
        self._seq += 1
        usual = place_of(priority, entered_at, self._seq, self.routing.priority_s)
        if place is not None:
            usual = (*place, self._seq)
        entry = Entry(call, queue, ticket, priority, entered_at, now, self._seq, usual)
        announcing.begin(entry, self.queues[queue], now)
        self.check_staff(self.queues[queue], now)
        self.entries[call] = entry
        self.queues[queue].add(entry)
        own = self.agents.get(ticket.agent)
        if own is not None and own.state in THERE and queue in own.profile.queues:
            entry.prefers = own.username
            entry.prefer_until = now + self.queues[queue].config.prefer_s
        for ringer in ringers:
            entry.rung_since = now
            entry.rung[ringer.username] = Offer(call, ringer.username)
            ringer.calls[call].queue = queue
        self.restage(entry, now)

    def forget(self, entry: Entry) -> None:
        """The caller waits no more."""
        del self.entries[entry.call]
        self._unheard.pop(entry.call, None)
        self.queues[entry.queue].discard(entry)
        self.kinds.take(entry)
        self.stages.set(entry.call, None)
        self.announcements.set(entry.call, None)

    def restage(self, entry: Entry, now: float) -> None:
        """What the caller demands after so much waiting, or that it was too much."""
        queue = self.queues[entry.queue]
        if not entry.rung and (why := self._must_go(entry, queue, now)) is not None:
            self.forget(entry)
            self.divert(entry.call, queue, entry.ticket, why)
            return
        while (widens_at := self._widens_at(entry)) is not None and widens_at <= now:
            entry.stage += 1
        if entry.prefers and now < entry.prefer_until:
            asked = Demand(entry.queue, only=entry.prefers)
        else:
            entry.prefers = ""
            asked = demand(entry.queue, entry.ticket, queue.plan[entry.stage])
        kind = self.kinds.put(entry, asked)
        if (wanted := queue.phones(entry, now)) != entry.wanted:
            entry.wanted = wanted
            kind.place(entry)
        self._matching.open(entry)
        if not entry.rung:
            self._unheard[entry.call] = entry
        stays = entry.rung or entry.ticket.callback
        max_wait_s = 0.0 if stays else queue.config.max_wait_s
        times = (
            entry.since + max_wait_s if max_wait_s else None,
            self._widens_at(entry),
            entry.prefer_until if entry.prefers else None,
            queue.rings_more_at(entry),
        )
        self.stages.set(entry.call, min((at for at in times if at is not None), default=None))

    @staticmethod
    def _must_go(entry: Entry, queue: Queue, now: float) -> Overflow | None:
        config = queue.config
        if entry.ticket.callback:
            return None
        if queue.closed and config.at_closing == "overflow":
            return Overflow.CLOSED
        if queue.alone_since is not None and queue.alone_since + config.stay_grace_s <= now:
            return Overflow.EMPTY
        if config.max_wait_s and entry.since + config.max_wait_s <= now:
            return Overflow.TOO_LONG
        return None

    def divert(self, call: str, queue: Queue, ticket: Ticket, why: Overflow) -> None:
        """Send a caller on who is not, or no more, in this queue."""
        to = onward(queue, self.queues, ticket.been)
        self._decisions.append(Divert(call, queue.name, why, to))

    def send_on(self, queue: Queue, most: int, now: float) -> None:
        """Those who wait without a ringing phone must go, at most so many at once."""
        if queue.closed or queue.alone_since is not None:
            going = [entry for entry in queue if not entry.rung]
            for entry in going[:most]:
                self.restage(entry, now)
            if len(going) > most:
                self.queue_deadlines.set(queue.name, now)

    def _widens_at(self, entry: Entry) -> float | None:
        plan = self.queues[entry.queue].plan
        if entry.stage + 1 == len(plan):
            return None
        return entry.entered_at + plan[entry.stage + 1].after_s

    def eases_at(self, entry: Entry) -> float | None:
        """When others will do, too; None: never."""
        return entry.prefer_until if entry.prefers else self._widens_at(entry)

    def replace(self, entry: Entry, place: tuple[float, float, float]) -> None:
        """Another place for a caller."""
        queue, kind = self.queues[entry.queue], self.kinds.of(entry)
        queue.discard(entry)
        kind.lift(entry)
        entry.place = place
        queue.add(entry)
        kind.place(entry)

    # Offers

    def offer(self, entry: Entry, agent: Agent, now: float) -> None:
        """Ring this agent for this caller."""
        if not entry.rung:
            entry.rung_since = now
        offer = entry.rung[agent.username] = Offer(entry.call, agent.username)
        self.kinds.of(entry).place(entry)
        self._unheard.pop(entry.call, None)
        self.announcements.set(entry.call, None)
        agent.ring(entry.call, entry.queue, now)
        self.agent_changed(agent, now)
        self._decisions.append(offer)
        self.restage(entry, now)

    def unring(self, entry: Entry, username: str) -> Agent:
        """This agent is rung for this caller no more."""
        del entry.rung[username]
        self.kinds.of(entry).place(entry)
        return self.agents[username]

    def retract(self, entry: Entry, username: str, now: float) -> None:
        """Stop ringing this agent; somebody else got the call."""
        agent = self.unring(entry, username)
        self._decisions.append(Retract(entry.call, username))
        agent.caller_gone(entry.call)
        self.agent_changed(agent, now)

    # Decisions

    def decided(self, now: float) -> list[Decision]:
        """Bring together who can be; then those who go on waiting are told when it is time."""
        for pairs in self._matching.pairs(now):
            for entry, agent in pairs:
                self.offer(entry, agent, now)
        unheard, self._unheard = self._unheard, {}
        for entry in unheard.values():
            self._wait_on(entry, now)
        decisions, self._decisions = self._decisions, []
        return decisions

    def _wait_on(self, entry: Entry, now: float) -> None:
        """Nobody is free for this caller."""
        queue = self.queues[entry.queue]
        if entry.expected is None:
            entry.expected = queue.wait(queue.position(entry), now)
        if entry.prefers:  # told nothing while somebody else may be free
            self.announcements.set(entry.call, None)
        elif not entry.ticket.callback:
            self.announce(entry, now)

    def announce(self, entry: Entry, now: float) -> None:
        """Tell a caller what is due, and note when to tell more."""
        notice = announcing.notice(entry, self.queues[entry.queue], now)
        if notice is not None:
            self._decisions.append(Announce(entry.call, notice))
        self.announcements.set(entry.call, entry.announce_at)
