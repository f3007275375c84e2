"""All decisions of the distribution, pure: agents, queues and offers in one place.

Every method takes ``now`` and returns what to do, in order. What holds after each of them:
no ready agent of a queue while one of its callers waits without an offer; one offer per call, one
call per agent. So each happening frees at most one caller or one agent, and one look at the other
side is enough.
"""

from collections.abc import Collection, Mapping

from callserver.acd.agent import Agent
from callserver.acd.deadlines import Deadlines
from callserver.acd.decisions import AgentMoved, Announce, Decision, Offer
from callserver.acd.queue import Entry, Queue
from callserver.acd.strategy import STRATEGIES
from callserver.config.sections import Agents as Rules
from callserver.config.sections import Queue as QueueConfig
from callserver.model.agent import AgentState
from callserver.model.errors import UnknownName
from callserver.model.events import LegEnd

# A burst of callers that came together is told the place together. The loop gets its turn in
# between, so that a thousand announcements do not make an agent's phone ring late.
AT_ONCE = 100


class Switchboard:
    """Who waits, who is ready, who is rung for whom. Look at ``agents`` and ``queues``, change
    neither."""

    def __init__(self, rules: Rules, queues: Mapping[str, QueueConfig]) -> None:
        self.agents: dict[str, Agent] = {}
        self.queues = {
            name: Queue(name, STRATEGIES[queue.strategy](), queue.announce_position_s)
            for name, queue in queues.items()
        }
        self._rules = rules
        self._entries: dict[str, Entry] = {}
        self._talking: dict[str, Agent] = {}
        self._agent_deadlines = Deadlines()
        self._announcements = Deadlines()
        self._seq = 0
        self._decisions: list[Decision] = []

    # Callers

    def join(
        self, call: str, queue: str, priority: int, entered_at: float, now: float
    ) -> list[Decision]:
        """A caller waits. One who waits or talks already leaves that first. Raises
        ``UnknownName``."""
        if queue not in self.queues:
            raise UnknownName(f"no queue {queue!r}; there are: {', '.join(sorted(self.queues))}")
        self._part(call, now)
        self._seq += 1
        entry = Entry(call, queue, priority, entered_at, self._seq, announce_at=now)
        self._entries[call] = entry
        self.queues[queue].join(entry)
        self._find_agent(entry, now)
        return self._decided()

    def leave(self, call: str, now: float) -> list[Decision]:
        """The caller is gone or goes elsewhere, whatever they were doing: an agent who was rung is
        ready again, one who talked has wrap-up."""
        self._part(call, now)
        return self._decided()

    def answered(self, call: str, agent: str, now: float) -> list[Decision]:
        """They talk. Ignored unless this agent is being rung for this call."""
        entry = self._entries.get(call)
        if entry is not None and self.rung_for(call) == agent:
            self._forget(entry)
            self._talking[call] = talker = self.agents[agent]
            talker.answer(now)
            self._agent_moved(talker, now)
        return self._decided()

    def missed(self, call: str, agent: str, why: LegEnd, now: float) -> list[Decision]:
        """The agent did not take it; the caller is where they stood. Ignored like ``answered``."""
        entry = self._entries.get(call)
        if entry is not None and self.rung_for(call) == agent:
            self.queues[entry.queue].take_back(entry)
            misser = self.agents[agent]
            misser.miss(why, self._rules, now)
            self._agent_moved(misser, now)
            self._find_agent(entry, now)
        return self._decided()

    def finished(self, call: str, agent: str, now: float) -> list[Decision]:
        """The conversation is over. Ignored unless these two talk."""
        talker = self._talking.get(call)
        if talker is not None and talker.username == agent:
            self._part(call, now)
        return self._decided()

    def rung_for(self, call: str) -> str | None:
        """The agent who is being rung for this call."""
        offer = self.offer_of(call)
        return offer.agent if offer else None

    def offer_of(self, call: str) -> Offer | None:
        """The offer of this call that stands now."""
        entry = self._entries.get(call)
        return entry.offer if entry else None

    def waits(self, call: str) -> bool:
        """Whether the call is in a queue and no agent is rung for it."""
        entry = self._entries.get(call)
        return entry is not None and entry.offer is None

    # Agents

    def enroll(
        self, username: str, name: str, queues: tuple[str, ...], phones: int, now: float
    ) -> list[Decision]:
        """A new agent, or one whose name, queues or phones changed; the state of a known one stays.
        Queues that do not exist are left out."""
        known = tuple(queue for queue in dict.fromkeys(queues) if queue in self.queues)
        agent = self.agents.get(username)
        if agent is None:
            agent = self.agents[username] = Agent(username, name, known, since=now)
        agent.leaving = False
        agent.name = name
        self._set_queues(agent, known, now)
        if agent.set_phones(phones, now):
            self._agent_moved(agent, now)
        return self._decided()

    def resume(
        self,
        username: str,
        state: AgentState,
        reason: str,
        since: float,
        call: str | None,
        phones: int,
        now: float,
    ) -> list[Decision]:
        """An agent just enrolled is where the journal says, with so many phones now. One who rang
        or talked is kept for the call until :meth:`settle`."""
        agent = self.agents[username]
        agent.resume(state, reason, since, call, phones, self._rules)
        self._agent_deadlines.set(username, agent.until)
        if state is AgentState.TALKING and call is not None:
            self._talking[call] = agent
        elif state is AgentState.READY:
            self._find_call(agent, now)
        if agent.set_phones(phones, now):
            self._agent_moved(agent, now)
        return self._decided()

    def rejoin(
        self, call: str, queue: str, priority: int, entered_at: float, agent: str | None, now: float
    ) -> list[Decision]:
        """A caller from before a restart waits on, where they stood; ``agent`` is being rung for
        them. Raises ``UnknownName``."""
        ringer = self.agents.get(agent or "")
        if ringer is None or (ringer.state, ringer.call) != (AgentState.RINGING, call):
            return self.join(call, queue, priority, entered_at, now)
        if queue not in self.queues:
            raise UnknownName(f"no queue {queue!r}; there are: {', '.join(sorted(self.queues))}")
        self._seq += 1
        entry = Entry(call, queue, priority, entered_at, self._seq, announce_at=now)
        self._entries[call] = entry
        self.queues[queue].join(entry)
        self.queues[queue].offer(entry, Offer(call, ringer.username))
        return self._decided()

    def settle(self, alive: Collection[str], now: float) -> list[Decision]:
        """All calls that survived a restart are back: agents kept for others are free."""
        for agent in tuple(self.agents.values()):
            if agent.call is None or agent.call in alive:
                continue
            if agent.state is AgentState.TALKING:
                self._part(agent.call, now)
            elif agent.state is AgentState.RINGING:
                agent.caller_gone(now)
                self._agent_moved(agent, now)
        return self._decided()

    def dismiss(self, username: str, now: float) -> list[Decision]:
        """The account is gone; who rings or talks goes after the call."""
        agent = self.agents[username]
        if agent.dismiss(now):
            self._agent_moved(agent, now)
        elif agent.call is None:
            del self.agents[username]
        return self._decided()

    def phones(self, username: str, count: int, now: float) -> list[Decision]:
        """So many phones of an agent are registered now. Unknown agents are ignored."""
        agent = self.agents.get(username)
        if agent is not None and agent.set_phones(count, now):
            self._agent_moved(agent, now)
        return self._decided()

    def request(self, username: str, state: AgentState, reason: str, now: float) -> list[Decision]:
        """Ready, paused or signed out. Raises ``UnknownName``, ``NotAllowed``."""
        agent = self.agents.get(username)
        if agent is None:
            raise UnknownName(f"no agent {username!r}")
        if agent.request(state, reason, self._rules, now):
            self._agent_moved(agent, now)
        return self._decided()

    # Time

    def next_deadline(self) -> float | None:
        """When :meth:`tick` has something to do."""
        agents, announcements = self._agent_deadlines.next(), self._announcements.next()
        if agents is None or announcements is None:
            return announcements if agents is None else agents
        return min(agents, announcements)

    def tick(self, now: float) -> list[Decision]:
        """Time has passed. Agents first: nobody is told a place while an agent is free for them.
        Announcements that are too many for one turn wait: :meth:`next_deadline` is then past."""
        for username in self._agent_deadlines.due(now):
            agent = self.agents[username]
            agent.time_is_up(now)
            self._agent_moved(agent, now)
        for call in self._announcements.due(now, AT_ONCE):
            self._announce(self._entries[call], now)
        return self._decided()

    # What follows

    def _decided(self) -> list[Decision]:
        decisions, self._decisions = self._decisions, []
        return decisions

    def _part(self, call: str, now: float) -> None:
        """Take a call from where it is, and free its agent."""
        entry = self._entries.get(call)
        if entry is not None:
            self._forget(entry)
            if entry.offer is not None:
                agent = self.agents[entry.offer.agent]
                agent.caller_gone(now)
                self._agent_moved(agent, now)
        elif (talker := self._talking.pop(call, None)) is not None:
            talker.finish(self._rules, now)
            self._agent_moved(talker, now)

    def _forget(self, entry: Entry) -> None:
        del self._entries[entry.call]
        self.queues[entry.queue].leave(entry)
        self._announcements.set(entry.call, None)

    def _set_queues(self, agent: Agent, queues: tuple[str, ...], now: float) -> None:
        if queues == agent.queues:
            return
        for name in agent.queues:
            self.queues[name].ready.discard(agent)
        agent.queues = queues
        if agent.state is AgentState.READY:
            self._find_call(agent, now)

    def _agent_moved(self, agent: Agent, now: float) -> None:
        """Keep the books after every move of an agent; a ready one gets a call if there is one."""
        self._decisions.append(
            AgentMoved(agent.username, agent.state, agent.reason, agent.call, now)
        )
        self._agent_deadlines.set(agent.username, agent.until)
        if agent.state is AgentState.READY:
            self._find_call(agent, now)
            return
        for name in agent.queues:
            self.queues[name].ready.discard(agent)
        if agent.leaving and agent.call is None:
            del self.agents[agent.username]

    def _find_call(self, agent: Agent, now: float) -> None:
        """The caller with the first place in all queues of a ready agent; else the agent waits."""
        heads = [head for name in agent.queues if (head := self.queues[name].head()) is not None]
        if heads:
            self._offer(min(heads, key=lambda entry: entry.place), agent, now)
            return
        for name in agent.queues:
            self.queues[name].ready.add(agent)

    def _find_agent(self, entry: Entry, now: float) -> None:
        """The best ready agent for a caller without an offer; else the caller waits and is told the
        place when it is time."""
        agent = self.queues[entry.queue].ready.best()
        if agent is not None:
            self._offer(entry, agent, now)
        elif entry.announce_at <= now:
            self._announce(entry, now)
        else:
            self._announcements.set(entry.call, entry.announce_at)

    def _offer(self, entry: Entry, agent: Agent, now: float) -> None:
        offer = Offer(entry.call, agent.username)
        self.queues[entry.queue].offer(entry, offer)
        self._announcements.set(entry.call, None)
        agent.ring(entry.call, now)
        self._agent_moved(agent, now)
        self._decisions.append(offer)

    def _announce(self, entry: Entry, now: float) -> None:
        queue = self.queues[entry.queue]
        if queue.announce_every_s:
            self._decisions.append(Announce(entry.call, queue.position(entry)))
            entry.announce_at = now + queue.announce_every_s
            self._announcements.set(entry.call, entry.announce_at)
