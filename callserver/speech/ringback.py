"""The tone that says it rings at the other end: 425 Hz, one second in five (ITU-T E.180, supplement
2, as in most of Europe). Render children only."""

import numpy as np

from callserver.speech.sound import RATE, Samples, level

HERTZ = 425.0
TONE_S = 1
SILENCE_S = 4
LOUDNESS_DB = -26.0


def ring() -> Samples:
    """One ring and its pause, as a loop."""
    time = np.arange(TONE_S * RATE) / RATE
    tone = level(np.sin(2 * np.pi * HERTZ * time), LOUDNESS_DB)
    return np.concatenate([tone, np.zeros(SILENCE_S * RATE)])
