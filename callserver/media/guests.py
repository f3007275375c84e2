"""Who says hello at the controller's socket, but for the forker: what each may say."""

import asyncio
from collections.abc import Callable, Mapping

from callserver import log
from callserver.media import wire
from callserver.media.process import Worker
from callserver.model.commands import Command
from callserver.model.events import Event, WorkerReturned

_log = log.get("media")


class WorkerGuest:
    """A worker of ours; ``returned`` hears when it has told what it has been through."""

    def __init__(
        self,
        worker: Worker,
        transport: asyncio.WriteTransport,
        returned: Callable[[Worker], None],
    ) -> None:
        self._worker = worker
        self._transport = transport
        self._returned = returned

    def heard(self, message: wire.Message) -> None:
        if isinstance(message, Event):
            self._worker.heard(message)
            if isinstance(message, WorkerReturned):
                self._returned(self._worker)

    def left(self) -> None:
        self._worker.disconnected(self._transport)


class CliGuest:
    """The command line: each message it may send is an order, without anything else."""

    def __init__(self, orders: Mapping[type[wire.Message], Callable[[], None]]) -> None:
        self._orders = orders

    def heard(self, message: wire.Message) -> None:
        if (order := self._orders.get(type(message))) is not None:
            order()

    def left(self) -> None:
        pass


class Stranger:
    """A worker that nobody expects, told to end: a spare of the last controller, or one whose call
    was not on disk when that died. It implements ``CallWorker``, because the peers of such a call
    must hear its BYE; ``gone`` hears its token when it has left."""

    def __init__(
        self, hello: wire.Hello, transport: asyncio.WriteTransport, gone: Callable[[str], None]
    ) -> None:
        self._hello = hello
        self._transport = transport
        self._gone = gone
        self._called = False

    @property
    def token(self) -> str:
        return self._hello.token

    @property
    def sip_port(self) -> int:
        return self._hello.sip_port

    def send(self, command: Command) -> None:
        self._transport.write(wire.encode(command))

    def heard(self, message: wire.Message) -> None:
        if isinstance(message, WorkerReturned):
            self._called = bool(message.answered or message.ended or message.ringing)

    def left(self) -> None:
        say = _log.warning if self._called else _log.info
        hello = self._hello
        say("unknown_worker_ended", worker=hello.token, pid=hello.pid, had_call=self._called)
        self._gone(hello.token)
