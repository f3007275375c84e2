"""What the worker remembers of a leg that is being called."""

from dataclasses import replace

from callserver.media.pj.leg import LegCall
from callserver.media.worker import ending
from callserver.model.commands import DialLeg, DialTarget, Srtp
from callserver.model.events import LegEnd

NOT_TRIED = 503
LAST_WORD = (
    600  # from here on an answer is meant for all phones of somebody (RFC 3261 section 21.6)
)


class Attempt:
    """One place being called. ``heard``: it said something; ``rang``: it rings. It must have said
    something by ``setup_until`` and, when it is ``answered``, agreed on sound by ``agree_by``
    (monotonic seconds)."""

    def __init__(self, target: DialTarget, call: LegCall, setup_until: float) -> None:
        self.target = target
        self.call = call
        self.setup_until = setup_until
        self.agree_by = 0.0
        self.heard = False
        self.rang = False
        self.answered = False

    def progress(self, code: int) -> bool:
        """An answer before the final one came; True when the phone begins to ring."""
        self.heard = True
        begins = code >= 180 and not self.rang
        self.rang = self.rang or begins
        return begins


class Ring:
    """What one ``DialLeg`` asked for: the places that are left, those that are being called, and
    what those said that are over."""

    def __init__(self, command: DialLeg, now: float) -> None:
        self.command = command
        self.until = now + command.ring_timeout_s
        self.attempts: list[Attempt] = []
        self.rang = False
        self.sip_call_id = ""
        self.code = NOT_TRIED
        self.why = ending.why_dial_failed(NOT_TRIED, rang=False)
        self._targets = list(command.targets)

    @property
    def more(self) -> bool:
        """Another place is to be called now."""
        return bool(self._targets) and (self.command.at_once or not self.attempts)

    @property
    def over(self) -> bool:
        return not self._targets and not self.attempts

    @property
    def heard(self) -> bool:
        return any(attempt.heard for attempt in self.attempts)

    def next_target(self) -> DialTarget:
        """The next place to call; there must be one."""
        return self._targets.pop(0)

    def begin(self, target: DialTarget, call: LegCall, now: float) -> None:
        """It is being called."""
        self.sip_call_id = call.sip_call_id
        self.attempts.append(Attempt(target, call, now + self.command.setup_timeout_s))

    def failed(self, code: int, *, rang: bool = False) -> None:
        """A place came to nothing. What a person said outweighs what the network did."""
        why = ending.why_dial_failed(code, rang=rang)
        if why is not LegEnd.UNREACHABLE or self.why is LegEnd.UNREACHABLE:
            self.why, self.code = why, code

    def refused(self, attempt: Attempt, code: int) -> None:
        """A place said no. Tried again with SRTP alone is a phone that insists on RTP/SAVP and
        refuses the RTP/AVP of an offer that leaves the choice. After a human "no" none of those
        that were left is tried, and none rings on when it was meant for all."""
        target = attempt.target
        if target.srtp is Srtp.OFFERED and code in ending.OTHER_MEDIA:
            self._targets.insert(0, replace(target, srtp=Srtp.REQUIRED))
            return
        self.failed(code, rang=attempt.rang)
        human = self.why is not LegEnd.UNREACHABLE
        if human and (not self.command.at_once or code >= LAST_WORD):
            self._targets.clear()
