"""Every error the API can answer with, as RFC 9457 ``application/problem+json``.

``type`` is ``urn:callserver:problem:`` and the id below; ids are stable and are what a client
should look at. ``detail`` is for people and may change. 422 lists all mistakes under ``errors``.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import msgspec
from aiohttp import web

from callserver.model.errors import NotAllowed, UnknownName

CONTENT_TYPE: Final = "application/problem+json"
RETRY_AFTER_S: Final = 5


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of error: its stable id, its HTTP status, and its title for people."""

    id: str
    status: int
    title: str


BAD_REQUEST = Kind("bad-request", 400, "The request is not proper HTTP")
BAD_JSON = Kind("bad-json", 400, "The body is not JSON")
UNAUTHORIZED = Kind("unauthorized", 401, "A valid bearer token is needed")
FORBIDDEN = Kind("forbidden", 403, "The role of this token does not allow it")
NO_ROUTE = Kind("no-route", 404, "There is nothing at this address")
NOT_FOUND = Kind("not-found", 404, "There is no such thing")
SOUND_MISSING = Kind("sound-missing", 404, "The sound of this recording is not there")
METHOD_NOT_ALLOWED = Kind("method-not-allowed", 405, "This address does not take this method")
BODY_TIMEOUT = Kind("body-timeout", 408, "The body did not arrive in time")
CONFLICT = Kind("conflict", 409, "It does not fit the present state")
PRECONDITION_FAILED = Kind("precondition-failed", 412, "It is not the version asked for")
TOO_LARGE = Kind("too-large", 413, "The body is too large")
UNSUPPORTED_MEDIA = Kind("unsupported-media", 415, "The body is not of the type that is taken here")
BAD_RANGE = Kind("bad-range", 416, "The range lies outside of the file")
EXPECTATION = Kind("expectation", 417, "Only `100-continue` can be expected")
INVALID = Kind("invalid", 422, "The request has mistakes")
TOO_MANY = Kind("too-many", 429, "Too many at once; come again later")
INTERNAL = Kind("internal", 500, "Something broke on our side")
STORE_DOWN = Kind("store-down", 503, "The database cannot be reached")
TOO_SLOW = Kind("too-slow", 503, "The answer took too long")
BUSY = Kind("busy", 503, "The server has its hands full")
NOT_READY = Kind("not-ready", 503, "Some parts do not work")
NO_ROOM = Kind("no-room", 507, "There is no room on the disk")

_BY_STATUS: Final = {
    kind.status: kind
    for kind in (BAD_REQUEST, NO_ROUTE, METHOD_NOT_ALLOWED, TOO_LARGE, EXPECTATION)
}


class Problem(Exception):
    """An answer that is an error. Raise it anywhere under a handler. ``more`` are extension
    members (RFC 9457 section 3.2)."""

    def __init__(
        self,
        kind: Kind,
        detail: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{kind.id}: {detail}")
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = dict(more or {})

    def response(self) -> web.Response:
        """The answer on the wire."""
        headers = self.headers
        if self.kind.status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers = {"Retry-After": str(RETRY_AFTER_S), **headers}
        return web.Response(
            status=self.kind.status, body=self.body(), content_type=CONTENT_TYPE, headers=headers
        )

    def body(self) -> bytes:
        """Its JSON."""
        content = {
            "type": f"urn:callserver:problem:{self.kind.id}",
            "title": self.kind.title,
            "status": self.kind.status,
        }
        if self.detail:
            content["detail"] = self.detail
        return msgspec.json.encode(content | self.more)


def invalid(mistakes: list[dict[str, str]]) -> Problem:
    """422 with all mistakes. Each has ``detail`` and ``pointer`` (RFC 6901, into the body) or
    ``parameter`` (of the query)."""
    return Problem(INVALID, f"{len(mistakes)} to correct", more={"errors": mistakes})


def from_http(error: web.HTTPException) -> Problem:
    """What aiohttp itself raises (unknown route, wrong method, large body), in our words."""
    kind = _BY_STATUS.get(error.status)
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    if kind is None:
        kind = Kind(f"http-{error.status}", error.status, HTTPStatus(error.status).phrase)
    return Problem(kind, headers=headers)


@contextmanager
def refusals() -> Iterator[None]:
    """What the rooms behind refuse, as the API says it."""
    try:
        yield
    except UnknownName as error:
        raise Problem(NOT_FOUND, str(error)) from error
    except NotAllowed as error:
        raise Problem(CONFLICT, str(error)) from error
