"""Calling out: places in order or all at once, for one person or for several, of whom the first who
answers has the leg."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from callserver.media.pj import leg as on_wire
from callserver.media.pj import native
from callserver.media.pj.endpoint import MAX_CALLS, Endpoint
from callserver.media.pj.leg import LegCall
from callserver.media.worker import ending, patience
from callserver.media.worker.legs import LegState
from callserver.media.worker.ring import LAST_WORD, Attempt, Ring
from callserver.model.call import Leg
from callserver.model.events import LegEnd

# What stands in the record of a call that we took back.
CANCELLED = 487
NO_SOUND = 488
TIMED_OUT = 408


class Host(Protocol):
    """Who hears what becomes of it."""

    def rings(self, state: LegState, ring: Ring) -> None:
        """A first phone of it rings."""

    def taken(self, state: LegState) -> None:
        """A phone was answered, and has sound."""

    def not_taken(self, state: LegState, ring: Ring, why: LegEnd, code: int) -> None:
        """Nobody is rung any more; it is not among the leg's rings now."""

    def retire(self, call: LegCall) -> None:
        """This call ends; the network may still have to say so."""


class Dialling:
    """Of one worker. ``identify`` makes a From of number and name."""

    def __init__(
        self,
        endpoint: Endpoint,
        identify: Callable[[str, str], str],
        legs: Mapping[Leg, LegState],
        host: Host,
    ) -> None:
        self._endpoint = endpoint
        self._identify = identify
        self._legs = legs
        self._host = host

    def step(self, now: float) -> None:
        """What is due at ``now`` (monotonic), and the calls for which there is room."""
        for state, ring in self._all():
            if now >= ring.until:
                rang_out = (LegEnd.NO_ANSWER, CANCELLED)
                nothing = (LegEnd.UNREACHABLE, TIMED_OUT)
                self.give_up(state, ring, *(rang_out if ring.heard else nothing))
                continue
            for attempt in tuple(ring.attempts):
                if attempt.answered and now >= attempt.agree_by:
                    self.give_up(state, ring, LegEnd.FAILED, NO_SOUND)
                    break
                if not attempt.heard and now >= attempt.setup_until:
                    self._drop(ring, attempt)
                    ring.failed(TIMED_OUT)
        self.start(now)

    def start(self, now: float) -> None:
        """Call whoever is to be called. A person's second phone waits until all have their first
        one, when the stack has no more calls (those given up are still being cancelled)."""
        while native.calls_alive() < MAX_CALLS:
            ready = [(len(ring.attempts), ring) for _, ring in self._all() if ring.more]
            if not ready:
                break
            self._call(min(ready, key=lambda one: one[0])[1], now)
        for state, ring in self._all():
            if ring.over:
                self.give_up(state, ring, ring.why, ring.code)

    def give_up(self, state: LegState, ring: Ring, why: LegEnd, code: int) -> None:
        """Ring nobody any more."""
        for attempt in tuple(ring.attempts):
            self._drop(ring, attempt)
        state.rings.remove(ring)
        self._host.not_taken(state, ring, why, code)

    def heard(self, signal: on_wire.Signal) -> None:
        """Something happened to a call that may be one of ours."""
        for state, ring in self._all():
            for attempt in ring.attempts:
                if attempt.call is signal.call:
                    self._heard(state, ring, attempt, signal)
                    return

    def _heard(self, state: LegState, ring: Ring, attempt: Attempt, signal: on_wire.Signal) -> None:
        match signal:
            case on_wire.Progress(_, code):
                if attempt.progress(code) and not ring.rang:
                    ring.rang = True
                    ring.sip_call_id = attempt.call.sip_call_id
                    self._host.rings(state, ring)
            case on_wire.Confirmed():
                attempt.heard = attempt.answered = True
                attempt.agree_by = time.monotonic() + patience.AGREE_S
                self._look(state, ring, attempt)
            case on_wire.MediaChanged() if attempt.answered:
                self._look(state, ring, attempt)
            case on_wire.Gone(_, code):
                ring.attempts.remove(attempt)
                self._host.retire(attempt.call)
                if attempt.answered:
                    self.give_up(state, ring, ending.why_answered_ended(code), code)
                    return
                ring.refused(attempt, code)
                if code >= LAST_WORD and ring.attempts:
                    self.give_up(state, ring, ring.why, ring.code)
                self.start(time.monotonic())

    def _look(self, state: LegState, ring: Ring, attempt: Attempt) -> None:
        """An answered phone with sound has the leg; nobody else is rung for it any more."""
        if attempt.call.media() is None:
            return
        ring.attempts.remove(attempt)
        others = tuple(ring.attempts)
        state.won(ring, attempt.call)
        for other in others:
            self._drop(ring, other)
        self._host.taken(state)
        for loser in tuple(state.rings):
            self.give_up(state, loser, LegEnd.RELEASED, CANCELLED)

    def _call(self, ring: Ring, now: float) -> None:
        target, order = ring.next_target(), ring.command
        try:
            call = self._endpoint.dial(target, self._identify(order.number, order.name))
        except native.PjError as error:
            print(f"worker: dial: {error.reason}", file=sys.stderr)  # noqa: T201
            return
        ring.begin(target, call, now)

    def _drop(self, ring: Ring, attempt: Attempt) -> None:
        ring.attempts.remove(attempt)
        self._host.retire(attempt.call)
        attempt.call.end(0)

    def _all(self) -> Iterator[tuple[LegState, Ring]]:
        yield from [(state, ring) for state in self._legs.values() for ring in state.rings]
