"""One call: commands in, events out. What happens on the wire comes as signals of ``media/pj``,
read after the library has returned; nothing here runs inside a callback."""

import sys
import time
from collections.abc import Callable

from callserver.media.pj import leg as on_wire
from callserver.media.pj import native
from callserver.media.pj.endpoint import Endpoint
from callserver.media.pj.leg import LegCall
from callserver.media.pj.sound import SoundError
from callserver.media.worker import ending, patience
from callserver.media.worker.dialling import CANCELLED, Dialling
from callserver.media.worker.digits import digit_of_info
from callserver.media.worker.legs import LegState
from callserver.media.worker.referring import Referring
from callserver.media.worker.ring import Ring
from callserver.media.worker.sounds import Sounds
from callserver.media.worker.watch import Heard
from callserver.model import commands as do
from callserver.model import events as did
from callserver.model.call import Leg
from callserver.model.events import LegEnd


def _say(text: str) -> None:
    print(f"worker: {text}", file=sys.stderr)  # noqa: T201


class WorkerCall:
    """``now`` is seconds since 1970, ``emit`` takes events, ``identify`` makes a From of number and
    name, ``connected`` says whether a controller is there to decide."""

    def __init__(
        self,
        endpoint: Endpoint,
        now: Callable[[], float],
        emit: Callable[[did.Event], None],
        identify: Callable[[str, str], str],
        connected: Callable[[], bool],
    ) -> None:
        self._endpoint = endpoint
        self._now = now
        self._emit = emit
        self._connected = connected
        self._legs: dict[Leg, LegState] = {}
        self._expected: Leg | None = Leg.CUSTOMER
        self._retired: list[LegCall] = []
        self._leave_by: float | None = None
        self._look_at = 0.0
        self._empty_since = time.monotonic()
        self.had_call = False
        self.empty = False
        self._referring = Referring(now, emit, connected)
        self._dialling = Dialling(endpoint, identify, self._legs, self)
        self.sounds = Sounds(now, endpoint.tick, self._sounded)

    @property
    def waiting(self) -> bool:
        """For something that has a deadline: of a dialled leg, of the stack, of the end."""
        return (
            self._leave_by is not None
            or bool(self._retired)
            or self.sounds.listens
            or any(not state.up for state in self._legs.values())
        )

    @property
    def ringing(self) -> tuple[Leg, ...]:
        """The legs that are being dialled and not answered."""
        return tuple(state.leg for state in self._legs.values() if state.rings)

    @property
    def rung(self) -> tuple[str, ...]:
        """Who is rung for such a leg, of those who have a name."""
        rings = [ring for state in self._legs.values() for ring in state.rings]
        return tuple(ring.command.who for ring in rings if ring.command.who)

    # -- commands

    def carry_out(self, command: do.Command) -> None:
        """Do it. One that does not fit the moment is dropped: the event that made it moot is on
        its way up."""
        if self._leave_by is not None:
            return
        try:
            self._carry_out(command)
        except (native.PjError, SoundError) as error:
            reason = error.reason if isinstance(error, native.PjError) else error
            _say(f"{type(command).__name__}: {reason}")

    def _carry_out(self, command: do.Command) -> None:  # noqa: C901 - a table of one-liners
        match command:
            case do.RingLeg(leg):
                self._answer(leg, 180)
            case do.AnswerLeg(leg):
                self._answer(leg, 200)
            case do.DialLeg():
                self._dial(command)
            case do.StopRinging(leg, who):
                self._stop_ringing(leg, who)
            case do.ExpectLeg(leg):
                self._expected = leg
            case do.SetBridge(edges):
                self._end_whispers()
                self.sounds.bridge(frozenset(edges))
            case do.TransferProgress(leg):
                if leg in self._legs:
                    self._legs[leg].tell_transfer(command)
            case do.BridgeLegs(first, second):
                if first in self._legs and second in self._legs:
                    self.sounds.pair(first, second)
            case do.UnbridgeLegs(first, second):
                self.sounds.part(first, second)
            case do.StartMusic(leg, file):
                self.sounds.start_music(leg, file)
            case do.StopMusic(leg):
                self.sounds.stop_music(leg)
            case do.PlayPrompts(leg):
                if leg in self._legs:
                    self.sounds.play(command)
            case do.StopPrompts(leg):
                self.sounds.stop_prompts(leg)
            case do.StartRecording(tracks):
                self.sounds.recorder.start(tracks)
            case do.StopRecording():
                self.sounds.recorder.stop()
            case do.MuteRecording(on):
                self.sounds.mute_recording(on)
            case do.RecordMessage(leg):
                if leg in self._legs:
                    self.sounds.start_message(command)
            case do.HangUpLeg(leg, code, retry_after_s):
                if leg in self._legs:
                    self._release(self._legs[leg], code, retry_after_s)
            case do.EndCall():
                self.end()

    def _answer(self, leg: Leg, code: int) -> None:
        state = self._legs.get(leg)
        if state is None or state.dialled or state.answered or state.accepted:
            return
        state.accepted = code == 200
        try:
            state.call.send_code(code)
        except native.PjError as error:
            _say(f"answer {code}: {error.reason}")
            self._release(state, 500, 0, LegEnd.FAILED)

    def _release(
        self, state: LegState, code: int, retry_after_s: int = 0, why: LegEnd = LegEnd.RELEASED
    ) -> None:
        if state.why is not None:
            return
        # An answered or dialled call has no answer of ours left to give: 200 for BYE, 487 for
        # CANCEL is what stands in the record.
        if state.rings:
            for ring in tuple(state.rings):
                self._dialling.give_up(state, ring, why, CANCELLED)
            return
        final = 200 if state.answered else code
        state.why, state.code = why, final
        state.call.end(0 if state.answered else code, retry_after_s)
        if not state.call.alive:
            self._ended(state, why, final)

    def end(self) -> None:
        """Hang up everything and leave."""
        if self._leave_by is None:
            for state in tuple(self._legs.values()):
                self._release(state, 603)
            self._leave_by = time.monotonic() + patience.LAST_ANSWERS_S

    # -- dialling

    def _dial(self, command: do.DialLeg) -> None:
        state = self._legs.get(command.leg)
        if state is None:
            state = self._legs[command.leg] = LegState(command.leg, None)
            self.had_call = True
        elif not state.rings or {"", command.who} & {ring.command.who for ring in state.rings}:
            return
        state.rings.append(Ring(command, time.monotonic()))

    def _stop_ringing(self, leg: Leg, who: str) -> None:
        if (state := self._legs.get(leg)) is not None:
            for ring in [one for one in state.rings if one.command.who == who]:
                self._dialling.give_up(state, ring, LegEnd.RELEASED, CANCELLED)

    def rings(self, state: LegState, ring: Ring) -> None:
        who = ring.command.who
        self._emit(did.LegRinging(state.leg, ring.sip_call_id, self._now(), who))

    def taken(self, state: LegState) -> None:
        self._referring.take(state)
        state.answered = True
        self._media(state)

    def not_taken(self, state: LegState, ring: Ring, why: LegEnd, code: int) -> None:
        who = ring.command.who
        if not (state.rings or state.has_call):
            self._ended(state, why, code, ring)
        elif who:
            told = (state.leg, ring.sip_call_id, why, code, None, self._now(), who)
            self._emit(did.LegEnded(*told, ring.command.ring))

    def retire(self, call: LegCall) -> None:
        self._retired.append(call)

    # -- signals

    def act(self) -> None:
        """Act on what the stack has reported."""
        signals = self._endpoint.signals
        while signals:
            signal = signals.popleft()
            try:
                self._heard(signal)
            except native.PjError as error:
                _say(f"{type(signal).__name__}: {error.reason}")

    def _heard(self, signal: on_wire.Signal) -> None:
        if isinstance(signal, on_wire.Incoming):
            self._arrived(signal.call)
            return
        state = next((s for s in self._legs.values() if s.is_call(signal.call)), None)
        if state is None:
            self._dialling.heard(signal)
            return
        match signal:
            case on_wire.Confirmed():
                state.answered = True
                state.agree_by = time.monotonic() + patience.AGREE_S
                self._media(state)
            case on_wire.MediaChanged():
                self._media(state)
            case on_wire.KeyEvent(_, digit, timestamp, duration, ended):
                key = state.keys.press(digit, timestamp, duration, ended=ended)
                self._digit(state, key, "rfc4733")
            case on_wire.InfoReceived(_, message):
                self._digit(state, digit_of_info(message), "info")
            case on_wire.ReferReceived(_, message):
                self._referring.heard(state, message)
            case on_wire.Gone(_, code):
                self._gone(state, code)

    def _arrived(self, call: LegCall) -> None:
        leg, self._expected = self._expected, None
        if leg is None or leg in self._legs or self._leave_by is not None:
            self._expected = leg
            self._retired.append(call)
            call.end(486)
            return
        state = LegState(leg, call)
        self._referring.take(state)
        self._legs[leg] = state
        self.had_call = True
        self._emit(did.LegArrived(leg, call.sip_call_id, self._now()))

    def _media(self, state: LegState) -> None:
        media = state.call.media()
        if not state.answered:
            return  # early media is not let in
        self.sounds.put_leg(state.leg, media)
        if media is None:
            return
        now = self._now()
        if not state.up:
            state.up = True
            who = (state.order.who, state.order.ring) if state.order is not None else ()
            told = (state.leg, state.call.sip_call_id, media.codec, now)
            self._emit(did.LegAnswered(*told, *who))
            self._connect(state)
        if media.held != state.held:
            state.held = media.held
            self._emit(
                did.LegHeld(state.leg, now) if media.held else did.LegResumed(state.leg, now)
            )

    def _connect(self, state: LegState) -> None:
        """What the dialling asked for when it is answered."""
        order = state.order
        if order is not None and order.judge is not None:
            self.sounds.listening.start(state.leg, order.judge)
        if order is None or order.bridge_to is None:
            return
        if order.whisper:
            state.whispering = True
            self.sounds.play(do.PlayPrompts(state.leg, do.WHISPER, order.whisper, False))
        else:
            self._join(state, order)

    def _join(self, state: LegState, order: do.DialLeg) -> None:
        other = order.bridge_to
        if other is not None and other in self._legs:
            if order.tracks:
                self.sounds.recorder.start(order.tracks)
            self.sounds.pair(state.leg, other)
        elif not self._connected():
            self._release(state, 603)

    def _sounded(self, event: did.Event) -> None:
        self._emit(event)
        if isinstance(event, did.PromptsEnded) and event.play == do.WHISPER:
            state = self._legs.get(event.leg)
            if state is not None and state.order is not None:
                state.whispering = False
                self._join(state, state.order)

    def _end_whispers(self) -> None:
        """Who is whispered to is connected now, and recorded, whatever comes next."""
        for state in self._legs.values():
            if state.whispering:
                self.sounds.stop_prompts(state.leg)

    def _digit(self, state: LegState, digit: str | None, method: str) -> None:
        if digit is not None and state.up:
            self._emit(did.DigitReceived(state.leg, digit, method, self._now()))
            self.sounds.key_pressed(state.leg)

    def _gone(self, state: LegState, code: int) -> None:
        if state.why is not None:
            self._ended(state, state.why, state.code)
        elif state.answered:
            self._ended(state, ending.why_answered_ended(code), code)
        else:
            self._ended(state, ending.why_incoming_ended(code), code)

    def _ended(self, state: LegState, why: LegEnd, code: int, ring: Ring | None = None) -> None:
        if self._legs.pop(state.leg, None) is None:
            return
        # Who waits for a colleague who never came still has the customer, put aside for that.
        left_alone = {
            *(self.sounds.left_alone(state.leg) if state.up else ()),
            *(one.leg for one in self._legs.values() if one.dials_for(state.leg)),
        }
        self.sounds.drop_leg(state.leg)
        sip_call_id, who = state.sip_call_id, ("", 0)
        if ring is not None:
            sip_call_id, who = ring.sip_call_id, (ring.command.who, ring.command.ring)
        told = (state.leg, sip_call_id, why, code, state.stats, self._now())
        self._emit(did.LegEnded(*told, *who))
        if state.has_call:
            self._retired.append(state.call)
        self._empty_since = time.monotonic()
        if not self._connected():
            for other in left_alone:
                if other in self._legs:
                    self._release(self._legs[other], 603)

    # -- time

    def step(self, now: float) -> None:
        """What is due at ``now`` (monotonic)."""
        self.sounds.step(now)
        if now >= self._look_at:
            self._look_at = now + patience.LOOK_S
            self._look(now)
        for state in tuple(self._legs.values()):
            if state.answered and not state.up and now >= state.agree_by:
                self._release(state, 488, why=LegEnd.FAILED)
        self._dialling.step(now)
        if self._retired and native.calls_alive() <= sum(one.calls for one in self._legs.values()):
            for call in self._retired:
                self._endpoint.forget(call)
            self._retired.clear()
        if not self._legs and self._leave_by is None:
            alone_s = patience.FORGOTTEN_S if self._connected() else patience.ORPHAN_S
            if (self.had_call or not self._connected()) and now >= self._empty_since + alone_s:
                self.end()
        if self._leave_by is not None and not self.empty:
            self._leave(now)

    def _look(self, now: float) -> None:
        """Does everybody send who should, and can what is said be written down?"""
        self.sounds.recorder.look()
        for state in self._legs.values():
            if (heard := state.look(now)) is not None:
                kind = did.MediaLost if heard is Heard.LOST else did.MediaBack
                self._emit(kind(state.leg, self._now()))

    def _leave(self, now: float) -> None:
        if native.calls_alive() == 0 or now >= (self._leave_by or now):
            self.sounds.recorder.stop()
            self.empty = True
            self._emit(did.CallEmpty(self._now()))
