"""What the web room logs, whatever other tests of this process did to the logging."""

import asyncio
from collections.abc import MutableMapping
from typing import Any, NoReturn

import structlog


class Lines(structlog.testing.LogCapture):
    """The log, and a way to wait for the line that ends a request."""

    def __init__(self) -> None:
        super().__init__()
        self.logger = structlog.wrap_logger(
            None, processors=[self], wrapper_class=structlog.make_filtering_bound_logger(0)
        )
        self._requested = asyncio.Event()

    def __call__(self, logger: Any, method: str, line: MutableMapping[str, Any]) -> NoReturn:
        if line["event"] == "request":
            self._requested.set()
        super().__call__(logger, method, line)

    def of(self, event: str) -> list[MutableMapping[str, Any]]:
        """The lines of this event."""
        return [line for line in self.entries if line["event"] == event]

    async def over(self) -> None:
        """Until a request is over."""
        async with asyncio.timeout(10):
            await self._requested.wait()
