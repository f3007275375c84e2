"""Foreign sound files (recorded prompts, a house's own music, voice packs) → 8 kHz 16-bit mono.
Render children only."""

import subprocess
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from pydub import AudioSegment
from pydub.audio_segment import fix_wav_headers
from pydub.exceptions import CouldntDecodeError

from callserver.model.errors import PromptError
from callserver.speech.sound import Samples, resample, silence, trim

GAP_S = 0.04
"""Between files that are joined; their own silence is cut."""
DEADLINE_S = 60.0

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
    try:
        segment = AudioSegment.from_file(BytesIO(_wav(source)), format="wav")
    except (OSError, subprocess.SubprocessError, CouldntDecodeError, IndexError) as error:
        raise PromptError(f"{source} is no sound file that can be read: {error}") from error
    mono = segment.set_channels(1)
    scale = float(1 << (8 * mono.sample_width - 1))
    samples = np.asarray(mono.get_array_of_samples(), dtype=np.float64) / scale
    return resample(samples, int(mono.frame_rate))


def _wav(source: Path) -> bytes:
    """The bytes of a WAV file."""
    told = _HEADERLESS.get(source.suffix, ())
    program = (imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-vn", *told)
    done = subprocess.run(  # noqa: S603 - no shell; the file's name cannot be an option
        (*program, "-i", f"file:{source}", "-c:a", "pcm_s16le", "-f", "wav", "pipe:1"),
        capture_output=True,
        check=False,
        timeout=DEADLINE_S,
    )
    if done.returncode or not done.stdout:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["nothing in it"]
        raise PromptError(f"{source} is no sound file that can be read: {lines[-1]}")
    wav = bytearray(done.stdout)
    fix_wav_headers(wav)  # ffmpeg cannot go back in a pipe to write the lengths
    return bytes(wav)


def join(parts: Sequence[Samples]) -> Samples:
    """One sound after the other, close together."""
    joined = [silence(GAP_S)]
    for part in parts:
        joined += [trim(part, 0.0), silence(GAP_S)]
    return np.concatenate(joined)
