"""Who is asking: the bearer token of a request (RFC 6750), only ever from its header."""

import ipaddress
from typing import Final

from aiohttp import web

from callserver.model.people import Token
from callserver.tokens import Tokens
from callserver.web import access, problems
from callserver.web.problems import Problem

BEARER: Final = web.RequestKey("bearer", Token)
"""Set on a request whose token was good; the access log names its id."""

MAX_SECRET: Final = 512
_CHALLENGE: Final = 'Bearer realm="callserver"'
_FORWARDED: Final = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")


def is_local(request: web.BaseRequest) -> bool:
    """Whether it was sent on this machine: loopback peer, and no trace of a proxy, which would
    make every request of the world look local."""
    try:
        peer = ipaddress.ip_address(request.remote or "")
    except ValueError:
        return False
    return peer.is_loopback and not any(name in request.headers for name in _FORWARDED)


def admit(request: web.Request, operation: str, tokens: Tokens) -> None:
    """Let the request pass, or raise 401 or 403."""
    if operation in access.PUBLIC:
        return
    values = request.headers.getall("Authorization", [])
    if not values and operation in access.LOCAL and is_local(request):
        return
    token = _token(values, tokens)
    request[BEARER] = token
    if not access.may(token.role, operation):
        raise Problem(
            problems.FORBIDDEN,
            f"role {token.role} may not use {operation}",
            headers={"WWW-Authenticate": f'{_CHALLENGE}, error="insufficient_scope"'},
        )


def _token(values: list[str], tokens: Tokens) -> Token:
    if not values:
        raise Problem(
            problems.UNAUTHORIZED,
            "send `Authorization: Bearer …`; `callserver token add` makes a token",
            headers={"WWW-Authenticate": _CHALLENGE},
        )
    scheme, _, secret = values[0].partition(" ")
    secret = secret.strip()
    token = None
    if len(values) == 1 and scheme.lower() == "bearer" and len(secret) <= MAX_SECRET:
        token = tokens.verify(secret)
    if token is None:
        raise Problem(
            problems.UNAUTHORIZED,
            "the token is unknown or revoked",
            headers={"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'},
        )
    return token
