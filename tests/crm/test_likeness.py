"""Whoever was made one becomes two again, whatever they were."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from callserver.crm.likeness import joined, parted
from callserver.model.contacts import Channel, Contact, Merge

WORDS = st.sampled_from(["a", "b", "c"])
OPTIONAL = st.none() | WORDS


def contacts(id_: str, numbers: list[str]) -> st.SearchStrategy[Contact]:
    """Numbers and ids elsewhere are nobody else's, all else may be the same."""
    own = st.lists(st.sampled_from(numbers), unique=True).map(tuple)
    return st.builds(
        Contact,
        id=st.just(id_),
        created_at=st.just(1.0),
        updated_at=st.just(2.0),
        name=st.just("") | WORDS,
        numbers=own,
        external=own,
        channels=st.lists(WORDS, unique=True).map(
            lambda found: tuple(Channel("mail", one) for one in found)
        ),
        company=OPTIONAL,
        language=OPTIONAL,
        owner=OPTIONAL,
        vip=st.booleans(),
        blocked=st.booleans(),
        do_not_call=st.booleans(),
        tags=st.lists(WORDS, unique=True).map(tuple),
        notes=st.just("") | WORDS,
        fields=st.dictionaries(WORDS, st.integers(0, 2)),
    )


@given(contacts("k1", ["1", "2"]), contacts("k2", ["3", "4"]))
@settings(max_examples=150, deadline=None)
def test_undoing_at_once_gives_back_exactly_both(kept: Contact, gone: Contact) -> None:
    after = joined(kept, gone, 5.0)
    assert set(gone.found_by()) <= set(after.found_by()), "found under all that was theirs"
    assert parted(Merge("m1", 5.0, "me", kept, gone, after), after) == (kept, gone)


@given(contacts("k1", ["1", "2"]), contacts("k2", ["3", "4"]), st.data())
@settings(max_examples=150, deadline=None)
def test_what_was_changed_since_stays_and_nothing_of_the_other_does(
    kept: Contact, gone: Contact, data: Any
) -> None:
    merge = Merge("m1", 5.0, "me", kept, gone, joined(kept, gone, 5.0))
    now = replace(merge.after, name="changed", tags=(*merge.after.tags, "new"), updated_at=6.0)
    one, back = parted(merge, now)
    assert back == gone
    assert (one.name, one.tags, one.updated_at) == ("changed", (*kept.tags, "new"), 6.0)
    assert replace(one, name=kept.name, tags=kept.tags, updated_at=2.0) == kept
    changed = data.draw(st.sampled_from(["vip", "blocked"]))
    values: dict[str, Any] = {changed: not getattr(now, changed)}
    other = replace(now, **values)
    assert getattr(parted(merge, other)[0], changed) == getattr(other, changed)
