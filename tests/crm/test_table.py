"""Reading a table: rows with their lines, however it is written, and never all of it at once."""

from pathlib import Path

import pytest

from callserver.crm import table
from callserver.crm.table import BadTable, opened

Rows = list[tuple[int, list[str]]]


def read(file: Path, content: bytes, encoding: str = "utf-8-sig") -> Rows:
    file.write_bytes(content)
    with opened(file, encoding, {}) as found:
        rows = list(found.rows)
        assert found.read == found.size == len(content)
        return rows


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_rows_come_with_the_line_they_begin_at(tmp_path: Path, separator: str) -> None:
    text = 'number,notes\r\n1,"two\nlines"\r\n\r\n,\r\n2,\r\n'.replace(",", separator)
    for encoding in ("utf-8-sig", "utf-16"):
        rows = read(tmp_path / "t.csv", text.encode(encoding), encoding)
        assert rows == [(2, ["1", "two\nlines"]), (6, ["2", ""])]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'number\n1\n"' + b"x" * 200, "line 3: "),
        (b"number\n1\n" + b"x" * 200 + b"\n2\n", "line 3: longer than 100 characters"),
        (b"x" * 200, "line 1: longer than 100 characters"),
        (b'number\n1\n"' + b"x\n" * 200 + b'"\n', "line 3: field larger than field limit"),
    ],
)
def test_what_never_ends_is_not_read_into_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, said: str
) -> None:
    monkeypatch.setattr(table, "LONGEST_LINE", 100)
    with pytest.raises(BadTable, match=said):
        read(tmp_path / "t.csv", content)


def test_what_is_not_in_its_encoding_is_told_of_its_place(tmp_path: Path) -> None:
    rows = read(tmp_path / "t.csv", b"number,name\n1,J\xe4ne\n")
    assert rows == [(2, ["1", "J\udce4ne"])], "the row is refused later, the others are not"
    with pytest.raises(BadTable, match="not written in utf-16"):
        read(tmp_path / "t.csv", "number\n1\n".encode("utf-16")[:-1], "utf-16")


def test_a_head_of_rubbish_is_told_in_few_words(tmp_path: Path) -> None:
    with pytest.raises(BadTable) as caught:
        read(tmp_path / "t.csv", b",".join(b"\x01" * 100 for _ in range(300)) + b"\n")
    assert len(caught.value.wrong) == 21
    assert caught.value.wrong[-1].endswith("more")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 10_000
