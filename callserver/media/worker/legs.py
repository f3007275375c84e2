"""What the worker remembers of one leg."""

import time
from dataclasses import replace

from callserver.media.pj.leg import LegCall
from callserver.media.worker import refer
from callserver.media.worker.digits import KeyFilter
from callserver.media.worker.ring import Ring
from callserver.media.worker.watch import Heard, SoundWatch
from callserver.model.call import Leg, LegStats
from callserver.model.commands import DialLeg, TransferProgress
from callserver.model.events import LegEnd


class LegState:
    """One leg. ``why`` is set when we end it ourselves, ``agree_by`` (monotonic) when it is
    answered: there must be sound by then, and it is ``up``. One that is being called has ``rings``
    and no call; whoever answers first has it, as ``order`` asked for."""

    def __init__(self, leg: Leg, call: LegCall | None) -> None:
        self.leg = leg
        self.rings: list[Ring] = []
        self.order: DialLeg | None = None
        self.whispering = False
        self.accepted = False
        self.answered = False
        self.agree_by = 0.0
        self.up = False
        self.held = False
        self.keys = KeyFilter()
        self.watch = SoundWatch()
        self.why: LegEnd | None = None
        self.code = 0
        self._call = call
        self._refer: refer.Refer | None = None

    @property
    def call(self) -> LegCall:
        if self._call is None:
            raise LookupError(f"leg {self.leg} has no call")
        return self._call

    @property
    def has_call(self) -> bool:
        return self._call is not None

    @property
    def calls(self) -> int:
        """How many of the stack's it has."""
        return self.has_call + sum(len(ring.attempts) for ring in self.rings)

    @property
    def stats(self) -> LegStats | None:
        stats = self._call.stats if self._call is not None else None
        silent_s = round(self.watch.silent_s(time.monotonic()), 1)
        return replace(stats, silent_s=silent_s) if stats is not None and silent_s else stats

    @property
    def sip_call_id(self) -> str:
        return self._call.sip_call_id if self._call is not None else ""

    def is_call(self, call: LegCall) -> bool:
        return self._call is call

    @property
    def dialled(self) -> bool:
        """We called, or are calling."""
        return bool(self.rings) or self.order is not None

    def won(self, ring: Ring, call: LegCall) -> None:
        """A phone that was rung is answered."""
        self.order, self._call = ring.command, call
        self.rings.remove(ring)

    def look(self, now: float) -> Heard | None:
        """Whether sound comes that should."""
        if not self.up or self.why is not None:
            return None
        if self.held:
            self.watch.rest(now)
            return None
        return self.watch.look(self.call.packets(), now)

    def dials_for(self, leg: Leg) -> bool:
        """It is called to talk with that leg, and they do not talk yet."""
        return not self.up and any(ring.command.bridge_to is leg for ring in self.rings)

    @property
    def refers(self) -> bool:
        """Its phone waits for news of a transfer."""
        return self._refer is not None

    def note_refer(self, asked: refer.Refer) -> None:
        """Its phone asked for a transfer."""
        self._refer = asked

    def tell_transfer(self, news: TransferProgress) -> None:
        """Tell the phone how far the transfer is that it asked for. Raises ``PjError``."""
        asked = self._refer
        if asked is None or asked.cseq != news.cseq:
            return
        if news.code >= 200:
            self._refer = None
        if not asked.quiet and self.has_call:
            self.call.tell_transfer(refer.EVENT, refer.state(news.code), refer.fragment(news.code))
