"""A mail server on loopback that keeps what it gets, and can answer as one likes.

::

    async with MailServer.start() as server:
        server.answers["RCPT"] = ["450 4.2.0 later"]     # the first RCPT; then all is well again
        ...
        await server.until(1)
        message = server.got[0].message
"""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from callserver.testing.watch import PATIENCE_S


@dataclass(frozen=True, slots=True)
class Mail:
    """One that was taken. ``encrypted``: it came over TLS; ``user`` is who signed in."""

    sender: str
    to: tuple[str, ...]
    content: bytes
    encrypted: bool
    user: str

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.content, policy=default)
        if not isinstance(parsed, EmailMessage):
            raise TypeError(f"no message: {parsed!r}")
        return parsed


class MailServer:
    """``answers``: what is said to the next MAIL, RCPT and DATA (before the mail is kept; with
    `lost` in front it is kept all the same); ``hangs``: it says nothing to DATA until it stops."""

    def __init__(self, users: dict[str, str], tls: ssl.SSLContext | None, size: int) -> None:
        self.got: list[Mail] = []
        self.answers: dict[str, list[str]] = {}
        self.hangs = False
        self.port = 0
        self.connections = 0
        self._users = users
        self._tls = tls
        self._size = size
        self._news = asyncio.Event()
        self._transports: list[asyncio.BaseTransport] = []

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        *,
        users: dict[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        from_the_first_byte: bool = False,
        size: int = 33_554_432,
        port: int = 0,
    ) -> AsyncIterator[Self]:
        """One that listens. With ``tls`` it offers (and wants) STARTTLS, or speaks TLS from the
        first byte; with ``users`` it wants one of them, with the password."""
        made = cls(users or {}, tls, size)
        loop = asyncio.get_running_loop()
        context = tls if from_the_first_byte else None
        server = await loop.create_server(
            lambda: made._protocol(starttls=not from_the_first_byte), "127.0.0.1", port, ssl=context
        )
        made.port = server.sockets[0].getsockname()[1]
        try:
            yield made
        finally:
            made.hangs = False
            made._news.set()
            server.close()
            for transport in made._transports:
                transport.close()

    async def until(self, count: int) -> None:
        """Returns when so many mails are here. Raises ``TimeoutError``."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.got) < count:
                self._news.clear()
                await self._news.wait()

    def _protocol(self, *, starttls: bool) -> SMTP:
        self.connections += 1
        wants_tls = self._tls is not None and starttls
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that passwords may come in plain
            made = _Protocol(
                self,
                hostname="mail.test",
                data_size_limit=self._size,
                tls_context=self._tls if wants_tls else None,
                require_starttls=wants_tls,
                auth_required=bool(self._users),
                auth_require_tls=wants_tls,
                authenticator=self._authenticate if self._users else None,
            )
        made.transports = self._transports
        return made

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        known = isinstance(data, LoginPassword) and (
            self._users.get(data.login.decode()) == data.password.decode()
        )
        return AuthResult(success=known, handled=False, auth_data=data)

    def _answer(self, to: str) -> str:
        waiting = self.answers.get(to)
        return waiting.pop(0) if waiting else ""

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self._answer("MAIL") or "250 OK"

    async def handle_RCPT(
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if answer := self._answer("RCPT"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self._answer("DATA")
        if not answer or answer.startswith("lost"):
            content = envelope.content
            data: Any = session.auth_data
            self.got.append(
                Mail(
                    sender=envelope.mail_from or "",
                    to=tuple(envelope.rcpt_tos),
                    content=content if isinstance(content, bytes) else b"",
                    encrypted=_is_encrypted(server),
                    user=data.login.decode() if isinstance(data, LoginPassword) else "",
                )
            )
            self._news.set()
        if answer.startswith("lost") and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        while self.hangs:
            self._news.clear()
            await self._news.wait()
        return answer.removeprefix("lost").strip() or "250 OK"


class _Protocol(SMTP):
    """It leaves a connection open whose TLS failed: all are remembered, and closed at the end."""

    transports: list[asyncio.BaseTransport]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transports.append(transport)
        super().connection_made(transport)


def _is_encrypted(server: SMTP) -> bool:
    transport = server.transport
    return transport is not None and transport.get_extra_info("ssl_object") is not None
