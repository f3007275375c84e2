import asyncio

import pytest

from callserver.model import commands as do
from callserver.model import events as did
from callserver.model.call import Leg
from callserver.model.errors import NoWorker
from callserver.model.events import LegEnd, PlayEnd
from callserver.model.ports import CallWorker, Phones, WorkerPool
from callserver.testing.clock import EPOCH, LoopClock, in_virtual_time
from callserver.testing.phones import FakePhones
from callserver.testing.workers import Callee, FakePool, FakeWorker

AGENT = do.DialLeg(Leg.AGENT, FakePhones("alice").targets("alice"), "+371", "Jane", 15.0)


class Ear:
    """Hears a worker."""

    def __init__(self) -> None:
        self.events: list[did.Event] = []
        self.lost = 0

    def on_event(self, event: did.Event) -> None:
        self.events.append(event)

    def on_worker_lost(self) -> None:
        self.lost += 1

    @property
    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]


async def arrived(pool: FakePool | None = None) -> tuple[FakeWorker, Ear]:
    ear = Ear()
    pool = pool or FakePool(LoopClock())
    as_pool: WorkerPool = pool
    as_worker: CallWorker = await as_pool.take(ear)
    worker = await pool.taken()
    assert as_worker is worker
    worker.arrive()
    ear.events.clear()
    return worker, ear


async def settle() -> None:
    await asyncio.sleep(0.01)


@in_virtual_time
async def test_a_call_goes_its_usual_way() -> None:
    worker, ear = await arrived()
    worker.send(do.AnswerLeg(Leg.CUSTOMER))
    assert ear.events == []
    await settle()
    worker.send(AGENT)
    worker.send(do.StartRecording((do.Track(Leg.CUSTOMER, "c.wav"), do.Track(Leg.AGENT, "a.wav"))))
    await settle()
    worker.hold(Leg.AGENT)
    worker.resume(Leg.AGENT)
    worker.hang_up(Leg.CUSTOMER)
    worker.send(do.EndCall())
    await settle()
    assert ear.kinds == [
        "LegAnswered",
        "LegRinging",
        "RecordingStarted",
        "LegAnswered",
        "LegHeld",
        "LegResumed",
        "LegEnded",
        "LegEnded",
        "RecordingStopped",
        "CallEmpty",
    ]
    ends = [event.end for event in ear.events if isinstance(event, did.LegEnded)]
    assert ends == [LegEnd.HUNG_UP, LegEnd.RELEASED]


@in_virtual_time
async def test_prompts_end_by_themselves_by_a_key_or_by_the_next_ones() -> None:
    worker, ear = await arrived()
    worker.send(do.PlayPrompts(Leg.CUSTOMER, "p1", ("a", "b"), barge_in=False))
    await settle()
    worker.press(Leg.CUSTOMER, "1")
    await asyncio.sleep(5)
    worker.send(do.PlayPrompts(Leg.CUSTOMER, "p2", ("a",), barge_in=True))
    await settle()
    worker.press(Leg.CUSTOMER, "23")
    worker.send(do.PlayPrompts(Leg.CUSTOMER, "p3", ("a",), barge_in=True))
    worker.send(do.PlayPrompts(Leg.CUSTOMER, "p4", ("a",), barge_in=True))
    await settle()
    worker.hang_up(Leg.CUSTOMER)
    await asyncio.sleep(5)
    ends = [
        (event.play, event.end, round(event.at - EPOCH))
        for event in ear.events
        if isinstance(event, did.PromptsEnded)
    ]
    assert ends == [
        ("p1", PlayEnd.FINISHED, 2),
        ("p2", PlayEnd.BARGED_IN, 5),
        ("p3", PlayEnd.STOPPED, 5),
        ("p4", PlayEnd.STOPPED, 5),
    ]


@pytest.mark.parametrize(
    ("callee", "end", "after_s"),
    [
        (Callee.RINGS, LegEnd.NO_ANSWER, 15),
        (Callee.IS_BUSY, LegEnd.BUSY, 0),
        (Callee.DECLINES, LegEnd.DECLINED, 0),
        (Callee.IS_AWAY, LegEnd.UNREACHABLE, 0),
    ],
)
@in_virtual_time
async def test_a_phone_that_is_not_answered(callee: Callee, end: LegEnd, after_s: int) -> None:
    worker, ear = await arrived(FakePool(LoopClock(), callee=callee))
    worker.send(AGENT)
    await asyncio.sleep(60)
    last = ear.events[-1]
    assert isinstance(last, did.LegEnded)
    assert (last.end, round(last.at - EPOCH)) == (end, after_s)


@in_virtual_time
async def test_ringing_is_stopped_by_command() -> None:
    worker, ear = await arrived(FakePool(LoopClock(), callee=Callee.RINGS))
    worker.send(AGENT)
    await asyncio.sleep(5)
    worker.send(do.HangUpLeg(Leg.AGENT))
    await asyncio.sleep(60)
    assert ear.kinds == ["LegRinging", "LegEnded"]


@in_virtual_time
async def test_commands_can_be_waited_for_in_their_order() -> None:
    worker, _ = await arrived()
    asyncio.get_running_loop().call_later(3, worker.send, do.AnswerLeg(Leg.CUSTOMER))
    asyncio.get_running_loop().call_later(4, worker.send, do.StartMusic(Leg.CUSTOMER, "m1"))
    asyncio.get_running_loop().call_later(5, worker.send, do.StartMusic(Leg.CUSTOMER, "m2"))
    assert (await worker.sent(do.StartMusic)).file == "m1"
    assert (await worker.sent(do.StartMusic)).file == "m2"
    with pytest.raises(TimeoutError, match="is sent AnswerLeg"):
        await worker.sent(do.AnswerLeg)


@in_virtual_time
async def test_a_lost_worker_says_nothing_any_more() -> None:
    worker, ear = await arrived()
    worker.send(do.PlayPrompts(Leg.CUSTOMER, "p1", ("a",), barge_in=False))
    worker.lose()
    worker.send(do.EndCall())
    await asyncio.sleep(5)
    assert (ear.events, ear.lost) == ([], 1)


@in_virtual_time
async def test_a_rude_worker_answers_nothing() -> None:
    worker, ear = await arrived(FakePool(LoopClock(), polite=False))
    worker.send(do.AnswerLeg(Leg.CUSTOMER))
    await asyncio.sleep(5)
    assert ear.events == []
    assert worker.commands == [do.AnswerLeg(Leg.CUSTOMER)]


@in_virtual_time
async def test_a_full_pool_has_room_again_when_a_call_has_ended() -> None:
    pool = FakePool(LoopClock(), capacity=1)
    worker, _ = await arrived(pool)
    with pytest.raises(NoWorker):
        await pool.take(Ear())
    worker.send(do.EndCall())
    await settle()
    await pool.take(Ear())


def test_phones_come_and_go() -> None:
    phones = FakePhones("alice")
    as_phones: Phones = phones
    assert [target.uri for target in as_phones.targets("alice")] == ["sip:alice@192.0.2.1"]
    phones.register("alice", count=2)
    assert len(phones.targets("alice")) == 2
    phones.unregister("alice")
    assert phones.targets("alice") == phones.targets("bob") == ()
