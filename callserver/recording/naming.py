"""Where a recording lies below the recordings folder."""

from datetime import UTC, datetime


def recording_path(call: str, started_at: float) -> str:
    """``2031/05/09/143000-<call>.wav``, in UTC."""
    return f"{datetime.fromtimestamp(started_at, UTC):%Y/%m/%d/%H%M%S}-{call}.wav"
