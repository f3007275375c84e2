"""The first server's database is made, those after it get a copy."""

from pathlib import Path

import pytest

from callserver.testing.blank import Blank


@pytest.fixture(autouse=True)
def _none_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Blank, "_made", None)


def test_it_is_copied_with_its_secret_and_its_rights(tmp_path: Path) -> None:
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    assert Blank.copy(first) is None
    first.write_bytes(b"all there is")
    Blank.keep(first, "a secret")
    assert Blank.copy(second) == "a secret"
    assert second.read_bytes() == b"all there is"
    assert second.stat().st_mode & 0o777 == 0o600


def test_one_that_is_not_all_in_its_file_is_not_copied(tmp_path: Path) -> None:
    (tmp_path / "first.db").touch()
    (tmp_path / "first.db-wal").touch()
    Blank.keep(tmp_path / "first.db", "a secret")
    assert Blank.copy(tmp_path / "second.db") is None
