"""The synthesised voice: espeak-ng, from the ``espeakng-loader`` wheel. Render children only.

The library keeps its state in globals, so there is one voice per process.
"""

import ctypes
from dataclasses import dataclass

import espeakng_loader
import numpy as np

from callserver.model.errors import PromptError
from callserver.speech.sound import LOUDNESS_DB, Samples, highpass, level, resample, trim
from callserver.speech.stress import spoken

VOICES = {"en": "en-us", "ru": "ru", "uk": "uk", "lv": "lv"}

_PACE = {"uk": 1.4, "lv": 1.1}
"""These voices are slower than the others: measured in vowels a second."""

# speak_lib.h of espeak-ng
_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_UTF8 = 1
_PHONEMES = 0x100
_SEPARATED = ord("_") << 8
_OK = 0

_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


@dataclass(frozen=True, slots=True)
class Manner:
    """Who speaks: a variant of the voice (`f2`, `m3`; empty: its own), and how high, 0 to 99."""

    variant: str = ""
    pitch: int = 45


OURS = Manner()


class Voice:
    """Speaks all languages, one text at a time."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._rate: int = self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, _DONT_EXIT)
        if self._rate <= 0:
            raise PromptError("espeak-ng does not start; install `espeakng-loader` again")
        self._heard = bytearray()
        self._set = ("", 0, OURS)
        self._callback = _Callback(self._hear)
        self._library.espeak_SetSynthCallback(self._callback)

    def _hear(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int) -> int:
        if samples and count > 0:
            self._heard += ctypes.string_at(samples, count * 2)
        return 0

    def speak(
        self,
        text: str,
        language: str,
        words_per_minute: int,
        edge_s: float = 0.1,
        manner: Manner = OURS,
    ) -> Samples:
        """The text as sound at 8 kHz, levelled, trimmed to ``edge_s`` of silence at both ends.
        Raises ``PromptError``."""
        if self._set != (language, words_per_minute, manner):
            self._choose(language, words_per_minute, manner)
        self._heard.clear()
        data = spoken(text, language, self._phonemes).encode()
        done = self._library.espeak_Synth(
            data, ctypes.c_size_t(len(data) + 1), 0, 0, 0, _UTF8 | _PHONEMES, None, None
        )
        if done != _OK or not self._heard:
            raise PromptError(f"espeak-ng made no sound of {text!r} ({language})")
        raw = np.frombuffer(bytes(self._heard), dtype="<i2") / 32768
        return level(trim(highpass(resample(raw, self._rate)), edge_s), LOUDNESS_DB)

    def _phonemes(self, word: str) -> list[str]:
        """How the voice would say a word."""
        rest = ctypes.c_char_p(word.encode())
        said: bytes = self._library.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, _SEPARATED)
        return (said or b"").decode().strip().split("_")

    def _choose(self, language: str, words_per_minute: int, manner: Manner) -> None:
        """Loads the voice; that takes longer than a word, so only for a change."""
        name = "+".join(filter(None, (VOICES[language], manner.variant)))
        if self._library.espeak_SetVoiceByName(name.encode()) != _OK:
            raise PromptError(f"espeak-ng has no voice {name!r}")
        # at its full volume the synthesiser itself clips in some languages
        for parameter, value in (
            (_RATE, round(words_per_minute * _PACE.get(language, 1.0))),
            (_VOLUME, 60),
            (_PITCH, manner.pitch),
            (_RANGE, 55),
        ):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._set = (language, words_per_minute, manner)
