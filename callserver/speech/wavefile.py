"""What a call worker can play, told from a file's header. Standard library only."""

import wave
from pathlib import Path

RATE = 8000


def is_playable(file: Path) -> bool:
    """Whether the file is an 8 kHz 16-bit mono WAV with sound in it."""
    try:
        with wave.open(str(file), "rb") as sound:
            form = (sound.getframerate(), sound.getsampwidth(), sound.getnchannels())
            return form == (RATE, 2, 1) and sound.getnframes() > 0
    except (OSError, EOFError, wave.Error):
        return False
