"""The call workers the door may talk to."""

from callserver.model.ports import CallWorker


class Workers:
    """Token to SIP port and back."""

    def __init__(self) -> None:
        self._ports: dict[str, int] = {}
        self._tokens: dict[int, str] = {}

    def add(self, worker: CallWorker) -> None:
        self._ports[worker.token] = worker.sip_port
        self._tokens[worker.sip_port] = worker.token

    def drop(self, token: str) -> None:
        port = self._ports.pop(token, None)
        if port is not None and self._tokens.get(port) == token:
            del self._tokens[port]

    def port(self, token: str) -> int | None:
        """Its loopback port; None: there is no such worker (any more)."""
        return self._ports.get(token)

    def token(self, port: int) -> str | None:
        """Whose port this is."""
        return self._tokens.get(port)
