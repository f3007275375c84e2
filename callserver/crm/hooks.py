"""Who is told what: made, changed, removed, tried, and told again. API and CLI come in here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from callserver.crm import events, signing
from callserver.crm.attempts import House, attempt
from callserver.crm.notices import LANGUAGES
from callserver.model.connectors import PREFIX
from callserver.model.errors import NotAllowed, UnknownName
from callserver.model.hooks import (
    DIGEST,
    Attempt,
    Delivery,
    DeliveryState,
    EventType,
    Replay,
    Subscription,
)
from callserver.model.ids import new_id

MOST: Final = 50
MAX_TITLE: Final = 100
KEEP_OLD_S: Final = 86_400.0
"""How long an old secret signs too, unless said otherwise: a day to put the new one in place."""
GROUPS: Final = tuple(dict.fromkeys(one.partition(".")[0] + ".*" for one in EventType))
WORDS: Final = ("*", *GROUPS, *(one.value for one in EventType))
"""What may be asked for."""


class Hooks:
    """``on_changed`` is called with the id when whoever delivers should look again."""

    def __init__(
        self, house: House, queues: frozenset[str], lines: frozenset[str] = frozenset()
    ) -> None:
        self._house = house
        self._store = house.store
        self._queues = queues
        self._lines = lines
        self.on_changed: Callable[[str], None] = lambda _: None

    async def all(self) -> Sequence[Subscription]:
        """Oldest first."""
        return await self._store.subscriptions()

    async def one(self, id_: str) -> Subscription:
        """Raises ``UnknownName``."""
        for subscription in await self.all():
            if subscription.id == id_:
                return subscription
        raise UnknownName(f"no webhook {id_!r}; `callserver webhook list` shows the ids")

    async def add(
        self,
        url: str,
        wanted: Sequence[str],
        queues: Sequence[str],
        title: str,
        lines: Sequence[str] = (),
        language: str = "",
    ) -> tuple[Subscription, str]:
        """A new one, and its secret, which nobody can read again (empty: people get no secret).
        Raises ``NotAllowed``, ``UnknownName`` (queue, line)."""
        if len(await self.all()) >= MOST:
            raise NotAllowed(f"there are {MOST} webhooks already; remove one")
        self._check(url, wanted, queues, title)
        self._check_people(lines, language)
        subscription = Subscription(
            id=new_id(),
            url=url,
            events=tuple(dict.fromkeys(wanted)),
            queues=tuple(dict.fromkeys(queues)),
            title=title,
            keys=() if self._tells_people(url) else (self._house.keyring.new(),),
            created_at=self._house.clock.now(),
            lines=tuple(dict.fromkeys(lines)),
            language=language,
        )
        return await self._keep(subscription), self._secret(subscription)

    async def change(
        self,
        id_: str,
        url: str,
        wanted: Sequence[str],
        queues: Sequence[str],
        title: str,
        *,
        stopped: bool,
        lines: Sequence[str] | None = None,
        language: str | None = None,
    ) -> Subscription:
        """All of it but the secret; ``lines`` and ``language`` None: as they are. Stopped:
        nothing is sent, and what happens is kept; else what waits is sent at once. Raises
        ``NotAllowed``, ``UnknownName``."""
        subscription = await self.one(id_)
        same = (subscription.url, *subscription.events) == (url, *wanted)
        if not ((_is_connector(subscription) or subscription.digest) and same):
            self._by_hand(subscription)
            self._check(url, wanted, queues, title)
        lines = subscription.lines if lines is None else lines
        language = subscription.language if language is None else language
        self._check_people(lines, language)
        if self._tells_people(url) != self._tells_people(subscription.url):
            raise NotAllowed("what tells people does not become a webhook, nor the other way round")
        changed = replace(
            subscription,
            url=url,
            lines=tuple(dict.fromkeys(lines)),
            language=language,
            events=tuple(dict.fromkeys(wanted)),
            queues=tuple(dict.fromkeys(queues)),
            title=title,
            stopped=(subscription.stopped or "stopped by hand") if stopped else "",
            paused_until=subscription.paused_until if stopped else 0.0,
        )
        await self._store.hasten(id_, self._house.clock.now())
        return await self._keep(changed)

    async def remove(self, id_: str) -> None:
        """With all that waits for it. Raises ``UnknownName``, ``NotAllowed``."""
        if id_.startswith((PREFIX, DIGEST)):
            self._by_hand(await self.one(id_))
        if not await self._store.delete_subscription(id_):
            raise UnknownName(f"no webhook {id_!r}; `callserver webhook list` shows the ids")
        self.on_changed(id_)

    async def rotate(self, id_: str, keep_s: float = KEEP_OLD_S) -> tuple[Subscription, str]:
        """A new secret; the present one signs too for so long, any older one no more. Raises
        ``UnknownName``, ``NotAllowed``."""
        subscription = await self.one(id_)
        self._by_hand(subscription)
        if self._tells_people(subscription.url):
            raise NotAllowed("mails and messages are not signed; there is no secret")
        new, until = self._house.keyring.new(), self._house.clock.now() + keep_s
        old = [replace(key, until=until) for key in subscription.keys[:1] if keep_s > 0]
        subscription = replace(subscription, keys=(new, *(k for k in old if k.seal == new.seal)))
        return await self._keep(subscription), self._secret(subscription)

    async def test(self, id_: str) -> Attempt:
        """Send something that is marked as a test, once, now. Raises ``UnknownName``,
        ``NotAllowed``, ``ConfigError``."""
        subscription = await self.one(id_)
        if _is_connector(subscription):
            name = subscription.title
            raise NotAllowed(f"a connector is tried by `callserver connector test {name}`")
        name = f"msg_{new_id()}"
        body = events.trial(name, self._house.clock.now())
        tried, _ = await attempt(self._house, subscription, name, body)
        return tried

    async def replay(self, id_: str, wanted: Replay) -> int:
        """Have events sent again; how many. Raises ``UnknownName``."""
        subscription = await self.one(id_)
        count = await self._store.replay(subscription.id, wanted, self._house.clock.now())
        if not count and wanted.id is not None:
            raise UnknownName(
                f"no event {wanted.id!r} that is over; it waits already, or is too old"
            )
        self.on_changed(id_)
        return count

    async def deliveries(
        self, id_: str, state: DeliveryState | None, before: int | None, limit: int
    ) -> Sequence[Delivery]:
        """Newest first. Raises ``UnknownName``."""
        subscription = await self.one(id_)
        return await self._store.deliveries(subscription.id, state, before, limit)

    async def attempts(self, id_: str, event: str) -> Sequence[Attempt]:
        """Every try of an event, in order. Raises ``UnknownName``."""
        subscription = await self.one(id_)
        return await self._store.attempts(subscription.id, event)

    async def backlog(self) -> Mapping[str, tuple[int, int]]:
        """How many events wait and how many are dead, by id."""
        return await self._store.backlog()

    async def _keep(self, subscription: Subscription) -> Subscription:
        await self._store.save_subscription(subscription)
        self.on_changed(subscription.id)
        return subscription

    def _by_hand(self, subscription: Subscription) -> None:
        """What stands in the configuration is stopped and started here alone."""
        if _is_connector(subscription):
            raise NotAllowed("it is a connector: change it in connectors.yaml")
        if subscription.digest:
            raise NotAllowed("it is of a digest: change mail.digests in the configuration")

    def _tells_people(self, url: str) -> bool:
        return url.partition(":")[0].lower() in self._house.messengers

    def _secret(self, subscription: Subscription) -> str:
        if not subscription.keys:
            return ""
        return signing.shown(self._house.keyring.secret(subscription.id, subscription.keys[0]))

    def _check_people(self, lines: Sequence[str], language: str) -> None:
        if unknown := [line for line in lines if line not in self._lines]:
            raise UnknownName(f"no line {', '.join(unknown)}")
        if language and language not in LANGUAGES:
            raise NotAllowed(f"language: {language}; there are: {', '.join(LANGUAGES)}")

    def _check(self, url: str, wanted: Sequence[str], queues: Sequence[str], title: str) -> None:
        if why := self._house.permits(url):
            raise NotAllowed(f"url: {why}")
        unknown = [word for word in wanted if word not in WORDS]
        if unknown or not wanted:
            named = ", ".join(unknown) or "none given"
            raise NotAllowed(f"events: {named}; there are: {', '.join(WORDS)}")
        if unknown := [queue for queue in queues if queue not in self._queues]:
            raise UnknownName(f"no queue {', '.join(unknown)}")
        if len(title) > MAX_TITLE or not (title.isprintable() or not title):
            raise NotAllowed(f"a title has up to {MAX_TITLE} printable characters")


def _is_connector(subscription: Subscription) -> bool:
    return subscription.id.startswith(PREFIX)
