"""What a fake CRM keeps, and what it answers. No sockets."""

import json
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import parse_qs

from callserver.rate import Rate


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request. ``path`` is without the query; ``data`` its JSON or form."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("application/x-www-form-urlencoded"):
            return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            return None

    @property
    def parts(self) -> list[str]:
        return self.path.strip("/").split("/")


@dataclass(frozen=True, slots=True)
class Said:
    """An answer."""

    status: int = 200
    data: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Record:
    """A call as the CRM keeps it: its fields, and what happened to it, in order. What happens again
    in the same way is not written down twice."""

    id: str
    key: str
    fields: dict[str, Any] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)

    def step(self, name: str, **fields: Any) -> None:
        self.fields.update(fields)
        if name not in self.steps:
            self.steps.append(name)


class Refusal(Exception):
    """The answer to a request that is wrong."""

    def __init__(self, status: int, data: Any = None) -> None:
        super().__init__(status, data)
        self.said = Said(status, data)


class Crm(ABC):
    """``records`` is every call it holds, by its own id; ``people`` whom it knows, by number;
    ``blocked`` numbers it wants no calls of. ``wrong`` are requests that the real one would not
    take, with the reason: none is what a test wants."""

    kind: ClassVar[str]
    rate: ClassVar[tuple[float, int] | None] = None
    """Requests a second and at once; None: without limit."""
    complete: ClassVar[tuple[str, ...]]
    """The steps of a call that was told of completely, with a recording."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.records: dict[str, Record] = {}
        self.people: dict[str, Any] = {}
        self.blocked: set[str] = set()
        self.wrong: list[str] = []
        self.limited = 0
        self.clock = clock
        self._rate = Rate(*self.rate) if self.rate else None
        self._count = 0

    @abstractmethod
    def options(self, url: str) -> dict[str, Any]:
        """The configuration of a connector for this one, which listens at ``url``."""

    @abstractmethod
    def knows(self, asked: Incoming) -> bool:
        """Whether the request is by somebody it knows."""

    @abstractmethod
    def answer(self, asked: Incoming) -> Said:
        """Raises :class:`Refusal`."""

    def patient(self) -> None:
        """Let them ask as often as they like: somebody is in a hurry."""
        self._rate = None

    def busy(self) -> Said:
        """What it says to those who ask too much."""
        return Said(429, {"message": "slow down"}, {"Retry-After": "0"})

    def unknown(self) -> Said:
        """What it says to those it does not know."""
        return Said(401, {"message": "who are you"})

    def take(self, asked: Incoming) -> Said:
        """A request, from the beginning to its answer."""
        if self._rate and self._rate.take("", self.clock()):
            self.limited += 1
            return self.busy()
        if not self.knows(asked):
            self.wrong.append(f"{asked.method} {asked.path}: unknown")
            return self.unknown()
        try:
            return self.answer(asked)
        except Refusal as refusal:
            return refusal.said
        except (KeyError, TypeError, ValueError) as error:
            self.wrong.append(f"{asked.method} {asked.path}: {error!r}")
            return Said(400, {"error": "BAD_REQUEST", "message": f"bad request: {error!r}"})

    def new_id(self) -> str:
        self._count += 1
        return str(1000 + self._count)

    def new(self, key: str, **fields: Any) -> Record:
        """Another record; ``key`` is our id of the call, as it stands in it."""
        record = Record(self.new_id(), key, fields)
        self.records[record.id] = record
        return record

    def of(self, key: str) -> Record | None:
        """The first record of this call of ours."""
        return next((one for one in self.records.values() if one.key == key), None)

    def require(self, data: Any, *names: str) -> None:
        """Refuse what lacks one of these fields."""
        missing = [name for name in names if data.get(name) in (None, "")]
        if missing:
            self.wrong.append(f"without {', '.join(missing)}")
            raise Refusal(400, {"error": "MISSING", "message": f"without {', '.join(missing)}"})

    def stories(self) -> dict[str, list[str]]:
        """The steps of each call, by our id; of two records of one call, both."""
        told: dict[str, list[str]] = {}
        for record in self.records.values():
            told.setdefault(record.key, []).extend(record.steps)
        return told

    def sounds(self) -> list[str]:
        """Our calls, once for each recording it holds; empty: it holds none by itself."""
        return []

    def twice(self) -> list[str]:
        """Our calls that it holds more than once, or more than one recording of."""
        counts = Counter(record.key for record in self.records.values())
        sounds = Counter(self.sounds())
        return [key for key in counts if counts[key] > 1 or sounds[key] > 1]
