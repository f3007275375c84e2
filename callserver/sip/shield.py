"""Who is not heard any more: points for each address, bans when there are too many of them.

Points run out with time. A right password is worth more than any points that others bring in: its
address is *trusted* (many more points fit, so one phone with a wrong password does not silence the
office behind its NAT), and the very flow it came over (address and port) is heard even when the
address is banned. Nothing here depends on whether a user exists, or the moment of the ban would
tell. All tables are bounded, and nothing that a flood of forged senders can do pushes out a ban.
Since the sender of a datagram may be forged, what came by datagrams alone leads to a short ban
only: who wants to shut out somebody else has to go on and on.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from callserver.model.bans import BY_SHIELD, Ban, Offence
from callserver.sip.hop import Hop
from callserver.sip.networks import Networks

MAX_SUSPECTS = 10_000
MAX_BANS = 10_000
MAX_UNPROVEN = MAX_BANS // 2  # bans of senders that may have been forged
MAX_TRUSTED = 10_000
MAX_NAMES = 64
LONGER = 4  # each ban of a proven sender lasts so many times longer than the last
_EVICT_AMONG = 16
_AGAIN = 0.1  # asking again in the same name costs this part of asking in a new one

_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Rules:
    """How strict the shield is; the reasons stand beside the options of ``shield`` in the
    configuration. Times in seconds."""

    allowed: Networks
    limit: float
    forget_s: float
    ban_s: float
    max_ban_s: float
    remember_s: float
    trust_s: float
    trusted_factor: float
    points: dict[Offence, float]


@dataclass(slots=True)
class _Suspect:
    """Points at a moment. ``asked`` has what each name cost, to be given back when its password
    comes; ``proven``: something came that only the true owner of the address can have sent."""

    points: float
    at: float
    proven: bool = False
    asked: OrderedDict[str, float] = field(default_factory=OrderedDict)


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of the bans: ``new`` and ``over`` ones, and addresses whose ban need not be
    remembered any more."""

    new: tuple[Ban, ...] = ()
    over: tuple[Ban, ...] = ()
    forgotten: tuple[str, ...] = ()


