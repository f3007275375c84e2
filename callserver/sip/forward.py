"""The header work of forwarding: RFC 3261 section 16.11, stateless, with the workers hidden.

Peers (phones, trunks) only ever see our public address; workers only ever see the internal one.
``Inward`` is what comes from peers, ``Outward`` what comes from workers. Messages are changed in
place. What a worker needs to find its peer again travels inside the messages:

* towards the worker: our Via carries the hop its answers take, the peer's Contact the hop of later
  requests (``x-hop``, see :mod:`callserver.sip.hop`), and ``Record-Route`` keeps us in the path;
* towards the peer: the branch of our Via carries the worker's token and its own branch.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sipmessage import URI

from callserver.sip.answer import Origin
from callserver.sip.checks import (
    check_contact,
    check_media,
    check_room,
    refuse_extensions,
    tidy_info,
)
from callserver.sip.errors import SipError
from callserver.sip.hop import (
    Hop,
    hop_in,
    hop_text,
    hop_to,
    is_marked_sips,
    is_sips,
    strip_hops,
    with_hop,
    without_hop,
)
from callserver.sip.message import Request, Response, contact_uri, has_controls, listed
from callserver.sip.sdp import check_keys
from callserver.sip.text import Address, parse_address, parse_uri, quoted, without_headers
from callserver.sip.via import MAGIC, Via

MAX_FORWARDS = 70
_MARK = MAGIC + "w."
_NOT_FOR_WORKERS = (
    "Route",
    "Authorization",
    "Proxy-Authorization",
    "P-Asserted-Identity",
    "P-Preferred-Identity",
    "Remote-Party-ID",
)


@dataclass(frozen=True, slots=True)
class Here:
    """Our faces, ``host:port`` each; ``tls`` is empty when we do not listen for it."""

    public: str
    internal: str
    tls: str = ""

    @property
    def record_route(self) -> str:
        """What keeps workers talking through us."""
        return f"<sip:{self.internal};lr>"

    def via(self, hop: Hop, token: str, branch: str) -> str:
        """Our Via on what goes to a peer for the worker ``token``; ``branch`` without magic."""
        transport = hop.transport.upper()
        place = self._place(hop.transport)
        return f"SIP/2.0/{transport} {place};rport;branch={_MARK}{token}.{branch}"

    def wrote(self, via: Via) -> bool:
        """Whether this Via is ours."""
        return via.is_at(self.public) or (bool(self.tls) and via.is_at(self.tls))

    def contact(self, user: str, transport: str, *, sips: bool) -> str:
        """Our URI for a peer that shall come back over a connection (RFC 3261 section 12.1.1)."""
        place = self._place(transport)
        return f"sips:{user}@{place}" if sips else f"sip:{user}@{place};transport={transport}"

    def _place(self, transport: str) -> str:
        return self.tls if transport == "tls" and self.tls else self.public


def _is_at(value: str, place: str) -> bool:
    uri = parse_uri(parse_address(value).uri)
    return f"{uri.host}:{uri.port or 5060}" == place


def _forwards_left(request: Request) -> int:
    left = request.headers.get("Max-Forwards")
    if left is None:
        return MAX_FORWARDS
    if not (left.isascii() and left.isdigit() and len(left) < 5 and int(left) < 256):
        raise SipError(400, "Bad Max-Forwards")
    return int(left)


def _count_down(request: Request) -> None:
    left = _forwards_left(request)
    if left == 0:
        raise SipError(483, "Too Many Hops")
    request.headers.set("Max-Forwards", str(left - 1))


def _rewrite(value: str, address: Address, uri: str) -> str:
    """The value with another URI; everything around it stays as it was."""
    if f"<{address.uri}>" in value:
        return value.replace(f"<{address.uri}>", f"<{uri}>", 1)
    return value.replace(address.uri, f"<{uri}>", 1)


def show_contact(message: Request | Response, reach: Hop | None) -> None:
    """Clean the peer's Contact of hops it may have invented, and write in ours, if any."""
    values = listed(message.headers, "Contact")
    if not values or values == ["*"]:
        return
    shown = []
    for value in values:
        address = parse_address(value)
        uri = without_headers(without_hop(address.uri))
        if is_sips(uri) or uri[:4].lower() == "sip:":
            uri = with_hop(uri, reach)
        shown.append(value if uri == address.uri else _rewrite(value, address, uri))
    message.headers.setlist("Contact", shown)


def reach_of(message: Request | Response, source: Hop, *, alone: bool) -> Hop | None:
    """The hop by which a peer's Contact is reached, when the Contact itself does not tell: there
    is no proxy between us, and it came over a connection or from another address than it says."""
    if not alone or message.headers.get("Record-Route") is not None:
        return None
    contact = contact_uri(message.headers)
    if not contact:
        return None
    if source.is_stream:
        return source
    try:
        said = hop_to(parse_uri(contact))
    except SipError:
        return source
    return None if said == source else source


def next_hop(uri: URI, routes: list[str]) -> Hop:
    """Where a worker's request goes: the peer's own proxies first (RFC 3261 section 16.6), then
    the way the peer came, then what its URI says. Raises :class:`SipError`."""
    if routes:
        return hop_to(parse_uri(parse_address(routes[0]).uri))
    return hop_in(uri) or hop_to(uri)


def _demands_sips(request: Request) -> bool:
    """Whether our Contact in the answer must be a ``sips`` one (RFC 3261 section 12.1.1)."""
    if request.uri.scheme == "sips":
        return True
    routes = listed(request.headers, "Record-Route")
    first = parse_address(routes[0]).uri if routes else contact_uri(request.headers)
    return is_sips(first)


