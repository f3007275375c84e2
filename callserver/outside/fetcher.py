"""Speaking with CRMs. Implements ``Http`` of ``model/connectors``.

Where it goes stands in the configuration. Public names that lead inside are not followed unless the
connector may live there, redirects never, and an answer is read up to a limit.
"""

import asyncio
import json
from typing import Any, Final

from aiohttp import ClientError, ClientSession, DummyCookieJar, FormData, TCPConnector
from yarl import URL

from callserver.model.connectors import Ask, Reply
from callserver.model.errors import OutsideError
from callserver.outside.resolver import PublicResolver

MOST_READ: Final = 1 << 20
AT_ONCE: Final = 20
"""Connections to one CRM: events, and callers looked up."""
ONCE: Final = frozenset({"PUT"})
"""Asked on a new connection: on one that was used before, the client asks again by itself when it
breaks, as HTTP allows for these methods. CRMs make a second comment of that."""
KEEP_S: Final = 3.0
"""A connection nobody uses; see ``poster``."""


class Fetcher:
    """All CRMs. Sessions begin with the first request, on the loop that makes it."""

    def __init__(self) -> None:
        self._sessions: dict[tuple[bool, bool], ClientSession] = {}

    async def fetch(self, ask: Ask, url: str, *, private: bool, timeout_s: float) -> Reply:
        try:
            async with (
                asyncio.timeout(timeout_s),
                self._session(private, once=ask.method in ONCE).request(
                    ask.method,
                    URL(url).extend_query(dict(ask.query)),
                    headers=dict(ask.headers),
                    json=ask.json,
                    data=_data(ask),
                    allow_redirects=False,
                ) as answer,
            ):
                body = bytearray()
                async for chunk in answer.content.iter_chunked(16_384):
                    body += chunk
                    if len(body) > MOST_READ:
                        answer.close()
                        raise OutsideError("its answer is too long")
                wait = answer.headers.get("Retry-After", "")
                return Reply(answer.status, _json(bytes(body)), wait)
        except TimeoutError:
            raise OutsideError(f"no answer within {timeout_s:g} s") from None
        except (ClientError, OSError, ValueError) as error:
            # Its text may hold the address, which may hold a secret.
            raise OutsideError(f"cannot be reached: {type(error).__name__}") from None

    async def close(self) -> None:
        """Give up what is under way."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    def _session(self, private: bool, *, once: bool) -> ClientSession:
        key = (private, once)
        if key not in self._sessions:
            self._sessions[key] = ClientSession(
                connector=TCPConnector(
                    resolver=None if private else PublicResolver(),
                    limit=0,
                    limit_per_host=AT_ONCE,
                    force_close=once,
                    keepalive_timeout=None if once else KEEP_S,
                ),
                cookie_jar=DummyCookieJar(),
                trust_env=False,
                headers={"User-Agent": "callserver"},
            )
        return self._sessions[key]


def _data(ask: Ask) -> FormData | None:
    if ask.form is not None:
        return FormData(dict(ask.form))
    if ask.parts is None:
        return None
    data = FormData()
    for name, (file, kind, content) in ask.parts.items():
        data.add_field(name, content, filename=file, content_type=kind)
    return data


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        return None
