"""A table of contacts, row by row (pure): what its columns mean, what is wrong in a row, and what a
row makes of a contact.

Lists (numbers, channels, tags) grow, single values are replaced, an empty cell changes nothing: so
the same table, read again, changes nothing.
"""

import keyword
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from callserver.model.contacts import (
    EXTERNAL,
    MAIL,
    NUMBER,
    OWN_FIELDS,
    Channel,
    Contact,
    Key,
    key_at,
)
from callserver.model.flow import Value
from callserver.model.imports import Mistake
from callserver.model.table import guarded, unguarded

LANGUAGES: Final = ("en", "ru", "uk", "lv")
MOST_CHARS: Final = 128
MOST_NOTES: Final = 10_000
MOST_VALUE: Final = 256
LEAVE_OUT: Final = "-"
"""A column that is mapped to this is not read."""

SINGLE: Final = ("name", "company", "language", "owner", "notes")
TRUTHS: Final = ("vip", "blocked", "do_not_call")
LISTS: Final = ("external_id", "number", "mail", "channels", "tags")
COLUMNS: Final = (*LISTS[:2], "name", *LISTS[2:4], *SINGLE[1:4], *TRUTHS, "tags", "notes")
FIELD: Final = "field."
CHANNEL: Final = "channel."

_SPLIT = re.compile(r"[;|\n]")
_OWNER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_OWN = re.compile(r"[a-z][a-z0-9_]{0,39}")
_KIND = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_TAG = re.compile(r"[^\x00-\x20\x7f,;]{1,64}")
_AMOUNT = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,6})?")
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}

Number = Callable[[str], str | None]
"""A number as people write it, in E.164; None: it is none."""


@dataclass(slots=True)
class Line:
    """A row that was understood. ``company`` is its name."""

    line: int
    numbers: list[str] = field(default_factory=list)
    external: list[str] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    single: dict[str, Any] = field(default_factory=dict)
    company: str = ""
    fields: dict[str, Value] = field(default_factory=dict)

    def found_by(self) -> list[Key]:
        """What tells whose row it is: ids and numbers, or else where they are written to."""
        certain = [*((EXTERNAL, one) for one in self.external)]
        certain += [(NUMBER, one) for one in self.numbers]
        return certain or [key_at(one) for one in self.channels]


