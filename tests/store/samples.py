"""Values of every kind, made from their types, so that a new field is tested the day it comes."""

from dataclasses import fields, is_dataclass
from enum import Enum
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from callserver.model.call import Direction, Phase
from callserver.model.record import CallRecord

Value = TypeVar("Value")


def sample(kind: type[Value], *, full: bool) -> Value:
    """A value of a dataclass; ``full`` decides whether what may be absent is there."""
    hints = get_type_hints(kind)
    return kind(
        **{
            field.name: _value(hints[field.name], field.name, full)
            for field in fields(kind)  # type: ignore[arg-type]
        }
    )


def _value(hint: Any, name: str, full: bool) -> Any:
    if get_origin(hint) in (Union, UnionType):
        return _value(get_args(hint)[0], name, full) if full else None
    if get_origin(hint) is tuple:
        return (_value(get_args(hint)[0], name, full),) * (2 if full else 0)
    if get_origin(hint) is dict:
        return {f"{name} é": _value(get_args(hint)[1], name, full)} if full else {}
    if isinstance(hint, type) and is_dataclass(hint):
        return sample(hint, full=full)
    if issubclass(hint, Enum):
        return list(hint)[-1]
    values: dict[type, Any] = {str: f"{name} é", float: 1730000000.125, int: 2**40, bool: True}
    return values[hint]


def call(id_: str, **changes: Any) -> CallRecord:
    """A call that has just been offered, with ``changes``."""
    values: dict[str, Any] = {
        "direction": Direction.INBOUND,
        "phase": Phase.ARRIVING,
        "line": "100",
        "number": "+37120000012",
        "name": "Anna",
        "trunk": "provider",
        "sip_call_id": f"{id_}@192.0.2.1",
        "worker": f"w{id_}",
        "offered_at": 1000.0,
    }
    return CallRecord(id=id_, **{**values, **changes})
