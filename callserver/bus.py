"""The bus: facts go out to whoever listens (metrics, live pages, the demo's story).

Listeners run at once, in the caller's turn; they must be quick and are not allowed to fail: one
that does is logged and does not disturb the call.
"""

from collections.abc import Callable

from callserver import log
from callserver.model.facts import Fact

_log = log.get("bus")

Listener = Callable[[Fact], None]


class Bus:
    """One per controller."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear every fact from now on; call what is returned to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, fact: Fact) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(fact)
            except Exception:  # noqa: BLE001 - the bus promises that no listener disturbs a call
                _log.exception("listener_failed", fact=type(fact).__name__)
