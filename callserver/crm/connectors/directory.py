"""The connectors of the configuration: made, and known to the outbox."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from callserver.config.connectors import Connector as Options
from callserver.crm.connectors.base import Connector
from callserver.crm.connectors.bitrix24 import Bitrix24
from callserver.crm.connectors.courier import Courier, Desk
from callserver.crm.connectors.freshdesk import Freshdesk
from callserver.crm.connectors.hubspot import Hubspot
from callserver.crm.connectors.liveagent import LiveAgent
from callserver.crm.connectors.odoo import Odoo
from callserver.crm.connectors.salesforce import Salesforce
from callserver.crm.connectors.salesforce_voice import SalesforceVoice
from callserver.crm.connectors.zammad import Zammad
from callserver.crm.connectors.zendesk import Zendesk
from callserver.model.connectors import PREFIX
from callserver.model.hooks import HookStore, Subscription

KINDS: Final[Mapping[str, type[Connector[Any]]]] = {
    "bitrix24": Bitrix24,
    "zammad": Zammad,
    "hubspot": Hubspot,
    "zendesk": Zendesk,
    "freshdesk": Freshdesk,
    "salesforce": Salesforce,
    "salesforce_voice": SalesforceVoice,
    "liveagent": LiveAgent,
    "odoo": Odoo,
}


def couriers(configured: Mapping[str, Any], desk: Desk) -> dict[str, Courier]:
    """One for each connector, by name."""
    return {
        name: Courier(name, KINDS[options.kind](options), desk)
        for name, options in configured.items()
    }


async def enlist(store: HookStore, couriers: Mapping[str, Courier], now: float) -> None:
    """Have the outbox keep for each what it wants, and for nobody else. What one that is known has
    asked for stays. Raises ``StoreError``."""
    known = {one.id: one for one in await store.subscriptions() if one.id.startswith(PREFIX)}
    wanted = senders(couriers)
    for id_ in known.keys() - wanted.keys():
        await store.delete_subscription(id_)
    for id_, courier in wanted.items():
        subscription = _subscription(id_, courier, now)
        if (before := known.get(id_)) is not None:
            subscription = replace(
                subscription,
                created_at=before.created_at,
                stopped=before.stopped,
                paused_until=before.paused_until,
            )
        await store.save_subscription(subscription)


def _subscription(id_: str, courier: Courier, now: float) -> Subscription:
    options: Options = courier.connector.options
    every = tuple(one.value for one in courier.connector.events)
    events = tuple(one for one in every if not options.events or one in options.events)
    kind = options.kind
    return Subscription(
        id=id_,
        url=f"connector:{kind}",
        events=events,
        queues=options.queues,
        title=courier.name,
        keys=(),
        created_at=now,
    )


def senders(couriers: Mapping[str, Courier]) -> dict[str, Courier]:
    """The same by the ids of their subscriptions."""
    return {one.subscription: one for one in couriers.values()}
