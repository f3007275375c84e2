"""Where workers may call: phones that are registered, numbers that may be dialled at a trunk, and
places of the configuration.

The last gate before an INVITE leaves. It does not ask why the worker wants to call, so nothing that
a phone can talk a worker into (a REFER, a redirect, a Contact that names a trunk's host) becomes a
call we pay for.
"""

from collections.abc import Callable, Iterable

from callserver import log
from callserver.config.sections import Config
from callserver.metrics import Metrics
from callserver.sip.errors import SipError
from callserver.sip.hop import Hop
from callserver.sip.message import Request
from callserver.sip.networks import Networks
from callserver.sip.text import parse_uri

_log = log.get("edge")


class Permit:
    """``permits`` says whether a number may be dialled at all, ``is_phone`` whether a registered
    phone is reached this way."""

    def __init__(
        self,
        config: Config,
        permits: Callable[[str], bool],
        is_phone: Callable[[Hop], bool],
        metrics: Metrics,
    ) -> None:
        self._permits = permits
        self._is_phone = is_phone
        self._metrics = metrics
        self._networks = Networks(
            network for trunk in config.trunks.values() for network in trunk.networks
        )
        self._hosts = frozenset(
            parse_uri(f"sip:{host}").host.lower()
            for trunk in config.trunks.values()
            for host in trunk.hosts
        )
        self._places = frozenset(
            (place.user, parse_uri(f"sip:{host}").host.lower())
            for place in config.places.values()
            for host in config.trunks[place.trunk].hosts
        )

    def check(
        self, request: Request, worker: str, flow: Hop | None, ways: Iterable[Hop | None]
    ) -> None:
        """``flow`` is the hop in its URI, ``ways`` are all those it may take. Raises
        :class:`SipError` (403) for an INVITE that begins a call which nobody has allowed."""
        if request.method != "INVITE" or request.to_tag:
            return
        if any(way is not None and self._is_trunk(way.host) for way in ways):
            user = request.uri.user or ""
            if self._permits(user) or (user, request.uri.host.lower()) in self._places:
                return
        elif flow is not None and self._is_phone(flow):
            return
        _log.warning("worker_call_not_permitted", worker=worker)
        self._metrics.dialling_denied.labels("door").inc()
        raise SipError(403, "Not Permitted")

    def _is_trunk(self, host: str) -> bool:
        return host.lower() in self._hosts or host in self._networks
