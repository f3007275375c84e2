"""Mails and messages to people, over the outbox of the webhooks: the same order, repetition, dead
letters and log. ``Messenger`` is what a destination asks when its url is none of the web."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol

from callserver.config.connectors import read
from callserver.config.mail import Message, check_address
from callserver.crm.notices import Notice, Notices
from callserver.model.errors import NotAllowed
from callserver.model.hooks import Answer, Post, Subscription
from callserver.model.mail import TOO_LARGE, Attachment, Letter, Postman

MAIL: Final = "mailto"
MESSAGE: Final = "message"
_LEFT: Final = "voicemail.left"


class Messenger(Protocol):
    """One way to tell people."""

    def permits(self, url: str) -> str:
        """Why nothing may ever be sent there; empty: it may."""
        ...

    async def send(self, subscription: Subscription, id_: str, body: str, at: float) -> Answer:
        """Send the notice of an event, once. Raises ``OutsideError`` when no answer came,
        ``ConfigError`` and ``NotAllowed`` when nothing can be sent before somebody mends something,
        ``StoreError``."""
        ...


class NotAttached(Exception):
    """There is sound, and it cannot be sent: it is longer than a mail may be, say."""


Sound = Callable[[str], Awaitable[Attachment | None]]
"""The sound of a voicemail by its id, None: it is gone. Raises `NotAttached`, ``StoreError``."""


class Language:
    """That of the subscription, of whoever asked to be called back, of the line, or the one for
    all."""

    def __init__(self, lines: Mapping[str, str | None], default: str) -> None:
        self._lines = lines
        self._default = default

    def of(self, subscription: Subscription, body: str) -> str:
        if subscription.language:
            return subscription.language
        data = json.loads(body).get("data") or {}
        call, callback = data.get("call") or {}, data.get("callback") or {}
        line = self._lines.get(str(call.get("line") or callback.get("line") or ""))
        return str(callback.get("language") or line or self._default)


class Mails:
    """Implements ``Messenger`` for `mailto:ADDRESS`. ``postman`` None: no server is configured."""

    def __init__(
        self, notices: Notices, language: Language, postman: Postman | None, sound: Sound | None
    ) -> None:
        self._notices = notices
        self._language = language
        self._postman = postman
        self._sound = sound

    def permits(self, url: str) -> str:
        if self._postman is None:
            return "no mail is sent before mail.host is set in the configuration"
        try:
            check_address(_rest(url))
        except ValueError as error:
            return str(error)
        return ""

    async def send(self, subscription: Subscription, id_: str, body: str, at: float) -> Answer:
        if self._postman is None:
            raise NotAllowed("mail.host is empty; set it and restart")
        language = self._language.of(subscription, body)
        notice = self._notices.of(id_, body, language)
        text, attachment = notice.text, None
        if self._sound is not None and notice.voicemail and json.loads(body)["type"] == _LEFT:
            try:
                attachment = await self._sound(notice.voicemail)
                text += "" if attachment else self._word("sound_gone", language, notice)
            except NotAttached:
                text += self._word("sound_elsewhere", language, notice)
        letter = Letter(
            id_, _rest(subscription.url), at, notice.subject, text, language, attachment
        )
        answer = await self._postman.bring(letter)
        if answer.status == TOO_LARGE and attachment is not None:
            text += self._word("sound_elsewhere", language, notice)
            small = Letter(id_, letter.to, at, notice.subject, text, language)
            answer = await self._postman.bring(small)
        return answer

    def _word(self, name: str, language: str, notice: Notice) -> str:
        return "\n\n" + self._notices.word(name, language, voicemail=notice.voicemail)


class Messages:
    """Implements ``Messenger`` for `message:NAME`, one of ``messages`` in the configuration."""

    def __init__(
        self,
        notices: Notices,
        language: Language,
        post: Post,
        services: Mapping[str, Message],
        timeout_s: float,
    ) -> None:
        self._notices = notices
        self._language = language
        self._post = post
        self._services = services
        self._timeout_s = timeout_s

    def permits(self, url: str) -> str:
        if _rest(url) not in self._services:
            known = ", ".join(self._services) or "none"
            return (
                f"no service {_rest(url)!r} in `messages` of the configuration; there are: {known}"
            )
        return ""

    async def send(self, subscription: Subscription, id_: str, body: str, at: float) -> Answer:
        name = _rest(subscription.url)
        service = self._services.get(name)
        if service is None:
            raise NotAllowed(self.permits(subscription.url))
        notice = self._notices.of(id_, body, self._language.of(subscription, body))
        values = {
            "text": notice.short,
            "subject": notice.subject,
            "number": notice.number,
            "event": str(json.loads(body).get("type", "")),
            "id": id_,
        }
        if not notice.number and "{number}" in json.dumps(service.body, ensure_ascii=False):
            return Answer(0, error="nobody knows the number", final=True)
        where = f"messages.{name}"
        headers = {key: read(value) for key, value in service.headers.items()}
        if bad := [key for key, value in headers.items() if not value.isprintable()]:
            raise NotAllowed(f"{where}.headers: {', '.join(bad)} has characters no header may have")
        content = json.dumps(filled(service.body, values), ensure_ascii=False).encode()
        return await self._post.post(
            read(service.url),
            {"Content-Type": "application/json", **headers},
            content,
            self._timeout_s,
        )


def filled(part: Any, values: Mapping[str, str]) -> Any:
    """A body with its places filled in, whatever stands in the values."""
    if isinstance(part, str):
        for name in values:
            part = part.replace(f"{{{name}}}", f"\0{name}\0")
        for name, value in values.items():
            part = part.replace(f"\0{name}\0", value)
        return part
    if isinstance(part, dict):
        return {key: filled(value, values) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [filled(value, values) for value in part]
    return part


def _rest(url: str) -> str:
    return url.partition(":")[2]
