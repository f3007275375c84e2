"""The caller's keys: none lost, none doubled."""

import asyncio

from callserver.call.keypad import SWALLOW_S, Keypad

NOW = 1000.0


def pressed(text: str) -> Keypad:
    keypad = Keypad()
    for key in text:
        keypad.press(key, NOW)
    return keypad


async def taken(keypad: Keypad) -> str:
    text = ""
    while (key := await keypad.next(0.0)) is not None:
        text += key[0]
    return text


async def test_keys_are_kept_in_their_order_until_they_are_asked_for() -> None:
    keypad = pressed("12#*0")
    assert keypad.pressed
    assert await taken(keypad) == "12#*0"
    assert not keypad.pressed


async def test_who_leans_on_a_key_fills_no_memory() -> None:
    assert len(await taken(pressed("1" * 1000))) == Keypad.KEEP


async def test_key_that_comes_while_somebody_waits_is_taken_at_once() -> None:
    keypad = Keypad()
    waiting = asyncio.create_task(keypad.next(5.0))
    await asyncio.sleep(0)
    keypad.press("7", NOW)
    assert await waiting == ("7", False)


async def test_key_that_comes_when_a_wait_is_given_up_is_not_lost() -> None:
    keypad = Keypad()
    waiting = asyncio.create_task(keypad.next(5.0))
    await asyncio.sleep(0)
    keypad.press("7", NOW)
    waiting.cancel()
    await asyncio.wait({waiting})
    assert await taken(keypad) == "7"


async def test_waiting_for_any_key_leaves_it_there() -> None:
    keypad = pressed("5")
    await keypad.wait(60.0, until_pressed=True)
    assert await taken(keypad) == "5"
    await keypad.wait(0.0, until_pressed=True)


async def test_terminator_behind_a_complete_input_is_dropped_once_and_only_soon() -> None:
    typed_ahead = pressed("#1")
    typed_ahead.swallow("#", NOW)
    assert await taken(typed_ahead) == "1"
    later = Keypad()
    later.swallow("#", NOW)
    for key in "#1#":
        later.press(key, NOW + 1)
    assert await taken(later) == "1#"
    too_late = Keypad()
    too_late.swallow("#", NOW)
    too_late.press("#", NOW + SWALLOW_S + 1)
    assert await taken(too_late) == "#"
    other = pressed("2#")
    other.swallow("#", NOW)
    assert await taken(other) == "2#"


async def test_keys_of_a_step_that_begins_again_come_first_and_are_marked() -> None:
    keypad = pressed("34")
    keypad.replay("12")
    assert await keypad.next(0.0) == ("1", True)
    assert await keypad.next(0.0) == ("2", True)
    assert await keypad.next(0.0) == ("3", False)
    keypad.clear()
    assert await keypad.next(0.0) is None
