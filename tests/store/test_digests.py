"""What a digest is counted from, as the database has it."""

from callserver.call.folds import Folds
from callserver.model import facts as f
from callserver.model.agent import AgentState
from callserver.model.call import Direction, Ending, Reason, Result
from callserver.model.callback import CallbackState
from callserver.model.callback_facts import CallbackClosed
from callserver.model.caller_facts import CallbackRequested
from callserver.model.digest import CallbackCount, QueuedCall, VoicemailCount
from callserver.model.message_facts import VoicemailDone, VoicemailLeft
from callserver.store import SqlStore
from callserver.testing.story import a_call

NOW = 1_800_000_000.0
GAVE_UP = Ending(Result.ABANDONED, Reason.IN_QUEUE)


async def happens(store: SqlStore, *facts: f.Fact) -> None:
    changed = await Folds(store).after(facts, [])
    await store.append(facts, changed)


def gives_up(id_: str, at: float, direction: Direction = Direction.INBOUND) -> list[f.Fact]:
    return [
        f.CallOffered(id_, at, direction, "100", "+371", "Jo", "provider", id_, f"w{id_}"),
        f.QueueJoined(id_, at + 1, "sales", 0, at + 1),
        f.QueueLeft(id_, at + 31, "sales", 30.0),
        f.CallEnded(id_, at + 31, GAVE_UP),
    ]


async def test_calls_that_joined_a_queue_come_in_their_order_a_piece_at_a_time(
    store: SqlStore,
) -> None:
    await happens(store, *a_call("c1", NOW), *a_call("c2", NOW + 10))
    await happens(store, *gives_up("c3", NOW + 10), *gives_up("c4", NOW, Direction.OUTBOUND))
    await happens(store, *gives_up("c5", NOW + 100), *a_call("c0", NOW - 1))
    await happens(store, *list(a_call("c6", NOW + 20))[:2])  # it never joined a queue
    got: list[QueuedCall] = []
    while piece := await store.digests.queued(NOW, NOW + 100, got[-1] if got else None, 2):
        got += piece
    assert [one.id for one in got] == ["c1", "c2", "c3"]
    assert got[0] == QueuedCall("c1", NOW, "support", Result.ANSWERED, True, 4.0, 60.0, True)
    assert got[2] == QueuedCall("c3", NOW + 10, "sales", Result.ABANDONED, False, 30.0, 0.0, False)


async def test_what_an_agent_did_in_a_time_is_found_by_its_place_in_the_journal(
    store: SqlStore,
) -> None:
    first, last = await store.digests.passage(NOW, NOW + 100)
    assert first == last, "nothing is there yet"
    for n in range(50):
        state = AgentState.WRAP_UP if n % 2 else AgentState.TALKING
        call = None if n % 2 else f"c{n}"
        await happens(
            store,
            f.AgentChanged("anna", NOW + 10 * n, state, "", call),
            f.AgentChanged("bo", NOW + 10 * n + 1, AgentState.READY, "", None),
        )
    passage = await store.digests.passage(NOW + 100, NOW + 140)
    steps = await store.digests.steps("anna", passage)
    assert [(one.at - NOW, one.state, one.call) for one in steps] == [
        (100.0, AgentState.TALKING, "c10"),
        (110.0, AgentState.WRAP_UP, None),
        (120.0, AgentState.TALKING, "c12"),
        (130.0, AgentState.WRAP_UP, None),
    ]
    late = await store.digests.passage(NOW + 10_000, NOW + 20_000)
    assert late[0] == late[1]
    assert await store.digests.steps("anna", late) == []


async def test_requests_and_messages_are_counted_by_queue(store: SqlStore) -> None:
    def request(call: str, at: float) -> CallbackRequested:
        return CallbackRequested(call, at, f"+37120000{call[1:]}", "Jo", "100", "support", 0, at)

    def left(id_: str, at: float, mailbox: str) -> VoicemailLeft:
        return VoicemailLeft(
            *("c1", at, id_, mailbox, "100", "+371", "Jo", "x.wav", "ab" * 32, 5.0, 8000, 9, at),
            repaired=False,
        )

    await happens(store, *a_call("c1", NOW))
    await happens(store, request("c201", NOW), request("c202", NOW + 1), request("c203", NOW + 99))
    await happens(store, CallbackClosed("c202", NOW + 50, CallbackState.DONE))
    await happens(
        store,
        *(left("v1", NOW, "night"), left("v2", NOW + 1, "night"), left("v3", NOW + 99, "night")),
        VoicemailDone("c1", NOW + 5, "v1", "night", True, "token:t"),
    )
    beside = await store.digests.beside(NOW, NOW + 99)
    assert sorted(beside.callbacks, key=lambda one: one.state) == [
        CallbackCount("support", CallbackState.DONE, 1),
        CallbackCount("support", CallbackState.OPEN, 1),
    ]
    assert [one.left for one in beside.voicemails] == [2]
    assert [one.unheard for one in beside.voicemails] == [1]
    assert isinstance(beside.voicemails[0], VoicemailCount)
    assert (beside.answers, beside.broken, await store.digests.dead()) == ([], 0, 0)
