"""The API, described: the OpenAPI document and a page that shows it."""

from functools import cached_property
from importlib import resources
from typing import Final

import msgspec
from aiohttp import web

from callserver.web.openapi import document
from callserver.web.operation import Operation, Raw

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page runs its own script and asks its own server, and that is all (CSP level 3)."""

_DOCUMENT: Final = Raw("application/json")
_PAGE: Final = Raw("text/html")
_SCRIPT: Final = Raw("text/javascript")
_STYLE: Final = Raw("text/css")


class Docs:
    """What there is under ``/api/v1``, for programs and for people."""

    def __init__(self, described: tuple[Operation, ...]) -> None:
        self._described = described

    def operations(self) -> tuple[Operation, ...]:
        """One line each; the names are keys of ``access``."""
        page = "/api/docs"
        return (
            Operation("docs.openapi", "GET", "/api/v1/openapi.json", self.openapi, raw=_DOCUMENT),
            Operation("docs.page", "GET", page, self.page, raw=_PAGE),
            Operation("docs.script", "GET", f"{page}/docs.js", self.script, raw=_SCRIPT),
            Operation("docs.style", "GET", f"{page}/docs.css", self.style, raw=_STYLE),
        )

    @cached_property
    def _document(self) -> bytes:
        return msgspec.json.encode(document((*self._described, *self.operations())))

    async def openapi(self) -> web.Response:
        """This document, OpenAPI 3.1."""
        return web.Response(body=self._document, content_type="application/json")

    async def page(self) -> web.Response:
        """The same as a page, to read and to try."""
        return _file("docs.html", _PAGE)

    async def script(self) -> web.Response:
        """What the page does."""
        return _file("docs.js", _SCRIPT)

    async def style(self) -> web.Response:
        """How the page looks."""
        return _file("docs.css", _STYLE)


def _file(name: str, raw: Raw) -> web.Response:
    body = (resources.files("callserver.web") / "ui" / "docs" / name).read_bytes()
    headers = {"Content-Security-Policy": POLICY}
    return web.Response(body=body, content_type=raw.media, charset="utf-8", headers=headers)
