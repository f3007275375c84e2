"""One SIP message: bytes in, checked request or response out, and back (RFC 3261 section 7).

What passes here is safe for the parsers behind us: valid UTF-8, CRLF line ends only, no control
characters but in quoted pairs (those go no further, see ``forward.py``), headers unfolded, names
are tokens, the fields every message needs are there once and can be read. ``sipmessage`` supplies
the header store, the compact forms and URIs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sipmessage import URI, Headers
from sipmessage.message import COMPACT_FORMS

from callserver.sip.errors import SipError
from callserver.sip.text import is_token, parse_address, parse_cseq, parse_uri, split
from callserver.sip.via import Via

MAX_HEADERS = 128
# Call-ID and both tags are together a key in the database; PostgreSQL's have 2700 bytes. Tags of
# 300 are in RFC 4475 (3.1.1.4).
MAX_CALL_ID_BYTES = 256
MAX_TAG_BYTES = 1024
MAX_LINE_CHARS = 8192
MAX_VIAS = 70  # as many hops as Max-Forwards usually allows
MAX_MESSAGE_BYTES = 65535

_FOLD = re.compile(r"[ \t]*+\r\n[ \t]++")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_QUOTED_PAIR = re.compile(r"\\[\x00-\x09\x0b\x0c\x0e-\x7f]")
_VERSION = re.compile(r"SIP/\d+\.\d+", re.IGNORECASE)
_STATUS = re.compile(r"SIP/2\.0 ([1-6]\d\d)(?: (.*))?", re.ASCII)
_ONCE = ("Call-ID", "CSeq", "From", "To")
_AT_MOST_ONCE = ("Content-Length", "Max-Forwards", "Content-Type", "Expires")


@dataclass(slots=True)
class Request:
    """A request. ``target`` is the Request-URI as text, ``uri`` the same parsed; ``vias`` are the
    Via values one by one, however many a line held."""

    method: str
    target: str
    uri: URI
    headers: Headers
    body: bytes
    call_id: str
    cseq: int
    from_tag: str
    to_tag: str
    vias: list[Via]

    def head(self) -> str:
        """The text before the body; Content-Length is made to fit."""
        return _head(f"{self.method} {self.target} SIP/2.0", self.headers, self.body)

    def __bytes__(self) -> bytes:
        return self.head().encode() + self.body


@dataclass(slots=True)
class Response:
    """A response; ``method`` is that of its request."""

    code: int
    phrase: str
    headers: Headers
    body: bytes
    call_id: str
    cseq: int
    method: str
    from_tag: str
    to_tag: str
    vias: list[Via]

    def head(self) -> str:
        """The text before the body; Content-Length is made to fit."""
        return _head(f"SIP/2.0 {self.code} {self.phrase}", self.headers, self.body)

    def __bytes__(self) -> bytes:
        return self.head().encode() + self.body


def _head(start: str, headers: Headers, body: bytes) -> str:
    headers.set("Content-Length", str(len(body)))
    return f"{start}\r\n{headers}"


def parse(
    data: bytes, max_bytes: int = MAX_MESSAGE_BYTES, wrong: SipError | None = None
) -> Request | Response:
    """Raises :class:`SipError`; with ``headers`` when it can be answered (never for ACK, never for
    a response). A body longer than Content-Length is cut (RFC 3261 section 18.3). ``wrong`` is what
    the framing has found already: the message is then read only to be refused."""
    raw, gap, body = data.lstrip(b"\r\n").partition(b"\r\n\r\n")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
        wrong = wrong or SipError(400, "Not UTF-8")
    if "\r\n " in text or "\r\n\t" in text:
        text = _FOLD.sub(" ", text)
    start, *lines = text.split("\r\n", MAX_HEADERS + 1)
    headers = Headers()
    try:
        _read_headers(headers, lines)
        if wrong is None and not gap:
            wrong = SipError(400, "No End of Headers")
        if wrong is None and len(data) > max_bytes:
            wrong = SipError(513, "Message Too Large")
        if wrong is not None:
            raise wrong
        if start.startswith("SIP/"):
            return _response(start, headers, body)
        return _request(start, headers, body)
    except SipError as error:
        if not start.startswith(("SIP/", "ACK ")) and _answerable(headers):
            error.headers = headers
        raise


def has_controls(text: str) -> bool:
    """Whether there are control characters in a line of a message."""
    return _FORBIDDEN.search(text) is not None


def _read_headers(headers: Headers, lines: list[str]) -> None:
    """Reads on after a mistake, so that the request can be answered, and raises the first."""
    wrong: SipError | None = None
    if len(lines) > MAX_HEADERS:
        wrong = SipError(400, "Too Many Headers")
        lines = lines[:MAX_HEADERS]
    store: dict[str, tuple[str, list[str]]] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.rstrip(" \t")
        if (
            not colon
            or len(line) > MAX_LINE_CHARS
            or not is_token(name)
            or (has_controls(line) and has_controls(_QUOTED_PAIR.sub("", line)))
        ):
            wrong = wrong or SipError(400, "Bad Header Line")
            continue
        name = COMPACT_FORMS.get(name.lower(), name)
        store.setdefault(name.lower(), (name, []))[1].append(value.strip(" \t"))
    for name, values in store.values():
        headers.setlist(name, values)
    if wrong is not None:
        raise wrong


def _answerable(headers: Headers) -> bool:
    """Whether an answer would find its way. What else it should carry is given back as far as it
    is there (RFC 3261 section 8.2.6; RFC 4475 wants answers to requests without From and To)."""
    return Via.salvage(headers.get("Via") or "") is not None


def listed(headers: Headers, name: str) -> list[str]:
    """The values of a header that is a list, one by one, however many a line holds."""
    return [value for line in headers.getlist(name) for value in split(line)]


def contact_uri(headers: Headers) -> str:
    """The URI of the first Contact; empty: there is none."""
    value = headers.get("Contact")
    return "" if not value or value == "*" else parse_address(split(value)[0]).uri


def _vias(headers: Headers) -> list[Via]:
    vias = [Via.parse(value) for value in listed(headers, "Via")]
    if not 0 < len(vias) <= MAX_VIAS:
        raise SipError(400, "Bad Via")
    return vias


@dataclass(frozen=True, slots=True)
class _Core:
    """What every message has to have, read once."""

    body: bytes
    call_id: str
    cseq: int
    method: str
    from_tag: str
    to_tag: str
    vias: list[Via]


def _core(headers: Headers, body: bytes) -> _Core:
    for name in _ONCE:
        if len(headers.getlist(name)) != 1 or not headers[name]:
            raise SipError(400, f"Needs One {name}")
    for name in _AT_MOST_ONCE:
        if len(headers.getlist(name)) > 1:
            raise SipError(400, f"More Than One {name}")
    length = headers.get("Content-Length")
    if length is not None:
        if not (length.isascii() and length.isdigit() and len(length) < 9):
            raise SipError(400, "Bad Content-Length")
        if int(length) > len(body):
            raise SipError(400, "Body Shorter Than Content-Length")
        body = body[: int(length)]
    call_id = headers["Call-ID"]
    if len(call_id.encode()) > MAX_CALL_ID_BYTES or " " in call_id:
        raise SipError(400, "Bad Call-ID")
    cseq, method = parse_cseq(headers["CSeq"])
    sender, receiver = parse_address(headers["From"]), parse_address(headers["To"])
    if max(len(sender.tag.encode()), len(receiver.tag.encode())) > MAX_TAG_BYTES:
        raise SipError(400, "Bad Tag")
    return _Core(body, call_id, cseq, method, sender.tag, receiver.tag, _vias(headers))


def _request(start: str, headers: Headers, body: bytes) -> Request:
    if _FORBIDDEN.search(start) is not None:
        raise SipError(400, "Bad Request Line")
    parts = start.split(" ")
    if len(parts) != 3 or not is_token(parts[0]):
        raise SipError(400, "Bad Request Line")
    method, target, version = parts
    if "?" in target.rpartition("@")[2]:
        raise SipError(400, "Header Fields in Request-URI")
    if version != "SIP/2.0":
        if _VERSION.fullmatch(version) is None:
            raise SipError(400, "Bad Request Line")
        raise SipError(505, "Version Not Supported")
    core = _core(headers, body)
    if core.method != method:
        raise SipError(400, "CSeq Method Differs")
    for name in ("From", "To"):
        _check_uri(parse_address(headers[name]).uri)
    for value in listed(headers, "Contact"):
        if value != "*":
            _check_uri(parse_address(value).uri)
    return Request(
        method,
        target,
        parse_uri(target),
        headers,
        core.body,
        core.call_id,
        core.cseq,
        core.from_tag,
        core.to_tag,
        core.vias,
    )


def _check_uri(text: str) -> None:
    """From, To and Contact may name any scheme; those we know must be well-formed."""
    try:
        parse_uri(text)
    except SipError as error:
        if error.code != 416:
            raise SipError(400, error.phrase) from None


def _response(start: str, headers: Headers, body: bytes) -> Response:
    found = _STATUS.fullmatch(start)
    if found is None or _FORBIDDEN.search(start) is not None:
        raise SipError(400, "Bad Status Line")
    core = _core(headers, body)
    for value in listed(headers, "Contact"):
        _check_uri(parse_address(value).uri)
    return Response(
        int(found[1]),
        found[2] or "",
        headers,
        core.body,
        core.call_id,
        core.cseq,
        core.method,
        core.from_tag,
        core.to_tag,
        core.vias,
    )
