"""What every call session needs of the house, in one value."""

from collections.abc import Callable
from dataclasses import dataclass, field

from callserver.call.directory import Directory
from callserver.call.journal import Journal
from callserver.config import Config
from callserver.metrics import Metrics
from callserver.model.callback import CallerDesk, NobodyAsks
from callserver.model.connectors import CallerLookup, NobodyAsked
from callserver.model.outside import Outside
from callserver.model.ports import Clock, Phones, Prompts, QueueDesk
from callserver.model.store_ports import Callers
from callserver.model.talk import TalkDesk
from callserver.recording.library import Recordings


@dataclass(frozen=True, slots=True)
class Services:
    """Shared by all sessions of a controller. ``ringback`` is the file with what an agent hears
    while it rings at somebody they ask. ``held`` says since when a number has a place in a
    queue, to be called back; None: it has none. ``asked`` is what callers may do about that.
    ``lookup`` asks a CRM who calls."""

    config: Config
    clock: Clock
    journal: Journal
    metrics: Metrics
    desk: QueueDesk
    phones: Phones
    prompts: Prompts
    recordings: Recordings
    callers: Callers
    talk_desk: TalkDesk
    directory: Directory
    outside: Outside
    ringback: str
    held: Callable[[str, str], float | None] = lambda queue, number: None
    asked: Callable[[], CallerDesk] = NobodyAsks
    lookup: CallerLookup = field(default_factory=NobodyAsked)
