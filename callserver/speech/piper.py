"""Piper voices: neural ones, from a model file of the house (option ``speech.piper``, extra
``callserver[piper]``). Render children only."""

from pathlib import Path

import numpy as np

from callserver.model.errors import PromptError
from callserver.speech.sound import LOUDNESS_DB, Samples, highpass, level, resample, trim
from callserver.speech.stress import plain

NORMAL_WPM = 150
"""At this ``speech.words_per_minute`` a voice speaks as fast as it was trained to."""


class PiperVoice:
    """One model, ready to speak its language."""

    def __init__(self, model: Path) -> None:
        """Load it, with its description MODEL.json. Raises ``PromptError``."""
        try:
            import piper
        except ImportError as error:
            raise PromptError(
                f"speech.piper: {model} needs the package piper-tts, and that does not load: "
                f"{error}; run `pip install callserver[piper]`, or take the voice out"
            ) from error
        try:
            self._voice = piper.PiperVoice.load(model)
        except Exception as error:  # onnxruntime raises classes it does not name
            raise PromptError(f"speech.piper: {model} is no Piper voice: {error}") from error
        self._settings = piper.SynthesisConfig

    def speak(self, text: str, words_per_minute: int, edge_s: float) -> Samples:
        """The text as sound at 8 kHz, as :meth:`callserver.speech.voice.Voice.speak` gives it."""
        pace = self._voice.config.length_scale * NORMAL_WPM / words_per_minute
        chunks = list(self._voice.synthesize(plain(text), self._settings(length_scale=pace)))
        if not chunks:
            raise PromptError(f"the Piper voice made no sound of {text!r}")
        raw = np.concatenate([chunk.audio_float_array for chunk in chunks]).astype(np.float64)
        return level(trim(highpass(resample(raw, chunks[0].sample_rate)), edge_s), LOUDNESS_DB)
