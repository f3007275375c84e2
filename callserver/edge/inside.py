"""What workers send: through the door to their peers (RFC 3261 section 16)."""

from callserver import log
from callserver.edge.faces import Faces
from callserver.edge.permit import Permit
from callserver.edge.workers import Workers
from callserver.model.ports import Clock
from callserver.sip.answer import Origin, answer
from callserver.sip.dialog import Dialogs
from callserver.sip.errors import SipError
from callserver.sip.forward import Outward, leaving
from callserver.sip.hop import Hop, hop_in, hop_to
from callserver.sip.message import Request, Response, parse

_log = log.get("edge")


class Inside:
    """The receiver of the internal face."""

    def __init__(
        self,
        clock: Clock,
        faces: Faces,
        workers: Workers,
        outward: Outward,
        dialogs: Dialogs,
        permit: Permit,
    ) -> None:
        self._permit = permit
        self._clock = clock
        self._faces = faces
        self._workers = workers
        self._outward = outward
        self._dialogs = dialogs

    def on_packet(self, data: bytes, port: int) -> None:
        """One datagram from a loopback port. Who is not a worker is not heard."""
        token = self._workers.token(port)
        if token is None or not data.strip(b"\r\n\0"):
            return
        try:
            message = parse(data)
            if isinstance(message, Request):
                self._request(message, token, port)
            else:
                self._response(message)
        except SipError as error:
            _log.debug("worker_packet_dropped", worker=token, error=str(error))
        except Exception as error:  # noqa: BLE001 - the door stays open whatever comes in
            _log.warning("worker_packet_failed", worker=token, error=repr(error))

    def _request(self, request: Request, token: str, port: int) -> None:
        origin = Origin.of(request.vias, Hop("udp", "127.0.0.1", port))

        def refuse(code: int = 503, phrase: str = "") -> None:
            if request.method != "ACK":
                self._faces.to_worker(port, answer(origin, request.headers, code, phrase))

        try:
            flow = hop_in(request.uri)
            connect = hop_to(request.uri) if flow is not None and flow.is_stream else None
            hop = self._outward.request(request, token)
            self._permit.check(request, token, flow, (hop, connect))
        except SipError as error:
            refuse(error.code, error.phrase)
            return
        data = leaving(request)
        self._dialogs.worker_request(request, token, data, hop, self._clock.now())
        if hop != flow and hop.is_stream:
            connect = hop
        # A BYE is repeated until it is answered: by then the phone may have a new connection.
        lost = None if request.method == "BYE" else refuse
        self._faces.to_peer(hop, data, connect, lost)

    def _response(self, response: Response) -> None:
        hop = self._outward.response(response)
        data = leaving(response)
        self._dialogs.worker_response(response, data, hop, self._clock.now())
        self._faces.to_peer(hop, data)
