"""Addresses that get no answer at the SIP door: list, ban, let in again."""

from aiohttp import web
from msgspec import Struct

from callserver.model.bans import Ban, Offence
from callserver.model.errors import NotAllowed
from callserver.model.ports import Bans as Shield
from callserver.web import problems
from callserver.web.asks import NewBan
from callserver.web.auth import actor
from callserver.web.problems import Problem
from callserver.web.shapes import Created, ListOut, Time, iso, iso_or_none


class BanOut(Struct, frozen=True, kw_only=True):
    """One ban. ``until`` null: until somebody lifts it. ``strikes`` counts the bans of this address
    that nobody can have brought about with forged packets. ``by``: `shield`, `cli:OS USER` or
    `token:ID`."""

    address: str
    since: Time
    until: Time | None
    reason: Offence
    strikes: int
    by: str
    note: str


def _show(ban: Ban) -> BanOut:
    return BanOut(
        address=ban.address,
        since=iso(ban.since),
        until=iso_or_none(ban.until),
        reason=ban.reason,
        strikes=ban.strikes,
        by=ban.by,
        note=ban.note,
    )


class Bans:
    """``/api/v1/bans``."""

    def __init__(self, shield: Shield) -> None:
        self._shield = shield

    async def list(self) -> ListOut[BanOut]:
        """All bans in force, newest first."""
        bans = sorted(self._shield.bans(), key=lambda ban: (-ban.since, ban.address))
        return ListOut([_show(ban) for ban in bans])

    async def create(self, body: NewBan, request: web.Request) -> Created[BanOut]:
        """Silence an address."""
        try:
            ban = self._shield.ban(body.address, body.lasts_s, actor(request), body.note)
        except NotAllowed as error:
            raise Problem(problems.CONFLICT, str(error)) from error
        return Created(f"/api/v1/bans/{ban.address}", _show(ban))

    async def lift(self, address: str, request: web.Request) -> None:
        """Let an address in again and forget what it did."""
        with problems.refusals():
            self._shield.lift(address, actor(request))
