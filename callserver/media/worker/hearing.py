"""From sound to cadence: which frames have a voice in them, and which belong to a beep.

A voice is what WebRTC's detector (`webrtcvad`) takes for one, and what is louder than the place it
is spoken in: beside a street or other people the detector alone hears voices in every pause. How
loud the place is, the quieter frames of the last seconds say. The figures below were chosen with
``callserver bench machine --seed 1``.
"""

from array import array
from collections import deque

import _webrtcvad  # the wrapper around it reads its own version, with 2 MB of modules

from callserver.media.worker.beep import RATE, BeepWatch
from callserver.media.worker.cadence import CadenceWatch
from callserver.model.answering import Cadence

FRAME_BYTES = 320  # 20 ms at 8 kHz, 16 bits
_SAMPLES = FRAME_BYTES // 2
STRICTNESS = 2  # of the detector, 0 to 3
PLACE_FRAMES = 150
QUIETER = 0.2  # so many of them are the place
ABOVE_PLACE = 2.25  # a voice is so many times as loud,
BELOW_PEAK = 3.0  # though a third of the loudest frame is always a voice
FAINTEST = 25 * _SAMPLES  # 62 dB under full scale
FURTHER_AWAY = 10.0  # a tenth of the loudest frame is not the one who answers
SETTLE_FRAMES = 5  # the detector takes whatever comes first for a voice
NEARER = 2.5  # who is so much louder than all before is the one who answers


class Hearing:
    """Hears one call from its answer on; what came of it stands in ``cadence``. Loudness is the
    sum of all deflections of a frame."""

    def __init__(self, cadence: Cadence) -> None:
        self.cadence = CadenceWatch(cadence)
        self._beeps = BeepWatch()
        self._place: deque[int] = deque(maxlen=PLACE_FRAMES)
        self._peak = 0
        self._settling = SETTLE_FRAMES
        self._detector = _webrtcvad.create()
        _webrtcvad.init(self._detector)
        _webrtcvad.set_mode(self._detector, STRICTNESS)

    def hear(self, frame: bytes) -> None:
        """20 ms of sound; a frame of any other length counts as silence."""
        if len(frame) != FRAME_BYTES:
            self.cadence.hear(voice=False)
            return
        samples = array("h", frame)
        loudness = sum(map(abs, samples))
        if loudness > _SAMPLES:
            self._place.append(loudness)
        speech = _webrtcvad.process(self._detector, RATE, frame, _SAMPLES)
        voice = bool(speech) and not self._settling and loudness > self._threshold()
        self._settling = max(self._settling - 1, 0)
        if voice and loudness > self._peak:
            if loudness > NEARER * self._peak > 0:
                self.cadence.begin_again()
            self._peak = loudness
        self.cadence.hear(voice=voice, beep=self._beeps.hear(samples, loudness))

    def _threshold(self) -> float:
        """What is louder than this may be a voice."""
        place = sorted(self._place)
        here = place[int(QUIETER * len(place))] if place else 0
        beside = min(ABOVE_PLACE * here, self._peak / BELOW_PEAK)
        return max(FAINTEST, beside, self._peak / FURTHER_AWAY)