class Shield:
    """The tables and their rules; ``edge/warden.py`` is their keeper."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._suspects: OrderedDict[str, _Suspect] = OrderedDict()
        self._bans: dict[str, Ban] = {}
        self._unproven: set[str] = set()
        self._past: OrderedDict[str, Ban] = OrderedDict()
        self._trusted: OrderedDict[str, float] = OrderedDict()
        self._flows: OrderedDict[Hop, float] = OrderedDict()

    @property
    def sizes(self) -> dict[str, int]:
        """How full each table is."""
        return {
            "suspects": len(self._suspects),
            "bans": len(self._bans),
            "past": len(self._past),
            "trusted": len(self._trusted),
            "flows": len(self._flows),
        }

    def bans(self, now: float) -> tuple[Ban, ...]:
        """Those in force."""
        return tuple(ban for ban in self._bans.values() if ban.holds(now))

    def is_allowed(self, address: str) -> bool:
        """Whether this address is never banned."""
        return address in self._rules.allowed

    def hears(self, source: Hop, now: float) -> bool:
        """Whether a packet from there may be looked at."""
        ban = self._bans.get(source.host)
        if ban is None or not ban.holds(now):
            return True
        return ban.by == BY_SHIELD and now < self._flows.get(source, 0.0)

    def vouch(self, source: Hop, name: str, now: float) -> None:
        """A right password came over this flow, for what was asked in this name."""
        until = now + self._rules.trust_s
        _touch(self._trusted, source.host, until, MAX_TRUSTED)
        _touch(self._flows, source, until, MAX_TRUSTED)
        suspect = self._suspects.get(source.host)
        if suspect is not None:
            suspect.points = max(suspect.points - suspect.asked.pop(name, 0.0), 0.0)

    def accuse(
        self,
        source: Hop,
        offence: Offence,
        now: float,
        name: str = "",
        *,
        proven: bool = False,
    ) -> Ban | None:
        """Note an offence; returns the ban it led to. ``name`` is what ASKED was about, ``proven``
        says that this datagram's sender is not forged."""
        address = source.host
        if self.is_allowed(address):
            return None
        held = self._bans.get(address)
        if held is not None and held.holds(now):
            if offence is Offence.WRONG_PASSWORD and (proven or source.is_stream):
                self._flows.pop(source, None)
            return None
        suspect = self._suspect(address, now)
        suspect.proven |= proven or source.is_stream
        cost = self._rules.points[offence]
        if now < self._trusted.get(address, 0.0):
            cost /= self._rules.trusted_factor
        if offence is Offence.ASKED:
            cost *= _AGAIN if name in suspect.asked else 1.0
            _touch(suspect.asked, name, suspect.asked.get(name, 0.0) + cost, MAX_NAMES)
        suspect.points = min(suspect.points + cost, self._rules.limit)
        if suspect.points < self._rules.limit:
            return None
        return self._convict(address, suspect, offence, now)

    def _suspect(self, address: str, now: float) -> _Suspect:
        suspect = self._suspects.get(address)
        if suspect is None:
            if len(self._suspects) >= MAX_SUSPECTS:
                self._evict()
            suspect = self._suspects[address] = _Suspect(0.0, now)
            return suspect
        self._suspects.move_to_end(address)
        leaked = max(now - suspect.at, 0.0) * self._rules.limit / self._rules.forget_s
        suspect.points = max(suspect.points - leaked, 0.0)
        suspect.at = now
        return suspect

    def _evict(self) -> None:
        """Room for one more: of those not heard of for longest, the one with the fewest points."""
        oldest = [address for address, _ in zip(self._suspects, range(_EVICT_AMONG), strict=False)]
        del self._suspects[min(oldest, key=lambda address: self._suspects[address].points)]

    def _convict(self, address: str, suspect: _Suspect, offence: Offence, now: float) -> Ban | None:
        """None: the tables are full. Then nobody new is banned, and nobody old is let go."""
        if not self.has_room or (not suspect.proven and len(self._unproven) >= MAX_UNPROVEN):
            return None
        strikes = self._strikes(address) + suspect.proven
        longer = LONGER ** min(max(strikes - 1, 0), 20) if suspect.proven else 1
        lasts_s = min(self._rules.ban_s * longer, self._rules.max_ban_s)
        if not suspect.proven:
            self._unproven.add(address)
        return self._set(Ban(address, now, now + lasts_s, offence, strikes, BY_SHIELD))

    def _strikes(self, address: str) -> int:
        known = self._bans.get(address) or self._past.get(address)
        return known.strikes if known is not None else 0

    def _set(self, ban: Ban) -> Ban:
        self._suspects.pop(ban.address, None)
        self._past.pop(ban.address, None)
        self._bans[ban.address] = ban
        return ban

    @property
    def has_room(self) -> bool:
        """Whether one more address can be banned."""
        return len(self._bans) < MAX_BANS

    def impose(self, address: str, until: float | None, by: str, note: str, now: float) -> Ban:
        """A person bans an address, which is not an allowed one. Look at ``has_room`` first."""
        strikes = self._strikes(address) + 1
        self._unproven.discard(address)
        return self._set(Ban(address, now, until, Offence.MANUAL, strikes, by, note))

    def lift(self, address: str) -> Ban | None:
        """Forgive an address: its ban, its points and its past. None: it was not banned."""
        self._suspects.pop(address, None)
        self._past.pop(address, None)
        self._unproven.discard(address)
        return self._bans.pop(address, None)

    def adopt(self, kept: Iterable[Ban], now: float, newer: Collection[str] = ()) -> Changes:
        """Become what the store says: at start, and when somebody else changed it. About the
        addresses in ``newer`` we know better."""
        stored = {ban.address: ban for ban in kept if ban.address not in newer}
        over = [
            ban
            for address, ban in self._bans.items()
            if address not in stored and address not in newer
        ]
        for ban in over:
            self.lift(ban.address)
        new, forgotten = [], []
        for ban in stored.values():
            if self.is_allowed(ban.address) or self._is_forgotten(ban, now):
                forgotten.append(ban.address)
            elif not ban.holds(now):
                self._past[ban.address] = ban
            elif self._bans.get(ban.address) != ban and self.has_room:
                new.append(self._set(ban))
        return Changes(tuple(new), tuple(over), tuple(forgotten))

    def _is_forgotten(self, ban: Ban, now: float) -> bool:
        return ban.until is not None and now >= ban.until + self._rules.remember_s

    def expire(self, now: float) -> Changes:
        """Let go what is over; call it now and then."""
        over = tuple(ban for ban in self._bans.values() if not ban.holds(now))
        for ban in over:
            del self._bans[ban.address]
            self._unproven.discard(ban.address)
            self._past[ban.address] = ban
        forgotten = [one.address for one in self._past.values() if self._is_forgotten(one, now)]
        for address in forgotten:
            del self._past[address]
        while len(self._past) > MAX_BANS:
            forgotten.append(self._past.popitem(last=False)[0])
        _drop(self._trusted, now)
        _drop(self._flows, now)
        while self._suspects:
            address, suspect = next(iter(self._suspects.items()))
            if now < suspect.at + self._rules.forget_s:
                break
            del self._suspects[address]
        return Changes(over=over, forgotten=tuple(forgotten))


def _touch(table: OrderedDict[_Key, float], key: _Key, value: float, most: int) -> None:
    """Set and move to the end; the one untouched for longest goes when there are too many."""
    table[key] = value
    table.move_to_end(key)
    if len(table) > most:
        table.popitem(last=False)


def _drop(table: OrderedDict[_Key, float], now: float) -> None:
    """Forget what was good until now or before; the table is in order of time."""
    while table:
        key = next(iter(table))
        if table[key] > now:
            return
        del table[key]
