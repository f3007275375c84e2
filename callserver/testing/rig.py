"""A real server in its own process, on free loopback ports and a folder of its own.

::

    async with await Rig.start(tmp_path) as rig:
        await rig.add_agent("alice", "a long secret")
        async with await Phone.start("alice") as alice:
            await alice.register(rig.sip, "alice", "a long secret")
        calls = await rig.api.get("/api/v1/calls")
    assert rig.leaks() == []

Callers from :data:`CUSTOMER_HOST` are a trunk; line ``100`` answers with :data:`FLOW` and its queue
is ``support``. ``settings`` are merged over the configuration, section by section.
"""

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, BinaryIO, ClassVar, Self, TypeVar

import yaml

from callserver.media.title import WORKER
from callserver.testing.api import Api
from callserver.testing.blank import Blank
from callserver.testing.commands import Command, Commands, FreshInterpreter, Running
from callserver.testing.ports import free_port, free_range, give_back, udp_ports
from callserver.testing.processes import Family, Process
from callserver.testing.watch import PATIENCE_S

CUSTOMER_HOST = "127.0.0.2"
LINE = "100"
QUEUE = "support"
FLOW = """
flow: support
start: choose
steps:
  choose:
    menu: {say: Press 1., keys: {1: wait}, timeout_s: 3, otherwise: wait}
  wait: {queue: support, next: bye}
  bye: {say: Goodbye.}
"""
# SIPp 3.6 and baresip 1.0 give up when SHA-256 is among the digests they are offered.
MD5_ONLY = {"sip": {"digests": ["MD5"]}}
PORTS_PER_CALL = 16
START_S = 60.0
STOP_S = 20.0

T = TypeVar("T")


class RigError(Exception):
    """The server did not start or stop as it should; the message ends with what it said."""


