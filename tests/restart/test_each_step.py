"""The controller dies while callers are in every kind of step that takes time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from aiohttp import web

from callserver.ivr.nodes import KINDS
from callserver.testing import tones, wav
from callserver.testing.phone import Phone
from callserver.testing.ports import free_port
from callserver.testing.rig import CUSTOMER_HOST, LINE, eventually
from callserver.testing.serving import answering
from callserver.testing.softcall import SoftCall
from tests.restart.test_controller_dies import die_and_return
from tests.restart.test_flow_steps import new_flow
from tests.scenarios.house import CUSTOMER_HZ, House, open_house

TUNE_HZ = 700
PER_PHONE = 4
LONG = "This is a long text, so that somebody may die before it is over, and it is said again."

# Where the other kinds die; those that are over at once have no middle, a function of a plug-in is
# asked again as a lookup is, and who calls in again is asked again as a menu asks.
ELSEWHERE = {
    "queue": "test_controller_dies",
    "dial": "test_flow_steps",
    "transfer": "test_flow_steps",
    "voicemail": "tests/scenarios/test_voicemail",
    "subflow": "tests/ivr/test_taken_up",
}
AT_ONCE = {"set", "switch", "hours", "goto", "hangup", "webhook", "contact"}
AS_LOOKUP = {"python"}
AS_MENU = {"callback_again"}

FLOW = f"""
start: which
steps:
  which:
    switch:
      - {{when: "endswith(caller.number, '0')", to: say}}
      - {{when: "endswith(caller.number, '1')", to: play}}
      - {{when: "endswith(caller.number, '2')", to: wait}}
      - {{when: "endswith(caller.number, '3')", to: menu}}
      - {{when: "endswith(caller.number, '4')", to: collect}}
      - {{when: "endswith(caller.number, '5')", to: survey}}
      - {{when: "endswith(caller.number, '6')", to: language}}
      - {{when: "endswith(caller.number, '7')", to: lookup}}
    otherwise: callback
  say: {{say: "{LONG}", next: done}}
  play: {{play: tune, next: done}}
  wait: {{wait: 8, barge_in: false, next: done}}
  menu: {{menu: {{say: Press 1., keys: {{1: done}}, timeout_s: 40, otherwise: lost}}}}
  collect:
    collect: {{say: Type., into: code, min_length: 4, max_length: 4, timeout_s: 40, between_s: 30}}
    next: check
    otherwise: lost
  survey: {{survey: {{say: Well, question: mood, timeout_s: 40}}, next: done, otherwise: lost}}
  language:
    language:
      say: {{en: "For English, press 1.", lv: "Latviski: nospiediet divi."}}
      keys: {{1: en, 2: lv}}
      timeout_s: 40
    next: spoken
  spoken: {{switch: [{{when: caller.language == 'lv', to: done}}], otherwise: lost}}
  lookup: {{lookup: crm, into: {{code: code}}, timeout_s: 15, next: check, failed: lost}}
  check: {{switch: [{{when: code == '4711', to: done}}], otherwise: lost}}
  callback: {{callback: support, next: done, otherwise: lost}}
  done: {{hangup: self_served}}
  lost: {{hangup: unwanted}}
"""
INSIDE = ("say", "play", "wait", "menu", "collect", "survey", "language", "lookup", "callback")

SAME = {step: step for step in INSIDE}

Acts = dict[str, Callable[[SoftCall], Awaitable[object]]]


class Crm:
    """Answers only whoever asks again."""

    def __init__(self) -> None:
        self.asked = 0

    async def answer(self, _request: web.Request) -> web.Response:
        self.asked += 1
        if self.asked == 1:
            await asyncio.sleep(60)
        return web.json_response({"code": "4711"})


async def presses(call: SoftCall, keys: str) -> None:
    """Once the question is heard again."""
    await call.hears_sound()
    await call.digits(keys)


BEFORE: Acts = {
    "collect": lambda call: call.digits("47"),
    "callback": lambda call: call.digits("1"),
}
AFTER: Acts = {
    "say": lambda call: call.hears_sound(),
    "play": lambda call: call.hears(TUNE_HZ),
    "menu": lambda call: presses(call, "1"),
    "collect": lambda call: call.digits("11"),
    "survey": lambda call: presses(call, "5"),
    "language": lambda call: presses(call, "2"),
    "callback": lambda call: presses(call, "1"),
}


def test_every_kind_of_step_dies_somewhere() -> None:
    assert {*INSIDE, *ELSEWHERE, *AT_ONCE, *AS_LOOKUP, *AS_MENU} == KINDS.keys()


async def calls(house: House) -> dict[str, dict[str, Any]]:
    """All there are, by the step they were meant for."""
    found = (await house.rig.api.get("/api/v1/calls"))["items"]
    return {INSIDE[int(one["number"][-1])]: one for one in found}


async def entered(house: House, call: str) -> list[str]:
    return [one["step"] for one in await house.facts(call, "step_entered")]


async def test_callers_in_each_kind_of_step_go_on_in_it(tmp_path: Path) -> None:
    voices = tmp_path / "voices"
    for language in ("en", "lv"):
        (voices / language).mkdir(parents=True)
        wav.write(voices / language / "tune.wav", tones.tone(TUNE_HZ, seconds=8.0))
    crm = Crm()
    async with answering(crm.answer) as url, AsyncExitStack() as stack:
        settings = {
            "speech": {"prompts_dir": str(voices)},
            "destinations": {"crm": {"url": url, "private": True}},
            "trunks": {
                "provider": {
                    "addresses": [f"{CUSTOMER_HOST}/32"],
                    "hosts": [f"{CUSTOMER_HOST}:{free_port()}"],
                }
            },
            "outgoing": {"allow": ["+371"], "trunk": "provider", "caller": "+37167000000"},
        }
        house = await stack.enter_async_context(open_house(tmp_path, settings, capacity=12))
        await new_flow(house, FLOW)
        phones = [
            await stack.enter_async_context(
                await Phone.start(f"p{n}", host=CUSTOMER_HOST, log_dir=tmp_path / "phones")
            )
            for n in range(-(-len(INSIDE) // PER_PHONE))
        ]
        callers = {
            step: await phones[n // PER_PHONE].call(
                f"sip:{LINE}@{house.rig.sip}", number=f"+3712000000{n}"
            )
            for n, step in enumerate(INSIDE)
        }
        for call in callers.values():
            await call.answered()
            await call.tone(CUSTOMER_HZ)
        await eventually(
            lambda: calls(house), lambda now: {s: one["step"] for s, one in now.items()} == SAME
        )
        await asyncio.gather(*(act(callers[step]) for step, act in BEFORE.items()))
        there = await calls(house)
        await house.facts(there["collect"]["id"], "digit_pressed", 2)
        await house.facts(there["callback"]["id"], "digit_pressed", 1)
        await die_and_return(house, after_s=0.2)
        await asyncio.gather(*(act(callers[step]) for step, act in AFTER.items()))
        for step, call in callers.items():
            assert await call.ended() == 200, step
        await house.records(len(INSIDE))
        over = await calls(house)
        assert {one["number"]: one["reason"] for one in over.values()} == {
            one["number"]: "callback_requested" if step == "callback" else "self_served"
            for step, one in over.items()
        }
        for step, one in over.items():
            between = {"collect": ["check"], "lookup": ["check"], "language": ["spoken"]}
            way = ["which", step, *between.get(step, []), "done"]
            assert await entered(house, one["id"]) == way, "no step is begun as a new one"
        assert over["survey"]["survey"] == {"mood": "5"}
        assert crm.asked == 2
        await house.is_quiet()
