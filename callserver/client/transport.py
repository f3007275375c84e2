"""One request, asked again as long as that can do no harm.

What only reads or says how something shall be (GET, PUT, DELETE) may be asked twice. A POST gets an
``Idempotency-Key`` of its own, so the server carries it out once and answers the second time as it
did the first.
"""

import asyncio
import io
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import aiohttp
import msgspec

from callserver.client.errors import Unreachable, error

T = TypeVar("T")

FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 30.0
_LATER: Final = frozenset({429, 502, 503, 504})
_IN_PROGRESS: Final = "in-progress"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and which version of it."""

    body: bytes
    etag: str


class Transport:
    """A session with one server. ``tries``: how often a request is sent at most."""

    def __init__(self, url: str, token: str, timeout_s: float, tries: int) -> None:
        self.url = url.rstrip("/")
        self._tries = tries
        self._dice = random.Random()  # noqa: S311 - only spreads retries
        self.session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {token}"},
            timeout=aiohttp.ClientTimeout(total=timeout_s),
        )

    async def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | None] | None = None,
        body: Any = None,
        etag: str | None = None,
        file: tuple[str, bytes] | None = None,
    ) -> Answer:
        """``body`` becomes JSON; ``file`` is a media type and what is sent as it is. Raises
        :class:`~callserver.client.errors.CallserverError`."""
        headers = {"If-Match": etag} if etag else {}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        data = None if body is None else msgspec.json.encode(body)
        if data is not None:
            headers["Content-Type"] = "application/json"
        if file is not None:
            headers["Content-Type"] = file[0]
        query = {name: value for name, value in (params or {}).items() if value is not None}
        for number in range(self._tries):
            last = number + 1 == self._tries
            try:
                sent = data if file is None else io.BytesIO(file[1])
                async with self.session.request(
                    method, self.url + path, params=query, data=sent, headers=headers
                ) as answer:
                    content = await answer.read()
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError) as no:
                if last:
                    raise Unreachable(f"{method} {path}: {no or type(no).__name__}") from no
                await asyncio.sleep(self.pause(number))
                continue
            if answer.status < 400:
                return Answer(content, answer.headers.get("ETag", ""))
            problem = error(answer.status, content)
            if last or not (answer.status in _LATER or problem.id == _IN_PROGRESS):
                raise problem
            await asyncio.sleep(self.pause(number, answer.headers.get("Retry-After", "")))
        raise Unreachable("tries must be at least 1")

    async def get(self, path: str, type_: type[T], **params: str | None) -> T:
        """What is there."""
        return self.read(await self.ask("GET", path, params=params), type_)

    def read(self, answer: Answer, type_: type[T]) -> T:
        """Its content. Raises :class:`Unreachable` when it is not what this client knows."""
        try:
            return msgspec.json.decode(answer.body, type=type_)
        except msgspec.DecodeError as wrong:
            raise Unreachable(f"the answer is not what was expected: {wrong}") from wrong

    def lines(self, answer: Answer, type_: type[T]) -> list[T]:
        """The content of an answer that has an object a line; raises as :meth:`read`."""
        return [self.read(Answer(line, ""), type_) for line in answer.body.splitlines()]

    def pause(self, number: int, asked: str = "") -> float:
        """How long to wait before trying again, in seconds."""
        if asked.isdigit():
            return min(float(asked), LONGEST_PAUSE_S)
        longest = min(FIRST_PAUSE_S * 2**number, LONGEST_PAUSE_S)
        return self._dice.uniform(longest / 2, longest)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.session.close()
