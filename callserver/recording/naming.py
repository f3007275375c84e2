"""What recordings and their tracks are called."""

import re
from datetime import UTC, datetime

from callserver.model.call import Leg

_TRACK = re.compile(rf"([^.]+)(?:\.(\d{{1,6}}))?\.(?:{Leg.CUSTOMER}|{Leg.AGENT})\.wav")


def recording_path(call: str, started_at: float) -> str:
    """``2031/05/09/143000-<call>.wav``, in UTC, below the recordings folder."""
    return f"{datetime.fromtimestamp(started_at, UTC):%Y/%m/%d/%H%M%S}-{call}.wav"


def voicemail_path(message: str, started_at: float) -> str:
    """``voicemail/2031/05/09/143000-<message>.wav``, in UTC."""
    return f"voicemail/{recording_path(message, started_at)}"


def track_name(call: str, part: int, leg: Leg) -> str:
    """``<call>.customer.wav``, ``<call>.1.customer.wav`` and so on, below the tracks folder."""
    return f"{call}.{part}.{leg}.wav" if part else f"{call}.{leg}.wav"


def track_of(name: str) -> tuple[str, int] | None:
    """Call and part of a track, from its name; None: something else lies there."""
    found = _TRACK.fullmatch(name)
    return (found[1], int(found[2] or 0)) if found else None


def part_of(file: str) -> int:
    """The part of a track, from its path."""
    found = track_of(file.rpartition("/")[2])
    return found[1] if found else 0
