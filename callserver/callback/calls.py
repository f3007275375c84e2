"""The calls that are made for requests: how they are dialled, and their sessions."""

from collections.abc import Awaitable, Callable, Iterator

from callserver import log
from callserver.call.directory import Callee
from callserver.call.restore import OpenCall
from callserver.call.services import Services
from callserver.call.session import Session
from callserver.callback.customer import asker
from callserver.callback.session import CallbackSession
from callserver.callback.standing import Standing
from callserver.model.call import Arrival
from callserver.model.callback import Callback, CallbackWhy
from callserver.model.errors import NotAllowed, UnknownName
from callserver.model.talk import Target, TargetKind

_log = log.get("callback")


class Calls:
    """By request, at most one each. ``begin`` gives a session a worker and lets it go; ``over``
    hears when it has ended."""

    def __init__(
        self,
        house: Services,
        begin: Callable[[Session], Awaitable[None]],
        over: Callable[[str], None],
    ) -> None:
        self._house = house
        self._begin = begin
        self._over = over
        self._sessions: dict[str, CallbackSession] = {}
        self._told: dict[str, str] = {}  # what was said already, though it is tried every minute

    def __iter__(self) -> Iterator[CallbackSession]:
        return iter(tuple(self._sessions.values()))

    def __contains__(self, request: str) -> bool:
        return request in self._sessions

    def get(self, request: str) -> CallbackSession | None:
        return self._sessions.get(request)

    def forget(self, request: str) -> None:
        """Its call is over, or came to nothing."""
        self._sessions.pop(request, None)

    def closed(self, request: str) -> None:
        """Nobody will be called for it any more."""
        self._told.pop(request, None)

    def callee(self, one: Callback) -> Callee | None:
        """How they are dialled; None: it is not possible now."""
        target = Target(TargetKind.EXTERNAL, one.number)
        try:
            line = one.line or self._house.config.queues[one.queue].line
            asked = one.why is CallbackWhy.ASKED  # so they want it, do-not-call list or not
            return self._house.directory.find(target, asker(one.queue), line, asked=asked)
        except (NotAllowed, UnknownName) as error:
            if self._told.get(one.call) != str(error):
                _log.warning("cannot_call_back", request=one.call, why=str(error))
                self._told[one.call] = str(error)
            return None

    async def make(self, standing: Standing, callee: Callee) -> None:
        """Call somebody whose turn it is. Raises ``NoWorker``."""
        request = standing.request
        session = self._session(standing.call, request, callee, standing)
        self._sessions[request.call] = session
        await self._begin(session)

    def again(self, before: OpenCall, one: Callback) -> CallbackSession:
        """A call of the last controller; nobody is dialled any more."""
        callee = Callee((), one.number, "", None, 0.0, before.record.trunk)
        session = self._session(before.record.id, one, callee, None)
        self._sessions[one.call] = session
        return session

    def _session(
        self, call: str, one: Callback, callee: Callee, standing: Standing | None
    ) -> CallbackSession:
        house = self._house
        line = house.config.lines.get(one.line)
        spoken = one.language or (line.language if line is not None else "")
        language = spoken or house.config.speech.language
        now, trunk = house.clock.now(), callee.trunk
        arrival = Arrival.of_ours(one.line, one.number, one.name, trunk, now)
        rules = house.config.queues[one.queue].callback
        about = (call, arrival, one, rules, callee, standing, language)
        return CallbackSession(*about, house, self._over)
