"""SIP dialogs."""

from dataclasses import replace
from random import Random

from callserver.model.dialogs import KeptDialog
from callserver.sip.message import MAX_CALL_ID_BYTES, MAX_TAG_BYTES
from callserver.store import SqlStore
from tests.store.samples import sample


async def test_a_dialog_is_replaced_by_call_and_tag_and_forgotten_when_it_is_over(
    store: SqlStore,
) -> None:
    one = sample(KeptDialog, full=True)
    other = replace(one, tag="other")
    await store.change_dialogs([one, other], [])
    later = replace(one, state="later")
    await store.change_dialogs([later], [("unknown", "tag")])
    assert sorted(await store.dialogs(), key=lambda each: each.tag) == sorted(
        [later, other], key=lambda each: each.tag
    )
    await store.change_dialogs([], [(one.call_id, one.tag), (other.call_id, other.tag)])
    assert await store.dialogs() == []


async def test_the_longest_ids_that_the_door_takes_are_kept(store: SqlStore) -> None:
    dice = Random(1)  # noqa: S311 - what cannot be compressed, every time the same

    def noise(length: int) -> str:
        return "".join(dice.choices("0123456789abcdefghijklmnopqrstuvwxyz", k=length))

    ids = {"call_id": noise(MAX_CALL_ID_BYTES), "tag": noise(MAX_TAG_BYTES)}
    one = replace(sample(KeptDialog, full=True), **ids)
    await store.change_dialogs([one], [])
    assert await store.dialogs() == [one]
