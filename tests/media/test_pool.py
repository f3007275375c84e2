"""The pool: workers when they are wanted, and what happens when processes die."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest
import uvloop
from structlog.testing import capture_logs

from callserver.clock import SystemClock
from callserver.media import pool, wire
from callserver.media.pool import Pool
from callserver.media.process import Worker
from callserver.metrics import Metrics
from callserver.model.call import Leg
from callserver.model.commands import EndCall
from callserver.model.errors import CallServerError, NoWorker
from callserver.model.events import CallEmpty, LegAnswered, LegEnded, WorkerReturned
from callserver.testing.watch import PATIENCE_S
from tests.media.rig import Call, Ear, Rig, running


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").exists()


def pid_of(call: Call) -> int:
    pid: int = call.worker.pid  # type: ignore[attr-defined]
    return pid


async def gone(pid: int) -> None:
    """A child of the forker leaves the process table when it is reaped."""
    async with asyncio.timeout(PATIENCE_S):
        while alive(pid):  # noqa: ASYNC110 - the process table sends no events
            await asyncio.sleep(0.005)


async def test_a_taken_spare_is_replaced(rig: Rig) -> None:
    calls = [await rig.take() for _ in range(3)]
    assert len({call.worker.token for call in calls}) == 3
    assert len({call.worker.sip_port for call in calls}) == 3


async def test_capacity_is_kept(rig: Rig) -> None:
    calls = [await rig.take() for _ in range(rig.config.server.capacity)]
    with pytest.raises(NoWorker, match="capacity"):
        await rig.take()
    calls[0].do(EndCall())
    await calls[0].ear.until(lambda: calls[0].worker.token in rig.gone)
    await rig.take()


async def test_many_callers_at_once_get_a_worker_each(rig: Rig) -> None:
    ears = [Ear() for _ in range(4)]
    workers = await asyncio.gather(*(rig.pool.take(ear) for ear in ears))
    assert len({worker.token for worker in workers}) == 4


async def test_a_caller_who_gives_up_waiting_leaves_the_worker_to_the_next(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, spares=0) as rig:
        waiting = asyncio.create_task(rig.pool.take(Ear()))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        call = await rig.take()
        call.do(EndCall())
        await call.ear.hear(CallEmpty)


def test_a_worker_that_comes_in_the_moment_of_its_deadline_is_not_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with running(tmp_path, spares=0) as rig:
            offer = rig.pool._offer

            def stall(worker: Worker) -> None:
                time.sleep(1.1)  # the machine is busy with others
                offer(worker)

            monkeypatch.setattr(rig.pool, "_offer", stall)
            await rig.take()

    monkeypatch.setattr(pool, "BIRTH_S", 1.0)
    uvloop.run(story())  # it looks at timers first; asyncio's own loop does not


async def test_workers_born_for_callers_who_gave_up_go_when_calls_end(tmp_path: Path) -> None:
    async with running(tmp_path, spares=0) as rig:
        last = await rig.take()
        gave_up = [asyncio.create_task(rig.pool.take(Ear())) for _ in range(2)]
        await asyncio.sleep(0)
        for one in gave_up:
            one.cancel()
        await asyncio.gather(*gave_up, return_exceptions=True)
        async with asyncio.timeout(5):
            while len(rig.relay.workers) < 3:  # noqa: ASYNC110 - told to the door alone
                await asyncio.sleep(0.005)
            last.do(EndCall())
            while len(rig.gone) < 3:  # noqa: ASYNC110 - told to the door alone
                await asyncio.sleep(0.005)
        assert rig.pool.processes == 1  # the forker


async def test_slices_that_rest_are_not_given_out(tmp_path: Path) -> None:
    async with running(tmp_path, spares=0, rest_s=60) as rig:
        for _ in range(6):  # 100 ports are six slices of 16
            call = await rig.take()
            call.do(EndCall())
            await call.ear.until(lambda token=call.worker.token: token in rig.gone)  # type: ignore[misc]
        with pytest.raises(NoWorker, match="rests"):
            await rig.take()


async def test_an_ended_call_leaves_no_process_and_no_loss(rig: Rig) -> None:
    call = await rig.answered(await rig.phone("customer"))
    call.do(EndCall())
    await call.ear.hear(CallEmpty)
    await gone(pid_of(call))
    await call.ear.until(lambda: rig.gone == [call.worker.token])
    assert call.ear.lost == 0
    assert isinstance(call.ear.events[-1], CallEmpty)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT])
async def test_a_worker_that_dies_in_its_call_is_lost_once_and_alone(
    rig: Rig, number: signal.Signals
) -> None:
    customer, other = await rig.phone("customer"), await rig.phone("other")
    dies, lives = await rig.answered(customer), await rig.answered(other)
    os.kill(pid_of(dies), number)
    await dies.ear.until(lambda: dies.ear.lost)
    assert rig.gone == [dies.worker.token]
    lives.do(EndCall())
    await lives.ear.hear(CallEmpty)
    assert (dies.ear.lost, lives.ear.lost) == (1, 0)


async def test_a_worker_told_to_terminate_ends_its_call_properly(rig: Rig) -> None:
    call = await rig.answered(await rig.phone("customer"))
    os.kill(pid_of(call), signal.SIGTERM)
    await call.ear.hear(LegEnded, Leg.CUSTOMER)
    await call.ear.hear(CallEmpty)
    assert await call.customer.ended() == 200
    assert call.ear.lost == 0


async def test_a_worker_that_stands_still_is_asked_to_end_and_then_killed(rig: Rig) -> None:
    call = await rig.take()
    os.kill(pid_of(call), signal.SIGSTOP)
    rig.pool.cut(call.worker.token)
    assert call.worker.token in rig.pool.busy()
    rig.pool.cut(call.worker.token)
    await call.ear.until(lambda: call.worker.token in rig.gone)
    await gone(pid_of(call))
    assert call.worker.token not in rig.pool.busy()


async def test_when_the_forker_dies_calls_go_on_and_new_ones_come(rig: Rig) -> None:
    call = await rig.answered(await rig.phone("customer"))
    forker = rig.pool.forker_pid
    os.kill(forker, signal.SIGKILL)
    await gone(forker)
    async with asyncio.timeout(5):
        while rig.pool.trouble or rig.pool.forker_pid == forker:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    fresh = [await rig.take() for _ in range(2)]
    assert call.customer.state == "answered"
    call.do(EndCall())
    await call.ear.hear(CallEmpty)
    await call.ear.until(lambda: call.worker.token in rig.gone)
    assert [one.ear.lost for one in (call, *fresh)] == [0, 0, 0]


async def test_a_worker_that_dies_without_a_forker_is_lost_too(rig: Rig) -> None:
    call = await rig.answered(await rig.phone("customer"))
    os.kill(rig.pool.forker_pid, signal.SIGKILL)
    os.kill(pid_of(call), signal.SIGKILL)
    await call.ear.until(lambda: call.ear.lost)


async def test_stopping_ends_everything(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        call = await rig.answered(await rig.phone("customer"))
        pids = [rig.pool.forker_pid, pid_of(call)]
        socket = rig.config.control_socket
        assert socket.stat().st_mode & 0o777 == 0o600
    for pid in pids:
        assert not alive(pid)
    assert not socket.exists()
    assert call.ear.lost == 0


@pytest.mark.parametrize(("had_call", "level"), [(False, "info"), (True, "warning")])
async def test_a_worker_nobody_expects_is_ended_and_one_with_a_call_is_a_warning(
    rig: Rig, had_call: bool, level: str
) -> None:
    answered = (LegAnswered(Leg.CUSTOMER, "c@w", "PCMU", 1.0),) if had_call else ()
    returned = WorkerReturned(1.0, answered, (), (), (), (), (), 0.0, 2.0)
    with capture_logs() as logs:
        reader, writer = await asyncio.open_unix_connection(str(rig.config.control_socket))
        writer.write(wire.encode(wire.Hello("worker", wire.VERSION, 1, token="from before")))
        writer.write(wire.encode(returned))
        ended = wire.encode(EndCall())
        assert await reader.readexactly(len(ended)) == ended
        writer.close()
        async with asyncio.timeout(5):
            while not logs:  # noqa: ASYNC110 - the end of a connection is told to the pool alone
                await asyncio.sleep(0.005)
    (told,) = logs
    assert (told["event"], told["log_level"]) == ("unknown_worker_ended", level)
    assert told["had_call"] is had_call


async def test_two_servers_do_not_share_a_data_dir(rig: Rig) -> None:
    second = Pool(rig.config, SystemClock(), Metrics())
    with pytest.raises(CallServerError, match="another server"):
        await second.start("127.0.0.1:1", "127.0.0.1:2")


async def test_a_socket_path_that_is_too_long_is_said(rig: Rig, tmp_path: Path) -> None:
    server = rig.config.server.model_copy(update={"data_dir": tmp_path / ("x" * 100)})
    pool = Pool(rig.config.model_copy(update={"server": server}), SystemClock(), Metrics())
    with pytest.raises(CallServerError, match="shorter"):
        await pool.start("127.0.0.1:1", "127.0.0.1:2")
