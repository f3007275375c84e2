"""A client of the HTTP API for programs in Python: typed, asynchronous, small.

::

    async with Client("http://127.0.0.1:8080", "cs_…") as client:
        async for event in client.events(kinds=["agent_ringing"]):
            call = await client.call(event.call)

Start in ``client`` (what there is to ask), then ``shapes`` (what comes back), ``errors`` (every way
to fail), ``transport`` (retries that do nothing twice) and ``events`` (a stream that resumes). It
sees nothing else of callserver, so this folder can be copied into another program; it needs
``aiohttp`` and ``msgspec``. Anybody may come in.
"""

from callserver.client.client import Client
from callserver.client.errors import (
    ApiError,
    CallserverError,
    Changed,
    Conflict,
    Forbidden,
    Invalid,
    Missing,
    TooMany,
    Unauthorized,
    Unavailable,
    Unreachable,
)
from callserver.client.shapes import (
    Agent,
    Call,
    Callback,
    Contact,
    Dialled,
    Event,
    Fact,
    Import,
    LiveCall,
    Mistake,
    Queue,
    Waiting,
    Webhook,
)

__all__ = [
    "Agent",
    "ApiError",
    "Call",
    "Callback",
    "CallserverError",
    "Changed",
    "Client",
    "Conflict",
    "Contact",
    "Dialled",
    "Event",
    "Fact",
    "Forbidden",
    "Import",
    "Invalid",
    "LiveCall",
    "Missing",
    "Mistake",
    "Queue",
    "TooMany",
    "Unauthorized",
    "Unavailable",
    "Unreachable",
    "Waiting",
    "Webhook",
]
