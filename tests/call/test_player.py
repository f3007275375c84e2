"""Prompts end when their own end is told, and no other."""

import asyncio

from callserver.call.player import Player
from callserver.model.call import Leg
from callserver.model.commands import PlayPrompts
from callserver.model.events import PlayEnd, PromptsEnded


def ended(play: PlayPrompts, end: PlayEnd) -> PromptsEnded:
    return PromptsEnded(Leg.CUSTOMER, play.play, end, 0.0)


async def test_end_of_what_the_last_controller_played_does_not_end_what_the_next_one_plays() -> (
    None
):
    sent: list[PlayPrompts] = []
    last, now = Player(sent.append), Player(sent.append)
    last.announce(["old.wav"])
    playing = asyncio.create_task(now.play(["new.wav"], barge_in=True))
    await asyncio.sleep(0)
    old, new = sent
    now.on_ended(ended(old, PlayEnd.STOPPED))
    await asyncio.sleep(0)
    assert not playing.done()
    now.on_ended(ended(new, PlayEnd.FINISHED))
    assert await playing is PlayEnd.FINISHED


async def test_new_playing_takes_the_place_of_the_last() -> None:
    sent: list[PlayPrompts] = []
    player = Player(sent.append)
    first = asyncio.create_task(player.play(["a.wav"], barge_in=True))
    await asyncio.sleep(0)
    second = asyncio.create_task(player.play(["b.wav"], barge_in=True))
    await asyncio.sleep(0)
    player.on_ended(ended(sent[0], PlayEnd.STOPPED))
    assert await first is PlayEnd.STOPPED
    assert not second.done()
    player.on_ended(ended(sent[1], PlayEnd.BARGED_IN))
    assert await second is PlayEnd.BARGED_IN
