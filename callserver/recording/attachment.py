"""The sound of a voicemail as a file for a mail."""

import asyncio
from pathlib import Path
from typing import Final, Literal

import imageio_ffmpeg

DEADLINE_S: Final = 60.0
_MP3: Final = ("-ac", "1", "-c:a", "libmp3lame", "-b:a", "32k", "-f", "mp3", "pipe:1")
_SECOND_OF_WAV: Final = 16_000
_SECOND_OF_MP3: Final = 4_000
KINDS: Final = {"mp3": "audio/mpeg", "wav": "audio/wav"}


class Unfit(Exception):
    """It is too long, or cannot be read or turned into this form; the text says which."""


async def sound(file: Path, form: Literal["mp3", "wav"], most: int) -> bytes:
    """The file in this form, ``most`` bytes at most. Raises ``FileNotFoundError``,
    :class:`Unfit`."""
    wav = await asyncio.to_thread(_read, file, most if form == "wav" else _as_wav(most))
    content = await _encode(wav) if form == "mp3" else wav
    if len(content) > most:
        raise Unfit(f"{len(content)} bytes")
    return content


def _as_wav(most: int) -> int:
    """So long is what becomes so many bytes of mp3, and a little more."""
    return 2 * most // _SECOND_OF_MP3 * _SECOND_OF_WAV


def _read(file: Path, most: int) -> bytes:
    try:
        if (size := file.stat().st_size) > most:
            raise Unfit(f"{size} bytes")
        return file.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Unfit(f"it cannot be read: {error}") from error


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
        raise Unfit(f"ffmpeg cannot be started: {error}") from error
    try:
        async with asyncio.timeout(DEADLINE_S):
            mp3, complaint = await child.communicate(wav)
    except TimeoutError:
        raise Unfit(f"no mp3 within {DEADLINE_S:g} s") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode or not mp3:
        lines = complaint.decode(errors="replace").strip().splitlines() or ["nothing came"]
        raise Unfit(f"no mp3 could be made: {lines[-1]}")
    return mp3
