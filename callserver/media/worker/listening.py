"""Listening to who answers a leg that was dialled: from the answer until it is known, and to a
machine until it has said what it had to say."""

from collections.abc import Callable

from callserver.media.pj.ear import Ear
from callserver.media.pj.sound import Bridge
from callserver.media.worker.hearing import Hearing
from callserver.model.answering import Answerer, Cadence
from callserver.model.call import Leg
from callserver.model.events import AnswerJudged, Event, GreetingOver

EAR = "ear"


class Listening:
    """To one leg at a time, once. ``wire`` connects the bridge anew, ``emit`` takes the events,
    ``now`` is seconds since 1970."""

    def __init__(
        self,
        bridge: Bridge,
        wire: Callable[[], None],
        now: Callable[[], float],
        emit: Callable[[Event], None],
    ) -> None:
        self._bridge = bridge
        self._wire = wire
        self._now = now
        self._emit = emit
        self._ear: Ear | None = None
        self._hearing: Hearing | None = None
        self._told = self._to_the_end = False
        self.leg: Leg | None = None
        """The one that is listened to; None: nobody is."""

    def start(self, leg: Leg, cadence: Cadence) -> None:
        """The leg was answered just now."""
        if self._ear is None:
            self._ear = Ear()
            self._bridge.put(EAR, self._ear)
        self._ear.take()
        self._hearing, self._told, self.leg = Hearing(cadence), False, leg
        self._to_the_end = cadence.to_the_end
        self._wire()

    def drop(self, leg: Leg) -> None:
        """It is gone."""
        if self.leg is leg:
            self._stop()

    def step(self) -> None:
        """Take what was said since the last look."""
        if self._ear is None or self._hearing is None or self.leg is None:
            return
        cadence = self._hearing.cadence
        for frame in self._ear.take():
            if not cadence.over:
                self._hearing.hear(frame)
        if cadence.judgement is not None and not self._told:
            self._told = True
            found = cadence.judgement
            told = (found.answerer, found.sign, round(found.after_s, 2))
            self._emit(AnswerJudged(self.leg, *told, self._now()))
        if cadence.over:
            judged = cadence.judgement
            if self._to_the_end and judged is not None and judged.answerer is Answerer.MACHINE:
                self._emit(GreetingOver(self.leg, cadence.beeped, self._now()))
            self._stop()

    def _stop(self) -> None:
        self.leg = self._hearing = None
        self._wire()
