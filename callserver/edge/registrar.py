"""REGISTER: who may, what changed, who is told (the table itself is ``sip/registrar.py``)."""

from collections.abc import Callable

from callserver import log
from callserver.config.sections import Sip
from callserver.edge.admission import Admission
from callserver.edge.keeper import Keeper
from callserver.edge.moved import Moved, same_phone
from callserver.metrics import Metrics
from callserver.model.errors import StoreError
from callserver.model.facts import Fact, PhoneRegistered, PhoneUnregistered
from callserver.model.people import Binding
from callserver.model.ports import Clock
from callserver.model.store_ports import BindingStore
from callserver.sip.answer import Origin, answer
from callserver.sip.checks import refuse_extensions
from callserver.sip.errors import SipError
from callserver.sip.hop import Hop, hop_to
from callserver.sip.message import Request
from callserver.sip.registrar import Registrar, contacts, read
from callserver.sip.text import parse_address, parse_uri

_log = log.get("edge")


def _key(binding: Binding) -> tuple[str, str]:
    return binding.agent, binding.contact


class RegistrarDesk:
    """The registrar with its store, its facts and its clock."""

    def __init__(
        self,
        sip: Sip,
        clock: Clock,
        admission: Admission,
        store: BindingStore,
        publish: Callable[[Fact], None],
        metrics: Metrics,
    ) -> None:
        self._clock = clock
        self._admission = admission
        self._store = store
        self._keeper: Keeper[tuple[str, str], Binding] = Keeper(
            "bindings", store.save_binding, lambda key: store.delete_binding(*key)
        )
        self._moved = Moved()
        self._publish = publish
        self._metrics = metrics
        self._default_s = sip.max_expires_s
        self._table = Registrar(sip.min_expires_s, sip.max_expires_s, sip.max_contacts)

    async def start(self) -> None:
        """Take over the registrations of the last run."""
        try:
            kept = await self._store.bindings()
        except StoreError as error:
            _log.warning("bindings_not_loaded", error=str(error), cure="callserver doctor")
            kept = ()
        for binding in self._table.load(kept, self._clock.now()):
            self._keeper.delete(_key(binding))
        self._keeper.start()
        self._count()

    async def stop(self) -> None:
        await self._keeper.stop()

    def bound(self, agent: str) -> tuple[Binding, ...]:
        """The phones of an agent that are still registered, newest first."""
        now = self._clock.now()
        return tuple(binding for binding in self._table.bound(agent) if binding.expires_at > now)

    def register(self, request: Request, origin: Origin) -> bytes:
        """The 200 to a REGISTER; raises :class:`SipError` for everything else."""
        refuse_extensions(request, "Require")
        record = parse_address(request.headers["To"]).uri
        if record[:4].lower() not in ("sip:", "sips"):
            raise SipError(400, "Bad Address Of Record")
        agent = self._admission.agent(request, origin.source)
        if parse_uri(record).user != agent:
            raise SipError(403, "Forbidden")
        now = self._clock.now()
        before = self._table.bound(agent)
        change = self._table.register(read(request, agent, origin.source, self._default_s), now)
        for binding in set(before) - set(change.bound):
            self._moved.note(binding)
        for binding in change.removed:
            self._keeper.delete(_key(binding))
        for binding in change.saved:
            self._keeper.save(_key(binding), binding)
        left = len(change.bound)
        for _ in range(change.gone):
            self._publish(PhoneUnregistered(agent, now, left))
        for _ in range(change.new):
            self._publish(PhoneRegistered(agent, now, left))
        if change.new or change.gone:
            _log.info("phones_changed", agent=agent, phones=left)
            self._count()
        return answer(origin, request.headers, 200, extra=contacts(change.bound, now))

    def hops(self) -> tuple[Hop, ...]:
        """How the phones were last reached."""
        return tuple(Hop.parse(binding.hop) for binding in self._table.all())

    def is_at(self, hop: Hop) -> bool:
        """Whether a registered phone is reached so."""
        text = str(hop)
        return any(binding.hop == text for binding in self._table.all())

    def behind_nat(self) -> tuple[Hop, ...]:
        """The UDP phones whose Contact is not where they are: something between us keeps a door
        open for them only as long as packets pass."""
        return tuple(
            hop
            for binding in self._table.all()
            if not (hop := Hop.parse(binding.hop)).is_stream
            and hop_to(parse_uri(binding.contact)) != hop
        )

    def moved_to(self, hop: Hop, is_up: Callable[[Hop], bool]) -> Hop | None:
        """The connection over which the phone that was reached over another can be reached now."""
        text = str(hop)
        old = self._moved.phone(text) or next((b for b in self._table.all() if b.hop == text), None)
        if old is None:
            return None
        hops = {binding: Hop.parse(binding.hop) for binding in self.bound(old.agent)}
        there = [b for b, to in hops.items() if to.transport == hop.transport and is_up(to)]
        phone = same_phone(old, there)
        return None if phone is None else hops[phone]

    def connection_lost(self, hop: Hop) -> None:
        """Phones that were reached over this connection are unreachable until they come back
        (RFC 5626 section 5.3)."""
        self._lost(self._table.drop(str(hop)))

    def expire(self) -> None:
        """Forget what ran out."""
        self._lost(self._table.expire(self._clock.now()))

    def _lost(self, bindings: tuple[Binding, ...]) -> None:
        for binding in bindings:
            self._moved.note(binding)
            self._keeper.delete(_key(binding))
            left = len(self._table.bound(binding.agent))
            self._publish(PhoneUnregistered(binding.agent, self._clock.now(), left))
            _log.info("phones_changed", agent=binding.agent, phones=left)
        if bindings:
            self._count()

    def _count(self) -> None:
        self._metrics.phones_now.set(self._table.count())
