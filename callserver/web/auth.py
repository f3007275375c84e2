"""Who is asking: the bearer token of a request (RFC 6750), only ever from its header."""

import asyncio
from typing import Final

from aiohttp import web

from callserver.model.people import Token
from callserver.tokens import ACTOR, Tokens
from callserver.web import access, problems
from callserver.web.gate import Gate
from callserver.web.origin import ORIGIN, is_local
from callserver.web.problems import Problem

BEARER: Final = web.RequestKey("bearer", Token)
"""Set on a request whose token was good; the access log names its id."""

MAX_SECRET: Final = 512
_CHALLENGE: Final = 'Bearer realm="callserver"'


def actor(request: web.Request) -> str:
    """Who asks, as the audit log has it."""
    return ACTOR + request[BEARER].id


def admit(request: web.Request, operation: str, tokens: Tokens, gate: Gate) -> None:
    """Let the request pass, or raise 401, 403 or 429."""
    if operation in access.PUBLIC:
        return
    values = request.headers.getall("Authorization", [])
    if not values and operation in access.LOCAL and is_local(request):
        return
    now = asyncio.get_running_loop().time()
    if not values:
        raise Problem(
            problems.UNAUTHORIZED,
            "send `Authorization: Bearer …`; `callserver token add` makes a token",
            headers={"WWW-Authenticate": _CHALLENGE},
        )
    token = _token(values, tokens)
    if token is None:
        gate.bad_token(request.get(ORIGIN, ""), now)
        raise Problem(
            problems.UNAUTHORIZED,
            "the token is unknown or revoked",
            headers={"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'},
        )
    request[BEARER] = token
    gate.token(token.id, now)
    if not access.may(token.role, operation):
        raise Problem(
            problems.FORBIDDEN,
            f"role {token.role} may not use {operation}",
            headers={"WWW-Authenticate": f'{_CHALLENGE}, error="insufficient_scope"'},
        )


def _token(values: list[str], tokens: Tokens) -> Token | None:
    scheme, _, secret = values[0].partition(" ")
    secret = secret.strip()
    if len(values) == 1 and scheme.lower() == "bearer" and len(secret) <= MAX_SECRET:
        return tokens.verify(secret)
    return None
