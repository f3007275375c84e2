"""What a waiting caller is told, and when: place and estimated wait, the queue's own messages in
turn, and once the offer to be called back."""

from math import inf

from callserver.acd.entry import Entry, Told
from callserver.acd.queue import Queue
from callserver.model.overflow import Notice, Wait


def begin(entry: Entry, queue: Queue, now: float) -> None:
    """The times of a caller who begins to wait."""
    config = queue.config
    if config.announce_position_s:
        entry.place_at = now
    if config.messages:
        entry.message_at = now + config.messages_every_s
    if config.callback_after_s:
        entry.callback_at = now + config.callback_after_s


def notice(entry: Entry, queue: Queue, now: float) -> Notice | None:
    """What is due now, and the next times of it; None: nothing is."""
    config = queue.config
    position: int | None = None
    wait: Wait | None = None
    message, callback = "", False
    if entry.place_at <= now:
        position = queue.position(entry)
        wait = estimate(entry, queue, position, now) if config.announce_wait else None
        entry.place_at = now + config.announce_position_s
    if entry.message_at <= now:
        message = config.messages[entry.messages % len(config.messages)]
        entry.messages += 1
        entry.message_at = now + config.messages_every_s
    if entry.callback_at <= now:
        callback, entry.callback_at = True, inf
    return Notice(position, wait, message, callback) if position or message or callback else None


def estimate(entry: Entry, queue: Queue, position: int, now: float) -> Wait | None:
    """How long it will still take. While nobody came before the caller and no agent left, it is
    never more than what they were told before."""
    fresh = queue.wait(position, now)
    if fresh is None:
        return None
    last, agents = entry.told, queue.agents_there
    if last is not None and position <= last.position and agents >= last.agents:
        fresh = Wait(
            min(fresh.low, last.wait.low),
            min(fresh.likely, last.wait.likely),
            min(fresh.high, last.wait.high),
        )
    entry.told = Told(fresh, position, agents)
    return fresh
