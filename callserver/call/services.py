"""What every call session needs of the house, in one value."""

from dataclasses import dataclass

from callserver.call.journal import Journal
from callserver.config import Config
from callserver.metrics import Metrics
from callserver.model.ports import Clock, Phones, Prompts, QueueDesk
from callserver.recording.library import Recordings


@dataclass(frozen=True, slots=True)
class Services:
    """Shared by all sessions of a controller."""

    config: Config
    clock: Clock
    journal: Journal
    metrics: Metrics
    desk: QueueDesk
    phones: Phones
    prompts: Prompts
    recordings: Recordings
