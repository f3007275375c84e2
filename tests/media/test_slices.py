"""Port slices rest before they are used again."""

from callserver.media.slices import Slices


def test_slices_are_given_in_turn_until_there_are_none() -> None:
    slices = Slices(20000, 20051, 16, 30.0)
    assert [slices.take(0) for _ in range(4)] == [20000, 20016, 20032, None]
    assert slices.taken == 3
    assert slices.rested_at() is None


def test_a_slice_rests_before_it_is_given_again() -> None:
    slices = Slices(20000, 20031, 16, 30.0)
    first, second = slices.take(0), slices.take(0)
    assert (first, second) == (20000, 20016)
    slices.give_back(20016, 10.0)
    assert slices.rested_at() == 40.0
    assert slices.take(39.9) is None
    assert slices.take(40.0) == 20016


def test_the_one_that_rested_longest_comes_first() -> None:
    slices = Slices(20000, 20047, 16, 1.0)
    for _ in range(3):
        slices.take(0)
    slices.give_back(20032, 1)
    slices.give_back(20000, 2)
    assert [slices.take(9), slices.take(9), slices.take(9)] == [20032, 20000, None]


def test_giving_back_twice_or_what_was_never_taken_does_nothing() -> None:
    slices = Slices(20000, 20015, 16, 0.0)
    slices.give_back(20000, 0)
    assert slices.take(0) == 20000
    slices.give_back(20000, 0)
    slices.give_back(20000, 0)
    assert [slices.take(0), slices.take(0)] == [20000, None]
