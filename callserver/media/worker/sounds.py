"""The sound of one call: music, prompts and tracks of its legs, wired after every change."""

import sys
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from callserver.media.pj.leg import Media
from callserver.media.pj.sound import SILENCE, Bridge, Player, SoundError, record
from callserver.media.worker.listening import EAR, Listening
from callserver.media.worker.message import MessageWatch
from callserver.media.worker.plan import (
    Edges,
    LegSound,
    both_ways,
    left_alone,
    plan,
    without,
)
from callserver.media.worker.recorder import Recorder
from callserver.model.call import Leg
from callserver.model.commands import PlayPrompts, RecordMessage
from callserver.model.events import (
    Event,
    MessageEnd,
    MessageRecorded,
    PlayEnd,
    PromptsEnded,
)


@dataclass(slots=True)
class _Prompts:
    play: str
    player: Player
    barge_in: bool


@dataclass(slots=True)
class _Music:
    file: str
    player: Player


@dataclass(slots=True)
class _Message:
    command: RecordMessage
    recorder: Any
    watch: MessageWatch


class Sounds:
    """``emit`` takes the events. Legs are named, not held: they come and go with their media."""

    def __init__(
        self,
        now: Callable[[], float],
        tick: Callable[[], None],
        emit: Callable[[Event], None],
    ) -> None:
        self._now = now
        self._tick = tick
        self._emit = emit
        self._bridge = Bridge()
        self._held: dict[Leg, bool] = {}
        self._edges: Edges = frozenset()
        self._music: dict[Leg, _Music] = {}
        self._prompts: dict[Leg, _Prompts] = {}
        self._muted = False
        self._message: _Message | None = None
        self.listening = Listening(self._bridge, self._wire, now, emit)
        self.recorder = Recorder(self._bridge, self._wire, tick, now, emit)
        self.playing: list[tuple[tuple[str, Leg], Player]] = []

    @property
    def running(self) -> bool:
        """Somebody is in the bridge, so it needs its ticks."""
        return bool(self._held or self.recorder.legs)

    def played(self) -> None:
        """After a tick: what is in ``playing`` gave one frame."""
        changed = False
        for name, player in tuple(self.playing):
            if player.played():
                changed = True
                self._next(name, player)
        if changed:
            self._wire()

    def _next(self, name: tuple[str, Leg], player: Player) -> None:
        if player.ended:
            self._end_prompts(name[1], PlayEnd.FINISHED)
        else:
            self._bridge.put(name, player.port)

    # -- legs

    def put_leg(self, leg: Leg, media: Media | None) -> None:
        """The leg's media changed; None: it has none now."""
        self._bridge.drop(("leg", leg))
        self._held.pop(leg, None)
        if media is not None:
            self._held[leg] = media.held
            if media.slot is not None:
                self._bridge.put(("leg", leg), media.slot)
        self._wire()

    def drop_leg(self, leg: Leg) -> None:
        """The leg is gone, with all that was its own. Its track goes on."""
        if self._message is not None and self._message.command.leg is leg:
            self._end_message(MessageEnd.GONE)
        self.listening.drop(leg)
        self.stop_prompts(leg)
        self.stop_music(leg)
        self._edges = without(self._edges, leg)
        self.put_leg(leg, None)

    def left_alone(self, leg: Leg) -> frozenset[Leg]:
        """Who hears nobody any more when this leg goes."""
        return left_alone(self._edges, leg)

    def pair(self, first: Leg, second: Leg) -> None:
        """Two more who hear each other."""
        self.bridge(self._edges | both_ways(first, second))

    def part(self, first: Leg, second: Leg) -> None:
        self.bridge(self._edges - both_ways(first, second))

    def bridge(self, edges: Edges) -> None:
        """From now on this is who hears whom. Prompts of those who hear somebody new end."""
        new = edges - self._edges
        self._edges = edges
        for listener in {listener for _, listener in new}:
            self._end_prompts(listener, PlayEnd.STOPPED)
        self._wire()

    # -- music and prompts

    def start_music(self, leg: Leg, file: str) -> None:
        """Raises :class:`SoundError`. The same file goes on where it is."""
        if leg in self._music and self._music[leg].file == file:
            return
        player = Player((file,), loop=True)
        self._music[leg] = _Music(file, player)
        self._bridge.put(("music", leg), player.port)
        self._wire()

    def stop_music(self, leg: Leg) -> None:
        if self._music.pop(leg, None) is not None:
            self._bridge.drop(("music", leg))
            self._wire()

    def play(self, command: PlayPrompts) -> None:
        """Answered by one ``PromptsEnded``, now or later."""
        self._end_prompts(command.leg, PlayEnd.STOPPED)
        if not command.files:
            self._emit(PromptsEnded(command.leg, command.play, PlayEnd.FINISHED, self._now()))
        elif command.leg not in self._held:
            self._emit(PromptsEnded(command.leg, command.play, PlayEnd.FAILED, self._now()))
        else:
            self._start(command)
        self._wire()

    def _start(self, command: PlayPrompts) -> None:
        try:
            player = Player(command.files, loop=False)
        except SoundError as error:
            print(f"worker: prompt: {error}", file=sys.stderr)  # noqa: T201
            self._emit(PromptsEnded(command.leg, command.play, PlayEnd.FAILED, self._now()))
            return
        self._prompts[command.leg] = _Prompts(command.play, player, command.barge_in)
        self._bridge.put(("prompts", command.leg), player.port)

    def stop_prompts(self, leg: Leg) -> None:
        self._end_prompts(leg, PlayEnd.STOPPED)
        self._wire()

    def key_pressed(self, leg: Leg) -> None:
        """It ends a message, and prompts that are to be barged in."""
        if self._message is not None and self._message.command.leg is leg:
            self._end_message(MessageEnd.KEY)
        if leg in self._prompts and self._prompts[leg].barge_in:
            self._end_prompts(leg, PlayEnd.BARGED_IN)
            self._wire()

    def _end_prompts(self, leg: Leg, end: PlayEnd) -> None:
        prompts = self._prompts.pop(leg, None)
        if prompts is not None:
            self._bridge.drop(("prompts", leg))
            self._emit(PromptsEnded(leg, prompts.play, end, self._now()))

    # -- recording

    def mute_recording(self, on: bool) -> None:
        """Write silence to the tracks, or the voices again."""
        self._muted = on
        self._wire()

    # -- a message

    @property
    def listens(self) -> bool:
        """Somebody leaves a message, or greets us: look at it often."""
        return self._message is not None or self.listening.leg is not None

    def start_message(self, command: RecordMessage) -> None:
        """Answered by one ``MessageRecorded``, now or later."""
        self._end_message(MessageEnd.STOPPED)
        watch = MessageWatch(command.max_s, command.silence_s, time.monotonic())
        try:
            recorder = record(command.file)
        except SoundError as error:
            print(f"worker: message: {error}", file=sys.stderr)  # noqa: T201
            self._tell_message(command, MessageEnd.FAILED, watch)
            return
        self._message = _Message(command, recorder, watch)
        self._bridge.put("message", recorder)
        self._wire()

    def step(self, now: float) -> None:
        """Look whether the one who leaves a message still speaks, and what a greeting says."""
        self.listening.step()
        message = self._message
        if message is not None:
            end = message.watch.look(self._bridge.level(("leg", message.command.leg)), now)
            if end is not None:
                self._end_message(end)

    def _end_message(self, end: MessageEnd) -> None:
        if self._message is None:
            return
        command, watch = self._message.command, self._message.watch
        watch.look(0, time.monotonic())
        self._bridge.drop("message")
        self._message = None
        self._wire()
        self._tick()  # closes the file
        self._tell_message(command, end, watch)

    def _tell_message(self, command: RecordMessage, end: MessageEnd, watch: MessageWatch) -> None:
        times = (watch.duration_s, watch.voice_s, watch.quiet_s)
        self._emit(MessageRecorded(command.leg, command.message, end, *times, self._now()))

    def _wire(self) -> None:
        legs = {
            leg: LegSound(held, leg in self._music, leg in self._prompts)
            for leg, held in self._held.items()
        }
        wanted: set[tuple[Hashable, Hashable]] = set()
        wanted |= plan(legs, self._edges, self.recorder.legs, SILENCE, muted=self._muted)
        if self._message is not None:
            wanted |= {(SILENCE, "message"), (("leg", self._message.command.leg), "message")}
        if self.listening.leg is not None:
            wanted |= {(SILENCE, EAR), (("leg", self.listening.leg), EAR)}
        self._bridge.connect(wanted)
        heard = [(("music", leg), music.player) for leg, music in self._music.items()]
        heard += [(("prompts", leg), prompts.player) for leg, prompts in self._prompts.items()]
        self.playing[:] = [(name, player) for name, player in heard if self._bridge.hears(name)]
