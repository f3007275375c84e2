"""A table of contacts into the store, some rows at a time: nobody feels its size."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from callserver.crm import sheet
from callserver.crm.sheet import Line
from callserver.crm.table import BadTable
from callserver.crm.words import fold
from callserver.model.contacts import EXTERNAL, NUMBER, Company, Contact, ContactStore, Key
from callserver.model.ids import new_id
from callserver.model.imports import Mistake, Tally

AT_ONCE: Final = 500
"""Rows in a transaction; it holds the database for about 0.1 s."""


@dataclass(slots=True)
class _Batch:
    """Rows under way: whose each key is, what companies are called, and what is to be saved."""

    held: dict[Key, Contact]
    companies: dict[str, Company]
    new_companies: list[Company] = field(default_factory=list)
    changed: dict[str, Contact] = field(default_factory=dict)

    def holders(self, keys: Iterable[Key]) -> list[Contact]:
        """Who has these, each once, as they are by now."""
        found = {self.held[key].id: key for key in keys if key in self.held}
        return [self.changed.get(id_, self.held[key]) for id_, key in found.items()]


class Import:
    """One table. ``number`` reads telephone numbers; ``by`` is who does it; ``complain`` is told of
    every mistake. ``dry``: nothing is written."""

    def __init__(
        self,
        store: ContactStore,
        number: sheet.Number,
        now: Callable[[], float],
        by: str,
        complain: Callable[[Mistake], None],
        *,
        dry: bool,
    ) -> None:
        self._store = store
        self._number = number
        self._now = now
        self._by = by
        self._complain = complain
        self._dry = dry
        self._seen: set[int] = set()
        self._wrong: list[Mistake] = []
        self._counts: Counter[str] = Counter()

    @property
    def tally(self) -> Tally:
        """What became of the rows so far; how much of the file that is, others know."""
        return Tally(**self._counts)

    async def run(self, names: Sequence[str], rows: Iterator[tuple[int, list[str]]]) -> None:
        """All rows, each with the line it begins at; ``names`` are of ``sheet.columns``. Raises
        ``StoreError`` and ``BadTable``; what was written before stays, and is found again the next
        time."""
        while await self.some(names, rows):
            pass

    async def some(self, names: Sequence[str], rows: Iterator[tuple[int, list[str]]]) -> bool:
        """The next rows; whether there were any. Raises ``StoreError``, and ``BadTable`` when those
        before the place that cannot be read are in."""
        some, broken = _next(rows)
        self._counts["rows"] += len(some)
        good = [line for row in some if (line := self._read(names, *row)) is not None]
        held = await self._store.whose([key for line in good for key in _all_keys(line)])
        wanted = {line.company for line in good if line.company}
        companies = await self._store.companies_named(sorted(wanted))
        batch = _Batch(dict(held), {fold(name): one for name, one in companies.items()})
        for line in good:
            self._take(batch, line)
        if not self._dry and (batch.changed or batch.new_companies):
            await self._store.save_many(batch.new_companies, [*batch.changed.values()], self._by)
        for mistake in sorted(self._wrong, key=lambda one: one.line):
            self._complain(mistake)
        self._wrong.clear()
        if broken is not None:
            raise broken
        return bool(some)

    def _read(self, names: Sequence[str], at: int, cells: list[str]) -> Line | None:
        line, wrong = sheet.read(at, cells, names, self._number)
        if wrong:
            self._refuse(wrong)
            return None
        return line

    def _refuse(self, wrong: Iterable[Mistake]) -> None:
        self._counts["bad"] += 1
        self._wrong += wrong

    def _take(self, batch: _Batch, line: Line) -> None:
        theirs = batch.holders(line.found_by())
        if len(theirs) > 1:
            ids = " and ".join(one.id for one in theirs)
            what = f"is both contact {ids}"
            cure = "merge them, or take away what does not belong to this row"
            self._refuse([Mistake(line.line, "", what, cure)])
            return
        now = self._now()
        before = theirs[0] if theirs else Contact(new_id(), now, now)
        after = sheet.applied(before, line, self._company(batch, line.company))
        self._count(line, before, after, is_new=not theirs)
        if after != before or not theirs:
            after = replace(after, updated_at=now)
            batch.changed[after.id] = after
            batch.held |= dict.fromkeys(after.found_by(), after)

    def _count(self, line: Line, before: Contact, after: Contact, *, is_new: bool) -> None:
        if self._dry:  # nothing was written, so the rows before this one are remembered here
            marks = {hash(key) for key in line.found_by()}
            is_new = is_new and not marks & self._seen
            self._seen |= marks
        if is_new:
            self._counts["new"] += 1
        elif after != before:
            self._counts["changed"] += 1
        else:
            self._counts["same"] += 1

    def _company(self, batch: _Batch, name: str) -> str | None:
        if not name:
            return None
        key = fold(name)
        if key not in batch.companies:
            now = self._now()
            batch.companies[key] = Company(new_id(), now, now, name)
            batch.new_companies.append(batch.companies[key])
        return batch.companies[key].id


def _next(
    rows: Iterator[tuple[int, list[str]]],
) -> tuple[list[tuple[int, list[str]]], BadTable | None]:
    found = []
    try:
        for row in islice(rows, AT_ONCE):
            found.append(row)  # not at once: those before a failure are wanted too
    except BadTable as error:
        return found, error
    return found, None


def _all_keys(line: Line) -> Iterator[Key]:
    """What the row is looked for by, and what must not be another's."""
    yield from line.found_by()
    yield from ((NUMBER, number) for number in line.numbers)
    yield from ((EXTERNAL, one) for one in line.external)
