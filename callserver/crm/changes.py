"""Who changed how somebody is treated: it stands in their timeline (pure)."""

from typing import Final

from callserver.model.contacts import Contact
from callserver.model.interactions import CHANGE, Interaction, Way

WATCHED: Final = ("vip", "blocked", "do_not_call", "owner")


def of(before: Contact | None, after: Contact, by: str, id_: str) -> Interaction | None:
    """What ``by`` changed of it; None: nothing."""
    was = before or Contact(after.id, after.created_at, after.updated_at)
    told = [
        f"{name}: {_said(getattr(was, name))} → {_said(getattr(after, name))}"
        for name in WATCHED
        if getattr(was, name) != getattr(after, name)
    ]
    if not told:
        return None
    return Interaction(
        id_, after.updated_at, after.id, CHANGE, Way.INSIDE, by, subject=", ".join(told)
    )


def _said(value: str | bool | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value or "nobody"
