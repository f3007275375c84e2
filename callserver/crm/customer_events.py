"""What others are told of customers (pure): see ``events``."""

from typing import Any

import msgspec

from callserver.crm.events import make
from callserver.model.contacts import Company, Contact
from callserver.model.hooks import EventType, HookEvent
from callserver.model.times import iso

CONTACT = "contact:"
COMPANY = "company:"
"""Before the id, in the key of an event."""


def of_contact(contact: Contact, id_: str) -> HookEvent:
    """A contact is new or changed."""
    at = contact.updated_at
    data = {"contact": _dated(contact)}
    return make(EventType.CONTACT_CHANGED, id_, at, CONTACT + contact.id, data)


def of_forgotten(contact: str, at: float, id_: str, merged_into: str | None = None) -> HookEvent:
    """A contact is no more, or is another one now."""
    data = {"contact": {"id": contact, "merged_into": merged_into}}
    return make(EventType.CONTACT_DELETED, id_, at, CONTACT + contact, data)


def of_company(company: Company, id_: str) -> HookEvent:
    """A company is new or changed."""
    at = company.updated_at
    return make(
        EventType.COMPANY_CHANGED, id_, at, COMPANY + company.id, {"company": _dated(company)}
    )


def _dated(value: Any) -> dict[str, Any]:
    """All fields, times as text."""
    fields: dict[str, Any] = msgspec.to_builtins(value)
    return {
        name: iso(part) if name.endswith("_at") and part is not None else part
        for name, part in fields.items()
    }
