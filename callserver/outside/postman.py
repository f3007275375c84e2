"""Mail, brought to its server over SMTP. Implements ``Postman`` of ``model/mail``.

One connection a mail: nothing is left to break between two of them. A mail whose fate is not known
(no answer came) is brought again, with the same Message-ID.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

import aiosmtplib

from callserver.config.connectors import read
from callserver.config.mail import Mail, check_address
from callserver.model.errors import OutsideError
from callserver.model.hooks import Answer
from callserver.model.mail import TOO_LARGE, Letter

QUIT_S: Final = 2.0
_NOT_OURS: Final = 421
"""The service shuts down (RFC 5321 section 3.8): not about this mail."""
_MOST_SAID: Final = 300
_ID: Final = re.compile(r"[^A-Za-z0-9._-]")


class SmtpPostman:
    """One server."""

    def __init__(self, config: Mail) -> None:
        self._config = config
        self._server = f"{config.host}:{config.port}"

    async def bring(self, letter: Letter) -> Answer:
        config = self._config
        try:
            check_address(letter.to)
        except ValueError as error:
            return Answer(0, error=str(error), final=True)
        message = written(letter, config.sender, config.name)
        async with self._spoken_to() as server:
            try:
                await server.send_message(message, sender=config.sender, recipients=[letter.to])
            except aiosmtplib.SMTPRecipientsRefused as error:
                return self._refused(error.recipients[0])
            except aiosmtplib.SMTPDataError as error:
                return self._refused(error)
            except aiosmtplib.SMTPSenderRefused as error:
                if error.code != TOO_LARGE:
                    raise
                return self._refused(error)  # its size stands beside the sender (RFC 1870)
        return Answer(250)

    async def look(self) -> None:
        """Speak to the server and sign in, and send nothing. Raises ``OutsideError`` with the cure,
        ``ConfigError``."""
        async with self._spoken_to() as server:
            await server.ehlo()

    def _client(self) -> aiosmtplib.SMTP:
        """It signs in when it connects."""
        config = self._config
        return aiosmtplib.SMTP(
            hostname=config.host,
            port=config.port,
            username=config.username or None,
            password=read(config.password) if config.username else None,
            timeout=config.timeout_s,
            use_tls=config.security == "tls",
            start_tls=config.security == "starttls",
            tls_context=self._context(),
        )

    @asynccontextmanager
    async def _spoken_to(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """A connection, in the time there is; what goes wrong, in our words."""
        client = None
        try:
            async with asyncio.timeout(self._config.timeout_s):
                client = self._client()
                await client.connect()
                yield client
        except (TimeoutError, aiosmtplib.SMTPTimeoutError):
            raise OutsideError(
                f"{self._server} did not answer within {self._config.timeout_s:g} s; look at "
                "mail.host, mail.port and the firewall"
            ) from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise OutsideError(self._trouble(error)) from None
        finally:
            if client is not None:
                await _leave(client)

    def _refused(self, error: aiosmtplib.SMTPResponseException) -> Answer:
        """It is about this mail: later (4yz) or never (5yz)."""
        said = f"{self._server} said {_said(error)}"
        if error.code == _NOT_OURS:
            raise OutsideError(said)
        return Answer(error.code, error=said, final=error.code >= 500)

    def _context(self) -> ssl.SSLContext | None:
        if self._config.security == "none":
            return None
        return ssl.create_default_context(cafile=self._config.ca)

    def _trouble(self, error: Exception) -> str:
        """What went wrong, with the cure."""
        match error:
            case aiosmtplib.SMTPAuthenticationError():
                return (
                    f"{self._server} does not let us in: {_said(error)}; look at mail.username and "
                    "mail.password"
                )
            case aiosmtplib.SMTPSenderRefused():
                return (
                    f"{self._server} takes no mail from {self._config.sender}: {_said(error)}; "
                    "look at mail.sender and mail.username"
                )
            case aiosmtplib.SMTPNotSupported():
                cure = "mail.security must fit the server (tls, mostly with port 465, or none)"
                return f"{self._server}: {_one_line(str(error))}; {cure}"
            case aiosmtplib.SMTPResponseException():
                return f"{self._server} said {_said(error)}"
            case ssl.SSLError() | ValueError():
                return self._tls(error)
        cause = error.__cause__
        if isinstance(cause, ssl.SSLError):
            return self._tls(cause)
        return (
            f"{self._server} cannot be reached ({_one_line(str(error))}); look at mail.host, "
            "mail.port and mail.security"
        )

    def _tls(self, error: Exception) -> str:
        what = f"no TLS with {self._server}: {_one_line(str(error))}"
        return (
            f"{what}; look at mail.security, mail.port, and mail.ca for a certificate of your own"
        )


async def _leave(client: aiosmtplib.SMTP) -> None:
    """Whatever becomes of this, a mail was taken before, and must not come twice for it."""
    with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
        async with asyncio.timeout(QUIT_S):
            await client.quit()
    client.close()


def written(letter: Letter, sender: str, name: str) -> EmailMessage:
    """The mail. Whatever its parts are, none of them becomes a header of its own."""
    message = EmailMessage(policy=SMTP)
    message["From"] = f'"{_quoted(name)}" <{sender}>' if name else sender
    message["To"] = letter.to
    message["Subject"] = _one_line(letter.subject)
    message["Date"] = format_datetime(datetime.fromtimestamp(letter.at, UTC))
    message["Message-ID"] = f"<{_ID.sub('', letter.id)}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers
    message.set_content(letter.text + "\n")
    if (file := letter.attachment) is not None:
        main, _, sub = file.kind.partition("/")
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    if letter.language:
        message["Content-Language"] = letter.language
    return message


def _quoted(name: str) -> str:
    return _one_line(name).replace("\\", "").replace('"', "")


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_MOST_SAID]


def _said(error: aiosmtplib.SMTPResponseException) -> str:
    return f"{error.code} {_one_line(error.message)}".strip()
