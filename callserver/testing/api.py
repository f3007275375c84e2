"""The server's HTTP API, as a client with a token sees it."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import aiohttp


class ApiError(Exception):
    """The server said no; ``status`` and the problem it told (RFC 9457)."""

    def __init__(self, status: int, problem: Any) -> None:
        super().__init__(f"{status}: {problem}")
        self.status = status
        self.problem = problem


class Api:
    """``get("/api/v1/calls", limit=5)`` and so on; answers are decoded JSON."""

    def __init__(self, url: str, token: str = "", timeout_s: float = 10.0) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._session = aiohttp.ClientSession(
            url, headers=headers, timeout=aiohttp.ClientTimeout(total=timeout_s)
        )

    async def get(
        self, path: str, headers: Mapping[str, str] | None = None, **params: str | int
    ) -> Any:
        return await self._ask("GET", path, params=params, headers=headers)

    async def post(self, path: str, body: Any) -> Any:
        return await self._ask("POST", path, json=body)

    async def put(self, path: str, body: Any) -> Any:
        return await self._ask("PUT", path, json=body)

    async def delete(self, path: str) -> Any:
        return await self._ask("DELETE", path)

    async def download(self, path: str) -> bytes:
        async with self._session.get(path) as answer:
            if answer.status >= 400:
                raise ApiError(answer.status, await answer.text())
            return await answer.read()

    async def text(self, path: str) -> str:
        """What is not JSON: ``/metrics``."""
        return (await self.download(path)).decode()

    async def status(self, path: str, method: str = "GET", body: Any = None) -> int:
        """Only the status; 0 when nobody answers."""
        try:
            async with self._session.request(method, path, json=body) as answer:
                return answer.status
        except (aiohttp.ClientConnectionError, TimeoutError):
            return 0

    async def _ask(self, method: str, path: str, **options: Any) -> Any:
        async with self._session.request(method, path, **options) as answer:
            if answer.status == 204:
                return None
            content = await answer.json(content_type=None)
            if answer.status >= 400:
                raise ApiError(answer.status, content)
            return content

    async def close(self) -> None:
        await self._session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
