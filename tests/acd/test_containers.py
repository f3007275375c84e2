"""The two containers against the slowest, plainest ones that do the same."""

from math import inf

import hypothesis.strategies as st
import pytest
from hypothesis import given

from callserver.acd import deadlines, ordered
from callserver.acd.deadlines import Deadlines
from callserver.acd.ordered import Ordered

steps = st.lists(st.tuples(st.booleans(), st.integers(0, 60)), max_size=120)
moments = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.one_of(st.none(), st.integers(0, 20))), max_size=60
)


@given(steps)
def test_ordered_is_a_sorted_list_whatever_is_added_and_discarded(
    steps: list[tuple[bool, int]],
) -> None:
    plain: dict[tuple[float, ...], str] = {}
    tested: Ordered[tuple[float, ...], str] = Ordered()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordered, "RUN", 3)
        for number, (add, value) in enumerate(steps):
            key = (float(value),)
            if add:
                plain[key] = f"{value} of {number}"
                tested.add(key, plain[key])
            else:
                plain.pop(key, None)
                tested.discard(key)
            in_order = sorted(plain)
            assert list(tested) == [plain[key] for key in in_order]
            assert len(tested) == len(plain)
            assert tested.first() == (plain[in_order[0]] if plain else None)
            for wanted in range(-1, 62):
                before = sum(other < (wanted,) for other in in_order)
                assert tested.place((float(wanted),)) == before


@given(moments)
def test_deadlines_are_a_dictionary_of_moments(moments: list[tuple[str, int | None]]) -> None:
    plain: dict[str, float] = {}
    tested = Deadlines()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deadlines, "SLACK", 2)
        for name, moment in moments:
            tested.set(name, moment)
            plain.pop(name, None)
            if moment is not None:
                plain[name] = moment
            assert tested.next() == min(plain.values(), default=None)
    due = {name for name, moment in plain.items() if moment <= 10}
    names = tested.due(10)
    assert set(names) == due
    assert [plain[name] for name in names] == sorted(plain[name] for name in due)
    assert tested.due(10) == []
    assert set(tested.due(inf)) == set(plain) - due


def test_deadlines_come_in_portions_when_asked() -> None:
    tested = Deadlines()
    for number in range(5):
        tested.set(f"name {number}", number)
    assert tested.due(3, 2) == ["name 0", "name 1"]
    assert tested.next() == 2
    assert tested.due(3, 9) == ["name 2", "name 3"]


def test_moments_changed_for_ever_do_not_pile_up() -> None:
    tested = Deadlines()
    for number in range(100_000):
        tested.set("anna", 1e9 + number)
    assert len(tested._heap) < 2 * deadlines.SLACK