class Rig:
    """One server. ``sip`` is its ``host:port``, ``api`` an admin's client."""

    commands: ClassVar[Commands] = FreshInterpreter()

    def __init__(self, folder: Path, settings: Mapping[str, Any], capacity: int) -> None:
        self.folder = folder
        self.config_file = folder / "config" / "callserver.yaml"
        self.stderr_file = folder / "server.stderr"
        self.recordings = folder / "recordings"
        self.family = Family()
        sip_port, http_port = free_port(), free_port()
        self.sip = f"127.0.0.1:{sip_port}"
        self.url = f"http://127.0.0.1:{http_port}"
        rtp_count = (capacity + 4) * PORTS_PER_CALL
        first = free_range(rtp_count)
        self._rtp = range(first, first + rtp_count)
        self._process: Running | None = None
        self._api: Api | None = None
        self._write(settings, capacity, sip_port, http_port)

    @classmethod
    async def start(
        cls,
        folder: Path,
        *,
        settings: Mapping[str, Any] | None = None,
        flow: str = FLOW,
        capacity: int = 20,
    ) -> Self:
        """Start a server and wait until it is ready. Raises :class:`RigError`."""
        rig = cls(folder, settings or {}, capacity)
        (folder / "ivr_flows").mkdir()
        (folder / "ivr_flows" / "support.yaml").write_text(flow)
        try:
            rig._api = Api(rig.url, await rig._token(settings or {}))
            await rig.run()
        except BaseException:
            await rig._abandon()
            raise
        return rig

    async def _token(self, settings: Mapping[str, Any]) -> str:
        """The secret of an admin's token, which is in the database then."""
        database = self.folder / "var" / "callserver.db"
        usual = "store" not in settings and "data_dir" not in settings.get("server", {})
        if usual and (known := Blank.copy(database)):
            return known
        secret = (await self.cli("token", "add", "rig", "--role", "admin")).strip()
        if usual:
            Blank.keep(database, secret)
        return secret

    def _write(
        self, settings: Mapping[str, Any], capacity: int, sip_port: int, http_port: int
    ) -> None:
        data_dir = self.folder / "var"
        content: dict[str, Any] = {
            "server": {"data_dir": str(data_dir), "capacity": capacity, "drain_s": 5.0},
            "sip": {"bind": "127.0.0.1", "port": sip_port, "internal_port": free_port()},
            "rtp": {
                "bind": "127.0.0.1",
                "first_port": self._rtp.start,
                "last_port": self._rtp.stop - 1,
                "ports_per_call": PORTS_PER_CALL,
                "rest_s": 0.0,
            },
            "http": {"port": http_port},
            "recording": {"dir": str(self.recordings)},
            "agents": {"wrap_up_s": 0.2, "ring_timeout_s": 5.0},
            "flows_dir": str(self.folder / "ivr_flows"),
            "trunks": {"provider": {"addresses": [f"{CUSTOMER_HOST}/32"]}},
            "lines": {LINE: {"flow": "support"}},
            "queues": {QUEUE: {"title": "Support"}},
        }
        for section, values in settings.items():
            if isinstance(values, Mapping):
                content[section] = {**content.get(section, {}), **values}
            else:
                content[section] = values
        self.config_file.parent.mkdir(parents=True)
        self.config_file.write_text(yaml.safe_dump(content))
        data_dir.mkdir()
        cache = Path(tempfile.gettempdir()) / f"callserver-prompts-{os.getuid()}"
        cache.mkdir(exist_ok=True)
        (data_dir / "prompts").symlink_to(cache)  # speech is synthesised once, not once a test

    @property
    def api(self) -> Api:
        if self._api is None:
            raise RigError("the server was not started")
        return self._api

    @property
    def pid(self) -> int:
        """The controller's process."""
        if self._process is None:
            raise RigError("the server does not run")
        return self._process.pid

    async def cli(self, *arguments: str, stdin: str = "") -> str:
        """Run a ``callserver`` command with this server's configuration; its standard output.
        Raises :class:`RigError` when it fails."""
        whole = (*arguments, "--config", str(self.config_file))
        with TemporaryFile() as told, TemporaryFile() as said, TemporaryFile() as complained:
            told.write(stdin.encode())
            told.seek(0)
            command = Command(whole, self.folder, os.environ, said, complained, told)
            process = await self.commands.start(command)
            if await process.wait():
                complained.seek(0)
                complaint = complained.read().decode(errors="replace")
                raise RigError(f"callserver {arguments[0]}: {complaint}")
            said.seek(0)
            return said.read().decode()

    async def launch(self) -> None:
        """Start the controller (again); returns at once."""
        with _append(self.stderr_file) as errors:
            arguments = ("serve", "--config", str(self.config_file))
            environment = self.family.environment()
            command = Command(arguments, self.folder, environment, errors, errors)
            self._process = await self.commands.start(command)
            self.family.add(self._process.pid)

    async def run(self) -> None:
        """Start the controller (again) and wait until ``/readyz`` says yes."""
        await self.launch()

        async def ready() -> bool:
            if self._process is None or self._process.returncode is not None:
                raise RigError(f"the server ended at once:\n{self.said()}")
            return await self.api.status("/readyz") == 200

        try:
            await eventually(ready, bool, within=START_S)
        except TimeoutError:
            raise RigError(f"not ready within {START_S} s:\n{self.said()}") from None

    async def add_agent(
        self, username: str, password: str, *, name: str = "", queues: tuple[str, ...] = (QUEUE,)
    ) -> None:
        """A new agent, whose phone may register at once."""
        body = {"username": username, "name": name, "password": password, "queues": queues}
        await self.api.post("/api/v1/agents", body)

    async def agent_is_ready(self, username: str) -> None:
        """Put an agent (whose phone is registered) into the queues."""
        await self.api.put(f"/api/v1/agents/{username}/state", {"state": "ready", "reason": ""})

    def processes(self) -> list[Process]:
        """Controller, forker and workers that live now."""
        return self.family.members()

    def workers(self) -> list[Process]:
        """Call workers; spare ones are among them."""
        return [one for one in self.family.members() if one.name == WORKER and one.state != "Z"]

    def rtp_ports(self) -> frozenset[int]:
        """UDP ports of the RTP range that are bound now."""
        return udp_ports() & frozenset(self._rtp)

    def said(self) -> str:
        """The end of the server's standard error."""
        return self.stderr_file.read_text(errors="replace")[-8000:]

    def leaks(self) -> list[str]:
        """What is left of a server that was stopped; empty: nothing."""
        left = [f"process {one.pid} ({one.state}): {one.command}" for one in self.processes()]
        return left + [f"udp port {port}" for port in sorted(self.rtp_ports())]

    async def kill(self) -> None:
        """The controller dies; forker and workers are on their own. :meth:`run` starts another."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def stop(self) -> int:
        """TERM, and wait for the end of all its processes; the controller's exit status. What is
        still there after 20 s is killed. Raises :class:`RigError` then."""
        if self._process is None:
            raise RigError("the server does not run")
        if self._process.returncode is None:
            self._process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                status = await self._process.wait()
            await eventually(_now(self.leaks), lambda left: not left, within=PATIENCE_S)
        except TimeoutError:
            left = self.leaks()
            raise RigError(f"left behind: {left}\n{self.said()}") from None
        finally:
            await self._abandon()
        return status

    async def _abandon(self) -> None:
        self.family.kill()
        if self._process is not None:
            await self._process.wait()
        if self._api is not None:
            await self._api.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is not None:
                await self._abandon()
            elif self._process is not None and self._process.returncode is None:
                await self.stop()
        finally:
            give_back(self._rtp.start, len(self._rtp))


async def eventually(
    read: Callable[[], Awaitable[T]], true: Callable[[T], object], *, within: float = PATIENCE_S
) -> T:
    """Ask again and again, every 50 ms, until the answer is right; that answer. For what only
    another process knows. Raises ``TimeoutError`` with the last answer."""
    deadline = asyncio.get_running_loop().time() + within
    while not true(answer := await read()):
        if asyncio.get_running_loop().time() > deadline:
            raise TimeoutError(f"not within {within} s; last answer: {answer!r}")
        await asyncio.sleep(0.05)
    return answer


def _now(read: Callable[[], T]) -> Callable[[], Awaitable[T]]:
    async def answer() -> T:
        return read()

    return answer


def _append(file: Path) -> BinaryIO:
    return file.open("ab")
