"""The audit log, for those who may read it; ``trail`` writes it."""

from msgspec import Struct

from callserver.model.facts import Audited, Outcome
from callserver.model.store_ports import Store
from callserver.tokens import ACTOR, Tokens
from callserver.web.asks import AuditQuery
from callserver.web.shapes import PageOut, Time, iso, page


class AuditOut(Struct, frozen=True, kw_only=True):
    """Who did what. ``name`` is the name of the actor's token, null when it has none."""

    id: str
    at: Time
    actor: str
    name: str | None
    role: str
    action: str
    target: str
    remote: str
    outcome: Outcome


class Audit:
    """``/api/v1/audit``."""

    def __init__(self, store: Store, tokens: Tokens) -> None:
        self._store = store
        self._tokens = tokens

    async def list(self, query: AuditQuery) -> PageOut[AuditOut]:
        """Who heard, changed or exported what, newest first."""
        entries = await self._store.audit(query.filter())
        return page(entries, query.limit, self._show, lambda entry: entry.id)

    def _show(self, entry: Audited) -> AuditOut:
        token = self._tokens.token(entry.actor.removeprefix(ACTOR))
        return AuditOut(
            id=entry.id,
            at=iso(entry.at),
            actor=entry.actor,
            name=token.name if token else None,
            role=entry.role,
            action=entry.action,
            target=entry.target,
            remote=entry.remote,
            outcome=entry.outcome,
        )
