"""A port of the bridge that lets us hear what a leg says, frame by frame.

The library calls it within the worker's own tick, 50 times a second while it is connected, so it is
connected for the few seconds somebody must be listened to. It is never destroyed: the bridge may
still know it.
"""

from typing import Any

from pjsua2 import pjsua2 as pj

from callserver.media.pj.leg import guarded
from callserver.media.pj.native import CLOCK_RATE, FRAME_MS

_BITS = 16


class Ear(pj.AudioMediaPort):  # type: ignore[misc]
    """``frames`` are those heard since they were taken: 16-bit samples, or nothing."""

    def __init__(self) -> None:
        pj.AudioMediaPort.__init__(self)
        self.frames: list[bytes] = []
        form = pj.MediaFormatAudio()
        form.type = pj.PJMEDIA_TYPE_AUDIO
        form.init(pj.PJMEDIA_FORMAT_PCM, CLOCK_RATE, 1, 1000 * FRAME_MS, _BITS)
        self.createPort("ear", form)

    def take(self) -> list[bytes]:
        """The frames so far; it goes on with none."""
        frames, self.frames = self.frames, []
        return frames

    @guarded
    def onFrameReceived(self, frame: Any) -> None:
        self.frames.append(bytes(frame.buf))
