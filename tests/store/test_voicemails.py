"""Voice messages, in databases and in memory."""

from dataclasses import replace
from typing import Any

from callserver.model.facts import Fact
from callserver.model.message_facts import (
    VoicemailAssigned,
    VoicemailDeleted,
    VoicemailDone,
    VoicemailLeft,
)
from callserver.model.store_ports import Store
from callserver.model.voicemail import VoicemailFilter
from tests.store.samples import sample


def left(name: str, mailbox: str, queue: str | None = None, at: float = 10.0) -> VoicemailLeft:
    one = sample(VoicemailLeft, full=True)
    return replace(one, voicemail=name, mailbox=mailbox, queue=queue, at=at, call=f"c{name}")


THREE = (left("m1", "sales"), left("m2", "support"), left("m3", "", "support", at=20.0))


async def names(store: Store, **wanted: Any) -> list[str]:
    return [one.left.voicemail for one in await store.voicemails(VoicemailFilter(**wanted))]


async def test_they_are_listed_newest_first_by_mailbox_queue_and_time(either: Store) -> None:
    await either.append(THREE, {})
    assert await names(either) == ["m3", "m2", "m1"]
    assert await names(either, before="m3", limit=1) == ["m2"]
    assert await names(either, mailbox="support") == ["m2"]
    assert await names(either, queue="support") == ["m3", "m2"]
    assert await names(either, left_before=20.0) == ["m2", "m1"]
    assert (found := await either.voicemail("m1")) is not None and found.left == THREE[0]
    assert await either.voicemail("m9") is None


async def test_what_came_of_them_is_kept_whatever_comes_twice(either: Store) -> None:
    await either.append(THREE, {})
    facts: list[Fact] = [
        VoicemailAssigned("cm1", 30.0, "m1", "", "anna", "token:t"),
        VoicemailDone("cm1", 31.0, "m1", "", True, "token:t"),
        VoicemailDone("cm1", 32.0, "m1", "", True, "token:u"),
        VoicemailDone("cm9", 32.0, "m9", "", True, "token:u"),
        VoicemailDeleted("cm2", 33.0, "m2", "", "age"),
    ]
    for _ in range(2):
        await either.append(facts, {})
    await either.append(THREE, {})
    assert await names(either) == ["m3", "m1"]
    assert await names(either, assignee="anna") == await names(either, done=True) == ["m1"]
    assert await names(either, done=False) == ["m3"]
    one, gone = await either.voicemail("m1"), await either.voicemail("m2")
    assert one is not None and gone is not None
    assert (one.handling.done_at, one.handling.done_by) == (31.0, "token:t"), "the first who did"
    assert gone.handling.deleted_at == 33.0
    again = VoicemailDone("cm1", 40.0, "m1", "", False, "token:t")
    await either.append([again, VoicemailAssigned("cm1", 41.0, "m1", "", None, "token:t")], {})
    one = await either.voicemail("m1")
    assert one is not None and (one.handling.done_at, one.handling.assignee) == (None, None)
