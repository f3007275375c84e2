"""A table in a file: its head is understood before a row is read, and rows come one by one."""

import codecs
import csv
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Final

from callserver.crm import sheet
from callserver.model.errors import CallServerError

LONGEST_LINE: Final = 1 << 20
"""Characters; the longest cell is not longer."""

_LOOKED_AT: Final = 4096
_MOST_WRONG: Final = 20
_LONGEST_TITLE: Final = 200
_SHOWN: Final = 40


class BadTable(CallServerError):
    """It cannot be read as a table of contacts. Cure: each of ``wrong`` says what to do."""

    def __init__(self, *wrong: str) -> None:
        super().__init__("; ".join(wrong))
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Table:
    """``names`` are what the columns mean; ``rows`` come with the line each begins at, and raise
    ``BadTable`` when they cannot go on; empty ones are no rows. ``size`` in bytes."""

    names: list[str]
    rows: Iterator[tuple[int, list[str]]]
    size: int
    _text: TextIOWrapper

    @property
    def read(self) -> int:
        """Bytes that were read so far, ahead of the rows by a buffer at most."""
        return os.lseek(self._text.fileno(), 0, os.SEEK_CUR)


@contextmanager
def opened(file: Path, encoding: str, named: Mapping[str, str]) -> Iterator[Table]:
    """``named`` says what columns with names of their own mean. What is no text in this encoding
    is told of its row later. Raises ``OSError``, ``LookupError`` (no such encoding) and
    ``BadTable``."""
    _check(file, encoding)
    with file.open(encoding=encoding, errors="surrogateescape", newline="") as text:
        rows = _rows(text)
        header = next(rows, (0, []))[1]
        if not header:
            raise BadTable("there is nothing in it; the first line has the names of the columns")
        names, wrong = sheet.columns([_seen(title) for title in header], named)
        if wrong:
            more = len(wrong) - _MOST_WRONG
            raise BadTable(*wrong[:_MOST_WRONG], *([f"and {more} more"] if more > 0 else []))
        yield Table(names, rows, os.fstat(text.fileno()).st_size, text)


def _check(file: Path, encoding: str) -> None:
    """Refuse what is no text at all, in words that say what it is."""
    with file.open("rb") as raw:
        head = raw.read(_LOOKED_AT)
    wide = codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))
    if head.startswith(b"PK\x03\x04"):
        raise BadTable("it is a workbook or an archive, not a table; save it as CSV")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not wide:
        raise BadTable("it is written in UTF-16; say so, or save it as UTF-8")
    if b"\0" in head and not wide:
        raise BadTable("there are NUL bytes in it, so it is no text; save it as CSV in UTF-8")


def _rows(text: TextIOWrapper) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(LONGEST_LINE)
    try:
        first = text.readline(LONGEST_LINE)
        text.seek(0)
        reader = csv.reader(_lines(text), delimiter=max(",;\t", key=first.count))
        begins = 1
        for cells in reader:
            if any(cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise BadTable(
            f"line {begins}: {error}; mend it and import again (what came before is in)"
        ) from error
    except UnicodeError as error:
        raise BadTable(
            f"it is not written in {text.encoding}; say in what, or save it as UTF-8"
        ) from error


def _lines(text: TextIOWrapper) -> Iterator[str]:
    """Never more of it in memory than a line may be long."""
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
            raise csv.Error(f"longer than {LONGEST_LINE} characters")
        yield line


def _seen(title: str) -> str:
    """A title as it can be shown to people; one that is none is cut."""
    text = title.strip()
    if text.isprintable() and len(text) <= _LONGEST_TITLE:
        return text
    return "".join(sign if sign.isprintable() else "?" for sign in text[:_SHOWN])
