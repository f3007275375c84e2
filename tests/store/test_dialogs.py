"""SIP dialogs, on a real file."""

from dataclasses import replace

from callserver.model.dialogs import KeptDialog
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
