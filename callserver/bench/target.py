"""What is fuzzed in process: everything that reads the words of strangers, without its sockets."""

from callserver.edge.admission import Guest, asked_for
from callserver.edge.dispatch import identity
from callserver.sip.answer import Origin, answer
from callserver.sip.dialog import Dialogs
from callserver.sip.digest import Algorithm, Guard, ha1
from callserver.sip.errors import SipError
from callserver.sip.forward import Here, Inward, Outward, leaving
from callserver.sip.hop import Hop
from callserver.sip.kept import from_text, to_text
from callserver.sip.leaving import Leaving
from callserver.sip.message import Request, Response, parse
from callserver.sip.registrar import Registrar, contacts, read
from callserver.sip.stream import Stream

HERE = Here("127.0.0.1:5060", "127.0.0.1:15060", "127.0.0.1:5061")
SOURCES = (Hop("udp", "192.0.2.7", 5070), Hop("tcp", "192.0.2.7", 5070), Hop("tls", "192.0.2.7", 1))
WORKER = "w1"
WORKER_PORT = 40000
MAX_BYTES = 16384
NOW = 1000.0
MANY = 1000

_ENDS = frozenset(b"\r\n\0")
_FOLDS = (b" ", b"\t", b"")


class Finding(Exception):
    """Something that must never be; the message says what. (Any exception but ``SipError`` is a
    finding too.)"""


class Target:
    """Feed it. It remembers a little, as the door does."""

    def __init__(self) -> None:
        self._fed = 0
        self._inward, self._outward = Inward(HERE), Outward(HERE)
        self._guard = Guard("callserver", bytes(32), 60.0)
        self._forget()

    def _forget(self) -> None:
        self._dialogs = Dialogs()
        self._registrar = Registrar(60, 3600, 10)

    def feed(self, data: bytes) -> None:
        """As one datagram, and as bytes of a connection."""
        self._fed += 1
        if self._fed % MANY == 0:
            self._forget()
        self._message(data, SOURCES[0])
        stream = Stream(MAX_BYTES)
        half = len(data) // 2
        for item in (*stream.feed(data[:half]), *stream.feed(data[half:])):
            if isinstance(item, bytes):
                self._message(item, SOURCES[1 + self._fed % 2])

    def _message(self, data: bytes, source: Hop) -> None:
        try:
            message = parse(data, MAX_BYTES)
        except SipError as error:
            self._refuse(error, source)
            return
        steps = (
            (self._answer, self._register, self._to_worker, self._from_worker)
            if isinstance(message, Request)
            else (self._response, self._worker_response)
        )
        for step in steps:
            try:
                step(parse(data, MAX_BYTES), source)
            except SipError:
                continue

    def _refuse(self, error: SipError, source: Hop) -> None:
        if error.headers is None:
            return
        try:
            answer(Origin.of_broken(error.headers, source), error.headers, error.code, error.phrase)
        except SipError:
            return

    def _answer(self, request: Request | Response, source: Hop) -> None:
        origin = Origin.of(request.vias, source)
        _whole(answer(origin, request.headers, 480))

    def _register(self, request: Request | Response, source: Hop) -> None:
        if not isinstance(request, Request):
            return
        asked_for(request)
        self._guard.is_answered(request.headers, source, NOW)
        self._guard.verify(request.headers, request.method, source, _secret, NOW)
        change = self._registrar.register(read(request, "anna", source, 300), NOW)
        origin = Origin.of(request.vias, source)
        extra = contacts(change.bound, NOW)
        _whole(answer(origin, request.headers, 200, extra=extra))

    def _to_worker(self, request: Request | Response, source: Hop) -> None:
        """From a peer to its worker, and how it ends when the worker dies."""
        if not isinstance(request, Request):
            return
        origin = Origin.of(request.vias, source)
        self._inward.check(request)
        identity(request, Guest(trunk="provider"))
        self._inward.request(request, origin)
        self._dialogs.peer_request(request, WORKER, origin)
        self._one(bytes(request), request)
        answered = parse(answer(Origin.of(request.vias, SOURCES[0]), request.headers, 200))
        if not isinstance(answered, Response):
            raise Finding("an answer that is none")
        hop = self._outward.response(answered)
        self._leaves(leaving(answered), answered)
        self._dialogs.worker_response(answered, leaving(answered), hop, NOW)
        self._die(request)

    def _from_worker(self, request: Request | Response, source: Hop) -> None:
        """As if a worker said to its peer what another peer said to it."""
        if not isinstance(request, Request):
            return
        self._inward.check(request)
        hop = self._outward.request(request, WORKER)
        data = leaving(request)
        self._leaves(data, request)
        self._dialogs.worker_request(request, WORKER, data, hop, NOW)
        self._die(request)

    def _response(self, response: Request | Response, source: Hop) -> None:
        if not isinstance(response, Response):
            return
        owner = self._inward.owner(response)
        self._inward.response(response, source, WORKER_PORT, owner[1] if owner else "z9hG4bK1")
        self._dialogs.peer_response(response, NOW)
        self._one(bytes(response), response)

    def _worker_response(self, response: Request | Response, source: Hop) -> None:
        if isinstance(response, Response):
            self._outward.response(response)
            self._leaves(leaving(response), response)

    def _die(self, message: Request) -> None:
        dialog = self._dialogs.find(message)
        if dialog is None:
            return
        from_text(to_text(dialog))
        for packet in Leaving(dialog, HERE).start():
            parse(packet.data)

    def _one(self, data: bytes, message: Request | Response) -> None:
        """What we send is one message, in the dialog of the one it was made of."""
        _whole(data)
        try:
            sent = parse(data)
        except SipError as error:
            if error.phrase == "Too Many Headers":  # lists have a line for each value now
                return
            raise Finding(f"we would send what nobody reads: {error}: {data!r}") from error
        if (sent.call_id, sent.cseq, sent.from_tag) != (
            message.call_id,
            message.cseq,
            message.from_tag,
        ):
            raise Finding(f"another dialog: {data!r}")

    def _leaves(self, data: bytes, message: Request | Response) -> None:
        self._one(data, message)
        if b";x-hop=" in data.partition(b"\r\n\r\n")[0]:
            raise Finding(f"a hop of ours leaves the building: {data!r}")


def _whole(data: bytes) -> None:
    """Nothing that a stranger said may end a line of ours, or the headers."""
    head, gap, _ = data.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    if not gap or any(set(line) & _ENDS or line[:1] in _FOLDS for line in lines):
        raise Finding(f"not what we meant to say: {data!r}")


def _secret(username: str, algorithm: Algorithm) -> str | None:
    return ha1(username, "callserver", "secret", algorithm) if username == "anna" else None
