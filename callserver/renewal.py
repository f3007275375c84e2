"""What somebody else has changed is read again: another server of the same database, the command
line, an import. They say that they did, and the running server takes it over."""

from callserver.acd.router import Router
from callserver.call.do_not_call import DoNotCallList
from callserver.crm.deliverer import Deliverer
from callserver.people import People
from callserver.runtime import Tasks
from callserver.tokens import Tokens


class Renewal:
    """Reading takes its time, as one of the ``tasks``."""

    def __init__(
        self,
        people: People,
        tokens: Tokens,
        do_not_call: DoNotCallList,
        deliverer: Deliverer,
        router: Router,
        tasks: Tasks,
    ) -> None:
        self._people = people
        self._tokens = tokens
        self._do_not_call = do_not_call
        self._deliverer = deliverer
        self._router = router
        self._tasks = tasks

    def agents(self) -> None:
        """The router takes over who there is."""
        self._router.load(self._people.accounts())

    def people(self) -> None:
        """Agents, tokens or numbers that are not called."""
        self._tasks.start("people", self._read_people())

    def unwilling(self) -> None:
        """Numbers that are not called."""
        self._tasks.start("unwilling", self._do_not_call.reload())

    def imported(self) -> None:
        """Another process has written contacts, and what others are told of them."""
        self.unwilling()
        self._deliverer.told()

    async def _read_people(self) -> None:
        await self._people.load()
        await self._tokens.load()
        await self._do_not_call.reload()
        self.agents()
