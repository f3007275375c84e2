"""Phones that ask for transfers: accepted as long as there is somebody to decide."""

from collections.abc import Callable

from callserver.media.worker import refer
from callserver.media.worker.legs import LegState
from callserver.model import events as did
from callserver.model.call import Leg


class Referring:
    """Of one call. ``connected``: a controller is there."""

    def __init__(
        self,
        now: Callable[[], float],
        emit: Callable[[did.Event], None],
        connected: Callable[[], bool],
    ) -> None:
        self._now = now
        self._emit = emit
        self._connected = connected

    def take(self, state: LegState) -> None:
        """Let the phone of a leg, which has a call now, ask. Our own people may, the customer may
        not."""
        if state.leg is not Leg.CUSTOMER:
            state.call.refer_code = lambda message: self._code(state, message)

    def _code(self, state: LegState, message: str) -> int:
        if not self._connected():
            return 503
        if state.refers:
            return 491
        return 202 if refer.read(message) else 400

    def heard(self, state: LegState, message: str) -> None:
        """A REFER that got 202."""
        asked = refer.read(message)
        if asked is not None:
            state.note_refer(asked)
            told = (asked.cseq, asked.refer_to, asked.quiet, self._now())
            self._emit(did.TransferAsked(state.leg, *told))
