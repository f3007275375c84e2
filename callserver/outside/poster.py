"""Sending webhooks. Implements ``Post`` of ``model/hooks``.

Where they go is what somebody with a token wrote, so nothing leads inside: https goes to public
addresses and to the private networks that the configuration allows, plain http to the latter only.
Addresses are looked at when the connection is made, not only when the webhook is. A redirect is
never followed, and of the answer no more is read than its beginning.
"""

import asyncio
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final

from aiohttp import ClientError, ClientResponse, ClientSession, DummyCookieJar, TCPConnector
from yarl import URL

from callserver.config.hooks import Hooks
from callserver.model.errors import OutsideError
from callserver.model.hooks import Answer
from callserver.outside.resolver import PublicResolver, is_public

MOST_READ: Final = 16_384
"""Of an answer; so short a one leaves the connection to be used again."""
SKIM_S: Final = 1.0
KEEP_S: Final = 3.0
"""A connection nobody uses. Servers close theirs after 5 s and more: one that is closed just when
something is sent on it would be a failure, and a pause."""
MAX_URL: Final = 2000
_DNS_S: Final = 10


class Poster:
    """All destinations. Sessions begin with the first request, on the loop that makes it."""

    def __init__(self, config: Hooks) -> None:
        self._networks = config.networks
        self._limit = config.at_once
        self._sessions: dict[str, ClientSession] = {}

    async def post(
        self, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float
    ) -> Answer:
        if why := self.permits(url):
            raise OutsideError(why)
        target = URL(url)
        try:
            async with (
                asyncio.timeout(timeout_s),
                self._session(target.scheme).post(
                    target, headers=dict(headers), data=body, allow_redirects=False
                ) as answer,
            ):
                await _skim(answer)
                return Answer(answer.status, answer.headers.get("Retry-After", ""))
        except TimeoutError:
            raise OutsideError(f"no answer within {timeout_s:g} s") from None
        except (ClientError, OSError, ValueError) as error:
            # Its text may hold the address, which may hold a secret.
            raise OutsideError(f"cannot be reached: {type(error).__name__}") from None

    def permits(self, url: str) -> str:
        try:
            target = URL(url)
            host = target.host or ""
        except ValueError:
            return "is no address; write https://example.com/path"
        if target.scheme not in ("http", "https") or not host or len(url) > MAX_URL:
            return "is no address; write https://example.com/path"
        if target.user is not None or target.password is not None or target.fragment:
            return "write the address without user, password and `#`"
        if target.scheme == "http" and not self._networks:
            return "plain http goes to networks of `webhooks.private` only; write https"
        try:
            address = ip_address(host)
        except ValueError:
            return ""
        if not self._allows(target.scheme, str(address)):
            return "leads to an address that `webhooks.private` does not allow"
        return ""

    async def close(self) -> None:
        """Give up what is under way."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    def _allows(self, scheme: str, address: str) -> bool:
        parsed = ip_address(address)
        if any(parsed in network for network in self._networks):
            return True
        return scheme == "https" and is_public(address)

    def _session(self, scheme: str) -> ClientSession:
        if scheme not in self._sessions:
            resolver = PublicResolver(permits=lambda address: self._allows(scheme, address))
            self._sessions[scheme] = ClientSession(
                connector=TCPConnector(
                    resolver=resolver,
                    limit=0,
                    limit_per_host=self._limit,
                    ttl_dns_cache=_DNS_S,
                    keepalive_timeout=KEEP_S,
                ),
                cookie_jar=DummyCookieJar(),
                trust_env=False,
                auto_decompress=False,
            )
        return self._sessions[scheme]


async def _skim(answer: ClientResponse) -> None:
    """What they answered is known; the rest is read only so that the connection can be used again,
    and nobody waits for it."""
    read = 0
    try:
        async with asyncio.timeout(SKIM_S):
            async for chunk in answer.content.iter_any():
                read += len(chunk)
                if read > MOST_READ:
                    break
    except (TimeoutError, ClientError):
        read = MOST_READ + 1
    if read > MOST_READ:
        answer.close()
