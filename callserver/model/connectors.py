"""Connectors: what is asked of a CRM, what it answers, what is remembered between two events."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from callserver.model.errors import OutsideError
from callserver.model.flow import Value

PREFIX = "connector-"
"""Before the name of a connector, in the id of its subscription."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to a CRM. ``path`` is appended to the connector's address (or is one itself) and
    is quoted already. Of ``json``, ``form`` and ``parts`` (multipart: name → file name, type and
    bytes) at most one is given. ``fine`` are statuses besides 2xx whose answer the connector wants
    to read itself. It may hold secrets: nobody logs it."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None
    parts: Mapping[str, tuple[str, str, bytes]] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    fine: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Sound:
    """The bytes of a recording are wanted: they come as the ``content`` of the reply (empty: the
    file is gone)."""

    recording: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What came. ``data`` is its JSON (None: it has none), ``retry_after`` the header as it
    came."""

    status: int
    data: Any = None
    retry_after: str = ""
    content: bytes = b""

    def at(self, *path: str | int) -> Any:
        """A value deep inside. Raises ``OutsideError``: they answered something else."""
        found = self.data
        for part in path:
            try:
                found = found[part]
            except (TypeError, KeyError, IndexError):
                named = ".".join(map(str, path))
                raise OutsideError(f"its answer has no {named}") from None
        return found

    def text(self, *path: str | int) -> str:
        """The same, as a text; empty when it is not there."""
        try:
            found = self.at(*path)
        except OutsideError:
            return ""
        return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


Story = Generator[Ask | Sound, Reply, None]
"""What is done for one event: it asks, gets replies, and ends when the CRM has it."""
Known = dict[str, str]
"""What a connector remembers of a call: ids in the CRM, how far it got."""


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a CRM knows by a number. ``owner`` is an agent of ours; ``fields`` may have ``name``,
    ``language``, ``vip``, ``url`` (of their page) and what else the CRM tells. Blocked: nobody
    wants to talk with them."""

    fields: Mapping[str, Value]
    owner: str | None = None
    blocked: bool = False


Search = Generator[Ask | Sound, Reply, Found | None]


class CallerLookup(Protocol):
    """Who asks a CRM who calls. ``source`` is its name in the configuration (empty: none is
    asked), ``wait_s`` how long a call may wait for an answer now."""

    source: str

    @property
    def wait_s(self) -> float: ...

    async def find(self, number: str) -> Found | None:
        """Who has this number (E.164). Raises ``OutsideError``; may take long."""
        ...


class NobodyAsked:
    """Implements ``CallerLookup`` where no CRM is asked."""

    source = ""
    wait_s = 0.0

    async def find(self, number: str) -> Found | None:
        return None


class Http(Protocol):
    """Who speaks HTTP with CRMs."""

    async def fetch(self, ask: Ask, url: str, *, private: bool, timeout_s: float) -> Reply:
        """Ask ``url``, once. Raises ``OutsideError`` when no answer came."""
        ...

    async def close(self) -> None: ...
