"""Contacts as a table that ``importing`` understands, some rows at a time."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Final

from callserver.crm import sheet
from callserver.model.contacts import Contact, ContactFilter, ContactStore

AT_ONCE: Final = 200
"""Contacts read at once: some milliseconds of a loop that may carry calls too."""


async def pages(book: ContactStore, wanted: ContactFilter) -> AsyncIterator[Sequence[Contact]]:
    """All contacts that fit, newest first."""
    wanted = replace(wanted, limit=AT_ONCE)
    while page := await book.contacts(wanted):
        yield page
        wanted = replace(wanted, before=page[-1].id)


async def columns(book: ContactStore, wanted: ContactFilter) -> list[str]:
    """The names of all columns these need: a field of your own has one when anybody has it."""
    own: set[str] = set()
    async for page in pages(book, wanted):
        own.update(name for one in page for name in one.fields)
    return [*sheet.COLUMNS, *(sheet.FIELD + name for name in sorted(own))]


async def rows(
    book: ContactStore, page: Sequence[Contact], names: Sequence[str]
) -> list[list[str]]:
    """These contacts in columns of these names."""
    companies = await book.company_names(sorted({one.company for one in page if one.company}))
    return [sheet.written(one, companies.get(one.company or "", ""), names) for one in page]
