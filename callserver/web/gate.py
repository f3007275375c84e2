"""How much one client may take from the others: requests, bad tokens, connections.

The controller that answers here also carries the calls, and calls come first. What is turned away
is counted by why, and never journaled: a flood must not become a flood of writes.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

from callserver.config.sections import Http
from callserver.metrics import Metrics
from callserver.rate import Rate
from callserver.web import problems
from callserver.web.origin import ORIGIN, Proxies, is_local, parse, site
from callserver.web.problems import Problem

RESERVED: Final = 8
"""Connections beyond the limit for this machine itself, so that its monitoring still gets in."""

_MINUTE_S: Final = 60.0
_PROBES: Final = frozenset({"/healthz", "/readyz", "/metrics"})

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Gate:
    """One per server. ``now`` is in seconds of a clock that does not jump."""

    def __init__(self, http: Http, metrics: Metrics) -> None:
        self.proxies = Proxies(http.proxies)
        self._addresses = Rate(http.requests_per_s, http.requests_burst)
        self._tokens = Rate(http.token_requests_per_s, http.token_requests_burst)
        self._bad = Rate(http.bad_tokens_per_min / _MINUTE_S, http.bad_tokens_per_min)
        self._most = http.max_connections
        self._most_each = http.max_connections_per_address
        self._open = 0
        self._open_by: Counter[str] = Counter()
        self._refused = metrics.http_refused
        self._connections_now = metrics.http_connections_now
        for why in ("address_rate", "token_rate", "bad_token", "connections", "slow"):
            self._refused.labels(why)
        self._connections_now.set(0)

    def request(self, origin: str, now: float) -> None:
        """One request from this address. Raises 429."""
        self._take(self._addresses, site(origin), now, "address_rate", "from this address")

    def token(self, id_: str, now: float) -> None:
        """One request with this good token. Raises 429."""
        self._take(self._tokens, id_, now, "token_rate", "with this token")

    def bad_token(self, origin: str, now: float) -> None:
        """One request with a token that is none. Raises 429. Good tokens from the same address are
        not held up: a token cannot be guessed (256 random bits), while a whole office may sit
        behind one address, together with the one page that still sends a revoked token."""
        self._take(self._bad, site(origin), now, "bad_token", "with bad tokens from this address")

    def enter(self, peer: str) -> Problem | None:
        """A new connection. None: it may stay, and ``leave`` must follow; else what it is told."""
        whose = site(peer)
        address = parse(peer)
        most = self._most + (RESERVED if address is not None and address.is_loopback else 0)
        if self._open >= most:
            self.refused("connections")
            return Problem(problems.BUSY, "all connections are taken")
        if self._open_by[whose] >= self._most_each and peer not in self.proxies:
            self.refused("connections")
            return too_many("connections from this address", 1)
        self._open += 1
        self._open_by[whose] += 1
        self._connections_now.set(self._open)
        return None

    def leave(self, peer: str) -> None:
        """A connection that may have stayed is over."""
        whose = site(peer)
        self._open -= 1
        self._open_by[whose] -= 1
        if not self._open_by[whose]:
            del self._open_by[whose]
        self._connections_now.set(self._open)

    def refused(self, why: str) -> None:
        """Count one that was turned away."""
        self._refused.labels(why).inc()

    def _take(self, rate: Rate, key: str, now: float, why: str, whose: str) -> None:
        missing = rate.take(key, now)
        if missing:
            self.refused(why)
            raise too_many(f"requests {whose}", missing)


def limits(gate: Gate) -> Middleware:
    """What every request passes first. The probes of this machine are never turned away: they are
    what tells that others are."""

    @web.middleware
    async def limit(request: web.Request, handler: Handler) -> web.StreamResponse:
        request[ORIGIN] = origin = gate.proxies.origin(request)
        if not (request.path in _PROBES and is_local(request)):
            gate.request(origin, asyncio.get_running_loop().time())
        return await handler(request)

    return limit


def too_many(what: str, after_s: float) -> Problem:
    """429 (RFC 6585 section 4), and when to come again."""
    headers = {"Retry-After": str(math.ceil(after_s))}
    return Problem(problems.TOO_MANY, f"too many {what}", headers=headers)