def columns(header: Sequence[str], named: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """What each column means, and what is wrong with them. ``named`` says it for columns with
    names of their own."""
    found, wrong = [], []
    for title in header:
        name = named.get(title.strip(), title.strip().lower().replace(" ", "_"))
        name = {"numbers": "number", "phone": "number", "email": MAIL, "e-mail": MAIL}.get(
            name, name
        )
        found.append(name)
        if name.startswith(FIELD):
            own = name.removeprefix(FIELD)
            if own in OWN_FIELDS or keyword.iskeyword(own) or not _OWN.fullmatch(own):
                wrong.append(f"`{title}`: `{own}` cannot be a field of your own; take another word")
        elif not (name in COLUMNS or name == LEAVE_OUT or _is_channel(name)):
            wrong.append(
                f"`{title}`: no such column; say what it is (map '{title}=name'), or leave it "
                f"out (map '{title}={LEAVE_OUT}')"
            )
    missing = [title for title in named if title not in {one.strip() for one in header}]
    wrong += [f"`{title}`: is mapped, but not in the table" for title in missing]
    twice = {name for name in found if found.count(name) > 1} - {*LISTS, LEAVE_OUT}
    wrong += [f"`{name}`: more than one column means this" for name in sorted(twice)]
    return found, wrong


def _is_channel(name: str) -> bool:
    return name.startswith(CHANNEL) and bool(_KIND.fullmatch(name.removeprefix(CHANNEL)))


def read(
    line: int, cells: Sequence[str], names: Sequence[str], number: Number
) -> tuple[Line, list[Mistake]]:
    """A row; it counts when there are no mistakes."""
    row, wrong = Line(line), []
    if len(cells) > len(names):
        wrong.append(Mistake(line, "", "more cells than columns", "put quotes around commas"))
    for name, cell in zip(names, cells, strict=False):
        text = unguarded(cell.strip())
        if text and name != LEAVE_OUT:
            wrong += [Mistake(line, name, *each) for each in _cell(row, name, text, number)]
    if not wrong and not row.found_by():
        cure = "give it an external_id, a number or a mail address"
        wrong.append(Mistake(line, "", "nothing says whose row this is", cure))
    return row, wrong


def _cell(row: Line, name: str, text: str, number: Number) -> Iterator[tuple[str, str]]:
    """Put it into the row; yields what is wrong, and the cure."""
    if any("\ud800" <= sign <= "\udfff" or sign == "\0" for sign in text):
        yield "is no text", "save the table as UTF-8, or name its encoding"
    elif name in LISTS or name.startswith(CHANNEL):
        for part in filter(None, map(str.strip, _SPLIT.split(text))):
            yield from _part(row, name, part, number)
    elif name.startswith(FIELD):
        if len(text) > MOST_VALUE or not text.isprintable():
            yield f"more than {MOST_VALUE} characters, or signs that cannot be seen", "shorten it"
        row.fields[name.removeprefix(FIELD)] = _value(text)
    elif name in TRUTHS:
        if text.lower() not in _YES:
            yield f"`{text[:20]}` is neither yes nor no", "write yes or no"
        row.single[name] = _YES.get(text.lower(), False)
    else:
        yield from _single(row, name, text)


def _single(row: Line, name: str, text: str) -> Iterator[tuple[str, str]]:
    if name == "language" and text not in LANGUAGES:
        yield f"no language `{text[:20]}`", f"write one of {', '.join(LANGUAGES)}"
    if name == "owner" and not _OWNER.fullmatch(text):
        yield f"`{text[:20]}` is no username", "write the agent's username"
    if len(text) > (MOST_NOTES if name == "notes" else MOST_CHARS):
        yield "is too long", f"at most {MOST_NOTES if name == 'notes' else MOST_CHARS} characters"
    if name == "company":
        row.company = text
    else:
        row.single[name] = text


def _part(row: Line, name: str, text: str, number: Number) -> Iterator[tuple[str, str]]:
    if name == "number":
        parsed = number(text)
        if parsed is None:
            yield f"`{text[:32]}` is no telephone number", "write it as +37120000001"
        else:
            row.numbers.append(parsed)
    elif name == "external_id":
        if len(text) > MOST_CHARS:
            yield "is too long", f"at most {MOST_CHARS} characters"
        row.external.append(text)
    elif name == "tags":
        for tag in text.replace(",", " ").split():
            if not _TAG.fullmatch(tag):
                yield f"`{tag[:20]}` is no tag", "at most 64 characters"
            row.tags.append(tag)
    else:
        kind = {MAIL: MAIL}.get(name, name.removeprefix(CHANNEL))
        if name == "channels":
            kind, _, text = text.partition(":")
        if not _KIND.fullmatch(kind) or not text or len(text) > 2 * MOST_CHARS:
            yield f"`{text[:32]}` is nowhere to write to", "write it as telegram:jane"
        elif kind == MAIL and not re.fullmatch(r"[^@\s]+@[^@\s]+", text):
            yield f"`{text[:32]}` is no mail address", "write it as jane@example.com"
        row.channels.append(Channel(kind, text.lower()))


def _value(text: str) -> Value:
    """A field of your own: numbers and truths are that for flows too."""
    if text in ("true", "false"):
        return text == "true"
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return text
    return float(text) if found[2] else int(text)


def applied(before: Contact, row: Line, company: str | None) -> Contact:
    """The contact with what the row says; ``company`` is the id of the row's."""
    return replace(
        before,
        numbers=_more(before.numbers, row.numbers),
        external=_more(before.external, row.external),
        channels=_more(before.channels, row.channels),
        tags=_more(before.tags, row.tags),
        company=company or before.company,
        fields={**before.fields, **row.fields},
        **row.single,
    )


def _more(before: Sequence[Any], more: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys([*before, *more]))


def written(contact: Contact, company: str, names: Sequence[str]) -> list[str]:
    """The row of a contact, for a table with these columns."""
    texts: dict[str, str] = {
        **{name: getattr(contact, name) or "" for name in ("name", "language", "owner", "notes")},
        **{name: "yes" if getattr(contact, name) else "no" for name in TRUTHS},
        "company": company,
        "external_id": "; ".join(contact.external),
        "number": "; ".join(contact.numbers),
        "mail": "",
        "channels": "; ".join(f"{one.kind}:{one.address}" for one in contact.channels),
        "tags": "; ".join(contact.tags),
    }
    for name, value in contact.fields.items():
        texts[FIELD + name] = str(value).lower() if isinstance(value, bool) else str(value)
    return [guarded(texts.get(name, "")) for name in names]
