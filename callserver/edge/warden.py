"""The shield at work: it hears of offences, tells the rest of the server, and keeps bans over a
restart (what is an offence, and how many are too many, stands in ``sip/shield.py``)."""

from collections.abc import Callable, Iterable

from callserver import log
from callserver.config.sections import Config
from callserver.edge.keeper import Keeper
from callserver.metrics import Metrics
from callserver.model.bans import BY_CLI, BY_TIME, Ban, Offence
from callserver.model.errors import NotAllowed, StoreError, UnknownName
from callserver.model.facts import Fact, SourceBanned, SourceUnbanned
from callserver.model.ports import Clock
from callserver.model.store_ports import BanStore
from callserver.sip.hop import Hop
from callserver.sip.message import Request
from callserver.sip.networks import Networks, is_ipv4
from callserver.sip.shield import MAX_BANS, Changes, Rules, Shield

_log = log.get("shield")


def rules(config: Config) -> Rules:
    """The rules of a configuration."""
    shield = config.shield
    trunks = [network for trunk in config.trunks.values() for network in trunk.networks]
    return Rules(
        allowed=Networks([*trunks, *shield.networks]),
        limit=shield.limit,
        forget_s=shield.forget_s,
        ban_s=shield.ban_s,
        max_ban_s=shield.max_ban_s,
        remember_s=shield.remember_s,
        trust_s=shield.trust_s,
        trusted_factor=shield.trusted_factor,
        points={
            Offence.ASKED: shield.points_asked,
            Offence.WRONG_PASSWORD: shield.points_wrong_password,
            Offence.MALFORMED: shield.points_malformed,
            Offence.FLOOD: shield.points_flood,
            Offence.SCANNER: shield.limit,
        },
    )


class Warden:
    """Implements ``Bans`` of :mod:`callserver.model.ports`. ``on_banned`` hears of each address
    that is heard no more."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        store: BanStore,
        publish: Callable[[Fact], None],
        metrics: Metrics,
    ) -> None:
        self.on_banned: Callable[[str], None] = lambda address: None
        self._scanners = config.shield.scanners
        self._clock = clock
        self._store = store
        self._publish = publish
        self._metrics = metrics
        self._shield = Shield(rules(config))
        self._newer: set[str] = set()  # changed here since the store was last read
        self._keeper: Keeper[str, Ban] = Keeper("bans", store.save_ban, store.delete_ban)

    async def start(self, phones: Iterable[Hop]) -> None:
        """Take over the bans of the last run; ``phones`` are those registered then."""
        self._keeper.start()
        for hop in phones:
            self._shield.vouch(hop, "", self._clock.now())
        changes = await self._read()
        self._settle(Changes(forgotten=changes.forgotten), BY_TIME)
        self._metrics.bans_now.set(len(self.bans()))

    async def stop(self) -> None:
        await self._keeper.stop()

    async def reload(self) -> None:
        """Somebody else changed the bans in the store."""
        changes = await self._read()
        for ban in changes.new:
            self._announce(ban)
        self._settle(changes, BY_CLI)

    async def _read(self) -> Changes:
        self._newer.clear()
        try:
            if not await self._keeper.flush():  # what the store does not know yet is not lifted
                return Changes()
            kept = await self._store.bans()
        except StoreError as error:
            _log.warning("bans_not_loaded", error=str(error), cure="callserver doctor")
            return Changes()
        return self._shield.adopt(kept, self._clock.now(), self._newer)

    # at the door

    def hears(self, source: Hop) -> bool:
        """Whether a packet from there may be looked at."""
        heard = self._shield.hears(source, self._clock.now())
        if not heard:
            self._metrics.shield_dropped.inc()
        return heard

    def accuse(
        self, source: Hop, offence: Offence, name: str = "", *, proven: bool = False
    ) -> None:
        """Somebody there did this, see :meth:`Shield.accuse`."""
        ban = self._shield.accuse(source, offence, self._clock.now(), name, proven=proven)
        if ban is not None:
            self._save(ban)

    def vouch(self, source: Hop, name: str) -> None:
        """Somebody there proved who they are, for what was asked in this name."""
        self._shield.vouch(source, name, self._clock.now())

    def unmasks(self, request: Request, source: Hop) -> bool:
        """Whether a scanner says so itself; it is banned then and gets no answer."""
        agent = (request.headers.get("User-Agent") or "").lower()
        if not agent or self._shield.is_allowed(source.host):
            return False
        if not any(word in agent for word in self._scanners):
            return False
        self.accuse(source, Offence.SCANNER)
        return True

    def sweep(self) -> None:
        """Now and then."""
        self._settle(self._shield.expire(self._clock.now()), BY_TIME)
        for table, size in self._shield.sizes.items():
            self._metrics.shield_table.labels(table).set(size)

    # for people

    def bans(self) -> tuple[Ban, ...]:
        return self._shield.bans(self._clock.now())

    def ban(self, address: str, lasts_s: float | None, by: str, note: str) -> Ban:
        now = self._clock.now()
        check_bannable(address, self._shield.is_allowed(address))
        if not self._shield.has_room:
            raise NotAllowed(f"{MAX_BANS} addresses are banned; this is for a firewall now")
        until = None if lasts_s is None else now + lasts_s
        ban = self._shield.impose(address, until, by, note, now)
        self._save(ban)
        return ban

    def lift(self, address: str, by: str) -> Ban:
        ban = self._shield.lift(address)
        self._delete(address)
        if ban is None:
            raise UnknownName(f"{address!r} is not banned")
        self._settle(Changes(over=(ban,)), by)
        return ban

    def _save(self, ban: Ban) -> None:
        self._newer.add(ban.address)
        self._keeper.save(ban.address, ban)
        self._announce(ban)

    def _delete(self, address: str) -> None:
        self._newer.add(address)
        self._keeper.delete(address)

    def _announce(self, ban: Ban) -> None:
        now = self._clock.now()
        self._publish(SourceBanned(ban.address, now, ban.until, ban.reason, ban.strikes, ban.by))
        self._metrics.bans.labels(ban.reason).inc()
        self._metrics.bans_now.set(len(self._shield.bans(now)))
        _log.warning(
            "source_banned",
            source=ban.address,
            reason=ban.reason,
            strikes=ban.strikes,
            by=ban.by,
            lasts_s=None if ban.until is None else round(ban.until - now),
        )
        self.on_banned(ban.address)

    def _settle(self, changes: Changes, by: str) -> None:
        now = self._clock.now()
        for address in changes.forgotten:
            self._delete(address)
        for ban in changes.over:
            self._publish(SourceUnbanned(ban.address, now, by))
            _log.info("source_unbanned", source=ban.address, by=by)
        if changes.over:
            self._metrics.bans_now.set(len(self._shield.bans(now)))


def check_bannable(address: str, allowed: bool) -> None:
    """Raises ``NotAllowed``."""
    if not is_ipv4(address):
        raise NotAllowed(f"{address!r} is no IPv4 address; write it as 192.0.2.7")
    if allowed:
        raise NotAllowed(
            f"{address} belongs to a trunk or to shield.allow and is never banned; take it out "
            "there first"
        )
