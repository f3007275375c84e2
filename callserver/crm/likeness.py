"""Two contacts that are one, and two again (pure)."""

from dataclasses import replace
from typing import Any, Final

from callserver.model.contacts import Contact, Merge

_LISTS: Final = ("numbers", "channels", "external", "tags")
_SINGLE: Final = ("name", "company", "language", "owner")
_TRUTHS: Final = ("vip", "blocked", "do_not_call")


def joined(kept: Contact, gone: Contact, now: float) -> Contact:
    """Both in one: what ``kept`` does not say, ``gone`` does; lists and truths of either hold."""
    changes: dict[str, Any] = {
        name: tuple(dict.fromkeys((*getattr(kept, name), *getattr(gone, name)))) for name in _LISTS
    }
    changes |= {name: getattr(kept, name) or getattr(gone, name) for name in _SINGLE}
    changes |= {name: getattr(kept, name) or getattr(gone, name) for name in _TRUTHS}
    notes = "\n\n".join(dict.fromkeys(filter(None, (kept.notes, gone.notes))))
    fields = {**gone.fields, **kept.fields}
    return replace(kept, **changes, notes=notes, fields=fields, updated_at=now)


def parted(merge: Merge, now: Contact) -> tuple[Contact, Contact]:
    """As both were before, but what was changed of ``now`` since the merge stays changed: when
    nothing was, both are what they were."""
    before, after = merge.before, merge.after
    changes: dict[str, Any] = {}
    for name in (*_SINGLE, *_TRUTHS, "notes"):
        unchanged = getattr(now, name) == getattr(after, name)
        changes[name] = getattr(before if unchanged else now, name)
    for name in _LISTS:
        brought = set(getattr(after, name)) - set(getattr(before, name))
        changes[name] = tuple(one for one in getattr(now, name) if one not in brought)
    changes["fields"] = {
        name: value if after.fields.get(name) != value else before.fields[name]
        for name, value in now.fields.items()
        if after.fields.get(name) != value or name in before.fields
    }
    same = replace(now, updated_at=after.updated_at) == after
    return before if same else replace(now, **changes), merge.gone
