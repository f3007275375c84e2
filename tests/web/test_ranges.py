"""Ranges and conditions, for whatever a client may write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callserver.web.ranges import Part, Unsatisfiable, names, part


@given(st.text(max_size=40) | st.from_regex(r"bytes=\d*-\d*", fullmatch=True), st.integers(0, 500))
def test_a_part_always_lies_inside_of_the_file(header: str, size: int) -> None:
    try:
        found = part(header, size)
    except Unsatisfiable:
        return
    if found is not None:
        assert found.start >= 0
        assert found.length > 0
        assert found.start + found.length <= size


@given(st.integers(0, 500), st.integers(0, 500), st.integers(1, 400))
def test_first_to_last_means_both_ends_included(first: int, last: int, size: int) -> None:
    content = range(size)
    header = f"bytes={first}-{last}"
    if first > last:
        assert part(header, size) is None or first >= size
    elif first >= size:
        with pytest.raises(Unsatisfiable):
            part(header, size)
    else:
        found = part(header, size)
        assert found is not None
        sent = content[found.start : found.start + found.length]
        assert list(sent) == [at for at in content if first <= at <= last]


def test_an_empty_file_has_no_parts() -> None:
    assert part(None, 0) is None
    for header in ("bytes=0-", "bytes=-5", "bytes=0-0"):
        with pytest.raises(Unsatisfiable):
            part(header, 0)


def test_numbers_of_any_length_do_no_harm() -> None:
    assert part("bytes=0-" + "9" * 18, 10) == Part(0, 10)
    assert part("bytes=0-" + "9" * 5000, 10) is None


def test_tags_are_compared_as_the_rfc_says() -> None:
    assert names('"a", "b"', "b", weak=False)
    assert names('W/"b"', "b", weak=True)
    assert not names('W/"b"', "b", weak=False)
    assert names(" * ", "b", weak=False)
    assert not names("b", "b", weak=True)
    assert not names('"ab"', "b", weak=True)
