"""The worker's one loop: wait for the SIP socket, the controller or the next 20 ms of sound."""

import gc
import os
import select
import signal
import sys
import time
from threading import Event

import pjsua2 as pj

from callserver.media import wire
from callserver.media.link import Link
from callserver.media.pj.endpoint import Endpoint
from callserver.media.pj.ports import RtpPorts
from callserver.media.pj.sound import FRAME_MS
from callserver.media.worker.call import WorkerCall
from callserver.media.worker.identity import caller, host_of
from callserver.model.commands import Command

TICK_S = FRAME_MS / 1000
# Without sound the stack's own timers (retransmissions from 500 ms) set the pace.
SIGNALLING_S = 0.1
IDLE_S = 1.0
# After a stall longer than this the sound goes on from now instead of catching up.
LONGEST_STALL_S = 0.5
# How long the facts of a call wait for a controller to take them.
DELIVER_S = 120.0


def run(spec: wire.WorkerSpec) -> int:
    """Carry one call; returns the exit status. Runs in a forked child."""
    gc.disable()  # one call's garbage is small, and a collection would touch every shared page
    ports = RtpPorts(spec.rtp_bind, spec.rtp_first_port, spec.rtp_ports)
    try:
        endpoint = Endpoint(
            spec.token, spec.public, spec.internal, spec.rtp_host, ports, spec.log_level
        )
    except pj.Error as error:
        print(f"worker: cannot start: {error.reason}", file=sys.stderr)  # noqa: T201
        return 1
    hello = wire.Hello("worker", wire.VERSION, os.getpid(), spec.token, endpoint.sip_port)
    link = Link(spec.socket, hello)
    host = host_of(spec.public)
    call = WorkerCall(
        endpoint,
        link.send,
        lambda number, name: caller(number, name, host),
        lambda: link.connected,
    )
    terminated = Event()
    signal.signal(signal.SIGTERM, lambda _signal, _frame: terminated.set())
    _loop(endpoint, link, call, terminated)
    return 0


def _loop(endpoint: Endpoint, link: Link, call: WorkerCall, terminated: Event) -> None:
    sip = endpoint.sip_socket
    next_tick: float | None = None
    leave_by: float | None = None
    while True:
        now = time.monotonic()
        if not link.connected:
            link.connect(now)
        wait = [sip, link.socket] if link.socket is not None else [sip]
        if next_tick is not None:
            timeout = max(next_tick - now, 0.0)
        else:
            timeout = SIGNALLING_S if call.busy or not link.connected else IDLE_S
        ready, _, _ = select.select(wait, [], [], timeout)
        if link.socket in ready:
            for command in link.read():
                if isinstance(command, Command):
                    call.carry_out(command)
        if terminated.is_set():
            call.end()
        call.poll()
        now = time.monotonic()
        next_tick = _ticks(call, next_tick, now)
        call.step(now)
        link.flush()
        if call.empty:
            patience = DELIVER_S if call.had_call else 0.0
            leave_by = leave_by or now + patience
            if link.flushed or now >= leave_by:
                link.close()
                return


def _ticks(call: WorkerCall, next_tick: float | None, now: float) -> float | None:
    """Give the sound the ticks that are due; when the next one is."""
    if not call.sounds.running:
        return None
    if next_tick is None or now > next_tick + LONGEST_STALL_S:
        next_tick = now
    while next_tick <= now:
        call.sounds.tick()
        next_tick += TICK_S
    return next_tick
