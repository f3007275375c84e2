"""Who is it: a trunk by its address, an agent by digest, or nobody we know."""

import secrets
from dataclasses import dataclass

from callserver import log
from callserver.config.sections import Config
from callserver.edge.hesitant import Hesitant
from callserver.edge.warden import Warden
from callserver.metrics import Metrics
from callserver.model.bans import Offence
from callserver.model.ports import Clock, Credentials
from callserver.rate import Rate
from callserver.sip.digest import Algorithm, Guard, Verdict, is_tried
from callserver.sip.errors import SipError
from callserver.sip.hop import Hop
from callserver.sip.message import Request
from callserver.sip.networks import Networks
from callserver.sip.text import parse_address, parse_uri

_log = log.get("edge")


@dataclass(frozen=True, slots=True)
class Guest:
    """Who sent a request; exactly one is set."""

    trunk: str | None = None
    agent: str | None = None


def _sender(request: Request) -> tuple[str, str]:
    """Host and user of the From."""
    try:
        uri = parse_uri(parse_address(request.headers["From"]).uri)
    except SipError:
        return "", ""
    return uri.host.lower(), uri.user or ""


def asked_for(request: Request) -> str:
    """What the shield takes for one name: the same request with a password has the same."""
    return f"{request.method} {_sender(request)[1]} {request.uri.user or ''}"[:200]


class Admission:
    """Decides for each new request. ``homes`` are the hosts that mean us in a From."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        credentials: Credentials,
        metrics: Metrics,
        homes: frozenset[str],
        warden: Warden,
    ) -> None:
        sip = config.sip
        self._clock = clock
        self._credentials = credentials
        self._metrics = metrics
        self._warden = warden
        self._homes = homes | {sip.realm.lower()}
        algorithms = [Algorithm(word) for word in sip.digests]
        self._guard = Guard(sip.realm, secrets.token_bytes(32), sip.nonce_ttl_s, algorithms)
        self._hesitant = Hesitant()
        self._rate = Rate(sip.requests_per_s, sip.requests_burst)
        self._trunks = {name: Networks(trunk.networks) for name, trunk in config.trunks.items()}

    def has_room(self, source: Hop) -> bool:
        """Whether this address may ask for something new; false: be silent."""
        if not self._rate.take(source.host, self._clock.now()):
            return True
        self._warden.accuse(source, Offence.FLOOD)
        return False

    def trunk(self, host: str) -> str | None:
        """The trunk that owns this address."""
        return next((name for name, one in self._trunks.items() if host in one), None)

    def caller(self, request: Request, source: Hop) -> Guest:
        """Who sends an INVITE; raises :class:`SipError` (401, 403). An address of a trunk is
        enough, unless the caller offers a password or says to be one of our agents."""
        trunk = self.trunk(source.host)
        if trunk is not None and not is_tried(request.headers) and not self._is_agent(request):
            return Guest(trunk=trunk)
        return Guest(agent=self.agent(request, source))

    def _is_agent(self, request: Request) -> bool:
        host, user = _sender(request)
        if host not in self._homes or not user:
            return False
        return self._credentials.account(user) is not None

    def agent(self, request: Request, source: Hop) -> str:
        """The agent whose password the request proves; raises :class:`SipError` (401, 403)."""
        now = self._clock.now()
        headers = request.headers
        verdict, username = self._guard.verify(headers, request.method, source, self._secret, now)
        who = (source.host, _sender(request)[1])
        if verdict is Verdict.ABSENT:
            self._warden.accuse(source, Offence.ASKED, asked_for(request))
            simply = self._hesitant.ask(who, f"{request.call_id} {request.cseq}", now)
            raise self._challenge(source, now, simply=simply, stale=False)
        self._hesitant.answered(who, now)
        if verdict is Verdict.STALE:
            simply = self._hesitant.is_simple(who, now)
            raise self._challenge(source, now, simply=simply, stale=True)
        if verdict is Verdict.WRONG:
            self._metrics.sip_auth_failures.inc()
            _log.info("wrong_password", user=username[:40], source=source.host)
            proven = self._guard.is_answered(headers, source, now)
            self._warden.accuse(source, Offence.WRONG_PASSWORD, proven=proven)
            raise SipError(403, "Forbidden")
        self._warden.vouch(source, asked_for(request))
        return username

    def _challenge(self, source: Hop, now: float, *, simply: bool, stale: bool) -> SipError:
        extra = self._guard.challenges(source, now, stale=stale, simply=simply)
        return SipError(401, "Unauthorized", extra=tuple(extra))

    def _secret(self, username: str, algorithm: Algorithm) -> str | None:
        account = self._credentials.account(username)
        if account is None:
            return None
        return account.ha1_md5 if algorithm is Algorithm.MD5 else account.ha1_sha256