class Inward:
    """From peers to workers."""

    def __init__(self, here: Here) -> None:
        self._here = here

    def check(self, request: Request) -> None:
        """Whether a peer's request may go further at all; raises :class:`SipError` (400, 482,
        483)."""
        if any(map(self._here.wrote, request.vias)):
            raise SipError(482, "Loop Detected")
        if _forwards_left(request) == 0:
            raise SipError(483, "Too Many Hops")
        for route in listed(request.headers, "Record-Route"):
            parse_uri(parse_address(route).uri)
        if has_controls(request.head().replace("\r\n", "")):
            raise SipError(400, "Control Characters")
        refuse_extensions(request, "Proxy-Require")
        if request.method == "INVITE":
            check_media(request)
        check_room(request)
        check_keys(request.body)

    def request(self, request: Request, origin: Origin) -> None:
        """Make a peer's request, which was checked, fit for a worker; raises :class:`SipError`."""
        tidy_info(request)
        _count_down(request)
        headers = request.headers
        for name in _NOT_FOR_WORKERS:
            headers.remove(name)
        sips = _demands_sips(request)
        show_contact(request, reach_of(request, origin.source, alone=len(request.vias) == 1))
        for name in ("From", "To"):
            headers.set(name, quoted(headers[name]))
        if request.method == "INVITE" and not request.to_tag:
            routes = [without_hop(value) for value in listed(headers, "Record-Route")]
            headers.setlist("Record-Route", [self._here.record_route, *routes])
        seed = f"{request.vias[0].branch} {request.vias[0].host} {request.call_id} {request.cseq}"
        branch = hashlib.blake2s(seed.encode(), digest_size=12).hexdigest()
        back = hop_text(origin.back, sips=sips)
        own = f"SIP/2.0/UDP {self._here.internal};branch={MAGIC}{branch};x-hop={back}"
        headers.setlist("Via", [own, *origin.vias])
        if is_sips(request.target):
            request.target = f"sip:{request.target[5:]}"

    def owner(self, response: Response) -> tuple[str, str] | None:
        """Token and branch of the worker whose request this answers; None: not ours."""
        top = response.vias[0]
        if not top.branch.startswith(_MARK) or not self._here.wrote(top):
            return None
        token, dot, branch = top.branch[len(_MARK) :].partition(".")
        return (token, MAGIC + branch) if dot else None

    def response(self, response: Response, source: Hop, sip_port: int, branch: str) -> None:
        """Make a peer's response fit for the worker on ``sip_port``; raises :class:`SipError`."""
        check_keys(response.body)
        if response.method == "NOTIFY" and response.code == 481:
            # The phone has no such subscription any more. That ends no call (RFC 5057 section 5.1),
            # but PJSIP hangs up when it hears it.
            response.code, response.phrase = 200, "OK"
        headers = response.headers
        for contact in listed(headers, "Contact"):
            if contact != "*":
                check_contact(contact)
        headers.setlist("Via", [f"SIP/2.0/UDP 127.0.0.1:{sip_port};branch={branch}"])
        show_contact(response, reach_of(response, source, alone=True))
        if response.method == "INVITE" and 100 < response.code < 300:
            routes = [without_hop(value) for value in listed(headers, "Record-Route")]
            headers.setlist("Record-Route", [*routes, self._here.record_route])


class Outward:
    """From workers to peers."""

    def __init__(self, here: Here) -> None:
        self._here = here

    def request(self, request: Request, token: str) -> Hop:
        """Make a worker's request fit for its peer; returns where it goes. A host that is a name
        is still to be resolved. Raises :class:`SipError`."""
        _count_down(request)
        headers = request.headers
        routes = listed(headers, "Route")
        if routes and _is_at(routes[0], self._here.internal):
            routes = routes[1:]
        headers.remove("Route")
        if routes:
            headers.setlist("Route", routes)
        hop = next_hop(request.uri, routes)
        request.target = without_hop(request.target)
        branch = request.vias[0].branch.removeprefix(MAGIC)
        headers.setlist("Via", [self._here.via(hop, token, branch)])
        self._sign_contact(request, hop, sips=is_sips(request.target))
        return hop

    def response(self, response: Response) -> Hop:
        """Make a worker's response fit for its peer; returns where it goes. Raises
        :class:`SipError` when it does not answer anything of ours."""
        top, *others = response.vias
        if not others or not top.is_at(self._here.internal):
            raise SipError(400, "Not Our Via")
        back = top.params.get("x-hop") or ""
        hop = Hop.parse(back)
        headers = response.headers
        headers.setlist("Via", [str(via) for via in others])
        routes = [
            value
            for value in listed(headers, "Record-Route")
            if not _is_at(value, self._here.internal)
        ]
        headers.remove("Record-Route")
        if routes:
            headers.setlist("Record-Route", routes)
        self._sign_contact(response, hop, sips=is_marked_sips(back))
        return hop

    def _sign_contact(self, message: Request | Response, hop: Hop, *, sips: bool) -> None:
        """A peer that came over a connection shall come back over one of its kind."""
        if not hop.is_stream:
            return
        values = listed(message.headers, "Contact")
        if not values:
            return
        shown = []
        for value in values:
            address = parse_address(value)
            user, _, place = address.uri.removeprefix("sip:").rpartition("@")
            if place == self._here.public:
                uri = self._here.contact(user, hop.transport, sips=sips)
                value = _rewrite(value, address, uri)
            shown.append(value)
        message.headers.setlist("Contact", shown)


def leaving(message: Request | Response) -> bytes:
    """The bytes for a peer; no hop of ours is in them."""
    return strip_hops(message.head()).encode() + message.body
