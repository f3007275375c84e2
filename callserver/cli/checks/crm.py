"""The CRMs that are told of calls."""

import asyncio

from callserver.cli.checks.finding import Finding, ok, warn
from callserver.cli.connector import opened_couriers
from callserver.config import Config
from callserver.model.errors import CallServerError

PATIENCE_S = 5.0


def connectors(config: Config) -> Finding:
    """Whether each of them knows us now. Calls go on without, so this is no failure."""
    if not config.connectors:
        return ok("connectors", "none in connectors.yaml")
    troubles = asyncio.run(_troubles(config))
    if troubles:
        cure = "`callserver connector test NAME`; what it is to be told of waits for 3 days"
        return warn("connectors", "; ".join(troubles), cure)
    return ok("connectors", f"{', '.join(config.connectors)}: each knows us")


async def _troubles(config: Config) -> list[str]:
    found = []
    async with opened_couriers(config) as couriers:
        for name, courier in couriers.items():
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await courier.check()
            except TimeoutError:
                found.append(f"{name}: no answer within {PATIENCE_S:g} s")
            except CallServerError as error:
                found.append(f"{name}: {error}")
    return found
