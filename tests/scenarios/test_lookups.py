"""Flows ask other servers while a caller listens: good ones, and all the others."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from aiohttp import web

from callserver.testing import tones, wav
from callserver.testing.ports import free_port
from callserver.testing.serving import answering
from callserver.testing.softcall import SoftCall
from tests.restart.test_flow_steps import new_flow
from tests.scenarios.house import CUSTOMER_HZ, House, open_house

DEADLINE_S = 2.0
ASKING = ("ask", "ask_down", "ask_trick")
SORRY_HZ, TWO_HZ, FOUR_HZ = 700, 1100, 1500

FLOW = f"""
start: begin
steps:
  begin: {{menu: {{say: Press 1., keys: {{1: whom}}, timeout_s: 30, otherwise: bye}}}}
  whom:
    switch:
      - {{when: caller.number == '+37120000007', to: ask_down}}
      - {{when: caller.number == '+37120000008', to: ask_trick}}
    otherwise: ask
  ask:
    lookup: crm
    path: /codes/{{caller.number}}
    into: {{code: customer.code}}
    timeout_s: {DEADLINE_S}
    next: tell
    failed: sorry
  ask_down: {{lookup: down, into: {{code: code}}, next: tell, failed: sorry}}
  ask_trick: {{lookup: trick, into: {{code: code}}, next: tell, failed: sorry}}
  tell: {{say: "{{code|digits}}", next: bye}}
  sorry: {{play: sorry, next: bye}}
  bye: {{hangup: self_served}}
"""


class Crm:
    """Its customer by the last digit of the number: the first is served, the others are not."""

    def __init__(self, inside: str) -> None:
        self.asked: list[str] = []
        self._inside = inside

    async def answer(self, request: web.Request) -> web.StreamResponse:
        number = request.path.rpartition("/")[2]
        self.asked.append(number)
        match number[-1]:
            case "1":
                return web.json_response({"customer": {"code": "42"}})
            case "2":
                await asyncio.sleep(DEADLINE_S * 20)
                return web.json_response({"customer": {"code": "42"}})
            case "3":
                return web.Response(status=500, text="no")
            case "4":
                return web.Response(text="<html>42</html>", content_type="text/html")
            case "5":
                raise web.HTTPFound(f"{self._inside}/latest/meta-data")
            case _:
                return await _endless(request)


async def _endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    with suppress(ConnectionError):  # it hangs up: that is what it should do
        while True:
            await response.write(b"[" * 4096)
            await asyncio.sleep(0.01)
    return response


def recordings(folder: Path) -> Path:
    """Prompts that can be told apart by their pitch."""
    (folder / "en").mkdir(parents=True)
    for name, pitch in {"sorry": SORRY_HZ, "number-2": TWO_HZ, "number-4": FOUR_HZ}.items():
        wav.write(folder / "en" / f"{name}.wav", tones.tone(pitch, seconds=2.0))
    return folder


async def steps(house: House, call: str) -> Mapping[str, float]:
    """When the call came into each step, in order."""
    timeline = (await house.rig.api.get(f"/api/v1/calls/{call}/timeline"))["items"]
    return {
        fact["data"]["step"]: datetime.fromisoformat(fact["at"]).timestamp()
        for fact in timeline
        if fact["kind"] == "step_entered"
    }


async def asks(call: SoftCall, *pitches: int) -> None:
    """Press the key, and hear these one after the other, until the server hangs up."""

    async def hear() -> None:
        for pitch in pitches:
            await call.hears(pitch)

    hearing = asyncio.create_task(hear())
    await call.digits("1")
    await hearing
    assert await call.ended() == 200


async def test_callers_hear_the_answer_or_within_the_deadline_that_there_is_none(
    tmp_path: Path,
) -> None:
    inside: list[str] = []

    async def secrets(request: web.Request) -> web.Response:
        inside.append(request.path)
        return web.json_response({"customer": {"code": "42"}, "code": "42"})

    async with answering(secrets) as internal:
        crm = Crm(internal)
        async with answering(crm.answer) as url:
            settings = {
                "speech": {"prompts_dir": str(recordings(tmp_path / "voices"))},
                "destinations": {
                    "crm": {"url": url, "private": True},
                    "down": {"url": f"http://127.0.0.1:{free_port()}", "private": True},
                    "trick": {"url": internal.replace("127.0.0.1", "localhost")},
                },
            }
            async with open_house(tmp_path, settings) as house:
                await new_flow(house, FLOW)
                calls = [await house.customer() for _ in range(8)]
                for call in calls:
                    await call.answered()
                    await call.tone(CUSTOMER_HZ)
                served, *others = calls
                await asyncio.gather(
                    asks(served, FOUR_HZ, TWO_HZ), *(asks(one, SORRY_HZ) for one in others)
                )
                records = {one["number"]: one for one in await house.records(8)}
                assert {one["reason"] for one in records.values()} == {"self_served"}
                for number, record in records.items():
                    entered = await steps(house, record["id"])
                    assert ("tell" in entered) is number.endswith("1")
                    asked = min(entered[step] for step in ASKING if step in entered)
                    told = min(entered[step] for step in ("tell", "sorry") if step in entered)
                    assert told - asked < DEADLINE_S + 1.0, number
                await house.is_quiet()
    assert inside == [], "nobody inside was asked"
    assert sorted(set(crm.asked)) == [f"+3712000000{n}" for n in range(1, 7)]
