"""The table of phones: RFC 3261 section 10.3, without sockets, store or clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from callserver.model.people import Binding
from callserver.sip.checks import check_contact
from callserver.sip.errors import SipError
from callserver.sip.hop import Hop, hop_to, without_hop
from callserver.sip.message import Request
from callserver.sip.text import parse_address, parse_uri, split, without_headers

MAX_EXPIRES_S = 2**31


@dataclass(frozen=True, slots=True)
class Wish:
    """One Contact of a REGISTER: the URI and how long, in seconds (0: remove)."""

    contact: str
    expires_s: int


@dataclass(frozen=True, slots=True)
class Registration:
    """A REGISTER that may be carried out. ``wishes`` empty and ``everything`` false: only asks."""

    agent: str
    wishes: tuple[Wish, ...]
    everything: bool
    hop: str
    sip_call_id: str
    cseq: int
    user_agent: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a registration did: ``saved`` and ``removed`` bindings, how many phones are ``new`` and
    how many ``gone`` (a phone that moved is neither), and what is bound now, newest first."""

    saved: tuple[Binding, ...]
    removed: tuple[Binding, ...]
    new: int
    gone: int
    bound: tuple[Binding, ...]


def _expires(text: str | None, default: int) -> int:
    """A malformed value counts as the default (RFC 3261 section 20.19)."""
    if text is None or not (text.isascii() and text.isdigit()):
        return default
    return min(int(text[:10]), MAX_EXPIRES_S)


def read(request: Request, agent: str, hop: Hop, default_expires_s: int) -> Registration:
    """The registration a REGISTER asks for; raises :class:`SipError`."""
    headers = request.headers
    expires_s = _expires(headers.get("Expires"), default_expires_s)
    values = [value for line in headers.getlist("Contact") for value in split(line)]
    everything = "*" in values
    if everything and (values != ["*"] or headers.get("Expires") != "0"):
        raise SipError(400, "Bad Wildcard")
    schemes = ("sip", "sips") if hop.transport == "tls" else ("sip",)
    wishes = []
    for value in values:
        if value == "*":
            continue
        check_contact(value)
        address = parse_address(value)
        contact = without_headers(without_hop(address.uri))
        if parse_uri(contact).scheme not in schemes:
            raise SipError(416, "Unsupported URI Scheme")
        hop_to(parse_uri(contact))
        wishes.append(Wish(contact, _expires(address.params.get("expires"), expires_s)))
    return Registration(
        agent,
        tuple(wishes),
        everything,
        str(hop),
        request.call_id,
        request.cseq,
        (headers.get("User-Agent") or "")[:200],
    )


def _key(contact: str) -> str:
    """Two contacts with the same key are the same phone (section 19.1.4, as far as it matters)."""
    uri = parse_uri(contact)
    hop = hop_to(uri)
    return f"{uri.user}@{uri.host.lower()}:{hop.port};{hop.transport}"


