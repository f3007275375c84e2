"""The words of the stories: a server, agents with phones, customers who call, and what is true
afterwards."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from callserver.testing.phone import Phone, SoftCall
from callserver.testing.rig import CUSTOMER_HOST, LINE, Rig, eventually
from callserver.testing.watch import PATIENCE_S

PASSWORD = "a-long-secret"  # no spaces: SIPp and baresip cannot say them
CUSTOMER_HZ = 440
AGENT_HZ = 1000


@dataclass
class House:
    """A running server and the phones around it."""

    rig: Rig
    folder: Path
    _stack: AsyncExitStack
    phones: dict[str, Phone] = field(default_factory=dict)
    customers: list[Phone] = field(default_factory=list)

    async def agent(self, username: str, **phone: Any) -> Phone:
        """A new agent whose phone is registered, so that the queue may ring it."""
        await self.rig.add_agent(username, PASSWORD)
        started = await Phone.start(username, log_dir=self.folder / "phones", **phone)
        self.phones[username] = await self._stack.enter_async_context(started)
        assert await started.register(self.rig.sip, username, PASSWORD) == 200
        await self.agent_is(username, "ready")
        return started

    async def customer(self, line: str = LINE) -> SoftCall:
        """Somebody dials; returns at once."""
        count = len(self.customers) + 1
        phone = await Phone.start(
            f"customer{count}", host=CUSTOMER_HOST, log_dir=self.folder / "phones"
        )
        self.customers.append(await self._stack.enter_async_context(phone))
        number = f"+371200000{count:02}"
        return await phone.call(f"sip:{line}@{self.rig.sip}", number=number, name="Jane Doe")

    async def waiting_customer(self) -> SoftCall:
        """Somebody who has dialled, been answered and pressed the key for the queue."""
        call = await self.customer()
        await call.answered()
        await call.tone(CUSTOMER_HZ)
        await call.digits("1")
        return call

    async def talking(self, agent: str) -> tuple[SoftCall, SoftCall]:
        """Customer and agent in a conversation, each hearing the other: (customer's, agent's)."""
        customer = await self.waiting_customer()
        taken = await self.phones[agent].incoming()
        await taken.answer()
        await taken.tone(AGENT_HZ)
        await customer.hears(AGENT_HZ)
        await taken.hears(CUSTOMER_HZ)
        return customer, taken

    async def agent_is(
        self, username: str, state: str, reason: str = "", within: float = PATIENCE_S
    ) -> None:
        """Until the agent is in this state."""

        async def now() -> tuple[str, str]:
            view = await self.rig.api.get(f"/api/v1/agents/{username}")
            return view["state"], view["reason"]

        await eventually(now, lambda is_now: is_now == (state, reason), within=within)

    async def call_is(
        self, phase: str, position: int = 0, within: float = PATIENCE_S
    ) -> dict[str, Any]:
        """Until the n-th oldest live call is in this phase; its view."""

        async def now() -> dict[str, Any]:
            calls = (await self.rig.api.get("/api/v1/calls/live"))["items"]
            calls.sort(key=lambda call: call["offered_at"])
            view: dict[str, Any] = calls[position] if position < len(calls) else {"phase": "none"}
            return view

        return await eventually(now, lambda call: call["phase"] == phase, within=within)

    async def records(self, count: int = 1, within: float = PATIENCE_S) -> list[dict[str, Any]]:
        """The records of ``count`` calls that have ended, oldest first."""

        async def now() -> list[dict[str, Any]]:
            calls = (await self.rig.api.get("/api/v1/calls"))["items"]
            return [call for call in reversed(calls) if call["result"]]

        return await eventually(now, lambda calls: len(calls) == count, within=within)

    async def record(self) -> dict[str, Any]:
        """The record of the one call there was, when it has ended."""
        (only,) = await self.records()
        return only

    async def facts(self, call: str, kind: str, count: int = 1) -> list[dict[str, Any]]:
        """The facts of a kind in a call's timeline, when there are ``count`` of them."""

        async def now() -> list[dict[str, Any]]:
            if await self.rig.api.status(f"/api/v1/calls/{call}/timeline") != 200:
                return []  # not written yet
            timeline = (await self.rig.api.get(f"/api/v1/calls/{call}/timeline"))["items"]
            return [fact["data"] for fact in timeline if fact["kind"] == kind]

        return await eventually(now, lambda found: len(found) >= count)

    async def recording(self, call: str) -> Path:
        """The stereo file of a call, when it is made."""

        async def now() -> Mapping[str, Any] | None:
            record = await self.rig.api.get(f"/api/v1/calls/{call}")
            made: Mapping[str, Any] | None = record["recording"]
            return made

        made = await eventually(now, bool, within=PATIENCE_S)
        assert made is not None
        return self.rig.recordings / str(made["path"])

    async def is_quiet(self) -> None:
        """Nobody calls, nobody waits, and no worker but the spares is left."""

        async def calls() -> int:
            return len((await self.rig.api.get("/api/v1/calls/live"))["items"])

        await eventually(calls, lambda count: count == 0, within=15)
        (queue,) = (await self.rig.api.get("/api/v1/queues"))["items"]
        assert queue["waiting"] == []

        async def in_calls() -> float:
            text = await self.rig.api.text("/metrics")
            (line,) = [
                a for a in text.splitlines() if a.startswith('callserver_workers_now{state="call"')
            ]
            return float(line.split()[-1])

        await eventually(in_calls, lambda count: count == 0, within=15)
        text = await self.rig.api.text("/metrics")
        repairs = [line for line in text.splitlines() if line.startswith("callserver_repairs_t")]
        assert repairs == [], "something had to be put right"


@asynccontextmanager
async def open_house(
    folder: Path, settings: Mapping[str, Any] | None = None, capacity: int = 10
) -> AsyncIterator[House]:
    """A server for one story; afterwards it must stop cleanly and leave nothing."""
    async with await Rig.start(folder / "server", settings=settings, capacity=capacity) as rig:
        async with AsyncExitStack() as stack:
            yield House(rig, folder, stack)
        assert await rig.stop() == 0
    assert rig.leaks() == []
    said = rig.stderr_file.read_text()
    assert "Traceback" not in said, said[-4000:]
