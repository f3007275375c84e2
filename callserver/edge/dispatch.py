"""A new INVITE: asks the reception, then forwards it to the worker it gave, or answers."""

from collections.abc import Callable
from dataclasses import dataclass

from callserver import log
from callserver.edge.admission import Guest
from callserver.model.call import Arrival
from callserver.model.ports import Accepted, CallWorker, Clock, Reception, Refused
from callserver.runtime import Tasks
from callserver.sip.answer import Origin, answer
from callserver.sip.dialog import GRACE_S
from callserver.sip.errors import SipError
from callserver.sip.message import Request, listed
from callserver.sip.text import parse_address, parse_uri

MAX_DECIDED = 20_000

_log = log.get("edge")

Key = tuple[str, str, int]


@dataclass(slots=True)
class _Pending:
    """An INVITE the reception is thinking about; ``cancel`` came meanwhile."""

    via: str
    cancel: tuple[Request, Origin] | None = None


@dataclass(frozen=True, slots=True)
class _Decided:
    """An INVITE that was decided; ``data`` is our refusal, empty when a worker has it."""

    via: str
    data: bytes
    until: float


def identity(request: Request, guest: Guest) -> tuple[str, str]:
    """Number and name of the caller: an agent's are its own; a trunk may assert them (RFC 3325),
    else the From says."""
    if guest.agent is not None:
        return guest.agent, parse_address(request.headers["From"]).name
    for value in (*listed(request.headers, "P-Asserted-Identity"), request.headers["From"]):
        try:
            address = parse_address(value)
            uri = parse_uri(address.uri)
        except SipError:
            continue
        if uri.user and uri.user.lower() != "anonymous":
            return uri.global_phone_number or uri.user, address.name
    return "", ""


class Dispatch:
    """``forward`` hands an INVITE or its CANCEL to a worker, ``back`` sends bytes to where a
    request came from. A decided INVITE is remembered for a while: a copy that comes late must
    never become a second call."""

    def __init__(
        self,
        clock: Clock,
        reception: Reception,
        forward: Callable[[Request, Origin, CallWorker], None],
        back: Callable[[Origin, bytes, Request, int], None],
    ) -> None:
        self._clock = clock
        self._reception = reception
        self._forward = forward
        self._back = back
        self._tasks = Tasks("edge.dispatch")
        self._pending: dict[Key, _Pending] = {}
        self._decided: dict[Key, _Decided] = {}

    async def stop(self) -> None:
        await self._tasks.close()

    @staticmethod
    def _key(request: Request) -> Key:
        return request.call_id, request.from_tag, request.cseq

    def repeat(self, request: Request, origin: Origin) -> bool:
        """Whether this INVITE came before; then it is dealt with. Raises 482 for one that came
        another way (RFC 3261 section 8.2.2.2)."""
        key = self._key(request)
        known = self._pending.get(key) or self._decided.get(key)
        if known is None:
            return False
        if known.via != origin.vias[0]:
            raise SipError(482, "Loop Detected")
        if isinstance(known, _Pending):
            self._answer(request, origin, 100)
        elif known.data:
            self._back(origin, known.data, request, 0)
        return True

    def offer(self, request: Request, origin: Origin, guest: Guest) -> None:
        """Decide about a new INVITE, in the background."""
        self._pending[self._key(request)] = _Pending(origin.vias[0])
        self._tasks.start("invite", self._decide(request, origin, guest))

    def cancel(self, request: Request, origin: Origin) -> bool:
        """Whether the INVITE this CANCEL means is being decided: it waits for the decision, since
        only a worker that has seen the INVITE can end the call it was taken for."""
        pending = self._pending.get(self._key(request))
        if pending is None:
            return False
        pending.cancel = (request, origin)
        return True

    async def _decide(self, request: Request, origin: Origin, guest: Guest) -> None:
        key = self._key(request)
        number, name = identity(request, guest)
        arrival = Arrival(
            sip_call_id=request.call_id,
            dialled=request.uri.user or "",
            number=number,
            name=name,
            trunk=guest.trunk,
            agent=guest.agent,
            source=f"{origin.source.host}:{origin.source.port}",
            at=self._clock.now(),
        )
        decision: Accepted | Refused = Refused(500, "Server Internal Error")
        try:
            decision = await self._reception.receive(arrival)
        except Exception:  # noqa: BLE001 - a caller is waiting: our own fault is still answered
            _log.exception("reception_failed", sip_call_id=request.call_id)
        finally:
            pending = self._pending.pop(key)
        data = b""
        if isinstance(decision, Accepted):
            self._forward(request, origin, decision.worker)
            if pending.cancel is not None:
                self._forward(*pending.cancel, decision.worker)
        elif pending.cancel is not None:
            self._answer(*pending.cancel, 200)
            data = self._answer(request, origin, 487)
        else:
            retry = (("Retry-After", str(decision.retry_after_s)),)
            extra = retry if decision.retry_after_s > 0 else ()
            data = self._answer(request, origin, decision.code, decision.phrase, extra)
        self._remember(key, _Decided(origin.vias[0], data, self._clock.now() + GRACE_S))

    def _answer(
        self,
        request: Request,
        origin: Origin,
        code: int,
        phrase: str = "",
        extra: tuple[tuple[str, str], ...] = (),
    ) -> bytes:
        data = answer(origin, request.headers, code, phrase, extra)
        self._back(origin, data, request, code)
        return data

    def _remember(self, key: Key, decided: _Decided) -> None:
        self._decided.pop(key, None)
        self._decided[key] = decided
        if len(self._decided) > MAX_DECIDED:
            del self._decided[next(iter(self._decided))]

    def expire(self) -> None:
        """Forget what was decided long ago (the table is in order of time)."""
        now = self._clock.now()
        while self._decided:
            key = next(iter(self._decided))
            if self._decided[key].until > now:
                return
            del self._decided[key]
