"""The shapes all answers share: times, lists, pages.

Times are ISO 8601 in UTC with milliseconds (``2026-03-01T09:30:00.250Z``), durations are seconds in
fields named ``…_s``. ``null`` means: did not happen, or is not known.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from msgspec import Meta, Struct

from callserver.model.times import iso as iso
from callserver.model.times import iso_or_none as iso_or_none
from callserver.web.cursors import seal

Item = TypeVar("Item")
Record = TypeVar("Record")

Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class PageOut(Struct, Generic[Item], frozen=True):
    """One page of a list, newest first unless said otherwise. ``next`` goes into the ``cursor`` of
    the following request; null: this was the last page."""

    items: list[Item]
    next: str | None = None


class ListOut(Struct, Generic[Item], frozen=True):
    """A whole list."""

    items: list[Item]


@dataclass(frozen=True, slots=True)
class Created(Generic[Item]):
    """201: something new, and where it is from now on."""

    location: str
    content: Item


@dataclass(frozen=True, slots=True)
class Accepted(Generic[Item]):
    """202: it will be done, and where one sees how far it is."""

    location: str
    content: Item


def page(
    records: Sequence[Record],
    limit: int,
    show: Callable[[Record], Item],
    key: Callable[[Record], str],
) -> PageOut[Item]:
    """The page of ``limit`` items out of up to ``limit + 1`` records, which are ordered by
    ``key``."""
    shown = records[:limit]
    more = len(records) > limit
    return PageOut([show(record) for record in shown], seal(key(shown[-1])) if more else None)
