"""The hand-made keypad: what it sends is what RFC 4733 says, or breaks it as ordered."""

import pytest

from callserver.media.worker.digits import KeyFilter
from callserver.testing.presser import KEYS, PACES, Manner, _events


def heard(keys: str, manner: Manner) -> str:
    """What a receiver makes of the packets, in the order they are sent."""
    found = KeyFilter()
    pressed = [
        found.press(KEYS[event], offset // 8, duration // 8, ended=ended)
        for packets in _events(keys, manner, PACES[manner])
        for event, offset, duration, ended, _ in packets
    ]
    return "".join(digit for digit in pressed if digit)


@pytest.mark.parametrize("manner", PACES)
def test_every_manner_presses_each_key_once(manner: Manner) -> None:
    assert heard("1123*00#", manner) == "1123*00#"


def test_overlapping_keys_really_overlap() -> None:
    ticks = _events("12", Manner.OVERLAPPING, PACES[Manner.OVERLAPPING])
    assert any(len({event for event, *_ in packets}) == 2 for packets in ticks)


def test_lossy_keypads_really_lose_an_end() -> None:
    ticks = _events("123", Manner.LOSSY, PACES[Manner.LOSSY])
    ended = {event for packets in ticks for event, _, _, ended, _ in packets if ended}
    assert ended == {1, 3}
