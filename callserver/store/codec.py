"""Values to rows and back.

What a caller's phone sends ends up here, so no content may make a write fail (the journal would try
it again for ever): see :mod:`callserver.model.plain`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, TypeVar, get_args

import msgspec

from callserver.model.call import LegStats
from callserver.model.errors import StoreError
from callserver.model.facts import Fact
from callserver.model.plain import plain
from callserver.model.record import CallRecord

Row = dict[str, Any]
Value = TypeVar("Value")

_FACTS: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(Fact)}
_OWN_COLUMNS = ("at", "call", "agent")
_STATS = tuple(field.name for field in fields(LegStats))


def _plain(row: Mapping[Any, Any]) -> Row:
    """The row with keys that msgspec takes: SQLAlchemy's are a kind of ``str``."""
    return {str(key): value for key, value in row.items()}


def to_row(value: Any) -> Row:
    """A dataclass whose fields are the columns."""
    row: Row = plain(msgspec.to_builtins(value))
    return row


def from_row(row: Mapping[Any, Any], kind: type[Value]) -> Value:
    """And back. Raises ``StoreError`` when the row does not fit."""
    try:
        return msgspec.convert(_plain(row), kind)
    except msgspec.ValidationError as error:
        raise StoreError(
            f"a row is no {kind.__name__}: {error}; it was not written by this version: restore "
            "the database from a backup"
        ) from error


def fact_to_row(fact: Fact) -> Row:
    """A row of the journal."""
    body = to_row(fact)
    row: Row = {name: body.pop(name, None) for name in _OWN_COLUMNS}
    row["kind"] = type(fact).__name__
    row["body"] = body
    return row


def fact_from_row(row: Mapping[Any, Any]) -> Fact:
    """The fact of a row of the journal."""
    kind = _FACTS.get(row["kind"])
    if kind is None:
        raise StoreError(
            f"journal entry {row['seq']} is a {row['kind']!r}, which this version does not know; "
            "install the version that wrote it"
        )
    names = {field.name for field in fields(kind)}
    own = {name: row[name] for name in _OWN_COLUMNS if name in names}
    fact: Fact = from_row({**row["body"], **own}, kind)
    return fact


def call_to_row(record: CallRecord) -> Row:
    """The row in ``calls``; its legs and recording have tables of their own."""
    row = to_row(record)
    del row["legs"], row["recording"]
    ending = row.pop("ending") or {"result": None, "reason": None}
    return {**row, **ending}


def legs_to_rows(record: CallRecord) -> list[Row]:
    """The rows in ``legs``, numbered in the order the legs ended."""
    rows = []
    for n, leg in enumerate(record.legs):
        row = to_row(leg)
        stats = row.pop("stats") or dict.fromkeys(_STATS)
        rows.append({"call": record.id, "n": n, **row, **stats})
    return rows


def call_from_rows(
    call: Mapping[Any, Any],
    legs: Iterable[Mapping[Any, Any]],
    recording: Mapping[Any, Any] | None,
) -> CallRecord:
    """The record of a call from its rows; ``legs`` in their order."""
    row = dict(call)
    result, reason = row.pop("result"), row.pop("reason")
    row["ending"] = None if result is None else {"result": result, "reason": reason}
    row["legs"] = [_leg(leg) for leg in legs]
    row["recording"] = None if recording is None else _plain(recording)
    return from_row(row, CallRecord)


def _leg(leg: Mapping[Any, Any]) -> Row:
    row = _plain(leg)
    del row["call"], row["n"]
    # A column younger than the row is null in it: the value's default stands for that.
    stats = {name: value for name in _STATS if (value := row.pop(name)) is not None}
    row["stats"] = stats or None
    return row
