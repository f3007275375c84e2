"""The options of mail, and of messages to other services."""

import re
from collections.abc import Collection, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, field_validator, model_validator

from callserver.config.connectors import Credential
from callserver.config.digest import Digest
from callserver.config.section import Name, Port, Section

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(
    rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+)*@{_LABEL}(?:\.{_LABEL})*"
)
_LONGEST = 254
_HOW = "Itself, or better `env:NAME` or `file:PATH`, which is read whenever it is used."


class Mail(Section):
    """Mail to people: voicemails with their sound, missed calls, callbacks (`callserver mail add`).
    Order, repetition and dead letters are as with webhooks."""

    host: str = Field("", description="SMTP server; empty: no mail is sent.")
    port: Port = Field(587, description="587 with starttls, 465 with tls, 25 with none.")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="starttls: begins in plain, and nothing is sent if it stays so; tls from the "
        "first byte; none: anybody on the way reads along.",
    )
    ca: Path | None = Field(
        None, description="PEM file: who signed the server's certificate; default: whom this "
        "machine trusts."
    )  # fmt: skip
    username: str = Field("", description="Empty: no sign-in.")
    password: Credential = Field(SecretStr(""), description=f"Of the username. {_HOW}")
    sender: str = Field("", description="From whom: `callserver@example.com`.")
    name: str = Field("", description="And the name beside it.")
    timeout_s: float = Field(
        30.0, gt=0, le=300, description="How long one mail may take, everything together."
    )
    sound: Literal["mp3", "wav", "none"] = Field(
        "mp3",
        description="What a voicemail is attached as; a minute of mp3 is 0.2 MB, of wav 1 MB.",
    )
    most_sound_bytes: int = Field(
        10_000_000,
        ge=1000,
        description="Longer sound is not attached: the mail says where it is to be heard.",
    )
    texts_dir: Path | None = Field(
        None,
        description="Folder of own texts, `en.yaml` and so on, of the shape of those in "
        "callserver/crm/notices; what is not in them stays.",
    )

    digests: dict[Name, Digest] = Field(
        default_factory=dict,
        description="Mails with the numbers of the day before, by name: `{morning: {to: "
        "[lead@example.com], queues: [support], language: lv, at: '07:30', days: [mon, tue, wed, "
        "thu, fri], period: day, hours: office}}`. No queues: all; period: day or week; hours: "
        "whose time zone counts (empty: outgoing.timezone).",
    )

    @field_validator("sender")
    @classmethod
    def _address(cls, sender: str) -> str:
        if sender:
            check_address(sender)
        return sender

    @model_validator(mode="after")
    def _check(self) -> "Mail":
        if self.host and not self.sender:
            raise ValueError("host needs sender: from whom mails are")
        if self.digests and not self.host:
            raise ValueError("digests need host: nothing is sent without it")
        for name, digest in self.digests.items():
            for address in digest.to:
                _checked(f"digests.{name}.to", address)
        if self.username and self.security == "none" and not _is_loopback(self.host):
            raise ValueError("username needs security: starttls or tls, or the password is shown")
        return self

    def faults(self, queues: Collection[str], hours: Collection[str]) -> Iterator[str]:
        """What does not fit the rest of the configuration."""
        for name, digest in self.digests.items():
            known = ", ".join(queues) or "none"
            for queue in digest.queues:
                if queue not in queues:
                    yield f"digests.{name}.queues: there is no queue {queue!r}; there are: {known}"
            if digest.hours and digest.hours not in hours:
                yield (
                    f"digests.{name}.hours: there are no hours {digest.hours!r}; there are: "
                    f"{', '.join(hours) or 'none'}"
                )


class Message(Section):
    """A service that takes messages over HTTP: SMS, Telegram and the like."""

    url: Credential = Field(
        description=f"Where a POST goes; https, or a network of `webhooks.private`. {_HOW}"
    )
    headers: dict[str, Credential] = Field(
        default_factory=dict, description=f"Headers of every request; each value: {_HOW.lower()}"
    )
    body: dict[str, Any] = Field(
        description="The JSON that is sent. In its texts {text} is the notice, {subject} its first "
        "line, {number} the customer's number, {event} its kind, {id} what stays the same when it "
        "is sent again."
    )

    @field_validator("headers")
    @classmethod
    def _headers(cls, headers: dict[str, Credential]) -> dict[str, Credential]:
        for name in headers:
            if not name.replace("-", "").isalnum() or not name.isascii():
                raise ValueError(f"{name!r} is no name of a header")
        return headers


def check_address(address: str) -> None:
    """A mail address without comments and quotes (RFC 5321 section 4.1.2), and one alone. Raises
    ``ValueError``."""
    if len(address) > _LONGEST or not _ADDRESS.fullmatch(address):
        raise ValueError(f"{address[:_LONGEST]!r} is no mail address; write jo@example.com")


def _checked(where: str, address: str) -> None:
    try:
        check_address(address)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
