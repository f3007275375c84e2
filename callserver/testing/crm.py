"""A CRM that knows accounts, and nothing else: what the support line's `lookup` asks."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

from callserver.testing.serving import serving

ACCOUNTS = {"471100": 12.5, "471101": 0.0}


@asynccontextmanager
async def accounts(balances: Mapping[str, float] = ACCOUNTS, port: int = 0) -> AsyncIterator[str]:
    """Serves ``GET /accounts/NUMBER`` as ``{"balance": 12.5}``, 404 for others; yields its
    address."""

    async def account(request: web.Request) -> web.Response:
        number = request.match_info["number"]
        if number not in balances:
            raise web.HTTPNotFound
        return web.json_response({"account": number, "balance": balances[number]})

    app = web.Application()
    app.router.add_get("/accounts/{number}", account)
    async with serving(app, port) as url:
        yield url
