"""Foreign sound files (recorded prompts, a house's own music) → 8 kHz 16-bit mono. Render
children only."""

from pathlib import Path

import imageio_ffmpeg
import numpy as np
from pydub import AudioSegment
from pydub.exceptions import CouldntDecodeError

from callserver.model.errors import PromptError
from callserver.speech.sound import Samples, resample


def convert(source: Path) -> Samples:
    """The file as sound; the louder of its channels are mixed, its level is left as it is. Raises
    ``PromptError``."""
    AudioSegment.converter = imageio_ffmpeg.get_ffmpeg_exe()
    try:
        segment = AudioSegment.from_file(source, format=source.suffix.lstrip(".") or None)
    except (OSError, CouldntDecodeError) as error:
        raise PromptError(f"{source} is no sound file that can be read: {error}") from error
    mono = segment.set_channels(1)
    scale = float(1 << (8 * mono.sample_width - 1))
    samples = np.asarray(mono.get_array_of_samples(), dtype=np.float64) / scale
    return resample(samples, int(mono.frame_rate))
