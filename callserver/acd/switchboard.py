"""All that can happen to the distribution, pure: every method takes ``now`` and returns what to do,
in order.

What holds after each of them: no ready agent while a caller waits whom they may take; one call
rings or talks with an agent who is not free for another. A call may ring several agents; the first
who answers has it, the others are released in the same turn.
"""

from collections.abc import Collection, Mapping

from callserver.acd.agent import Agent, Wish
from callserver.acd.books import Books
from callserver.acd.decisions import Decision, Offer
from callserver.acd.entry import Entry
from callserver.acd.returning import Returning
from callserver.acd.rules import refusal
from callserver.acd.steering import AT_ONCE as AT_ONCE
from callserver.acd.steering import Steering
from callserver.acd.strategy import Pick
from callserver.config.queues import Agents as Rules
from callserver.config.queues import Queue as QueueConfig
from callserver.config.queues import Routing
from callserver.model.agent import IN_CONVERSATION, AgentState
from callserver.model.events import LegEnd
from callserver.model.ticket import NOTHING, Ticket


class Switchboard(Steering):
    """Who waits, who is ready, who is rung for whom. Look at ``agents`` and ``queues``, change
    neither. ``pick`` is where chance comes from."""

    def __init__(
        self,
        rules: Rules,
        queues: Mapping[str, QueueConfig],
        pick: Pick,
        routing: Routing | None = None,
    ) -> None:
        super().__init__(Books(rules, routing or Routing(), queues, pick))
        self._returning = Returning()

    # Callers

    def join(
        self,
        call: str,
        queue: str,
        priority: int,
        entered_at: float,
        now: float,
        ticket: Ticket = NOTHING,
    ) -> list[Decision]:
        """A caller waits, unless the queue sends them on. One who waits or talks already leaves
        that first. Raises ``UnknownName``."""
        self._check_queue(queue)
        self._part(call, now)
        if not ticket.callback and (why := refusal(self.queues[queue])) is not None:
            self._books.divert(call, self.queues[queue], ticket, why)
        else:
            before = self._returning.entered_at(queue, ticket.number, now)
            entered_at = min(entered_at, entered_at if before is None else before)
            self._books.enter(call, queue, ticket, priority, entered_at, now)
        return self._books.decided(now)

    def leave(self, call: str, now: float) -> list[Decision]:
        """The caller is gone or goes elsewhere, whatever they were doing: agents who were rung are
        ready again, those who talked have wrap-up."""
        entry = self._books.entries.get(call)
        if entry is not None and not entry.ticket.callback:
            queue = self.queues[entry.queue]
            queue.forecast.waited.add(now - entry.since, now)
            queue.forecast.gave_up.add(1.0, now)
            until = now + queue.config.return_s
            self._returning.left(queue.name, entry.ticket.number, entry.entered_at, until)
        self._part(call, now)
        if entry is None:
            self._stop_waiting_for(call, now)
        return self._books.decided(now)

    def answered(self, call: str, agent: str, now: float) -> list[Decision]:
        """They talk, and nobody else is rung any more. Ignored unless this agent is being rung for
        this call."""
        entry = self._books.entries.get(call)
        if entry is not None and agent in entry.rung:
            talker = self._books.unring(entry, agent)
            self._learn_wait(entry, now - talker.calls[call].since, now)
            self._books.talking[call] = [talker]
            talker.answer(call, now)
            self._books.agent_changed(talker, now)
            for loser in tuple(entry.rung):
                self._books.retract(entry, loser, now)
            self._books.forget(entry)
        return self._books.decided(now)

    def missed(self, call: str, agent: str, why: LegEnd, now: float) -> list[Decision]:
        """The agent did not take it; the caller is where they stood. Ignored like ``answered``."""
        entry = self._books.entries.get(call)
        if entry is not None and agent in entry.rung:
            misser = self._books.unring(entry, agent)
            misser.miss(call, why, self._rules, now)
            self._books.agent_changed(misser, now)
            if call in self._books.entries:
                self._books.restage(entry, now)
        return self._books.decided(now)

    def finished(self, call: str, agent: str, now: float) -> list[Decision]:
        """The agent's conversation is over, though the call may go on with somebody else. Ignored
        unless these two talk."""
        talkers = self._books.talking.get(call, [])
        for talker in [one for one in talkers if one.username == agent]:
            self._end_talk(call, talker, now)
        return self._books.decided(now)

    def spared(self, call: str, agent: str, now: float) -> list[Decision]:
        """The agent answered, but there was nobody to talk with: no wrap-up, and the turn is not
        lost. Ignored like ``finished``."""
        talkers = self._books.talking.get(call, [])
        for talker in [one for one in talkers if one.username == agent]:
            self._release(call, talker)
            talker.spare(call)
            self._books.agent_changed(talker, now)
        return self._books.decided(now)

    def turned(self, call: str, agent: str, state: AgentState, now: float) -> list[Decision]:
        """The conversation is on hold, in consultation, or goes on. Ignored unless these two
        talk."""
        for talker in self._books.talking.get(call, []):
            if talker.username == agent and state in IN_CONVERSATION:
                talker.turn(call, state)
                self._books.agent_changed(talker, now)
        return self._books.decided(now)

    def took_over(self, call: str, queue: str, agent: str, now: float) -> list[Decision]:
        """The agent talks in a conversation that somebody else began; the wrap-up is theirs too.
        Unknown agents, and those who talk in it, are ignored."""
        talkers = self._books.talking.get(call, [])
        taker = self.agents.get(agent)
        if taker is not None and taker not in talkers:
            self._books.talking[call] = [*talkers, taker]
            taker.take_over(call, queue, now)
            self._books.agent_changed(taker, now)
        return self._books.decided(now)

    def rings(self, call: str, agent: str) -> bool:
        """Whether this agent is being rung for this call."""
        entry = self._books.entries.get(call)
        return entry is not None and agent in entry.rung

    def stands(self, offer: Offer) -> bool:
        """Whether this offer was not taken back meanwhile."""
        entry = self._books.entries.get(offer.call)
        return entry is not None and entry.rung.get(offer.agent) is offer

    def waits(self, call: str) -> bool:
        """Whether the call is in a queue and no agent is rung for it."""
        entry = self._books.entries.get(call)
        return entry is not None and not entry.rung

    # After a restart

    def resume(
        self,
        username: str,
        state: AgentState,
        reason: str,
        since: float,
        call: str | None,
        until: float | None,
        phones: int,
        now: float,
        wish: Wish | None = None,
    ) -> list[Decision]:
        """An agent just enrolled is where the journal says, with so many phones now. One who rang
        or talked is kept for the call until :meth:`settle`."""
        agent = self.agents[username]
        self._books.count(agent, -1)
        agent.resume(state, reason, since, call, until, wish, phones)
        self._books.count(agent, 1)
        for talk in agent.calls:
            if state in IN_CONVERSATION:
                self._books.talking.setdefault(talk, []).append(agent)
        self._books.agent_changed(agent, now)
        return self._books.decided(now)

    def rejoin(
        self,
        call: str,
        queue: str,
        priority: int,
        entered_at: float,
        rung: Collection[str],
        now: float,
        ticket: Ticket = NOTHING,
        place: tuple[float, float] | None = None,
    ) -> list[Decision]:
        """A caller from before a restart waits on, where they stood; ``rung`` are the agents whose
        phones ring for them, ``place`` the beginning of one that they were given by hand. Raises
        ``UnknownName``."""
        self._check_queue(queue)
        ringers = [self.agents[name] for name in rung if name in self.agents]
        rings = [agent for agent in ringers if call in agent.calls]
        if not rings:
            self._part(call, now)
        self._books.enter(call, queue, ticket, priority, entered_at, now, rings, place)
        return self._books.decided(now)

    def settle(
        self, alive: Collection[str], now: float, rung: Collection[tuple[str, str]] = ()
    ) -> list[Decision]:
        """All calls that survived a restart are back, or will rejoin with those who are ``rung``
        (call and agent): agents kept for others are free."""
        for agent in tuple(self.agents.values()):
            for call, on_call in tuple(agent.calls.items()):
                if on_call.state in IN_CONVERSATION and call not in alive:
                    self._part(call, now)
                elif on_call.state is AgentState.RINGING and not (
                    self.rings(call, agent.username) or (call, agent.username) in rung
                ):
                    agent.caller_gone(call)
                    self._books.agent_changed(agent, now)
        return self._books.decided(now)

    # Time

    def next_deadline(self) -> float | None:
        """When :meth:`tick` has something to do."""
        books = self._books
        times = (
            books.agent_deadlines.next(),
            books.queue_deadlines.next(),
            books.stages.next(),
            books.announcements.next(),
        )
        return min((when for when in times if when is not None), default=None)

    def tick(self, now: float) -> list[Decision]:
        """Time has passed. Agents first: nobody is told a place while an agent is free for them.
        Announcements that are too many for one turn wait: :meth:`next_deadline` is then past."""
        books = self._books
        for username in books.agent_deadlines.due(now):
            agent = self.agents[username]
            agent.time_is_up(now)
            books.agent_changed(agent, now)
        for name in books.queue_deadlines.due(now):
            books.send_on(self.queues[name], AT_ONCE, now)
        for call in books.stages.due(now):
            books.restage(books.entries[call], now)
        decisions = books.decided(now)
        for call in books.announcements.due(now, AT_ONCE):
            books.announce(books.entries[call], now)
        return decisions + books.decided(now)

    # What follows

    def _learn_wait(self, entry: Entry, rang_s: float, now: float) -> None:
        queue, waited_s = self.queues[entry.queue], now - entry.since
        if entry.ticket.callback:
            return
        queue.answered += 1
        queue.in_time += now - entry.entered_at <= queue.config.service_level_s
        queue.forecast.ringing.add(rang_s, now)
        queue.forecast.waited.add(waited_s, now)
        if entry.expected is not None:
            queue.forecast.learn(entry.expected, waited_s)

    def _part(self, call: str, now: float) -> None:
        """Take a call from where it is, and free its agents."""
        entry = self._books.entries.get(call)
        if entry is not None:
            rung = [self.agents[username] for username in entry.rung]
            self._books.forget(entry)
            for agent in rung:
                agent.caller_gone(call)
                self._books.agent_changed(agent, now)
        for talker in tuple(self._books.talking.get(call, ())):
            self._end_talk(call, talker, now)

    def _stop_waiting_for(self, call: str, now: float) -> None:
        """Agents who rang for a call before a restart, which did not come back to its queue."""
        for agent in tuple(self.agents.values()):
            on_call = agent.calls.get(call)
            if on_call is not None and on_call.state is AgentState.RINGING:
                agent.caller_gone(call)
                self._books.agent_changed(agent, now)

    def _end_talk(self, call: str, talker: Agent, now: float) -> None:
        self._release(call, talker)
        talker.finish(call, self._rules, now)
        self._books.agent_changed(talker, now)

    def _release(self, call: str, talker: Agent) -> None:
        talkers = self._books.talking[call]
        talkers.remove(talker)
        if not talkers:
            del self._books.talking[call]
