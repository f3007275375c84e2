"""The front door as the rest of the server sees it, and how it is put together."""

import asyncio
import itertools
import ssl
from collections.abc import Callable
from urllib.parse import quote

from callserver.config.sections import Config
from callserver.edge.address import public_host
from callserver.edge.admission import Admission
from callserver.edge.certificate import client_context
from callserver.edge.dispatch import Dispatch
from callserver.edge.faces import LOOPBACK, Faces
from callserver.edge.farewell import Farewell
from callserver.edge.inside import Inside
from callserver.edge.memory import DialogMemory
from callserver.edge.outside import Outside
from callserver.edge.permit import Permit
from callserver.edge.registrar import RegistrarDesk
from callserver.edge.warden import Warden
from callserver.edge.workers import Workers
from callserver.metrics import Metrics
from callserver.model.commands import DialTarget, Srtp
from callserver.model.errors import ConfigError, UnknownName
from callserver.model.facts import Fact
from callserver.model.ports import CallWorker, Clock, Credentials, Reception
from callserver.model.store_ports import DoorStore
from callserver.runtime import Tasks
from callserver.sip.dialog import Dialogs
from callserver.sip.forward import Here, Inward, Outward
from callserver.sip.hop import Hop, with_hop

SWEEP_S = 1.0
KEEP_ALIVE_SWEEPS = 25  # shorter than the 30 s after which common NATs forget UDP
KEEP_ALIVE = b"\r\n\r\n"  # RFC 5626 section 3.5.1; as a datagram it means nothing to anybody


class Edge:
    """The SIP front door. Implements ``Phones`` of :mod:`callserver.model.ports`. ``permits`` says
    whether a number may be dialled to the outside at all."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        reception: Reception,
        credentials: Credentials,
        store: DoorStore,
        publish: Callable[[Fact], None],
        metrics: Metrics,
        permits: Callable[[str], bool],
    ) -> None:
        sip = config.sip
        host = public_host(sip.public_host, sip.bind)
        self.public = f"{host}:{sip.port}"
        self.internal = f"{LOOPBACK}:{sip.internal_port}"
        self.tls = f"{host}:{sip.tls_port}" if sip.tls_port else ""
        here = Here(self.public, self.internal, self.tls)
        self._config = config
        self._clock = clock
        self.metrics = metrics
        self.workers = Workers()
        self._memory = DialogMemory(store)
        self.dialogs = Dialogs(self._memory.changed)
        self.inward = Inward(here)
        self.warden = Warden(config, clock, store, publish, metrics)
        self.admission = Admission(
            config, clock, credentials, metrics, frozenset({host.lower(), sip.bind}), self.warden
        )
        self.registrar = RegistrarDesk(sip, clock, self.admission, store, publish, metrics)
        self._outside = Outside(self, clock, config)
        self.faces = Faces(sip, clock, metrics, self._outside, self._from_worker, _trust_of(config))
        self.warden.on_banned = self.faces.silence
        permit = Permit(config, permits, self._is_phone, metrics)
        self._inside = Inside(clock, self.faces, self.workers, Outward(here), self.dialogs, permit)
        self.faces.detour = lambda hop: self.registrar.moved_to(hop, self.faces.has)
        self.farewell = Farewell(here, self.faces, self._memory.forget)
        self.dispatch = Dispatch(clock, reception, self._outside.to_worker, self._outside.back)
        self._tasks = Tasks("edge")

    def _is_phone(self, hop: Hop) -> bool:
        return self.registrar.is_at(hop) or self.registrar.moved_to(hop, self.faces.has) is not None

    def _from_worker(self, data: bytes, port: int) -> None:
        self._inside.on_packet(data, port)

    async def start(self) -> None:
        """Load registrations and dialogs, then open the door. Workers that outlived the last
        controller must have been added before: the dialogs of the others are ended. Raises
        ``ConfigError``: a port is taken."""
        await self.registrar.start()
        await self.warden.start(self.registrar.hops())
        self.dialogs.restore(await self._memory.load())
        try:
            await self.faces.start()
        except ConfigError:
            await self.warden.stop()
            await self.registrar.stop()
            raise
        self._memory.start()
        for token in self.dialogs.open_workers():
            if self.workers.port(token) is None:
                self.drop_worker(token)
        self._tasks.start("sweep", self._sweep())

    async def stop(self) -> None:
        await self._tasks.close()
        await self.dispatch.stop()
        await self.farewell.stop()
        await self.faces.stop()
        await self._memory.stop()
        await self.warden.stop()
        await self.registrar.stop()

    async def _sweep(self) -> None:
        for sweep in itertools.count(1):
            await asyncio.sleep(SWEEP_S)
            if sweep % KEEP_ALIVE_SWEEPS == 0:
                self.keep_alive()
            self.registrar.expire()
            self.dialogs.expire(self._clock.now())
            self.dispatch.expire()
            self.warden.sweep()
            self.faces.sweep()

    def keep_alive(self) -> None:
        """Keep the way to phones behind NAT open."""
        for hop in self.registrar.behind_nat():
            self.faces.to_peer(hop, KEEP_ALIVE)

    def add_worker(self, worker: CallWorker) -> None:
        """This worker may speak from now on."""
        self.workers.add(worker)

    def drop_worker(self, token: str) -> None:
        """The worker's process is gone: end the dialogs it still had, and forget it."""
        self.workers.drop(token)
        self.farewell.begin(self.dialogs.close(token))

    def phones(self, agent: str) -> int:
        """How many phones of an agent are registered now."""
        return len(self.registrar.bound(agent))

    def targets(self, agent: str) -> tuple[DialTarget, ...]:
        """The dialable URIs of an agent's phones, the newest registration first. Connections that
        are down (we were restarted) come last: there only the Contact itself can be tried."""
        bound = self.registrar.bound(agent)
        hops = [Hop.parse(binding.hop) for binding in bound]
        alive = [not hop.is_stream or self.faces.has(hop) for hop in hops]
        ordered = sorted(zip(alive, range(len(bound)), strict=True), key=lambda a: (not a[0], a[1]))
        return tuple(
            DialTarget(with_hop(bound[place].contact, hops[place]), srtp=self._srtp(hops[place]))
            for _, place in ordered
        )

    def _srtp(self, hop: Hop) -> Srtp:
        """Keys go to phones on TLS only: nobody on the way can read them there."""
        wanted = self._config.rtp.srtp
        return Srtp(wanted) if hop.transport == "tls" and wanted in set(Srtp) else Srtp.OFF

    def trunk_targets(self, trunk: str, number: str) -> tuple[DialTarget, ...]:
        """Where a number is dialled through a trunk, its hosts in order; names are resolved when
        the call is made. Raises :class:`UnknownName`."""
        settings = self._config.trunks.get(trunk)
        if settings is None:
            raise UnknownName(f"no trunk {trunk!r}; there are: {', '.join(self._config.trunks)}")
        user = quote(number, safe="+*")
        way = "" if settings.transport == "udp" else f";transport={settings.transport}"
        return tuple(
            DialTarget(
                f"sip:{user}@{host}{way}",
                settings.username,
                settings.password,
                Srtp(settings.srtp),
            )
            for host in settings.hosts
        )


def _trust_of(config: Config) -> ssl.SSLContext | None:
    """Who verifies the trunks we call over TLS; None: there are none."""
    if all(trunk.transport != "tls" for trunk in config.trunks.values()):
        return None
    try:
        return client_context(config.sip.tls_ca)
    except OSError as error:
        raise ConfigError(f"sip.tls_ca {config.sip.tls_ca}: {error}") from error
