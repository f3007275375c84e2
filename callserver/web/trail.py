"""What of all requests goes into the audit log, and how.

Every change somebody made is one entry. What was heard or exported, and what was denied or refused,
is one entry for each quarter of an hour in which it happened again and again: a player fetches a
recording in dozens of parts, a CRM asks for the newest calls every few seconds, and a client that
is refused tries again. The entry is safe before the first byte of the answer goes out.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from callserver.model.facts import Audited, Fact, Outcome
from callserver.model.ids import new_id
from callserver.model.ports import Clock
from callserver.tokens import ACTOR
from callserver.web import problems
from callserver.web.auth import BEARER
from callserver.web.once import REPLAYED
from callserver.web.operation import OPERATION
from callserver.web.origin import ORIGIN

READS: Final = frozenset(
    {
        *("recordings.audio", "voicemails.audio"),
        *("calls.list", "voicemails.list", "contacts.list", "contacts.timeline", "audit.list"),
        *(
            "callbacks.list",
            "events.stream",
            "events.socket",
            "calls.ndjson",
            "calls.csv",
            "contacts.ndjson",
            "contacts.csv",
            "dnc.list",
            "imports.ndjson",
            "imports.csv",
        ),
    }
)
"""Reading that is hearing or exporting; other reading is in the access log only."""

AGAIN_S: Final = 900.0
MAX_REMEMBERED: Final = 10_000

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_MAX_TARGET: Final = 200
_NOT_MODIFIED: Final = 304


class Trail:
    """A listener on the answers of a server."""

    def __init__(self, clock: Clock, keep: Callable[[Fact], Awaitable[None]]) -> None:
        self._clock = clock
        self._keep = keep
        self._noted: OrderedDict[tuple[str, ...], float] = OrderedDict()

    async def on_answer(self, request: web.Request, response: web.StreamResponse) -> None:
        """``on_response_prepare`` of aiohttp: the answer is known, nothing of it is sent yet."""
        bearer = request.get(BEARER)
        if bearer is None or response.status == problems.TOO_MANY.status:
            return
        if REPLAYED in response.headers:  # it was done, and is on record, once
            return
        outcome = _outcome(response.status)
        action = request[OPERATION]
        changed = request.method not in _SAFE and outcome is Outcome.DONE
        if not (changed or _is_told(request.method, action, response.status)):
            return
        entry = Audited(
            id=new_id(),
            at=self._clock.now(),
            actor=ACTOR + bearer.id,
            role=bearer.role,
            action=action,
            target=_target(response.headers.get("Location") or request.rel_url.raw_path),
            remote=request.get(ORIGIN, ""),
            outcome=outcome,
        )
        if changed or not self._noted_lately(entry):
            await self._keep(entry)

    def _noted_lately(self, entry: Audited) -> bool:
        key = (entry.actor, entry.action, entry.target, entry.remote, entry.outcome)
        before = self._noted.get(key)
        if before is not None and 0 <= entry.at - before < AGAIN_S:
            return True
        self._noted[key] = entry.at
        self._noted.move_to_end(key)
        if len(self._noted) > MAX_REMEMBERED:
            self._noted.popitem(last=False)
        return False


def _is_told(method: str, action: str, status: int) -> bool:
    outcome = _outcome(status)
    if outcome is Outcome.DENIED or method not in _SAFE:
        return True
    return action in READS and method == "GET" and status != _NOT_MODIFIED


def _outcome(status: int) -> Outcome:
    if status < 400:
        return Outcome.DONE
    if status == problems.FORBIDDEN.status:
        return Outcome.DENIED
    return Outcome.REFUSED if status < 500 else Outcome.FAILED


def _target(path: str) -> str:
    """``recordings/ID`` of ``/api/v1/recordings/ID/audio``; percent-encoded, as it came."""
    return "/".join(path.removeprefix("/api/v1/").strip("/").split("/")[:2])[:_MAX_TARGET]
