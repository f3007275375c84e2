"""A body on its way: it may take too long, or not be what its headers say."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from callserver.web import problems
from callserver.web.problems import Problem

BODY_TIMEOUT_S: Final = 15.0


@asynccontextmanager
async def arriving(within_s: float) -> AsyncIterator[None]:
    """While it is read. Raises ``Problem``."""
    try:
        async with asyncio.timeout(within_s):
            yield
    except TimeoutError as error:
        raise Problem(problems.BODY_TIMEOUT) from error
    except web.RequestPayloadError as error:
        raise Problem(problems.BAD_REQUEST, "the body is not what its headers say") from error
