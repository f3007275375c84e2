"""Something is sent once, and what it takes: the house that all destinations share."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from callserver.config import Config
from callserver.config.hooks import Hooks
from callserver.crm import signing
from callserver.crm.clerk import Clerk
from callserver.crm.keyring import Keyring
from callserver.crm.manners import Manners
from callserver.crm.messenger import Messenger
from callserver.crm.sender import Sender
from callserver.metrics import Metrics
from callserver.model.errors import OutsideError
from callserver.model.hooks import Answer, Attempt, HookStore, Post, Subscription
from callserver.model.ports import Clock

USER_AGENT: Final = "callserver"


@dataclass(frozen=True, slots=True)
class House:
    """What every destination needs. ``senders``: who sends to those that are no webhooks, by the id
    of the subscription; ``messengers``: the same by the scheme of their url."""

    store: HookStore
    post: Post
    keyring: Keyring
    clock: Clock
    config: Hooks
    metrics: Metrics
    clerk: Clerk
    chance: Callable[[], float] = random.random
    senders: Mapping[str, Sender] = field(default_factory=dict)
    messengers: Mapping[str, Messenger] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        config: Config,
        store: HookStore,
        post: Post,
        clock: Clock,
        metrics: Metrics,
        senders: Mapping[str, Sender],
        messengers: Mapping[str, Messenger],
    ) -> "House":
        """As the configuration has it."""
        keyring = Keyring(config.webhooks_key)
        return cls(
            *(store, post, keyring, clock, config.webhooks, metrics, Clerk(store)),
            senders=senders,
            messengers=messengers,
        )

    def permits(self, url: str) -> str:
        """Why nothing may ever be sent there; empty: it may."""
        messenger = self.messengers.get(url.partition(":")[0].lower())
        return self.post.permits(url) if messenger is None else messenger.permits(url)

    def manners(self) -> Manners:
        """As the configuration has them."""
        config = self.config
        return Manners(
            config.first_pause_s,
            config.longest_pause_s,
            config.give_up_after_s,
            config.first_rest_s,
            config.longest_rest_s,
        )


async def attempt(
    house: House, subscription: Subscription, id_: str, content: str
) -> tuple[Attempt, Answer]:
    """Send something, once. Raises ``NotAllowed``, ``ConfigError`` (it cannot be sent before
    somebody mends something), ``StoreError``."""
    at = house.clock.now()
    messenger = house.messengers.get(subscription.scheme)
    answer, error = Answer(0), ""
    try:
        if messenger is not None:
            answer = await messenger.send(subscription, id_, content, at)
        else:
            answer = await _post(house, subscription, id_, content.encode(), at)
        error = answer.error
    except OutsideError as failure:
        error = str(failure)
    took_s = max(house.clock.now() - at, 0.0)
    if not error and not 200 <= answer.status < 300:
        error = f"answered {answer.status}"
    return Attempt(at, took_s, answer.status, error), answer


async def _post(
    house: House, subscription: Subscription, id_: str, body: bytes, at: float
) -> Answer:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        **signing.headers(id_, at, body, house.keyring.secrets(subscription, at)),
    }
    return await house.post.post(subscription.url, headers, body, house.config.timeout_s)