class Registrar:
    """All bindings. Times are seconds since 1970."""

    def __init__(self, min_expires_s: int, max_expires_s: int, max_contacts: int) -> None:
        self._min_s = min_expires_s
        self._max_s = max_expires_s
        self._max_contacts = max_contacts
        self._agents: dict[str, dict[str, Binding]] = {}

    def load(self, bindings: Iterable[Binding], now: float) -> tuple[Binding, ...]:
        """Take over what was kept; returns what is no good any more (expired, unreadable)."""
        refused = []
        for binding in bindings:
            try:
                Hop.parse(binding.hop)
                key = _key(binding.contact)
            except SipError:
                refused.append(binding)
                continue
            if binding.expires_at <= now:
                refused.append(binding)
            else:
                # Who set the system's clock back made no phone stay for ever.
                longest = now + self._max_s
                if binding.expires_at > longest:
                    binding = replace(binding, expires_at=longest)
                self._agents.setdefault(binding.agent, {})[key] = binding
        return tuple(refused)

    def bound(self, agent: str) -> tuple[Binding, ...]:
        """The phones of an agent, the one heard of last first."""
        held = self._agents.get(agent, {}).values()
        return tuple(sorted(held, key=lambda binding: binding.registered_at, reverse=True))

    def all(self) -> list[Binding]:
        """Every phone."""
        return [binding for held in self._agents.values() for binding in held.values()]

    def count(self) -> int:
        """How many phones there are."""
        return sum(map(len, self._agents.values()))

    def register(self, wanted: Registration, now: float) -> Change:
        """Carry out all of a registration or nothing; raises :class:`SipError` (400, 423, 500)."""
        held = self._agents.get(wanted.agent, {})
        if not wanted.wishes and not wanted.everything:
            return Change((), (), 0, 0, self.bound(wanted.agent))
        table = dict(held)
        if wanted.everything:
            self._check_order(wanted, held.values())
            table.clear()
        for wish in wanted.wishes:
            self._grant(wanted, wish, table, now)
        return self._settle(wanted.agent, held, table, now)

    def _grant(
        self, wanted: Registration, wish: Wish, table: dict[str, Binding], now: float
    ) -> None:
        key = _key(wish.contact)
        known = table.get(key)
        if known is not None:
            self._check_order(wanted, (known,))
            if known.sip_call_id == wanted.sip_call_id and known.cseq == wanted.cseq:
                return  # a retransmission: it has been done
        if wish.expires_s == 0:
            table.pop(key, None)
            return
        if wish.expires_s < self._min_s:
            raise SipError(423, "Interval Too Brief", extra=(("Min-Expires", str(self._min_s)),))
        table[key] = Binding(
            agent=wanted.agent,
            contact=wish.contact,
            hop=wanted.hop,
            sip_call_id=wanted.sip_call_id,
            cseq=wanted.cseq,
            user_agent=wanted.user_agent,
            expires_at=now + min(wish.expires_s, self._max_s),
            registered_at=now,
        )

    @staticmethod
    def _check_order(wanted: Registration, known: Iterable[Binding]) -> None:
        """An older REGISTER that was overtaken on the way must not undo the newer one."""
        for binding in known:
            if binding.sip_call_id == wanted.sip_call_id and binding.cseq > wanted.cseq:
                raise SipError(500, "CSeq Out Of Order")

    def _settle(
        self, agent: str, held: dict[str, Binding], table: dict[str, Binding], now: float
    ) -> Change:
        fresh = [key for key in table if key not in held]
        call_ids = {table[key].sip_call_id for key in fresh}
        moved = [
            key
            for key, binding in table.items()
            if key in held and held[key] == binding and binding.sip_call_id in call_ids
        ]
        for key in moved:  # the same phone under a new address: its old one leads nowhere
            del table[key]
        overflow = sorted(table, key=lambda key: table[key].registered_at)
        for key in overflow[: max(len(table) - self._max_contacts, 0)]:
            del table[key]
        if table:
            self._agents[agent] = table
        else:
            self._agents.pop(agent, None)
        saved = tuple(b for key, b in table.items() if held.get(key) != b)
        contacts = {binding.contact for binding in table.values()}
        removed = tuple(b for b in held.values() if b.contact not in contacts)
        gone = sum(key not in table for key in held)
        new = sum(key in table for key in fresh)
        replaced = min(len(moved), new)
        return Change(saved, removed, new - replaced, gone - replaced, self.bound(agent))

    def drop(self, hop: str) -> tuple[Binding, ...]:
        """A connection is closed: forget the phones that were reached over it."""
        return self._forget(lambda binding: binding.hop == hop)

    def expire(self, now: float) -> tuple[Binding, ...]:
        """Forget what ran out; returns it."""
        return self._forget(lambda binding: binding.expires_at <= now)

    def next_deadline(self) -> float | None:
        """When :meth:`expire` has work again."""
        return min((binding.expires_at for binding in self.all()), default=None)

    def _forget(self, is_over: Callable[[Binding], bool]) -> tuple[Binding, ...]:
        lost = []
        for agent, held in list(self._agents.items()):
            for key, binding in list(held.items()):
                if is_over(binding):
                    lost.append(held.pop(key))
            if not held:
                del self._agents[agent]
        return tuple(lost)


def contacts(bound: Sequence[Binding], now: float) -> list[tuple[str, str]]:
    """The Contact fields of the answer: everything bound, with the seconds left."""
    return [
        ("Contact", f"<{b.contact}>;expires={max(round(b.expires_at - now), 1)}") for b in bound
    ]
