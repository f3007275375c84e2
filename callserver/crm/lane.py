"""What may be sent to one destination now (pure: events in, answers in, ``now`` given).

Events of one key (a call, a contact) go in their order, one at a time: a later one waits until the
earlier was taken or given up. Events of different keys go side by side, ``at_once`` of them, as
fast as the rate allows, unless the destination is down (see ``manners.Circuit``) or has asked for a
pause.
"""

import heapq
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from callserver.crm.manners import Circuit, Manners, Said, retry_after, said
from callserver.model.hooks import Attempt, DeliveryState, Pending, Progress
from callserver.rate import Rate

DOWN = "the destination did not answer for too long"
GONE = "the destination answered 410: it wants nothing any more"
LEAST_S = 0.001
_KEY = "lane"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an answer: what to write down; ``paused_until`` what they asked for; ``gone``:
    nothing may be sent any more; ``back``: they were down, and are there again."""

    progress: tuple[Progress, ...]
    paused_until: float | None = None
    gone: bool = False
    back: bool = False


class Lane:
    """The way to one destination. ``paused_until`` is what they asked for before."""

    def __init__(
        self,
        subscription: str,
        manners: Manners,
        at_once: int,
        per_s: float,
        paused_until: float = 0.0,
    ) -> None:
        self.subscription = subscription
        self.circuit = Circuit(manners)
        self._manners = manners
        self._at_once = at_once
        self._rate = Rate(per_s, max(1, int(per_s)))
        self._paused_until = paused_until
        self._waiting: dict[str, deque[Pending]] = {}
        self._heads: list[tuple[float, int, str]] = []
        self._under_way: dict[str, Pending] = {}
        self._kept: frozenset[str] = frozenset()
        self._token_at = 0.0
        self._count = 0

    def __len__(self) -> int:
        """How many events are here, those under way included."""
        return self._count

    def add(self, events: Iterable[Pending]) -> None:
        """More to send, in the order they happened."""
        for event in events:
            if event.id in self._under_way or event.id in self._kept:
                continue
            line = self._waiting.setdefault(event.key, deque())
            line.append(event)
            self._count += 1
            if len(line) == 1:
                self._line_up(event)

    def take(self, now: float) -> Pending | None:
        """What is to be sent now; answer with :meth:`answered`."""
        at = self.when()
        if at is None or at > now:
            return None
        missing_s = self._rate.take(_KEY, now)
        if missing_s:
            # Seconds since 1970 have no finer steps than this: less would be no time at all.
            self._token_at = now + max(missing_s, LEAST_S)
            return None
        _, _, key = heapq.heappop(self._heads)
        event = self._waiting[key][0]
        self._under_way[event.id] = event
        return event

    def put_back(self, id_: str) -> None:
        """It could not be sent, by no fault of theirs."""
        self._line_up(self._under_way.pop(id_))

    def drop(self, id_: str) -> None:
        """It is not there any more."""
        self._next(self._under_way.pop(id_).key)

    def give_up(self, id_: str, why: str, now: float) -> Progress:
        """It can never be sent."""
        event = self._under_way.pop(id_)
        return self._over(event, DeliveryState.DEAD, why, now, None)

    def begin_anew(self, paused_until: float) -> None:
        """Forget all but what is under way, which is read again, and what they were like: somebody
        has changed something."""
        self.circuit = Circuit(self._manners)
        self._paused_until = paused_until
        # Their answer may come while they are read again, when it is not written down yet.
        self._kept = frozenset(self._under_way)
        self._waiting = {one.key: deque([one]) for one in self._under_way.values()}
        self._count = len(self._waiting)
        self._heads = []

    def when(self) -> float | None:
        """When :meth:`take` should be asked again, if nothing else happens; None: never."""
        if not self._heads or len(self._under_way) >= self._allowed:
            return None
        first = 0.0 if self.circuit.is_open else self._heads[0][0]
        return max(first, self._paused_until, self.circuit.until, self._token_at)

    def answered(
        self,
        id_: str,
        attempt: Attempt,
        header: str,
        chance: float,
        verdict: Said | None = None,
    ) -> Outcome:
        """What came of a try; ``header`` is Retry-After, ``attempt.at`` plus its time is now.
        ``verdict``: somebody knows better than the status what it means."""
        event = self._under_way.pop(id_)
        now = attempt.at + attempt.took_s
        verdict = verdict or said(attempt.status)
        event = replace(event, tries=event.tries + 1)
        if verdict is Said.TAKEN:
            done = self._over(event, DeliveryState.DELIVERED, "", now, attempt)
            return Outcome((done,), back=self.circuit.answered())
        if verdict is Said.NEVER:
            dead = self._over(event, DeliveryState.DEAD, attempt.error, now, attempt)
            return Outcome((dead,), back=self.circuit.answered())
        if verdict is Said.GONE:
            dead = self._over(event, DeliveryState.DEAD, GONE, now, attempt)
            return Outcome((dead,), gone=True)
        asks = verdict is Said.LATER or attempt.status == 503
        asked_s = retry_after(header, now) if asks else None
        if verdict is Said.LATER and asked_s is None:
            asked_s = self._manners.rest(event.tries, chance)
        back = False
        if verdict is Said.DOWN and asked_s is None:
            self.circuit.failed(now, chance)
        else:
            back = self.circuit.answered()
        if asked_s is not None:
            self._paused_until = max(self._paused_until, now + asked_s)
        made = [self._again(event, attempt, now, asked_s or 0.0, chance)]
        if self.circuit.is_open:
            made += self._bury(now)
        paused = self._paused_until if asked_s is not None else None
        return Outcome(tuple(made), paused, back=back)

    def hasten(self, now: float) -> None:
        """Nobody waits any longer for a time of day."""
        for line in self._waiting.values():
            line[0] = replace(line[0], next_at=min(line[0].next_at, now))
        self._line_up_all()

    @property
    def _allowed(self) -> int:
        return 1 if self.circuit.is_open else self._at_once

    def _line_up(self, event: Pending) -> None:
        heapq.heappush(self._heads, (event.next_at, event.number, event.key))

    def _again(
        self, event: Pending, attempt: Attempt, now: float, asked_s: float, chance: float
    ) -> Progress:
        if now - event.since >= self._manners.give_up_s:
            return self._over(event, DeliveryState.DEAD, attempt.error, now, attempt)
        pause_s = max(self._manners.pause(event.tries, chance), asked_s)
        event = replace(event, next_at=now + pause_s)
        self._waiting[event.key][0] = event
        self._line_up(event)
        return self._told(event, DeliveryState.PENDING, attempt.error, now, attempt)

    def _over(
        self, event: Pending, state: DeliveryState, error: str, now: float, attempt: Attempt | None
    ) -> Progress:
        self._next(event.key)
        return self._told(event, state, error, now, attempt)

    def _bury(self, now: float) -> list[Progress]:
        """They are down for longer than anything is kept for them."""
        dead = []
        for line in tuple(self._waiting.values()):
            while line and now - line[0].since >= self._manners.give_up_s:
                if line[0].id in self._under_way:
                    break
                dead.append(self._over(line[0], DeliveryState.DEAD, DOWN, now, None))
        if dead:
            self._line_up_all()
        return dead

    def _next(self, key: str) -> None:
        """The first of this line is over."""
        line = self._waiting[key]
        line.popleft()
        self._count -= 1
        if line:
            self._line_up(line[0])
        else:
            del self._waiting[key]

    def _line_up_all(self) -> None:
        self._heads = [
            (line[0].next_at, line[0].number, key)
            for key, line in self._waiting.items()
            if line[0].id not in self._under_way
        ]
        heapq.heapify(self._heads)

    def _told(
        self, event: Pending, state: DeliveryState, error: str, now: float, attempt: Attempt | None
    ) -> Progress:
        return Progress(
            self.subscription, event.id, state, event.tries, event.next_at, error, now, attempt
        )
