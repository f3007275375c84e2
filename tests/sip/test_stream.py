"""Framing on a stream, however the bytes arrive."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callserver.sip.stream import Ping, Stream
from tests.sip.samples import SDP, request

FIRST, SECOND = request(body=SDP), request("OPTIONS")


@given(st.lists(st.integers(0, len(FIRST + SECOND)), max_size=6))
def test_messages_come_out_whole_wherever_the_stream_is_cut(cuts: list[int]) -> None:
    stream = Stream(4096)
    data = FIRST + SECOND
    places = [0, *sorted(cuts), len(data)]
    out = [
        item for start, end in itertools.pairwise(places) for item in stream.feed(data[start:end])
    ]
    assert out == [FIRST, SECOND]
    assert not stream.is_partial


def test_a_double_line_end_is_a_ping_and_single_ones_between_messages_are_skipped() -> None:
    stream = Stream(4096)
    assert stream.feed(b"\r\n\r\n") == [Ping.PING]
    assert stream.feed(b"\r\n") == []
    assert not stream.is_partial
    assert stream.feed(b"\r\n") == [Ping.PING]
    assert stream.feed(b"\r\n" + FIRST) == [FIRST]


def test_the_compact_length_counts_too() -> None:
    stream = Stream(4096)
    short = FIRST.replace(b"Content-Length:", b"l:")
    assert stream.feed(short + SECOND) == [short, SECOND]


@pytest.mark.parametrize(
    "broken",
    [
        FIRST.replace(b"Content-Length:", b"Content-Width:"),
        FIRST.replace(b"Content-Length: ", b"Content-Length: -"),
        FIRST.replace(b"Content-Length: ", b"Content-Length: x"),
    ],
)
def test_without_a_usable_length_the_stream_is_broken(broken: bytes) -> None:
    stream = Stream(4096)
    assert stream.feed(broken) == [broken]
    assert stream.is_broken
    assert not stream.is_too_large
    assert stream.feed(SECOND) == []


@pytest.mark.parametrize(
    "large",
    [FIRST.replace(b"Content-Length: ", b"Content-Length: 9999"), b"INVITE " + b"a" * 5000],
)
def test_what_is_too_large_is_cut_short(large: bytes) -> None:
    stream = Stream(4096)
    out = stream.feed(large)
    assert len(out) == 1
    assert stream.is_too_large


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_no_bytes_make_it_raise_or_hoard(chunks: list[bytes]) -> None:
    stream = Stream(1024)
    for chunk in chunks:
        stream.feed(chunk)
        assert len(stream._buffer) <= 1024 + 200
