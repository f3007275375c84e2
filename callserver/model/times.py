"""Times as people's programs read them: ISO 8601 in UTC with milliseconds."""

from datetime import UTC, datetime


def iso(at: float) -> str:
    """Seconds since 1970 as ``2026-03-01T09:30:00.250Z``."""
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return moment.replace("+00:00", "Z")


def iso_or_none(at: float | None) -> str | None:
    """The same for what may not have happened."""
    return None if at is None else iso(at)
