"""Several people are rung for one leg: one has it, and nobody else is left ringing or connected."""

import asyncio

from callserver.model.call import Leg
from callserver.model.commands import DialLeg, DialTarget, HangUpLeg, StopRinging
from callserver.model.events import LegAnswered, LegEnd, LegEnded, LegRinging
from callserver.testing.ports import free_port
from tests.media.rig import Rig


def ring(who: str, *uris: str, ring_s: float = 10.0, setup_s: float = 5.0) -> DialLeg:
    return DialLeg(
        Leg.AGENT,
        tuple(DialTarget(uri) for uri in uris),
        "+37120000012",
        "A Customer",
        ring_s,
        setup_s,
        bridge_to=Leg.CUSTOMER,
        who=who,
        at_once=True,
    )


async def test_who_answers_first_has_the_call_and_the_others_are_cancelled(rig: Rig) -> None:
    anna, bela, cora = [await rig.phone(name) for name in ("anna", "bela", "cora")]
    call = await rig.answered(await rig.phone("customer"))
    call.do(*(ring(phone.name, phone.uri) for phone in (anna, bela, cora)))
    ringing = [await phone.incoming() for phone in (anna, bela, cora)]
    for one in ringing:
        await one.ring()
    await call.ear.hear(LegRinging, count=3)
    assert {event.who for event in call.ear.all(LegRinging)} == {"anna", "bela", "cora"}
    await ringing[1].answer()
    assert (await call.ear.hear(LegAnswered, Leg.AGENT)).who == "bela"
    assert [await ringing[n].ended() for n in (0, 2)] == [487, 487]
    await call.ear.hear(LegEnded, count=2)
    ended = {event.who: event.end for event in call.ear.all(LegEnded)}
    assert ended == {"anna": LegEnd.RELEASED, "cora": LegEnd.RELEASED}
    await ringing[1].tone(1000)
    await call.customer.hears(1000)
    await ringing[1].hang_up()
    last = await call.ear.hear(LegEnded, count=3)
    assert (last.end, last.who) == (LegEnd.HUNG_UP, "")


async def test_two_who_answer_at_once_are_one_winner_and_one_who_is_hung_up_on(rig: Rig) -> None:
    anna, bela = await rig.phone("anna"), await rig.phone("bela")
    call = await rig.answered(await rig.phone("customer"))
    for race in range(1, 6):
        call.do(ring("anna", anna.uri), ring("bela", bela.uri))
        ringing = {"anna": await anna.incoming(), "bela": await bela.incoming()}
        await asyncio.gather(*(one.answer() for one in ringing.values()), return_exceptions=True)
        winner = (await call.ear.hear(LegAnswered, Leg.AGENT, count=race)).who
        (loser,) = ringing.keys() - {winner}
        assert await ringing[loser].ended() in (200, 487)
        assert ringing[winner].state == "answered"
        await ringing[winner].hang_up()
        await call.ear.hear(LegEnded, count=2 * race)
    assert len(call.ear.all(LegAnswered)) == 1 + 5


async def test_one_who_declines_or_is_taken_back_leaves_the_others_ringing(rig: Rig) -> None:
    anna, bela, cora = [await rig.phone(name) for name in ("anna", "bela", "cora")]
    call = await rig.answered(await rig.phone("customer"))
    call.do(ring("anna", anna.uri), ring("bela", bela.uri))
    await (await anna.incoming()).reject(603)
    assert (await call.ear.hear(LegEnded)).who == "anna"
    call.do(ring("cora", cora.uri))
    taken_back = await bela.incoming()
    call.do(StopRinging(Leg.AGENT, "bela"))
    assert await taken_back.ended() == 487
    await (await cora.incoming()).answer()
    assert (await call.ear.hear(LegAnswered, Leg.AGENT)).who == "cora"
    ends = [(event.who, event.end) for event in call.ear.all(LegEnded)]
    assert ends == [("anna", LegEnd.DECLINED), ("bela", LegEnd.RELEASED)]


async def test_all_phones_of_somebody_ring_together_and_busy_is_not_for_all_of_them(
    rig: Rig,
) -> None:
    desk, mobile = await rig.phone("desk"), await rig.phone("mobile")
    call = await rig.answered(await rig.phone("customer"))
    dead = f"sip:x@127.0.0.1:{free_port()}"
    call.do(ring("anna", dead, desk.uri, mobile.uri, setup_s=0.3))
    at_desk, on_mobile = await desk.incoming(), await mobile.incoming()
    await at_desk.reject(486)
    await on_mobile.answer()
    assert (await call.ear.hear(LegAnswered, Leg.AGENT)).who == "anna"
    assert call.ear.all(LegEnded) == []


async def test_a_decline_is_for_all_phones_of_somebody(rig: Rig) -> None:
    desk, mobile = await rig.phone("desk"), await rig.phone("mobile")
    call = await rig.answered(await rig.phone("customer"))
    call.do(ring("anna", desk.uri, mobile.uri))
    at_desk, on_mobile = await desk.incoming(), await mobile.incoming()
    await at_desk.reject(603)
    assert await on_mobile.ended() == 487
    ended = await call.ear.hear(LegEnded)
    assert (ended.who, ended.end, ended.code) == ("anna", LegEnd.DECLINED, 603)


async def test_when_all_are_busy_somebody_is_busy(rig: Rig) -> None:
    desk, mobile = await rig.phone("desk"), await rig.phone("mobile")
    call = await rig.answered(await rig.phone("customer"))
    call.do(ring("anna", desk.uri, f"sip:x@127.0.0.1:{free_port()}", mobile.uri, setup_s=0.3))
    await (await desk.incoming()).reject(486)
    await (await mobile.incoming()).reject(486)
    ended = await call.ear.hear(LegEnded)
    assert (ended.who, ended.end) == ("anna", LegEnd.BUSY)


async def test_more_phones_than_the_stack_has_calls_ring_each_person_first(rig: Rig) -> None:
    """Three calls are left beside the customer's: one for each of three people."""
    call = await rig.answered(await rig.phone("customer"))
    desk, mobile, bela = [await rig.phone(name) for name in ("desk", "mobile", "bela")]
    call.do(ring("anna", desk.uri, mobile.uri), ring("bela", bela.uri, ring_s=2.0))
    cora = await rig.phone("cora")
    call.do(ring("cora", cora.uri))
    await asyncio.gather(*(phone.incoming() for phone in (desk, mobile, bela)))
    assert cora.calls == (), "no room yet"
    await (await cora.incoming()).answer()
    assert (await call.ear.hear(LegAnswered, Leg.AGENT)).who == "cora"
    call.do(HangUpLeg(Leg.AGENT))
    await call.ear.hear(LegEnded, count=3)
