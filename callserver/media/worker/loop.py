"""The worker's one loop: wait for the SIP socket, the controller or the next 20 ms of sound."""

import gc
import os
import select
import signal
import socket
import sys
import time
import traceback
from typing import NoReturn

from callserver.clock import SystemClock
from callserver.media import wire
from callserver.media.link import Link
from callserver.media.pj import native
from callserver.media.pj.endpoint import Endpoint
from callserver.media.pj.native import FRAME_MS
from callserver.media.pj.ports import RtpPorts
from callserver.media.worker.call import WorkerCall
from callserver.media.worker.history import History
from callserver.media.worker.identity import caller, host_of
from callserver.model.commands import Command
from callserver.model.events import Event

TICK_S = FRAME_MS / 1000
# The stack's own timers (retransmissions from 500 ms) and those of dialled legs set the pace.
SIGNALLING_S = 0.05
IDLE_S = 1.0
# After a stall longer than this the sound goes on from now instead of catching up.
LONGEST_STALL_S = 0.5
# How long the facts of a call wait for a controller to take them.
DELIVER_S = 120.0


def run(spec: wire.WorkerSpec) -> NoReturn:
    """Carry one call in a forked child, then leave the process: objects of the library must not
    be torn down in whatever order Python would choose."""
    gc.disable()  # one call's garbage is small, and a collection would touch every shared page
    ports = RtpPorts(spec.rtp_bind, spec.rtp_first_port, spec.rtp_ports)
    try:
        endpoint = Endpoint(
            spec.token,
            spec.public,
            spec.internal,
            spec.rtp_host,
            ports,
            spec.log_level,
            srtp=spec.srtp,
        )
    except native.PjError as error:
        print(f"worker: cannot start: {error.reason}", file=sys.stderr)  # noqa: T201
        sys.stderr.flush()
        os._exit(1)
    hello = wire.Hello(
        "worker", wire.VERSION, os.getpid(), spec.token, endpoint.sip_port, spec.rtp_first_port
    )
    now = SystemClock(spec.clock_ahead).now
    history = History(now)
    link = Link(spec.socket, hello, lambda: history.returned(call.ringing, call.rung))

    def emit(event: Event) -> None:
        history.note(event, alone=not link.connected)
        link.send(event)

    host = host_of(spec.public)
    call = WorkerCall(
        endpoint,
        now,
        emit,
        lambda number, name: caller(number, name, host),
        lambda: link.connected,
    )
    terminated: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: terminated.append(number))
    status = 1
    try:
        _Loop(endpoint, link, call, history, terminated).run()
        status = 0
    except Exception:  # noqa: BLE001 - unwinding further would tear the library down
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(status)


class _Loop:
    """With sound there are 50 turns a second for each call of the machine, so the turn does only
    what must be done in every one; the rest waits for ``_settle``."""

    def __init__(
        self,
        endpoint: Endpoint,
        link: Link,
        call: WorkerCall,
        history: History,
        terminated: list[int],
    ) -> None:
        self._endpoint = endpoint
        self._link = link
        self._call = call
        self._history = history
        self._terminated = terminated
        self._next_tick: float | None = None
        self._leave_by: float | None = None
        self._left = False
        self._poll = select.poll()
        self._poll.register(endpoint.sip_socket, select.POLLIN)
        self._wait = self._poll.poll
        self._watched = -1

    def run(self) -> None:
        """Until the call is over and told."""
        signals, wait = self._endpoint.signals, self._wait
        tick, monotonic, poll = self._endpoint.tick, time.monotonic, native.poll
        playing, played = self._call.sounds.playing, self._call.sounds.played
        settle_at = 0.0
        while not self._left:
            now = monotonic()
            until = settle_at if self._next_tick is None else self._next_tick
            ready = wait((until - now) * 1000 if until > now else 0)
            poll()
            now = monotonic()
            if ready or signals or now >= settle_at:
                settle_at = self._settle(now)
            while self._next_tick is not None and self._next_tick <= now:
                tick()
                if playing:
                    played()
                self._next_tick += TICK_S

    def _settle(self, now: float) -> float:
        """Do everything that is not sound; when to look again."""
        call, link = self._call, self._link
        link.connect(now)
        self._watch(link.socket)
        for command in link.read():
            if isinstance(command, Command):
                call.carry_out(command)
        if self._terminated:
            call.end()
        if not link.connected:
            self._history.parted()
        call.act()
        call.step(now)
        link.flush()
        self._time_sound(now)
        if call.empty:
            self._leave(now)
        return now + (SIGNALLING_S if call.waiting or not link.connected else IDLE_S)

    def _watch(self, link: socket.socket | None) -> None:
        """Wake up for the controller's connection, whichever it is now."""
        number = -1 if link is None else link.fileno()
        if number == self._watched:
            return
        if self._watched >= 0:
            self._poll.unregister(self._watched)
        if number >= 0:
            self._poll.register(number, select.POLLIN)
        self._watched = number

    def _time_sound(self, now: float) -> None:
        """Start the ticks, stop them, or skip what a stall has swallowed."""
        if not self._call.sounds.running:
            self._next_tick = None
        elif self._next_tick is None or now > self._next_tick + LONGEST_STALL_S:
            self._next_tick = now

    def _leave(self, now: float) -> None:
        if self._leave_by is None:
            self._leave_by = now + (DELIVER_S if self._call.had_call else 0.0)
        if self._link.flushed or now >= self._leave_by:
            self._link.close()
            self._left = True
