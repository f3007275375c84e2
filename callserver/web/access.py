"""Who may do what: one table, role by operation. What is not in it, nobody may.

Three rules made the table. Telephone numbers are for those who serve customers, so ``ops`` (a
monitoring system, mostly) sees the live state and the metrics but no call records. Sound is for
those who judge it, so ``crm`` gets the facts of a recording and never its audio. Only ``admin``
makes accounts, sets passwords, reads who did what and decides whom the door does not hear; and
where webhooks go, since they take numbers of callers out of the house.
"""

from collections.abc import Mapping
from typing import Final

from callserver.model.people import Role

PUBLIC: Final = frozenset(
    {
        *("healthz", "readyz", "docs.openapi", "docs.page", "docs.script", "docs.style"),
        *("callme.form", "callme.create", "callme.get", "callme.cancel"),
        *("callme.may", "callme.mayone"),
        "connectors.hear",
    }
)
"""Operations without a token: they tell no more than that the process lives, what anybody can read
in the source, and to somebody who asks to be called, how far that is. CRMs prove themselves by what
they send."""

LOCAL: Final = frozenset({"metrics"})
"""Operations that also need no token when the request comes from this very machine."""

_RECORDS = frozenset({Role.ADMIN, Role.SUPERVISOR, Role.QA, Role.CRM})
_SOUND = frozenset({Role.ADMIN, Role.SUPERVISOR, Role.QA})
_LIVE = frozenset({Role.ADMIN, Role.SUPERVISOR, Role.CRM, Role.OPS})
_STEER = frozenset({Role.ADMIN, Role.SUPERVISOR})
_CUSTOMERS = frozenset({Role.ADMIN, Role.SUPERVISOR, Role.CRM})
_HOOKS = frozenset({Role.ADMIN, Role.CRM})
_ALL = frozenset(Role)

ROLES: Final[Mapping[str, frozenset[Role]]] = {
    "calls.list": _RECORDS,
    "calls.ndjson": _RECORDS,
    "calls.csv": _RECORDS,
    "calls.create": _CUSTOMERS,
    "calls.live": _LIVE,
    "calls.get": _RECORDS,
    "calls.timeline": _RECORDS,
    "talks.get": _LIVE,
    "talks.consult": _STEER,
    "talks.cancel": _STEER,
    "talks.swap": _STEER,
    "talks.merge": _STEER,
    "talks.complete": _STEER,
    "talks.transfer": _STEER,
    "talks.supervise": _STEER,
    "talks.unsupervise": _STEER,
    "talks.takeover": _STEER,
    "recordings.list": _RECORDS,
    "recordings.get": _RECORDS,
    "recordings.audio": _SOUND,
    "callbacks.list": _RECORDS,
    "callbacks.get": _RECORDS,
    "callbacks.create": _STEER,
    "callbacks.cancel": _STEER,
    "callbacks.machine": _STEER,
    "callbacks.accept": _STEER,
    "callbacks.dismiss": _STEER,
    "voicemails.list": _RECORDS,
    "voicemails.get": _RECORDS,
    "voicemails.audio": _SOUND,
    "voicemails.done": _CUSTOMERS,
    "voicemails.assign": _CUSTOMERS,
    "voicemails.callback": _STEER,
    "voicemails.delete": _STEER,
    "agents.list": _ALL,
    "agents.get": _ALL,
    "agents.create": frozenset({Role.ADMIN}),
    "agents.state": _STEER,
    "agents.skills": _STEER,
    "agents.wrapup": _STEER,
    "agents.password": frozenset({Role.ADMIN}),
    "contacts.list": _CUSTOMERS,
    "contacts.ndjson": _CUSTOMERS,
    "contacts.csv": _CUSTOMERS,
    "contacts.get": _CUSTOMERS,
    "contacts.put": _CUSTOMERS,
    "contacts.delete": _CUSTOMERS,
    "surveys.list": frozenset({Role.ADMIN, Role.SUPERVISOR, Role.QA, Role.OPS}),
    "dnc.list": _CUSTOMERS,
    "dnc.create": _CUSTOMERS,
    "dnc.get": _CUSTOMERS,
    "dnc.delete": _CUSTOMERS,
    "contacts.create": _CUSTOMERS,
    "companies.list": _CUSTOMERS,
    "companies.create": _CUSTOMERS,
    "companies.get": _CUSTOMERS,
    "companies.put": _CUSTOMERS,
    "companies.delete": _CUSTOMERS,
    "search": _CUSTOMERS,
    "contacts.timeline": _CUSTOMERS,
    "interactions.create": _CUSTOMERS,
    "tasks.list": _CUSTOMERS,
    "tasks.create": _CUSTOMERS,
    "tasks.get": _CUSTOMERS,
    "tasks.put": _CUSTOMERS,
    "tasks.delete": _CUSTOMERS,
    "breaches.list": _CUSTOMERS,
    "duplicates.list": _CUSTOMERS,
    "merges.list": _CUSTOMERS,
    "merges.create": _STEER,
    "merges.get": _CUSTOMERS,
    "merges.undo": _STEER,
    "imports.list": _STEER,
    "imports.create": _STEER,
    "imports.get": _STEER,
    "imports.delete": _STEER,
    "imports.ndjson": _STEER,
    "imports.csv": _STEER,
    "queues.list": _LIVE,
    "queues.get": _LIVE,
    "queues.close": _STEER,
    "waits.get": _LIVE,
    "waits.priority": _STEER,
    "waits.position": _STEER,
    "waits.queue": _STEER,
    "waits.pick": _STEER,
    "flows.list": frozenset({Role.ADMIN, Role.SUPERVISOR, Role.OPS}),
    "flows.reload": _STEER,
    "events.stream": _RECORDS,
    "events.socket": _RECORDS,
    "webhooks.list": _HOOKS,
    "webhooks.create": frozenset({Role.ADMIN}),
    "webhooks.get": _HOOKS,
    "webhooks.put": frozenset({Role.ADMIN}),
    "webhooks.delete": frozenset({Role.ADMIN}),
    "webhooks.rotate": frozenset({Role.ADMIN}),
    "webhooks.test": _HOOKS,
    "webhooks.replay": _HOOKS,
    "webhooks.deliveries": _HOOKS,
    "webhooks.tries": _HOOKS,
    "audit.list": frozenset({Role.ADMIN}),
    "bans.list": frozenset({Role.ADMIN}),
    "bans.create": frozenset({Role.ADMIN}),
    "bans.lift": frozenset({Role.ADMIN}),
    "metrics": frozenset({Role.ADMIN, Role.OPS}),
}


def may(role: Role, operation: str) -> bool:
    """Whether a bearer of this role may use this operation."""
    return role in ROLES.get(operation, frozenset())
