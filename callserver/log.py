"""Logging: structlog, one line an event, JSON or readable; numbers and digits are masked.

Log events are short snake-case names with fields. What a person must act on is ``warning`` or
above; one ``call_ended`` line tells a whole call.
"""

import logging
import sys
from typing import Literal

import structlog


def mask(number: str) -> str:
    """A phone number with only its last two digits to be seen: ``+37120000012`` → ``*******12``."""
    return "*" * max(len(number) - 2, 0) + number[-2:] if len(number) > 2 else "*" * len(number)


def setup(level: str = "info", form: Literal["text", "json"] = "text") -> None:
    """Configure logging for this process, to standard error."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def get(room: str) -> structlog.typing.FilteringBoundLogger:
    """The logger of a room, named after its folder."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(room=room)
    return logger
