"""The agents' side of the switchboard: who there is, and what they ask for."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from callserver.acd.agent import Agent
from callserver.acd.books import Books
from callserver.acd.decisions import Decision
from callserver.model.agent import AgentState, Profile
from callserver.model.errors import UnknownName


class Roster:
    """What happens to agents apart from their calls. Every method returns what to do."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._rules = books.rules
        self.agents = books.agents
        self.queues = books.queues

    def enroll(self, profile: Profile, phones: int, now: float) -> list[Decision]:
        """A new agent, or one whose profile or phones changed; the state of a known one stays.
        Queues that do not exist are left out."""
        known = {name: it for name, it in profile.queues.items() if name in self.queues}
        profile = replace(profile, queues=known)
        left: Iterable[str] = ()
        agent = self.agents.get(profile.username)
        if agent is None:
            agent = self.agents[profile.username] = Agent(profile, since=now)
        else:
            self._books.count(agent, -1)
            self._books.kinds.forget(agent)
            left = agent.profile.queues.keys() - known.keys()
        agent.leaving, agent.profile = False, profile
        self._books.count(agent, 1)
        agent.set_phones(phones, now)
        self._books.agent_changed(agent, now)
        for queue in sorted(left):
            self._books.check_staff(self.queues[queue], now)
        for entry in self._books.kinds.waiting_for(agent):
            if entry.queue not in known:
                self._books.let_others(entry, now)
        return self._books.decided(now)

    def dismiss(self, username: str, now: float) -> list[Decision]:
        """The account is gone; who rings or talks goes after the call."""
        agent = self.agents[username]
        agent.dismiss()
        self._books.agent_changed(agent, now)
        return self._books.decided(now)

    def phones(self, username: str, count: int, now: float) -> list[Decision]:
        """So many phones of an agent are registered now. Unknown agents are ignored."""
        agent = self.agents.get(username)
        if agent is not None:
            agent.set_phones(count, now)
            self._books.agent_changed(agent, now)
        return self._books.decided(now)

    def outside(self, username: str, calls: int, now: float) -> list[Decision]:
        """So many calls outside the queues an agent has now. Unknown agents are ignored."""
        agent = self.agents.get(username)
        if agent is not None:
            agent.outside_calls(calls, now)
            self._books.agent_changed(agent, now)
        return self._books.decided(now)

    def request(self, username: str, state: AgentState, reason: str, now: float) -> list[Decision]:
        """Ready, paused or signed out. Raises ``UnknownName``, ``NotAllowed``."""
        agent = self._agent(username)
        agent.request(state, reason, self._rules, now)
        self._books.agent_changed(agent, now)
        return self._books.decided(now)

    def more_wrap_up(self, username: str, seconds: float, now: float) -> list[Decision]:
        """A longer wrap-up. Raises ``UnknownName``, ``NotAllowed``."""
        agent = self._agent(username)
        agent.more_wrap_up(seconds, self._rules, now)
        self._books.agent_changed(agent, now)
        return self._books.decided(now)

    def count_talks(self, talks: Mapping[str, tuple[int, float]], now: float) -> list[Decision]:
        """What agents did today: conversations, and seconds in them. Unknown ones are ignored."""
        for username, (taken, talked_s) in talks.items():
            if (agent := self.agents.get(username)) is not None:
                agent.taken, agent.talked_s = taken, talked_s
                self._books.agent_changed(agent, now)
        return self._books.decided(now)

    def new_day(self, now: float) -> list[Decision]:
        """What agents did so far was yesterday."""
        for agent in self.agents.values():
            agent.taken, agent.talked_s = 0, 0.0
            self._books.agent_changed(agent, now)
        return self._books.decided(now)

    def _agent(self, username: str) -> Agent:
        agent = self.agents.get(username)
        if agent is None:
            raise UnknownName(f"no agent {username!r}")
        return agent
