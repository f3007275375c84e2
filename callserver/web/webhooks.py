"""Webhooks: who is told what, how far that is, and telling again."""

from collections.abc import Awaitable
from typing import TypeVar

from msgspec import Struct

from callserver.crm.hooks import Hooks
from callserver.model.errors import ConfigError
from callserver.model.hooks import Attempt, Delivery, DeliveryState, EventType, Subscription
from callserver.web import problems
from callserver.web.asks_webhooks import (
    ChangedWebhook,
    DeliveriesQuery,
    NewReplay,
    NewSecret,
    NewWebhook,
)
from callserver.web.operation import Operation
from callserver.web.problems import Problem
from callserver.web.shapes import Created, ListOut, PageOut, Time, iso, iso_or_none, page

_ID = "[0-9a-z][0-9a-z_-]{0,63}"
_EVENT = "msg_[0-9a-z]{1,64}"

Answer = TypeVar("Answer")


class WebhookOut(Struct, frozen=True, kw_only=True):
    """Who is told what. ``stopped`` is why nothing is sent (empty: it is), ``secrets`` how many
    sign now; ``language`` is that of mails and messages. ``pending`` and ``dead`` events of it are
    in the outbox."""

    id: str
    url: str
    events: tuple[str, ...]
    queues: tuple[str, ...]
    lines: tuple[str, ...]
    language: str
    title: str
    created_at: Time
    stopped: str
    secrets: int
    pending: int = 0
    dead: int = 0


class WebhookSecretOut(WebhookOut, frozen=True, kw_only=True):
    """With the secret, which is shown this once."""

    secret: str


class DeliveryOut(Struct, frozen=True, kw_only=True):
    """An event and how far it is. ``of`` is what it is about (``call:ID``, ``contact:NUMBER``)."""

    id: str
    type: EventType
    of: str
    at: Time
    state: DeliveryState
    tries: int
    next_at: Time | None
    last_at: Time | None
    status: int
    error: str


class AttemptOut(Struct, frozen=True, kw_only=True):
    """One try; ``status`` 0: no answer came."""

    at: Time
    took_s: float
    status: int
    error: str


class ReplayedOut(Struct, frozen=True, kw_only=True):
    """How many events are sent again."""

    events: int


def _attempt(one: Attempt) -> AttemptOut:
    return AttemptOut(
        at=iso(one.at), took_s=round(one.took_s, 3), status=one.status, error=one.error
    )


def _delivery(one: Delivery) -> DeliveryOut:
    waits = one.state is DeliveryState.PENDING and one.next_at > 0
    return DeliveryOut(
        id=one.id,
        type=one.type,
        of=one.key,
        at=iso(one.at),
        state=one.state,
        tries=one.tries,
        next_at=iso(one.next_at) if waits else None,
        last_at=iso_or_none(one.last_at),
        status=one.status,
        error=one.error,
    )


class Webhooks:
    """``/api/v1/webhooks``."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks

    def operations(self) -> tuple[Operation, ...]:
        """One line each; the names are keys of ``access.ROLES``."""
        every = "/api/v1/webhooks"
        one = f"{every}/{{webhook:{_ID}}}"
        event = f"{one}/deliveries/{{event:{_EVENT}}}"
        return (
            Operation("webhooks.list", "GET", every, self.list),
            Operation("webhooks.create", "POST", every, self.create, secret=True),
            Operation("webhooks.get", "GET", one, self.get),
            Operation("webhooks.put", "PUT", one, self.put),
            Operation("webhooks.delete", "DELETE", one, self.delete),
            Operation("webhooks.rotate", "POST", f"{one}/rotate", self.rotate, secret=True),
            Operation("webhooks.test", "POST", f"{one}/test", self.test),
            Operation("webhooks.replay", "POST", f"{one}/replay", self.replay),
            Operation("webhooks.deliveries", "GET", f"{one}/deliveries", self.deliveries),
            Operation("webhooks.tries", "GET", event, self.tries),
        )

    async def list(self) -> ListOut[WebhookOut]:
        """All webhooks, oldest first."""
        backlog = await self._hooks.backlog()
        found = await self._hooks.all()
        return ListOut([_show(one, backlog.get(one.id, (0, 0))) for one in found])

    async def create(self, body: NewWebhook) -> Created[WebhookSecretOut]:
        """A new webhook. Its secret is in this answer and nowhere else."""
        made, secret = await _asked(self._hooks.add(*_wanted(body), body.lines, body.language))
        return Created(f"/api/v1/webhooks/{made.id}", _with_secret(made, secret))

    async def get(self, webhook: str) -> WebhookOut:
        """One webhook."""
        found = await _asked(self._hooks.one(webhook))
        return _show(found, (await self._hooks.backlog()).get(found.id, (0, 0)))

    async def put(self, webhook: str, body: ChangedWebhook) -> WebhookOut:
        """All of a webhook but its secret, from now on."""
        changed = self._hooks.change(
            *(webhook, *_wanted(body)),
            stopped=body.stopped,
            lines=body.lines,
            language=body.language,
        )
        return _show(await _asked(changed))

    async def delete(self, webhook: str) -> None:
        """Tell them nothing any more, what waits included."""
        await _asked(self._hooks.remove(webhook))

    async def rotate(self, webhook: str, body: NewSecret) -> WebhookSecretOut:
        """A new secret, shown this once; the old one signs too for a while."""
        return _with_secret(*await _asked(self._hooks.rotate(webhook, body.keep_old_s)))

    async def test(self, webhook: str) -> AttemptOut:
        """Send something marked as a test, and say what came of it."""
        return _attempt(await _asked(self._hooks.test(webhook)))

    async def replay(self, webhook: str, body: NewReplay) -> ReplayedOut:
        """Send events again, with the ids they had."""
        return ReplayedOut(events=await _asked(self._hooks.replay(webhook, body.wanted())))

    async def deliveries(self, webhook: str, query: DeliveriesQuery) -> PageOut[DeliveryOut]:
        """Its events, newest first."""
        before = int(query.before) if query.before else None
        found = await _asked(self._hooks.deliveries(webhook, query.state, before, query.limit + 1))
        return page(found, query.limit, _delivery, lambda one: str(one.number))

    async def tries(self, webhook: str, event: str) -> ListOut[AttemptOut]:
        """Every try of an event, in order."""
        found = await _asked(self._hooks.attempts(webhook, event))
        return ListOut([_attempt(one) for one in found])


def _wanted(body: NewWebhook) -> tuple[str, tuple[str, ...], tuple[str, ...], str]:
    return body.url, body.events, body.queues, body.title


def _show(one: Subscription, backlog: tuple[int, int] = (0, 0)) -> WebhookOut:
    return WebhookOut(
        id=one.id,
        url=one.url,
        events=one.events,
        queues=one.queues,
        lines=one.lines,
        language=one.language,
        title=one.title,
        created_at=iso(one.created_at),
        stopped=one.stopped,
        secrets=len(one.keys),
        pending=backlog[0],
        dead=backlog[1],
    )


def _with_secret(one: Subscription, secret: str) -> WebhookSecretOut:
    shown = _show(one)
    values = {name: getattr(shown, name) for name in shown.__struct_fields__}
    return WebhookSecretOut(**values, secret=secret)


async def _asked(answer: Awaitable[Answer]) -> Answer:
    try:
        with problems.refusals():
            return await answer
    except ConfigError as error:
        raise Problem(problems.CONFLICT, str(error)) from error
