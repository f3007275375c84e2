"""Text as it is looked for (pure): without accents, capitals and punctuation."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from callserver.model.contacts import Company, Contact

LONGEST_DOC = 20_000
MOST_WORDS = 16
_PHONE = re.compile(r"[+\d][\d\s()./-]{3,}")
_WORDS = re.compile(r"\w+")
SHORTEST_END = 4
"""Of a number, the last digits that people remember."""


def fold(text: str) -> str:
    """``Jānis  Bērziņš`` as ``janis berzins``."""
    apart = unicodedata.normalize("NFKD", text)
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return " ".join(bare.casefold().split())


def words(text: str) -> tuple[str, ...]:
    """What is looked for; a telephone number, however it is written, is one word."""
    if _PHONE.fullmatch(text.strip()):
        return ("".join(filter(str.isdigit, fold(text))),)
    return tuple(_WORDS.findall(fold(text)))[:MOST_WORDS]


def of_contact(contact: Contact, company: str) -> str:
    """All words under which a contact is found; ``company`` is the name of theirs."""
    parts = [contact.name, company, contact.owner or "", *contact.tags, *contact.external]
    for number in contact.numbers:
        parts += _endings(number.removeprefix("+"))
    parts += (channel.address for channel in contact.channels)
    parts += (str(value) for value in contact.fields.values() if isinstance(value, str))
    return _doc([*parts, contact.notes])


def of_company(company: Company) -> str:
    """All words under which a company is found."""
    return _doc([company.name, company.domain, *company.tags, company.notes])


def of_text(*parts: str) -> str:
    """All words of some texts."""
    return _doc(parts)


def _endings(digits: str) -> Iterator[str]:
    """A search goes by beginnings: people also type a number without its country, or its end."""
    yield digits
    yield from (digits[at:] for at in (1, 2, 3) if len(digits) - at >= 2 * SHORTEST_END)
    yield digits[-SHORTEST_END:]


def _doc(parts: Sequence[str]) -> str:
    return " ".join(_WORDS.findall(fold(" ".join(filter(None, parts)))))[:LONGEST_DOC]
