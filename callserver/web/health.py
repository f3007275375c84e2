"""What machines look at: is the process alive, can it take calls, its metrics."""

from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import web
from msgspec import Struct
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from callserver.metrics import Metrics
from callserver.web import problems
from callserver.web.operation import Raw
from callserver.web.origin import is_local
from callserver.web.problems import Problem

METRICS: Final = Raw("text/plain")


class StatusOut(Struct, frozen=True, omit_defaults=True):
    """A word for people; machines look at the status code. ``warnings`` are limits that are nearly
    reached in a busy hour, by name."""

    status: str
    warnings: dict[str, str] = {}


class Health:
    """``/healthz``, ``/readyz``, ``/metrics``."""

    def __init__(
        self,
        metrics: Metrics,
        degraded: Callable[[], Mapping[str, str]],
        warnings: Callable[[], Mapping[str, str]],
    ) -> None:
        self._metrics = metrics
        self._degraded = degraded
        self._warnings = warnings

    async def alive(self) -> StatusOut:
        """The process and its loop are alive, whatever else is not."""
        return StatusOut("alive")

    async def ready(self, request: web.Request) -> StatusOut:
        """Calls can be taken; else 503 and the parts that do not work. What is wrong with them is
        told on this machine only, since anybody may ask."""
        local = is_local(request)
        degraded = self._degraded()
        if degraded:
            told = dict(degraded) if local else dict.fromkeys(degraded, "degraded")
            raise Problem(problems.NOT_READY, ", ".join(sorted(told)), more={"degraded": told})
        warnings = self._warnings()
        return StatusOut("ready", dict(warnings) if local else dict.fromkeys(warnings, "near"))

    async def metrics(self) -> web.Response:
        """Prometheus text. They name no person and no number."""
        text = generate_latest(self._metrics.registry)
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})
