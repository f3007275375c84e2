"""Companies: who contacts work for, and what was promised to them."""

from collections.abc import Collection
from dataclasses import replace

from msgspec import Struct

from callserver.model.contacts import Company, ContactStore
from callserver.model.ids import new_id
from callserver.model.ports import Clock
from callserver.web import problems
from callserver.web.asks import Page
from callserver.web.asks_contacts import NewCompany
from callserver.web.operation import Operation
from callserver.web.problems import Problem, invalid
from callserver.web.shapes import Created, PageOut, Time, iso, page

_COMPANIES = "/api/v1/companies"


class CompanyOut(Struct, frozen=True, kw_only=True):
    """One company."""

    id: str
    name: str
    domain: str
    tags: tuple[str, ...]
    sla: str | None
    notes: str
    created_at: Time
    updated_at: Time


def _show(company: Company) -> CompanyOut:
    return CompanyOut(
        id=company.id,
        name=company.name,
        domain=company.domain,
        tags=company.tags,
        sla=company.sla,
        notes=company.notes,
        created_at=iso(company.created_at),
        updated_at=iso(company.updated_at),
    )


class Companies:
    """``/api/v1/companies``. ``profiles`` are the names in ``sla``."""

    def __init__(self, book: ContactStore, clock: Clock, profiles: Collection[str]) -> None:
        self._book = book
        self._clock = clock
        self._profiles = profiles

    def operations(self) -> tuple[Operation, ...]:
        """What it does, for the table."""
        one = f"{_COMPANIES}/{{company:[0-9a-z]{{1,32}}}}"
        return (
            Operation("companies.list", "GET", _COMPANIES, self.list),
            Operation("companies.create", "POST", _COMPANIES, self.create),
            Operation("companies.get", "GET", one, self.get),
            Operation("companies.put", "PUT", one, self.put),
            Operation("companies.delete", "DELETE", one, self.delete),
        )

    async def list(self, query: Page) -> PageOut[CompanyOut]:
        """The companies, newest first."""
        found = await self._book.companies(query.before, query.limit + 1)
        return page(found, query.limit, _show, lambda company: company.id)

    async def get(self, company: str) -> CompanyOut:
        """One company."""
        return _show(await self._one(company))

    async def create(self, body: NewCompany) -> Created[CompanyOut]:
        """A new company."""
        now = self._clock.now()
        made = await self._save(Company(new_id(), now, now, body.name), body)
        return Created(f"{_COMPANIES}/{made.id}", _show(made))

    async def put(self, company: str, body: NewCompany) -> CompanyOut:
        """All that is known of a company, from now on."""
        return _show(await self._save(await self._one(company), body))

    async def delete(self, company: str) -> None:
        """Forget a company; its contacts stay."""
        if not await self._book.delete_company(company):
            raise Problem(problems.NOT_FOUND, f"no company {company}")

    async def _one(self, company: str) -> Company:
        found = await self._book.company(company)
        if found is None:
            raise Problem(problems.NOT_FOUND, f"no company {company}")
        return found

    async def _save(self, before: Company, body: NewCompany) -> Company:
        if body.sla is not None and body.sla not in self._profiles:
            known = ", ".join(self._profiles) or "none"
            raise invalid([{"detail": f"no such profile; there are: {known}", "pointer": "/sla"}])
        company = replace(
            before,
            updated_at=self._clock.now(),
            name=body.name,
            domain=body.domain.lower(),
            tags=tuple(dict.fromkeys(body.tags)),
            sla=body.sla,
            notes=body.notes,
        )
        await self._book.save_company(company)
        return company
