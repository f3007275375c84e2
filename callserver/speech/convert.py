"""Foreign sound files (recorded prompts, a house's own music, voice packs) → 8 kHz 16-bit mono.
Render children only."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from callserver.model.errors import PromptError
from callserver.speech.sound import Samples, resample, silence, trim

GAP_S = 0.04
"""Between files that are joined; their own silence is cut."""
DEADLINE_S = 60.0
_HEADER = 44

# What telephone systems keep without a header, by suffix: what to tell ffmpeg about it.
_HEADERLESS = {
    ".ulaw": ("-f", "mulaw", "-ar", "8000"),
    ".pcm": ("-f", "mulaw", "-ar", "8000"),
    ".alaw": ("-f", "alaw", "-ar", "8000"),
    ".sln": ("-f", "s16le", "-ar", "8000"),
    ".sln16": ("-f", "s16le", "-ar", "16000"),
    ".g722": ("-f", "g722"),
    ".gsm": ("-f", "gsm"),
}


def convert(source: Path) -> Samples:
    """The file as sound; its channels are mixed, its level is left as it is. Whatever ffmpeg reads,
    and headerless telephone formats by their suffix. Raises ``PromptError``."""
    wav = _wav(source)
    rate = int.from_bytes(wav[24:28], "little")
    data = wav[wav.index(b"data", 36) + 8 :]
    samples = np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2") / 32768
    if not samples.size:
        raise PromptError(f"{source} is no sound file that can be read: it is empty")
    return resample(samples, rate)


def _wav(source: Path) -> bytes:
    """A WAV file, 16-bit mono, of its own rate. Its lengths are missing: ffmpeg cannot go back in a
    pipe to write them."""
    told = _HEADERLESS.get(source.suffix, ())
    program = (imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-vn", *told)
    form = ("-ac", "1", "-c:a", "pcm_s16le", "-bitexact", "-f", "wav", "pipe:1")
    try:
        done = subprocess.run(  # noqa: S603 - no shell; the file's name cannot be an option
            (*program, "-i", f"file:{source}", *form),
            capture_output=True,
            check=False,
            timeout=DEADLINE_S,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise PromptError(f"{source} cannot be read: {error}") from error
    if done.returncode or len(done.stdout) < _HEADER:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["nothing in it"]
        raise PromptError(f"{source} is no sound file that can be read: {lines[-1]}")
    return done.stdout


def join(parts: Sequence[Samples]) -> Samples:
    """One sound after the other, close together."""
    joined = [silence(GAP_S)]
    for part in parts:
        joined += [trim(part, 0.0), silence(GAP_S)]
    return np.concatenate(joined)
