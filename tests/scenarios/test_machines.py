"""An answering machine takes a callback: no agent hears it, and it is tried again or told."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np

from callserver.testing import tones, wav
from callserver.testing.phone import Phone, SoftCall
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, House
from tests.scenarios.test_callbacks import asks, call_centre, outcomes, request_is

# More patient than a call centre: where all tests run at once, sound comes in fits and starts.
PATIENT = {"silence_s": 8.0, "after_s": 1.5, "most_s": 12.0}
FIRST = {"mode": "customer_first", "answering": PATIENT}
TEXT = "Call us on Monday."
LISTENS_S = 120.0


async def answers(phone: Phone, folder: Path, said: tones.Samples) -> SoftCall:
    """Whoever is called says this, and nothing more. (No file comes to its end: the library tells
    that in another thread, and the phone may be gone by then.)"""
    file = folder / f"said-{said.size}.wav"
    wav.write(file, np.concatenate([said, tones.silence(LISTENS_S)]))
    call = await phone.incoming(timeout=30)
    await call.play(file)
    await call.answer()
    return call


async def judged(house: House, call: str) -> dict[str, Any]:
    (fact,) = await house.facts(call, "answer_judged")
    return fact


async def test_machine_is_hung_up_on_and_the_human_who_answers_next_time_gets_the_agent(
    tmp_path: Path,
) -> None:
    rules = {**FIRST, "machine": "retry", "machine_s": 0.5}
    async with call_centre(tmp_path, rules) as (house, outside):
        request = await asks(house)
        machine = await answers(outside, tmp_path, tones.babble(8.0))
        assert await machine.ended(timeout=30) == 200
        human = await answers(outside, tmp_path, tones.babble(0.6))
        alice = await house.phones["alice"].incoming(timeout=30)
        assert len(house.phones["alice"].calls) == 1, "nobody was rung for a machine"
        await human.hears_sound()
        await alice.answer()
        await asyncio.gather(alice.tone(AGENT_HZ), human.tone(CUSTOMER_HZ))
        await asyncio.gather(human.hears(AGENT_HZ), alice.hears(CUSTOMER_HZ))
        await alice.hang_up()
        done = await request_is(house, request, "done")
        assert outcomes(done) == ["machine", "answered"]
        first, second = [await judged(house, one["call"]) for one in done["attempts"]]
        assert (first["answerer"], first["sign"]) == ("machine", "long_greeting")
        assert second["answerer"] == "human"
        reasons = [one["reason"] for one in await house.records(2)]
        assert reasons == ["machine", "agent_hung_up"]
        await house.agent_is("alice", "ready")
        await house.is_quiet()


async def test_machine_is_told_after_its_tone_and_not_called_again(tmp_path: Path) -> None:
    rules = {**FIRST, "machine": "message", "machine_text": TEXT}
    async with call_centre(tmp_path, rules) as (house, outside):
        request = await asks(house)
        beep = tones.tone(1000, seconds=0.5)
        greeting = np.concatenate([tones.babble(4.0), tones.silence(0.4), beep])
        machine = await answers(outside, tmp_path, greeting)
        await machine.hears_sound(within=30)
        await house.agent_is("alice", "ready")
        assert await machine.ended(timeout=30) == 200
        told = await request_is(house, request, "told")
        assert outcomes(told) == ["machine"]
        assert house.phones["alice"].calls == ()
        assert [one["reason"] for one in await house.records(1)] == ["machine"]
        await house.is_quiet()
