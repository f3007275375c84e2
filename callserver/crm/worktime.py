"""Seconds of opening hours (pure). ``spans`` are open times from a moment on, in order."""

from collections.abc import Callable, Iterator

Spans = Callable[[float], Iterator[tuple[float, float]]]
"""From a moment on: (begin, end), in order, none before it."""


def after(spans: Spans | None, since: float, seconds: float) -> float | None:
    """When so many open seconds have gone by; None: it does not open often enough to tell.
    ``spans`` None: it is always open."""
    if spans is None:
        return since + seconds
    for begin, end in spans(since):
        if end - begin >= seconds:
            return begin + seconds
        seconds -= end - begin
    return None


def between(spans: Spans | None, since: float, until: float) -> float:
    """How many open seconds there are."""
    if spans is None:
        return max(0.0, until - since)
    total = 0.0
    for begin, end in spans(since):
        if begin >= until:
            break
        total += min(end, until) - begin
    return total
