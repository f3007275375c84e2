"""The sound of a voicemail as a file for a mail."""

import asyncio
from pathlib import Path
from typing import Final, Literal

import imageio_ffmpeg

from callserver.model.errors import StoreError

DEADLINE_S: Final = 60.0
_MP3: Final = ("-ac", "1", "-c:a", "libmp3lame", "-b:a", "32k", "-f", "mp3", "pipe:1")
_SECOND_OF_WAV: Final = 16_000
_SECOND_OF_MP3: Final = 4_000
KINDS: Final = {"mp3": "audio/mpeg", "wav": "audio/wav"}


async def sound(file: Path, form: Literal["mp3", "wav"], most: int) -> bytes | None:
    """The file in this form; None: it is longer than ``most`` bytes. Raises ``FileNotFoundError``,
    ``StoreError``."""
    wav = await asyncio.to_thread(_read, file, most if form == "wav" else _as_wav(most))
    if wav is None or form == "wav":
        return wav
    mp3 = await _encode(wav)
    return mp3 if len(mp3) <= most else None


def _as_wav(most: int) -> int:
    """So long is what becomes so many bytes of mp3, and a little more."""
    return 2 * most // _SECOND_OF_MP3 * _SECOND_OF_WAV


def _read(file: Path, most: int) -> bytes | None:
    try:
        if file.stat().st_size > most:
            return None
        return file.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StoreError(f"{file.name} cannot be read: {error}") from error


async def _encode(wav: bytes) -> bytes:
    """In a process of its own, since it takes a tenth of a second for a minute of sound."""
    program = (imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-i", "pipe:0", *_MP3)
    try:
        child = await asyncio.create_subprocess_exec(
            *program,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        raise StoreError(f"ffmpeg cannot be started: {error}") from error
    try:
        async with asyncio.timeout(DEADLINE_S):
            mp3, complaint = await child.communicate(wav)
    except TimeoutError:
        raise StoreError(f"no mp3 within {DEADLINE_S:g} s") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode or not mp3:
        lines = complaint.decode(errors="replace").strip().splitlines() or ["nothing came"]
        raise StoreError(f"no mp3 could be made: {lines[-1]}")
    return mp3
