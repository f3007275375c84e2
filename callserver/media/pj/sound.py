"""The conference bridge: who is connected to whom, players and recorders.

The bridge carries out connections on its next tick, all of those queued together on the same one.
A port without any source is not written to: it would send no RTP and its recorder would fall
behind. So everybody hears ``silence`` besides, a tone generator that never plays a tone.
"""

import os
import struct
from collections.abc import Hashable, Iterable
from collections.abc import Set as AbstractSet
from typing import Any

from pjsua2 import pjsua2 as pj

from callserver.media.pj.native import BYTES_PER_FRAME, CLOCK_RATE, FRAME_MS

SILENCE = "silence"

_HEADER_BYTES = 4096
_CHUNK = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIHH")
_SHAPE = (1, 1, CLOCK_RATE, 2 * CLOCK_RATE, 2, 16)


class SoundError(Exception):
    """A sound file cannot be played or written; the message says why."""


def _frames(file: str) -> int:
    """How many ticks a file lasts. Raises :class:`SoundError`. (The standard library's reader
    would do, but it is much code to run for the first time in every worker.)"""
    try:
        descriptor = os.open(file, os.O_RDONLY)
        try:
            shape, length = _header(os.read(descriptor, _HEADER_BYTES))
        finally:
            os.close(descriptor)
    except (OSError, struct.error) as error:
        raise SoundError(f"{file}: {error}") from error
    if shape != _SHAPE:
        raise SoundError(f"{file}: must be mono, 16 bit PCM, {CLOCK_RATE} Hz")
    if length < BYTES_PER_FRAME:
        raise SoundError(f"{file}: shorter than {FRAME_MS} ms")
    return -(-length // BYTES_PER_FRAME)


def _header(head: bytes) -> tuple[tuple[int, ...], int]:
    """Format (tag, channels, rate, bytes a second, block, bits) and bytes of sound of a WAV file.
    Raises ``struct.error`` when it ends before its sound."""
    shape: tuple[int, ...] = ()
    at = 12 if head[:4] == b"RIFF" and head[8:12] == b"WAVE" else len(head)
    while True:
        kind, length = _CHUNK.unpack_from(head, at)
        at += _CHUNK.size
        if kind == b"data":
            return shape, length
        if kind == b"fmt ":
            shape = _FORMAT.unpack_from(head, at)
        at += length + length % 2


class Player:
    """Plays files in order, once or for ever, as long as somebody listens.

    The end of a file is counted in ticks and never reached by the library: its end-of-file
    callback comes from another thread and may outlive the player.
    """

    def __init__(self, files: Iterable[str], *, loop: bool) -> None:
        self._files = [(file, _frames(file)) for file in files]
        self._loop = loop
        self._index = 0
        self._left = 0
        self.port: Any = None
        self._open()

    def _open(self) -> None:
        file, self._left = self._files[self._index]
        port = pj.AudioMediaPlayer()
        try:
            port.createPlayer(file, pj.PJMEDIA_FILE_NO_LOOP)
        except pj.Error as error:
            raise SoundError(f"{file}: {error.reason}") from error
        self.port = port

    def played(self) -> bool:
        """One frame went out; True when a new ``port`` takes over or the end is reached."""
        self._left -= 1
        if self._left > 0:
            return False
        if self._loop and len(self._files) == 1:
            self.port.setPos(0)
            self._left = self._files[0][1]
            return False
        self._index += 1
        if self._index == len(self._files) and self._loop:
            self._index = 0
        if self._index < len(self._files):
            self._open()
        return True

    @property
    def ended(self) -> bool:
        return self._index >= len(self._files)


def record(file: str) -> Any:
    """A recorder that writes a mono WAV file, in a folder that is there. Raises
    :class:`SoundError`."""
    recorder = pj.AudioMediaRecorder()
    try:
        recorder.createRecorder(file)
    except pj.Error as error:
        raise SoundError(f"{file}: {error.reason}") from error
    return recorder


class Bridge:
    """Ports by name, and the connections between them."""

    def __init__(self) -> None:
        self._silence = pj.ToneGenerator()
        self._silence.createToneGenerator(CLOCK_RATE, 1)
        self._ports: dict[Hashable, Any] = {SILENCE: self._silence}
        self._connections: set[tuple[Hashable, Hashable]] = set()

    def put(self, name: Hashable, port: Any) -> None:
        """Name a port; a port of that name before is forgotten, with its connections."""
        self.drop(name)
        if port.getPortId() >= 0:
            self._ports[name] = port

    def drop(self, name: Hashable) -> None:
        """Forget a port. Its connections end when the library removes it."""
        if self._ports.pop(name, None) is not None:
            self._connections = {pair for pair in self._connections if name not in pair}

    def __contains__(self, name: Hashable) -> bool:
        return name in self._ports

    def hears(self, source: Hashable) -> bool:
        """Whether anybody hears this source now."""
        return any(pair[0] == source for pair in self._connections)

    def level(self, name: Hashable) -> int:
        """How loud a source that somebody hears is now, 0 to 49 on a scale of decibels; 0 when it
        is not there. (pjsua2 means by "Tx" what comes out of the port.)"""
        try:
            return int(self._ports[name].getTxLevel()) if name in self._ports else 0
        except pj.Error:
            return 0

    def connect(self, wanted: AbstractSet[tuple[Hashable, Hashable]]) -> None:
        """Make exactly these connections; those whose ports are not there are left out."""
        ports = self._ports
        possible = {pair for pair in wanted if pair[0] in ports and pair[1] in ports}
        for source, sink in self._connections - possible:
            try:
                self._ports[source].stopTransmit(self._ports[sink])
            except pj.Error:
                continue  # the library dropped the port first, and the connection with it
        made = possible & self._connections
        for source, sink in possible - self._connections:
            try:
                self._ports[source].startTransmit(self._ports[sink])
            except pj.Error:
                continue  # a port that just went: its leg reports the change next
            made.add((source, sink))
        self._connections = made
