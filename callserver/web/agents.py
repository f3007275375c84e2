"""Agents: their accounts and what they do now."""

from callserver.model.agent import AgentState
from callserver.model.errors import NotAllowed
from callserver.model.people import AgentAccount
from callserver.model.ports import Floor
from callserver.people import People
from callserver.web import problems
from callserver.web.asks import NewAgent, NewPassword, NewState
from callserver.web.asks_queues import MoreWrapUp, NewSkills
from callserver.web.operation import pointer
from callserver.web.problems import Problem, invalid
from callserver.web.shapes import Created, ListOut
from callserver.web.views_live import AgentOut, agent


class Agents:
    """``/api/v1/agents``. The accounts say who there is, the floor what they do."""

    def __init__(self, people: People, floor: Floor, queues: frozenset[str]) -> None:
        self._people = people
        self._floor = floor
        self._queues = queues

    async def list(self) -> ListOut[AgentOut]:
        """All agents, by username."""
        now = {view.username: view for view in self._floor.agents()}
        accounts = sorted(self._people.accounts(), key=lambda account: account.username)
        return ListOut([agent(account, now.get(account.username)) for account in accounts])

    async def get(self, username: str) -> AgentOut:
        """One agent."""
        return self._show(self._account(username))

    async def create(self, body: NewAgent) -> Created[AgentOut]:
        """A new agent, signed out, whose phones may register at once."""
        unknown = [
            {"detail": f"no queue {queue!r}", "pointer": f"/queues/{index}"}
            for index, queue in enumerate(body.queues)
            if queue not in self._queues
        ]
        if unknown:
            raise invalid(unknown)
        queues = tuple(dict.fromkeys(body.queues))
        try:
            account = await self._people.add(body.username, body.name, body.password, queues)
        except NotAllowed as error:
            raise Problem(problems.CONFLICT, str(error)) from error
        return Created(f"/api/v1/agents/{account.username}", self._show(account))

    async def set_state(self, username: str, body: NewState) -> AgentOut:
        """Ready, paused (with a reason) or signed out."""
        account = self._account(username)
        with problems.refusals():
            self._floor.set_agent_state(username, AgentState(body.state), body.reason)
        return self._show(account)

    async def more_wrap_up(self, username: str, body: MoreWrapUp) -> AgentOut:
        """A longer wrap-up; `ready` as the new state ends it early."""
        account = self._account(username)
        with problems.refusals():
            self._floor.more_wrap_up(username, body.seconds)
        return self._show(account)

    async def set_skills(self, username: str, body: NewSkills) -> AgentOut:
        """The queues, skills and languages of an agent, from the next call on."""
        self._account(username)
        unknown = [
            {"detail": f"no queue {queue!r}", "pointer": pointer(("queues", queue))}
            for queue in body.queues
            if queue not in self._queues
        ]
        if unknown:
            raise invalid(unknown)
        asked = (body.queues, body.skills, body.languages, body.capacity)
        return self._show(await self._people.set_skills(username, *asked))

    async def set_password(self, username: str, body: NewPassword) -> None:
        """A new password for the agent's phones."""
        self._account(username)
        await self._people.set_password(username, body.password)

    def _account(self, username: str) -> AgentAccount:
        account = self._people.account(username)
        if account is None:
            raise Problem(problems.NOT_FOUND, f"no agent {username}")
        return account

    def _show(self, account: AgentAccount) -> AgentOut:
        views = (view for view in self._floor.agents() if view.username == account.username)
        return agent(account, next(views, None))
