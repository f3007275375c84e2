"""What phones and trunks send: answered here, or forwarded to the worker it is for."""

from typing import Protocol

from callserver import log
from callserver.config.sections import Config
from callserver.edge.admission import Admission, asked_for
from callserver.edge.dispatch import Dispatch
from callserver.edge.faces import Faces
from callserver.edge.farewell import Farewell
from callserver.edge.registrar import RegistrarDesk
from callserver.edge.warden import Warden
from callserver.edge.workers import Workers
from callserver.metrics import Metrics
from callserver.model.bans import Offence
from callserver.model.ports import CallWorker, Clock
from callserver.sip.answer import ALLOW, ALLOWED, Origin, answer
from callserver.sip.checks import refuse_extensions
from callserver.sip.dialog import Dialogs, Stage
from callserver.sip.errors import SipError
from callserver.sip.forward import Inward
from callserver.sip.hop import Hop
from callserver.sip.message import Request, Response, parse
from callserver.sip.sdp import keys

COUNTED = frozenset({*ALLOWED, "SUBSCRIBE", "PUBLISH", "MESSAGE"})
ACCEPT = ("Accept", "application/sdp")

_log = log.get("edge")


class Rooms(Protocol):
    """What stands behind the public face (``door.py`` has it all)."""

    faces: Faces
    workers: Workers
    dialogs: Dialogs
    inward: Inward
    admission: Admission
    registrar: RegistrarDesk
    dispatch: Dispatch
    farewell: Farewell
    warden: Warden
    metrics: Metrics


