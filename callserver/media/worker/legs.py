"""What the worker remembers of one leg."""

import time
from dataclasses import replace

from callserver.media.pj.leg import LegCall
from callserver.media.worker import ending, refer
from callserver.media.worker.digits import KeyFilter
from callserver.media.worker.watch import Heard, SoundWatch
from callserver.model.call import Leg, LegStats
from callserver.model.commands import DialLeg, DialTarget, Srtp, TransferProgress
from callserver.model.events import LegEnd


class Dial:
    """A leg being called: which targets are left and how long it may take. Times are monotonic
    seconds."""

    def __init__(self, command: DialLeg, now: float) -> None:
        self.number = command.number
        self.name = command.name
        self.bridge_to = command.bridge_to
        self.tracks = command.tracks
        self.whisper = command.whisper
        self.whispering = False
        self.ring_until = now + command.ring_timeout_s
        self.setup_until = now
        self.heard = False
        self.rang = False
        self._setup_s = command.setup_timeout_s
        self._targets = list(command.targets)
        self._current: DialTarget | None = None

    @property
    def more(self) -> bool:
        """There is another place to try."""
        return bool(self._targets)

    def next_target(self, now: float) -> DialTarget:
        """The next place to try; there must be one."""
        self.heard = self.rang = False
        self.setup_until = now + self._setup_s
        self._current = self._targets.pop(0)
        return self._current

    def insist(self, code: int) -> bool:
        """Whether the same place is tried again, with SRTP alone: a phone that insists on RTP/SAVP
        refuses the RTP/AVP of an offer that leaves the choice."""
        target = self._current
        if target is None or target.srtp is not Srtp.OFFERED or code not in ending.OTHER_MEDIA:
            return False
        self._targets.insert(0, replace(target, srtp=Srtp.REQUIRED))
        return True

    def progress(self, code: int) -> bool:
        """An answer before the final one came; True when the phone begins to ring."""
        self.heard = True
        begins = code >= 180 and not self.rang
        self.rang = self.rang or begins
        return begins


class LegState:
    """One leg. ``why`` is set when we end it ourselves, ``agree_by`` (monotonic) when it is
    answered: there must be sound by then, and it is ``up``."""

    def __init__(self, leg: Leg, call: LegCall | None) -> None:
        self.leg = leg
        self.dial: Dial | None = None
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
    def stats(self) -> LegStats | None:
        stats = self._call.stats if self._call is not None else None
        silent_s = round(self.watch.silent_s(time.monotonic()), 1)
        return replace(stats, silent_s=silent_s) if stats is not None and silent_s else stats

    @property
    def sip_call_id(self) -> str:
        return self._call.sip_call_id if self._call is not None else ""

    def is_call(self, call: LegCall) -> bool:
        return self._call is call

    def set_call(self, call: LegCall) -> None:
        self._call = call

    def forget_call(self) -> None:
        self._call = None

    def start_dial(self, command: DialLeg, now: float) -> None:
        self.dial = Dial(command, now)

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
        return not self.up and self.dial is not None and self.dial.bridge_to is leg

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
