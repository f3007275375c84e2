"""The agents' accounts: kept in memory for the front door, written through to the store."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from callserver.model.errors import NotAllowed, UnknownName
from callserver.model.people import AgentAccount
from callserver.model.ports import Clock
from callserver.model.store_ports import Store
from callserver.sip.digest import Algorithm, ha1

MIN_PASSWORD = 8


class People:
    """Implements ``Credentials`` of :mod:`callserver.model.ports`."""

    def __init__(self, store: Store, clock: Clock, realm: str, queues: frozenset[str]) -> None:
        self._store = store
        self._clock = clock
        self._realm = realm
        self._queues = queues
        self._accounts: dict[str, AgentAccount] = {}
        self.on_changed: Callable[[], None] = lambda: None
        """Called after an account was added or changed here: who has a copy reads it again."""

    async def load(self) -> None:
        """Read all accounts from the store (at start, and when the CLI changed them)."""
        self._accounts = {account.username: account for account in await self._store.agents()}

    def account(self, username: str) -> AgentAccount | None:
        return self._accounts.get(username)

    def accounts(self) -> tuple[AgentAccount, ...]:
        return tuple(self._accounts.values())

    def usernames(self) -> frozenset[str]:
        return frozenset(self._accounts)

    async def add(
        self, username: str, name: str, password: str, queues: tuple[str, ...]
    ) -> AgentAccount:
        """A new agent. Raises ``NotAllowed`` (taken, bad name, weak password), ``UnknownName``
        (queue)."""
        if username in self._accounts:
            raise NotAllowed(
                f"agent {username!r} exists already; change the password with `passwd`"
            )
        if not (username.isascii() and username.replace("-", "").replace("_", "").isalnum()):
            raise NotAllowed("a username is made of letters, digits, - and _")
        self._check_queues(queues)
        account = AgentAccount(username, name or username, queues, "", "", self._clock.now())
        return await self._save(account, password)

    async def set_password(self, username: str, password: str) -> None:
        """A new password; phones must register again with it."""
        account = self._accounts.get(username)
        if account is None:
            raise UnknownName(f"no agent {username!r}")
        await self._save(account, password)

    async def set_skills(
        self,
        username: str,
        queues: Mapping[str, int],
        skills: Mapping[str, int],
        languages: tuple[str, ...],
        capacity: int,
    ) -> AgentAccount:
        """What an agent may be given: ``queues`` are the penalties by queue, ``skills`` the levels,
        ``capacity`` calls at once. Raises ``UnknownName`` (agent, queue)."""
        account = self._accounts.get(username)
        if account is None:
            raise UnknownName(f"no agent {username!r}")
        self._check_queues(queues)
        account = replace(
            account,
            queues=tuple(queues),
            penalties={queue: penalty for queue, penalty in queues.items() if penalty},
            skills=dict(skills),
            languages=languages,
            capacity=capacity,
        )
        return await self._keep(account)

    def _check_queues(self, queues: Iterable[str]) -> None:
        for queue in queues:
            if queue not in self._queues:
                raise UnknownName(
                    f"no queue {queue!r}; there are: {', '.join(sorted(self._queues))}"
                )

    async def _save(self, account: AgentAccount, password: str) -> AgentAccount:
        if len(password) < MIN_PASSWORD:
            raise NotAllowed(f"a password needs at least {MIN_PASSWORD} characters")
        username = account.username
        account = replace(
            account,
            ha1_md5=ha1(username, self._realm, password, Algorithm.MD5),
            ha1_sha256=ha1(username, self._realm, password, Algorithm.SHA256),
        )
        return await self._keep(account)

    async def _keep(self, account: AgentAccount) -> AgentAccount:
        await self._store.save_agent(account)
        self._accounts[account.username] = account
        self.on_changed()
        return account
