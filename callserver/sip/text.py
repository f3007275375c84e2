"""Header values as text: lists, parameters, addresses and URIs.

Values are split and looked at, never rewritten: a tag or branch that comes back in other letters
than it was sent breaks the peer's dialog (``sipmessage`` decodes ``%`` in parameters, so only its
URI serves here). Every pattern runs in linear time, whatever a stranger sends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote as unescape

from sipmessage import URI, Parameters

from callserver.sip.errors import SipError

MAX_URI_CHARS = 512
MAX_ADDRESS_CHARS = 2048
MAX_CSEQ = 2**31

_TOKEN = r"[A-Za-z0-9.!%*_+`'~-]"
_QUOTED = r'"(?:[^"\\]|\\.)*+"'
_ITEM = re.compile(rf'(?:[^,"<]|{_QUOTED}|<[^>]*+>)++', re.DOTALL)
_PARAM = re.compile(rf'\s*+;\s*+({_TOKEN}++)\s*+(?:=\s*+({_QUOTED}|[^;,"<>\s]++))?', re.ASCII)
_NAME_ADDR = re.compile(rf'\s*+(?:({_QUOTED})\s*+|([^"<>]*+))<([^<>\s]++)>', re.DOTALL | re.ASCII)
_ADDR_SPEC = re.compile(r'\s*+([^\s<>",;?]++)', re.ASCII)
_ESC = "%[0-9A-Fa-f]{2}"
_URI_PARAM = rf"(?:[A-Za-z0-9_.!~*'()\[\]/:&+$-]|{_ESC})++"
_SIP_URI = re.compile(
    rf"sips?:(?:(?P<user>(?:[A-Za-z0-9_.!~*'()&=+$,;?/-]|{_ESC})++)"
    rf"(?::(?P<password>(?:[A-Za-z0-9_.!~*'()&=+$,-]|{_ESC})*+))?@)?"
    r"(?P<host>[A-Za-z0-9][A-Za-z0-9._-]*+|\[[0-9A-Fa-f:.]++\])(?::(?P<port>\d{1,5}))?"
    rf"(?P<params>(?:;{_URI_PARAM}(?:={_URI_PARAM})?)*+)(?P<headers>\?[^\s<>\"@]*+)?"
)
_CSEQ = re.compile(rf"(\d{{1,10}})\s++({_TOKEN}++)", re.ASCII)
_AUTH_SCHEME = re.compile(rf"\s*+({_TOKEN}++)\s++", re.ASCII)
_AUTH_PARAM = re.compile(rf'\s*+({_TOKEN}++)\s*+=\s*+({_QUOTED}|[^,"\s]++)\s*+(,|\Z)', re.ASCII)
_TO_ESCAPE = re.compile(r"[\\\"]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def is_token(value: str) -> bool:
    """Whether this is a `token` of RFC 3261 section 25.1."""
    return re.fullmatch(rf"{_TOKEN}++", value) is not None


def unquote(value: str) -> str:
    """The inside of a quoted string; anything else as it is."""
    return _ESCAPED.sub(r"\1", value[1:-1]) if value.startswith('"') else value


def split(value: str) -> list[str]:
    """The items of a comma-separated value; commas in quotes and ``<>`` do not count."""
    if "," not in value:
        return [value.strip()]
    items = []
    at = 0
    while True:
        found = _ITEM.match(value, at)
        if found is None or not (item := found[0].strip()):
            raise SipError(400, "Bad List")
        items.append(item)
        at = found.end()
        if at == len(value):
            return items
        if value[at] != ",":
            raise SipError(400, "Bad List")
        at += 1


def params(value: str, at: int = 0) -> dict[str, str | None]:
    """``;name=value;flag`` from ``at`` to the end; names in lower case, values as they stand."""
    found: dict[str, str | None] = {}
    end = len(value.rstrip(" \t"))
    while at < end:
        param = _PARAM.match(value, at)
        if param is None:
            raise SipError(400, "Bad Parameter")
        found[param[1].lower()] = param[2]
        at = param.end()
    return found


@dataclass(frozen=True, slots=True)
class Address:
    """A value of From, To, Contact or Route: ``uri`` is the text of the URI. Do not change
    ``params``, the value is shared."""

    name: str
    uri: str
    params: dict[str, str | None]

    @property
    def tag(self) -> str:
        """The tag, or empty."""
        return self.params.get("tag") or ""


@lru_cache(maxsize=1024)
def parse_address(value: str) -> Address:
    """One name-addr or addr-spec with its parameters (RFC 3261 section 20.10)."""
    if len(value) > MAX_ADDRESS_CHARS:
        raise SipError(400, "Address Too Long")
    if (found := _NAME_ADDR.match(value)) is not None:
        name = unquote(found[1]) if found[1] else found[2].strip()
        # Said again, a bare name gets its quotes.
        if not found[1] and len(value) + 2 + sum(map(name.count, '"\\')) > MAX_ADDRESS_CHARS:
            raise SipError(400, "Address Too Long")
        return Address(name, found[3], params(value, found.end()))
    if (bare := _ADDR_SPEC.match(value)) is not None:
        return Address("", bare[1], params(value, bare.end()))
    raise SipError(400, "Bad Address")


@lru_cache(maxsize=1024)
def parse_uri(text: str) -> URI:
    """A sip, sips or tel URI; any other scheme is 416, any other mistake 400. Header fields in the
    URI (``?``) are let through, unread. (The URI pattern of ``sipmessage`` knows no host ``pc33``.)
    """
    scheme, colon, _ = text.partition(":")
    lowered = scheme.lower()
    if colon and is_token(scheme) and lowered not in ("sip", "sips", "tel"):
        raise SipError(416, "Unsupported URI Scheme")
    if len(text) > MAX_URI_CHARS:
        raise SipError(414, "Request-URI Too Long")
    if lowered == "tel":
        return _tel(lowered + text[len(scheme) :])
    found = _SIP_URI.fullmatch(lowered + text[len(scheme) :])
    if found is None:
        raise SipError(400, "Bad URI")
    uri = URI(
        scheme=lowered,
        host=found["host"],
        user=unescape(found["user"]) if found["user"] else None,
        password=unescape(found["password"]) if found["password"] else None,
        port=int(found["port"]) if found["port"] else None,
        parameters=Parameters.parse(found["params"]),
    )
    if uri.port is not None and not 0 < uri.port < 65536:
        raise SipError(400, "Bad Port")
    return uri


def without_headers(text: str) -> str:
    """The URI without header fields (``?Route=...``). They are allowed in a REGISTER's Contact
    (RFC 3261 section 19.1.1), but who calls such a URI lets its owner write into the request."""
    found = _SIP_URI.fullmatch(text)
    return text[: found.start("headers")] if found is not None and found["headers"] else text


def quoted(value: str) -> str:
    """A name-addr with its display name in quotes, when it is neither that nor tokens (RFC 3261
    section 25.1): we understand such names, but must not pass them on (RFC 4475 3.1.2.15)."""
    found = _NAME_ADDR.match(value)
    if found is None or found[1] or all(map(is_token, found[2].split())):
        return value
    name = _TO_ESCAPE.sub(r"\\\g<0>", found[2].strip())
    return f'"{name}" {value[found.end(2) :]}'


def _tel(text: str) -> URI:
    try:
        return URI.parse(text)
    except (ValueError, TypeError):
        raise SipError(400, "Bad URI") from None


@lru_cache(maxsize=256)
def parse_cseq(value: str) -> tuple[int, str]:
    """Number and method (RFC 3261 section 20.16)."""
    found = _CSEQ.fullmatch(value)
    if found is None or int(found[1]) >= MAX_CSEQ:
        raise SipError(400, "Bad CSeq")
    return int(found[1]), found[2]


def parse_credentials(value: str) -> tuple[str, dict[str, str]]:
    """Scheme (lower case) and parameters of an Authorization value (RFC 3261 section 25.1). The
    pattern of ``sipmessage`` for this can be made to run for years."""
    scheme = _AUTH_SCHEME.match(value)
    if scheme is None:
        raise SipError(400, "Bad Credentials")
    found: dict[str, str] = {}
    at = scheme.end()
    while at < len(value):
        param = _AUTH_PARAM.match(value, at)
        if param is None:
            raise SipError(400, "Bad Credentials")
        found[param[1].lower()] = unquote(param[2])
        at = param.end()
    return scheme[1].lower(), found