class Outside:
    """The listener of the public face."""

    def __init__(self, rooms: Rooms, clock: Clock, config: Config) -> None:
        self._rooms = rooms
        self._clock = clock
        self._max_bytes = config.sip.max_message_bytes
        self._needs_srtp = config.rtp.srtp == "required"

    def hears(self, source: Hop) -> bool:
        """Whether this address is not banned."""
        return self._rooms.warden.hears(source)

    def on_packet(self, data: bytes, source: Hop) -> None:
        """One datagram, or one message of a connection."""
        if data.strip(b"\r\n\0") and self.hears(source):  # else a keep-alive, or silence
            self._take(data, source, None)

    def on_broken(self, data: bytes, source: Hop, *, too_large: bool) -> None:
        """The start of a message whose end cannot be known."""
        wrong = SipError(513, "Message Too Large") if too_large else None
        self._take(data, source, wrong or SipError(400, "Bad Content-Length"))

    def on_closed(self, source: Hop) -> None:
        """A connection is gone."""
        self._rooms.registrar.connection_lost(source)

    def _take(self, data: bytes, source: Hop, wrong: SipError | None) -> None:
        try:
            self._hear(data, source, wrong)
        except SipError as error:
            self._refuse_broken(error, source)
        except Exception as error:  # noqa: BLE001 - the door stays open whatever comes in
            self._count("other", "failed")
            _log.warning("packet_failed", source=source.host, error=repr(error))

    def _hear(self, data: bytes, source: Hop, wrong: SipError | None) -> None:
        warden = self._rooms.warden
        try:
            message = parse(data, self._max_bytes, wrong)
        except SipError:
            warden.accuse(source, Offence.MALFORMED)
            raise
        if isinstance(message, Response):
            self._response(message, source)
        elif not warden.unmasks(message, source):
            self._request(message, source)

    def _refuse_broken(self, error: SipError, source: Hop) -> None:
        headers = error.headers
        if headers is None or not self._rooms.admission.has_room(source):
            self._count("other", "dropped")
            return
        try:
            origin = Origin.of_broken(headers, source)
            data = answer(origin, headers, error.code, error.phrase)
        except SipError:
            self._count("other", "dropped")
            return
        self._rooms.faces.to_peer(origin.back, data)
        self._count("other", str(error.code))

    def _request(self, request: Request, source: Hop) -> None:
        origin = Origin.of(request.vias, source)
        try:
            if request.method not in ALLOWED:
                self._refuse_stranger(request, origin)
            elif request.method in ("ACK", "CANCEL") or request.to_tag:
                self._in_dialog(request, origin)
            else:
                self._new(request, origin)
        except SipError as error:
            if request.method == "ACK":
                self._count("ACK", "dropped")
                return
            data = answer(origin, request.headers, error.code, error.phrase, error.extra)
            self.back(origin, data, request, error.code)

    def back(self, origin: Origin, data: bytes, request: Request, code: int) -> None:
        """Send an answer of ours; ``code`` 0: one that was counted before."""
        self._rooms.faces.to_peer(origin.back, data)
        if code:
            self._count(request.method, str(code))

    def _count(self, method: str, outcome: str) -> None:
        self._rooms.metrics.sip_requests.labels(
            method if method in COUNTED else "other", outcome
        ).inc()

    def _refuse_stranger(self, request: Request, origin: Origin) -> None:
        self._rooms.warden.accuse(origin.source, Offence.ASKED, asked_for(request))
        if not self._rooms.admission.has_room(origin.source):
            self._count(request.method, "dropped")
            return
        raise SipError(405, "Method Not Allowed", extra=(ALLOW,))

    def _in_dialog(self, request: Request, origin: Origin) -> None:
        """A request of a call: by the token in its URI, or (ACK of a refusal, CANCEL: they have
        the URI of the INVITE) by its Call-ID and tags."""
        rooms = self._rooms
        user = request.uri.user or ""
        port = rooms.workers.port(user)
        if port is not None and request.to_tag:
            self._forward(request, origin, user, port)
            return
        dialog = rooms.dialogs.find(request)
        port = rooms.workers.port(dialog.token) if dialog is not None else None
        if dialog is not None and port is not None:
            self._forward(request, origin, dialog.token, port)
            return
        code = rooms.farewell.request(request)
        if request.method == "ACK" or code == 0:
            self._count(request.method, "dropped")
        elif code is not None:
            self.back(origin, answer(origin, request.headers, code), request, code)
        elif request.method == "CANCEL" and rooms.dispatch.cancel(request, origin):
            self._count("CANCEL", "forwarded")
        elif rooms.admission.has_room(origin.source):
            raise SipError(481, "Call/Transaction Does Not Exist")
        else:
            self._count(request.method, "dropped")

    def _forward(self, request: Request, origin: Origin, token: str, port: int) -> None:
        rooms = self._rooms
        rooms.inward.check(request)
        rooms.inward.request(request, origin)
        rooms.dialogs.peer_request(request, token, origin)
        rooms.faces.to_worker(port, bytes(request))
        self._count(request.method, "forwarded")

    def to_worker(self, request: Request, origin: Origin, worker: CallWorker) -> None:
        """A new call (or its CANCEL) for the worker that the reception gave."""
        self._rooms.workers.add(worker)
        self._forward(request, origin, worker.token, worker.sip_port)

    def _new(self, request: Request, origin: Origin) -> None:
        rooms = self._rooms
        method, headers = request.method, request.headers
        if method == "INVITE" and self._is_known(request, origin):
            return
        if not rooms.admission.has_room(origin.source):
            self._count(method, "dropped")
            return
        schemes = ("sip", "sips") if origin.source.transport == "tls" else ("sip",)
        if request.uri.scheme not in schemes:
            raise SipError(416, "Unsupported URI Scheme")
        if method == "REGISTER":
            data = rooms.registrar.register(request, origin)
            rooms.faces.prove(origin.source)
            self.back(origin, data, request, 200)
        elif method == "OPTIONS":
            rooms.warden.accuse(origin.source, Offence.ASKED, asked_for(request))
            refuse_extensions(request, "Require")
            self.back(origin, answer(origin, headers, 200, extra=(ALLOW, ACCEPT)), request, 200)
        elif method == "INVITE":
            rooms.inward.check(request)
            guest = rooms.admission.caller(request, origin.source)
            rooms.faces.prove(origin.source)
            if self._needs_srtp and origin.source.transport == "tls" and not keys(request.body):
                raise SipError(488, "SRTP Required")
            rooms.dispatch.offer(request, origin, guest)
        else:
            rooms.warden.accuse(origin.source, Offence.ASKED, asked_for(request))
            raise SipError(481, "Call/Transaction Does Not Exist")

    def _is_known(self, request: Request, origin: Origin) -> bool:
        """An INVITE that came before: to its worker again, or dealt with already."""
        rooms = self._rooms
        dialog = rooms.dialogs.find(request)
        if dialog is None or dialog.origin is None:
            return rooms.dispatch.repeat(request, origin)
        if dialog.invite_cseq == request.cseq:
            if dialog.origin.vias[0] != origin.vias[0]:
                raise SipError(482, "Loop Detected")
            port = rooms.workers.port(dialog.token)
            if port is not None:
                self._forward(request, origin, dialog.token, port)
            return True
        if dialog.stage is not Stage.ENDED:
            raise SipError(482, "Loop Detected")
        return rooms.dispatch.repeat(request, origin)

    def _response(self, response: Response, source: Hop) -> None:
        rooms = self._rooms
        owner = rooms.inward.owner(response)
        if owner is None:
            return
        token, branch = owner
        port = rooms.workers.port(token)
        if rooms.farewell.response(response, source) or port is None:
            return
        rooms.inward.response(response, source, port, branch)
        rooms.dialogs.peer_response(response, self._clock.now())
        rooms.faces.to_worker(port, bytes(response))
