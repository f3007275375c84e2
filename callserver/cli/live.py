"""Asking the running server, over its API: who it is that asks stands in the audit log."""

import json
import os
import urllib.error
import urllib.request
from typing import Annotated, Any
from urllib.parse import quote

import typer

from callserver.config import Config
from callserver.model.errors import NotAllowed

TOKEN = "CALLSERVER_TOKEN"
TIMEOUT_S = 10.0

Url = Annotated[
    str,
    typer.Option("--url", help="The server's API; default: this machine, the configured port."),
]


class Server:
    """The server of a configuration, or the one at ``url``. Raises ``NotAllowed`` when it says no
    or nothing."""

    def __init__(self, config: Config, url: str = "") -> None:
        self._url = (url or f"http://127.0.0.1:{config.http.port}").rstrip("/")
        self._token = os.environ.get(TOKEN, "")

    def get(self, *path: str, query: str = "") -> Any:
        """The answer, from JSON; None: there is none."""
        return self.ask("GET", path, query=query)

    def ask(self, method: str, path: tuple[str, ...], body: Any = None, *, query: str = "") -> Any:
        """``path`` comes behind ``/api/v1``, ``query`` behind that."""
        if not self._token:
            raise NotAllowed(
                f"set {TOKEN} to an API token; `callserver token add NAME --role supervisor` "
                "makes one"
            )
        request = urllib.request.Request(  # noqa: S310 - the operator names the URL
            f"{self._url}/api/v1/"
            + "/".join(quote(part, safe="") for part in path)
            + (f"?{query}" if query else ""),
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
                content = answer.read()
        except urllib.error.HTTPError as error:
            raise NotAllowed(_problem(error)) from error
        except OSError as error:
            raise NotAllowed(f"no server answers at {self._url}: {error}") from error
        return json.loads(content) if content else None


def _problem(error: urllib.error.HTTPError) -> str:
    """What the server says is wrong (RFC 9457)."""
    try:
        problem = json.loads(error.read())
    except ValueError:
        problem = {}
    wrong = [f"{one.get('pointer', '')} {one['detail']}" for one in problem.get("errors", [])]
    told = problem.get("detail") or problem.get("title") or str(error)
    return "; ".join([str(told), *(one.strip() for one in wrong)])
