"""``dnc``: the do-not-call list by hand and from a file."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_audit import entries


def test_numbers_are_added_listed_and_removed(made: Run) -> None:
    added = made("dnc", "add", "+371 2000-0012", "--reason", "lawyer's letter")
    assert (added.code, "+37120000012 is not called any more" in added.err) == (0, True)
    assert made("dnc", "add", "+37120000013", "--until", "2100-01-01").code == 0
    listed = made("dnc", "list").out
    for told in ("+37120000012", "lawyer's letter", "for good", "2100-01-01 00:00:00"):
        assert told in listed
    assert made("dnc", "remove", "+37120000012").code == 0
    assert "+37120000012" not in made("dnc", "list").out
    again = made("dnc", "remove", "+37120000012")
    assert (again.code, "not on the list" in again.err) == (1, True)
    audited = [(one["action"], one["target"]) for one in entries(made)[::-1]]
    assert ("dnc.create", "do-not-call/+37120000012") in audited
    assert audited[-1] == ("dnc.delete", "do-not-call/+37120000012")


def test_a_file_of_numbers_is_read_whole_or_not_at_all(made: Run, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("number,reason,until\n+37120000012,asked,2100-01-01\n\n+37120000013\n")
    assert made("dnc", "import", str(file), "--reason", "old list").code == 0
    rows = made("dnc", "list").out
    assert "asked" in rows and "old list" in rows
    file.write_text("+37120000014\nnobody\n20000015\n")
    wrong = made("dnc", "import", str(file))
    assert wrong.code == 2
    assert "'nobody'" in wrong.err and "'20000015'" in wrong.err, "all mistakes at once"
    assert "+37120000014" not in made("dnc", "list").out


@pytest.mark.parametrize("number", ["nobody", "", "+371"])
def test_what_is_no_number_is_told(made: Run, number: str) -> None:
    assert made("dnc", "add", number).code == 2
