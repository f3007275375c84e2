"""Functions of installed plug-ins, for ``python`` steps.

A plug-in is a Python package with an entry point of the group ``callserver.steps``::

    [project.entry-points."callserver.steps"]
    loyalty_points = "our_shop.points:loyalty_points"

    async def loyalty_points(account: str) -> int: ...

The function is a coroutine and gets the values of ``with`` by name. It gives a value, or a mapping
of values by name.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from callserver import log

GROUP = "callserver.steps"

Function = Callable[..., Awaitable[Any]]

_log = log.get("ivr")


@cache
def functions() -> Mapping[str, Function]:
    """All that are installed, by name; one that cannot be loaded is told and left out."""
    found: dict[str, Function] = {}
    for point in entry_points(group=GROUP):
        try:
            function = point.load()
        except Exception as error:  # noqa: BLE001 - somebody else's code must not stop the server
            _log.error("plugin_broken", name=point.name, of=point.value, error=repr(error))
            continue
        if inspect.iscoroutinefunction(function):
            found[point.name] = function
        else:
            _log.error("plugin_broken", name=point.name, of=point.value, error="not a coroutine")
    return found
