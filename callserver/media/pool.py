"""The pool of call workers: some wait ready, each has its slice of the RTP ports, and the forker
that makes them is kept alive. All of it runs in the controller's loop."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Collection

from callserver import log
from callserver.clock import SystemClock
from callserver.config import Config
from callserver.media import control, wire
from callserver.media.forking import ForkerProcess
from callserver.media.guests import CliGuest, Stranger, WorkerGuest
from callserver.media.process import Worker
from callserver.media.slices import Slices
from callserver.metrics import Metrics
from callserver.model.commands import EndCall
from callserver.model.errors import CallServerError, NoWorker
from callserver.model.ids import new_id
from callserver.model.ports import CallWorker, Survivor, WorkerListener
from callserver.runtime import Tasks

_log = log.get("media")

BIRTH_S = 2.0  # a fork takes milliseconds; longer than this is a machine in trouble
FORKER_START_S = 10.0
STOP_S = 3.0
FIRST_PAUSE_S = 0.1
LAST_PAUSE_S = 5.0
PJSIP_DEBUG = 4  # every SIP message


class Pool:
    """Implements ``WorkerPool``. ``on_up``, ``on_gone`` and ``on_people_changed`` are set by the
    wiring before ``start``."""

    def __init__(self, config: Config, clock: SystemClock, metrics: Metrics) -> None:
        self.on_up: Callable[[CallWorker], None] = lambda worker: None
        self.on_gone: Callable[[str], None] = lambda token: None
        self.on_people_changed: Callable[[], None] = lambda: None
        self.on_bans_changed: Callable[[], None] = lambda: None
        self.on_hooks_changed: Callable[[], None] = lambda: None
        self.on_upgrade: Callable[[], None] = lambda: None
        self._config = config
        self._clock = clock
        self._metrics = metrics
        self._path = config.control_socket.absolute()
        rtp = config.rtp
        self._slices = Slices(rtp.first_port, rtp.last_port, rtp.ports_per_call, rtp.rest_s)
        self._workers: dict[str, Worker] = {}
        self._spares: deque[Worker] = deque()
        self._waiting: deque[asyncio.Future[Worker]] = deque()
        self._failures = 0
        self._refill_at: asyncio.TimerHandle | None = None
        self._expected: dict[str, asyncio.Future[Worker]] = {}
        self._stopping = False
        self._nobody = asyncio.Event()
        self._nobody.set()
        self._public = self._internal = ""
        self._server: asyncio.AbstractServer | None = None
        self._forker = ForkerProcess(self._path, self._refill, self._exited)
        self._tasks = Tasks("pool")
        for state in ("spare", "call"):
            metrics.workers_now.labels(state).set(0)

    @property
    def trouble(self) -> str:
        """What keeps workers from being made; empty: nothing."""
        return "" if self._forker.connected else "the forker is away; it is being started again"

    @property
    def forker_pid(self) -> int:
        """The forker's process id; 0 while there is none."""
        return self._forker.pid

    @property
    def processes(self) -> int:
        """How many there are: the forker and the workers."""
        return len(self._workers) + bool(self._forker.pid)

    @property
    def slices(self) -> tuple[int, int, int]:
        """How many slices of the RTP ports are free, resting, taken."""
        return self._slices.counts(self._clock.now())

    async def start(self, public: str, internal: str) -> None:
        """``public`` and ``internal`` are the edge's ``host:port``. Raises ``CallServerError``."""
        self._public, self._internal = public, internal
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._server = await control.listen(self._path, self._greet)
        self._tasks.start("forker", self._forker.keep_alive())
        try:
            async with asyncio.timeout(FORKER_START_S):
                await self._forker.up.wait()
        except TimeoutError:
            await self.stop()
            raise CallServerError(
                "the forker did not start; its reason stands above on standard error"
            ) from None

    def expect(self, tokens: Collection[str]) -> None:
        """Workers of the last controller that may come back with their calls; before ``start``."""
        loop = asyncio.get_running_loop()
        self._expected = {token: loop.create_future() for token in tokens}

    async def survivors(self, within_s: float) -> dict[str, Survivor]:
        """Those of the expected that came back, by token; waits until all are there, at most
        ``within_s``."""
        if self._expected:
            await asyncio.wait(self._expected.values(), timeout=within_s)
        expected, self._expected = self._expected, {}
        back = {token: one.result() for token, one in expected.items() if one.done()}
        for token in expected.keys() - back.keys():
            if (late := self._workers.get(token)) is not None:
                late.cut()
        return {
            token: Survivor(worker, worker.returned, worker.take)
            for token, worker in back.items()
            if worker.returned is not None
        }

    def returned(self, worker: Worker) -> None:
        """An expected worker has told what it has been through."""
        future = self._expected.get(worker.token)
        if future is not None and not future.done():
            future.set_result(worker)

    async def take(self, listener: WorkerListener) -> CallWorker:
        """A worker that waits for its call. Raises ``NoWorker``."""
        busy = sum(worker.taken for worker in self._workers.values())
        if busy + len(self._waiting) >= self._config.server.capacity:
            raise NoWorker(f"all {busy} calls of server.capacity are in progress")
        while self._spares:
            worker = self._spares.popleft()
            if worker.up:
                return self._give(worker, listener)
        return self._give(await self._born(), listener)

    def busy(self) -> tuple[str, ...]:
        """The tokens of the workers that have a call."""
        return tuple(token for token, worker in self._workers.items() if worker.taken)

    def cut(self, token: str) -> None:
        """End the call of a worker, whoever thinks it is theirs; the second time it is killed."""
        if (worker := self._workers.get(token)) is not None:
            worker.cut()

    async def make_recording(self, job: wire.MakeRecording) -> wire.RecordingDone:
        """Have the stereo file made; waits for the forker as long as it takes."""
        return await self._forker.make_recording(job)

    async def stop(self) -> None:
        """End spares, forker and whatever else is left."""
        self._stopping = True
        if self._refill_at is not None:
            self._refill_at.cancel()
        for worker in self._workers.values():
            worker.cut()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                await self._nobody.wait()
        for worker in tuple(self._workers.values()):
            _log.warning("worker_killed", worker=worker.token)
            worker.kill()
        await self._tasks.close()
        await self._forker.stop()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._path.unlink(missing_ok=True)

    # -- giving workers

    def _give(self, worker: Worker, listener: WorkerListener) -> Worker:
        worker.take(listener)
        self._count()
        self._refill()
        return worker

    async def _born(self) -> Worker:
        birth: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._waiting.append(birth)
        try:
            self._refill()
            if self._unborn < len(self._waiting):
                raise NoWorker(self.trouble or "every slice of the RTP range is taken or rests")
            # Not asyncio.timeout: on a busy machine worker and deadline come in the same moment,
            # and it would throw away the worker that is there.
            await asyncio.wait({birth}, timeout=BIRTH_S)
            if birth.done() and birth.result().up:
                return birth.result()
            raise NoWorker(f"no worker came up within {BIRTH_S:g} s")
        except asyncio.CancelledError:
            if birth.done():
                self._offer(birth.result())
            raise
        finally:
            if birth in self._waiting:
                self._waiting.remove(birth)

    @property
    def _unborn(self) -> int:
        return sum(not worker.pid for worker in self._workers.values())

    def _refill(self) -> None:
        """Ask for as many workers as are waited for or should be ready."""
        wanted = len(self._waiting) + self._config.server.spare_workers
        missing = wanted - len(self._spares) - self._unborn
        while missing > 0 and self._forker.connected and not self._stopping:
            first_port = self._slices.take(self._clock.now())
            if first_port is None:
                self._refill_later()
                return
            self._fork(first_port)
            missing -= 1

    def _refill_later(self) -> None:
        """When a slice has rested; after failures ever later."""
        pause = min(FIRST_PAUSE_S * 2**self._failures, LAST_PAUSE_S)
        rested_at = self._slices.rested_at()
        if rested_at is not None:
            pause = max(pause, rested_at - self._clock.now())
        if self._refill_at is not None:
            self._refill_at.cancel()
        self._refill_at = asyncio.get_running_loop().call_later(pause, self._refill)

    def _fork(self, first_port: int) -> None:
        rtp, token = self._config.rtp, new_id()
        spec = wire.WorkerSpec(
            token=token,
            public=self._public,
            internal=self._internal,
            rtp_bind=rtp.bind,
            rtp_host=rtp.public_host or self._rtp_host(),
            rtp_first_port=first_port,
            rtp_ports=rtp.ports_per_call,
            socket=str(self._path),
            log_level=PJSIP_DEBUG if self._config.log.level == "debug" else 0,
            srtp=rtp.srtp != "off",
            clock_ahead=self._clock.ahead,
        )
        self._nobody.clear()
        self._workers[token] = Worker(token, first_port, self._ended)
        self._forker.send(wire.ForkWorker(spec))

    def _rtp_host(self) -> str:
        """Phones must be told an address they can reach: the one they call, unless the sound is
        bound to another."""
        if self._config.rtp.bind in ("0.0.0.0", ""):
            return self._public.rpartition(":")[0]
        return ""

    # -- what children say

    def _greet(self, hello: wire.Hello, transport: asyncio.WriteTransport) -> control.Guest | None:
        match hello.role:
            case "forker":
                return self._forker.greet(hello, transport)
            case "worker":
                return self._greet_worker(hello, transport)
            case "cli":
                return CliGuest(
                    {
                        wire.PeopleChanged: self.on_people_changed,
                        wire.BansChanged: self.on_bans_changed,
                        wire.HooksChanged: self.on_hooks_changed,
                        wire.Upgrade: self.on_upgrade,
                    }
                )
        return None

    def _greet_worker(
        self, hello: wire.Hello, transport: asyncio.WriteTransport
    ) -> control.Guest | None:
        worker = self._workers.get(hello.token)
        if worker is None and hello.token in self._expected:
            worker = self._workers[hello.token] = Worker(hello.token, hello.first_port, self._ended)
            self._nobody.clear()
            self._slices.keep(hello.first_port)
            worker.connected(hello, transport)
            self.on_up(worker)
            return WorkerGuest(worker, transport, self.returned)
        if worker is None:
            stranger = Stranger(hello, transport, self.on_gone)
            self.on_up(stranger)
            stranger.send(EndCall())
            return stranger
        born = not worker.pid
        worker.connected(hello, transport)
        if self._stopping:
            worker.cut()
        elif born:
            self._forker.born(hello.token)
            self._failures = 0
            self.on_up(worker)
            self._offer(worker)
        return WorkerGuest(worker, transport, self.returned)

    def _offer(self, worker: Worker) -> None:
        while self._waiting:
            birth = self._waiting.popleft()
            if not birth.done():
                birth.set_result(worker)
                return
        self._spares.append(worker)
        self._count()

    def _exited(self, token: str, status: int) -> None:
        """The forker reports an exit, or (for workers not yet born) died itself."""
        worker = self._workers.get(token)
        if worker is None:
            return
        if not worker.pid:
            self._failures += 1
            _log.error("worker_did_not_start", worker=token, status=status)
        elif status != 0:
            _log.error("worker_died", worker=token, status=status, in_call=worker.taken)
        worker.has_exited()

    def _ended(self, worker: Worker) -> None:
        self._workers.pop(worker.token, None)
        if not self._workers:
            self._nobody.set()
        if worker in self._spares:
            self._spares.remove(worker)
        self._slices.give_back(worker.first_port, self._clock.now())
        if worker.pid:
            self.on_gone(worker.token)
        if worker.lost:
            self._metrics.workers_lost.inc()
        if len(self._spares) > self._config.server.spare_workers:
            self._spares.popleft().cut()  # born for callers who would not wait so long
        self._count()
        if not self._stopping:
            self._refill_later() if self._failures else self._refill()

    def _count(self) -> None:
        taken = sum(worker.taken for worker in self._workers.values())
        self._metrics.workers_now.labels("call").set(taken)
        self._metrics.workers_now.labels("spare").set(len(self._spares))
