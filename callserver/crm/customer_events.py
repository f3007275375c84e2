"""What others are told of customers (pure): see ``events``."""

from typing import Any

import msgspec

from callserver.crm.events import make
from callserver.model.contacts import Company, Contact
from callserver.model.hooks import EventType, HookEvent
from callserver.model.interactions import Interaction, Promise, Task
from callserver.model.times import iso

CONTACT = "contact:"
COMPANY = "company:"
TASK = "task:"
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


def of_dropped_company(company: str, at: float, id_: str) -> HookEvent:
    """A company is no more."""
    return make(EventType.COMPANY_DELETED, id_, at, COMPANY + company, {"company": {"id": company}})


def of_dropped_task(task: str, at: float, id_: str) -> HookEvent:
    """A task is no more."""
    return make(EventType.TASK_DELETED, id_, at, TASK + task, {"task": {"id": task}})


def of_interaction(one: Interaction) -> HookEvent:
    """Something was written."""
    data = {"interaction": _dated(one)}
    return make(EventType.INTERACTION_ADDED, one.id, one.at, CONTACT + one.contact, data)


def of_task(task: Task, id_: str) -> HookEvent:
    """A task is new or changed."""
    data = {"task": _dated(task)}
    return make(EventType.TASK_CHANGED, id_, task.updated_at, TASK + task.id, data)


def of_breach(promise: Promise) -> HookEvent:
    """What was promised was not done in time."""
    at = promise.breached_at or 0.0
    data = {"promise": _dated(promise)}
    id_ = f"{promise.of}{promise.what}{int(promise.due_at or 0.0)}"
    return make(EventType.PROMISE_BROKEN, id_, at, TASK + promise.of, data)


def _dated(value: Any) -> dict[str, Any]:
    """All fields, times as text."""
    fields: dict[str, Any] = msgspec.to_builtins(value)
    return {
        name: iso(part) if (name == "at" or name.endswith("_at")) and part is not None else part
        for name, part in fields.items()
    }
