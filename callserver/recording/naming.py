"""Where a recording lies below the recordings folder."""

from datetime import UTC, datetime


def recording_path(call: str, started_at: float) -> str:
    """``2031/05/09/143000-<call>.wav``, in UTC."""
    return f"{datetime.fromtimestamp(started_at, UTC):%Y/%m/%d/%H%M%S}-{call}.wav"


def voicemail_path(message: str, started_at: float) -> str:
    """``voicemail/2031/05/09/143000-<message>.wav``, in UTC."""
    return f"voicemail/{recording_path(message, started_at)}"
