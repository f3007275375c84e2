"""Frames: everything that can be said arrives as it was said, in whatever pieces."""

import dataclasses
import types
import typing
from enum import Enum
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callserver.media import wire

KINDS: tuple[type[Any], ...] = typing.get_args(wire.Message)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Anything a field of this type may hold."""
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple and inside[-1] is not Ellipsis:
        return st.tuples(*(values(one) for one in inside))
    if origin is tuple:
        return st.lists(values(inside[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3)
    if origin in (types.UnionType, typing.Union):
        return st.one_of(*(values(one) for one in inside))
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return st.builds(kind, **{name: values(hint) for name, hint in hints.items()})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    simple = {
        str: st.text(max_size=20),
        int: st.integers(-(2**31), 2**31),
        float: NUMBER,
        bool: st.booleans(),
        type(None): st.none(),
    }
    return simple[kind]


@given(st.lists(st.one_of(*(values(kind) for kind in KINDS)), max_size=4), st.integers(1, 50))
def test_messages_arrive_as_they_were_said_in_pieces_of_any_size(
    said: list[wire.Message], size: int
) -> None:
    data = b"".join(wire.encode(message) for message in said)
    decoder = wire.Decoder()
    heard = [
        message
        for at in range(0, len(data), size)
        for message in decoder.feed(data[at : at + size])
    ]
    assert heard == said
    assert [type(message) for message in heard] == [type(message) for message in said]


def frame(content: Any) -> bytes:
    body = msgspec.msgpack.encode(content)
    return len(body).to_bytes(4, "big") + body


@pytest.mark.parametrize(
    "data",
    [
        (wire.MAX_FRAME_BYTES + 1).to_bytes(4, "big"),
        frame(["NoSuchThing", {}]),
        frame(["Hello", {"role": 5}]),
        frame(["Hello"]),
        frame("Hello"),
        frame(["CallEmpty", {"at": "soon"}]),
        b"\x00\x00\x00\x03\xff\xff\xff",
        b"\x00\x00\x00\x00",
    ],
)
def test_rubbish_is_refused(data: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.Decoder().feed(data)


@given(st.binary(max_size=60))
def test_no_bytes_do_worse_than_be_refused(data: bytes) -> None:
    try:
        wire.Decoder().feed(len(data).to_bytes(4, "big") + data)
    except wire.WireError:
        return
