"""One call worker, seen from the controller: its connection, its listener, how it ended.

Two things tell the end, in any order: the connection closes, and the forker reports the exit. A
worker that said ``CallEmpty`` has ended well; every other end with a call is a loss, told once.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable

from callserver.media import wire
from callserver.model.commands import Command, EndCall
from callserver.model.events import CallEmpty, Event, WorkerReturned
from callserver.model.ports import WorkerListener

# A connection that closed may come back (the worker tries after 0.1 s), or the exit is reported.
GRACE_S = 0.5


class Worker:
    """Implements ``CallWorker``. ``on_end`` is called once, when it is gone for good."""

    def __init__(self, token: str, first_port: int, on_end: Callable[["Worker"], None]) -> None:
        self.first_port = first_port
        self.pid = 0
        self.exited = False
        self.returned: WorkerReturned | None = None
        """What one of the last controller's said of itself; what it says after it waits for
        :meth:`take`."""
        self._early: list[Event] = []
        self._token = token
        self._sip_port = 0
        self._on_end = on_end
        self._transport: asyncio.WriteTransport | None = None
        self._listener: WorkerListener | None = None
        self._empty = False
        self._asked = False  # to end
        self._ended = False
        self._grace: asyncio.TimerHandle | None = None

    @property
    def token(self) -> str:
        return self._token

    @property
    def sip_port(self) -> int:
        return self._sip_port

    @property
    def up(self) -> bool:
        """It waits for commands."""
        return self._transport is not None and not self._empty

    @property
    def taken(self) -> bool:
        return self._listener is not None

    def send(self, command: Command) -> None:
        if self._transport is not None:
            self._transport.write(wire.encode(command))

    def take(self, listener: WorkerListener) -> None:
        """From now on it has a call."""
        self._listener = listener
        early, self._early = self._early, []
        for event in early:
            listener.on_event(event)

    # -- what happens to it

    def connected(self, hello: wire.Hello, transport: asyncio.WriteTransport) -> None:
        self.pid, self._sip_port = hello.pid, hello.sip_port
        self._transport = transport
        self._stop_grace()

    def heard(self, event: Event) -> None:
        self._empty = self._empty or isinstance(event, CallEmpty)
        if self._listener is not None:
            self._listener.on_event(event)
        elif isinstance(event, WorkerReturned):
            self.returned = event
        elif self.returned is not None:
            self._early.append(event)

    def disconnected(self, transport: asyncio.WriteTransport) -> None:
        if transport is not self._transport:
            return
        self._transport = None
        if self._empty or self.exited:
            self._end()
        else:
            self._grace = asyncio.get_running_loop().call_later(GRACE_S, self._end)

    def has_exited(self) -> None:
        """The forker reports its exit. What it said last may still lie in the connection."""
        self.exited = True
        if self._transport is None:
            self._end()

    def cut(self) -> None:
        """End it, whatever it does: it is asked, and killed when it was asked before."""
        if self._asked:
            self.kill()
        elif self._transport is not None:
            self._asked = True
            self.send(EndCall())

    def kill(self) -> None:
        """By its process id; only before the forker has reaped it is that still its own."""
        if self.pid and not self.exited:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def _end(self) -> None:
        self._stop_grace()
        if self._ended:
            return
        self._ended = True
        if not self._empty:
            self.kill()
        self._on_end(self)
        listener, self._listener = self._listener, None  # it knows us too: let nobody stay for us
        if listener is not None and not self._empty:
            listener.on_worker_lost()

    @property
    def lost(self) -> bool:
        """It ended with a call that had not."""
        return self._ended and self.taken and not self._empty

    def _stop_grace(self) -> None:
        if self._grace is not None:
            self._grace.cancel()
            self._grace = None
