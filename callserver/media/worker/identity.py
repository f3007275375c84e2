"""The From of a call we make: what the network gave us, made harmless."""

import re

_NOT_USER = re.compile(r"[^0-9A-Za-z+*_.\-]")
_MAX = 64
ANONYMOUS = "anonymous"


def caller(number: str, name: str, host: str) -> str:
    """``"name" <sip:number@host>``. Both parts came from the network: only characters that need
    no escaping stay in the number (RFC 3261 section 25.1), and nothing that could end the quoted
    string or the line stays in the name."""
    user = _NOT_USER.sub("", number)[:_MAX] or ANONYMOUS
    display = "".join(c for c in name if c.isprintable() and c not in '"\\')[:_MAX].strip()
    display = display.encode("utf-8", "ignore").decode()
    address = f"<sip:{user}@{host}>"
    return f'"{display}" {address}' if display else address


def host_of(address: str) -> str:
    """The host of ``host:port``."""
    host, colon, port = address.rpartition(":")
    return host if colon and port.isdigit() else address
