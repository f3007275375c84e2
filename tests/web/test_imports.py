"""Imports over the API: what is refused at once, what is told while it goes on, and that only one
goes on."""

import asyncio
import csv
import errno
import io
import json
import os
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from callserver.crm import imports
from callserver.crm.import_files import ImportFiles
from callserver.crm.imports import Imports
from callserver.model.facts import Audited
from callserver.model.imports import ImportState, Mistake, Report, Tally
from callserver.model.people import Role
from callserver.web import uploads
from tests.web.fakes_imports import FakeImport
from tests.web.world import Answer, World, is_problem, soon

PATH = "/api/v1/imports"
TABLE = b"number,name\n+37120000011,Jane\n"
TALLY = Tally(31, 4, 1, 1, 1, 1)
WRONG = (Mistake(4, "number", "`=1+1` is no telephone number", "write it as +37120000001"),)


async def send(world: World, table: bytes = TABLE, *, query: str = "", **how: Any) -> Answer:
    headers = {"Content-Type": "text/csv", **how.pop("headers", {})}
    return await world.ask("POST", PATH + query, data=table, headers=headers, **how)


async def state(world: World, answer: Answer) -> Any:
    return (await world.get(answer.headers["Location"])).json


async def over(world: World, answer: Answer) -> Any:
    """What came of it."""
    job = answer.json["id"]
    await soon(lambda: world.imports.job(job).over)
    return await state(world, answer)


async def test_a_table_is_taken_in_and_shows_how_far_it_is(world: World) -> None:
    world.import_run.reports = [Report(TALLY, WRONG)]
    table = b"number,Ort\n+37120000011,Riga\n"
    answer = await send(world, table, query="?map=Ort=-", role=Role.SUPERVISOR)
    assert (answer.status, answer.json["state"]) == (202, "waiting")
    assert answer.headers["Location"] == f"{PATH}/{answer.json['id']}"
    await soon(lambda: bool(world.import_run.begun))
    wish, taken = world.import_run.begun[0]
    assert (taken, wish.encoding, wish.named) == (table, "utf-8-sig", {"Ort": "-"})
    running = await state(world, answer)
    assert (running["state"], running["rows"], running["read"]) == ("running", 4, 31)
    assert running["mistakes"] == [
        {"line": 4, "column": "number", "what": WRONG[0].what, "cure": WRONG[0].cure}
    ]
    assert world.imported == []
    world.import_run.go.set()
    done = await over(world, answer)
    assert (done["state"], done["new"], done["bad"], done["size"]) == ("done", 1, 1, len(table))
    assert done["ended_at"] is not None
    assert world.imported == ["told"], "the controller must know that others wrote"
    noted = [one for one in world.notes if isinstance(one, Audited)]
    assert [(one.action, one.target) for one in noted] == [
        ("imports.create", f"imports/{answer.json['id']}")
    ]
    assert wish.by == noted[0].actor
    assert [one["id"] for one in (await world.get(PATH)).json["items"]] == [answer.json["id"]]
    left = [file.name for file in world.config.imports_dir.rglob("*") if file.is_file()]
    assert sorted(left) == ["mistakes.ndjson", "state.json"], "no table full of people stays"


async def test_its_mistakes_come_whole_as_lines_or_as_a_table(world: World) -> None:
    world.import_run.wrong = [replace(WRONG[0], line=n, what="=1+1") for n in range(2, 30)]
    world.import_run.go.set()
    answer = await send(world)
    await over(world, answer)
    where = answer.headers["Location"] + "/mistakes"
    lines = (await world.get(f"{where}.ndjson")).body.splitlines()
    assert [json.loads(line)["line"] for line in lines] == [*range(2, 30)]
    table = await world.get(f"{where}.csv")
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(table.body.decode(), newline="")))
    assert len(rows) == 28
    assert rows[0] == {"line": "2", "column": "number", "what": "'=1+1", "cure": WRONG[0].cure}
    is_problem(await world.get(f"{PATH}/none/mistakes.csv"), "not-found", 404)


async def test_one_runs_the_others_wait_and_too_many_are_refused(world: World) -> None:
    first, second, third = [await send(world) for _ in range(3)]
    await soon(lambda: bool(world.import_run.begun))
    assert [(await state(world, one))["state"] for one in (first, second, third)] == [
        *("running", "waiting", "waiting")
    ]
    for _ in range(world.config.imports.most_waiting - 2):
        assert (await send(world)).status == 202
    is_problem(await send(world), "conflict", 409)
    assert (await world.ask("DELETE", second.headers["Location"])).status == 204
    assert (await world.ask("DELETE", first.headers["Location"])).status == 204
    assert world.import_run.cancelled == [first.json["id"]]
    is_problem(await world.get(first.headers["Location"]), "not-found", 404)
    is_problem(await world.ask("DELETE", first.headers["Location"]), "not-found", 404)
    await soon(lambda: len(world.import_run.begun) == 2)
    assert (await state(world, third))["state"] == "running"


async def test_sent_again_with_its_key_it_is_taken_once(world: World) -> None:
    key = {"Idempotency-Key": "today"}
    first = await send(world, headers=key)
    again = await send(world, headers=key)
    assert (again.status, again.json["id"]) == (202, first.json["id"])
    assert again.headers["Idempotent-Replayed"] == "true"
    is_problem(await send(world, TABLE + b"+37120000012,Jo\n", headers=key), "key-reused", 422)
    assert len((await world.get(PATH)).json["items"]) == 1


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (b"", "there is nothing in it"),
        (b"\n\n", "there is nothing in it"),
        (b"telefon,name\n+371,Jo\n", "`telefon`: no such column; say what it is (map"),
        (b"name,name\n", "more than one column"),
        (b"PK\x03\x04" + bytes(200), "a workbook or an archive"),
        (b"\xff\xfen\0u\0m\0b\0e\0r\0", "written in UTF-16"),
        (b"number,name\n\0\0\0\n", "NUL bytes"),
        (b"\x89PNG\r\n\x1a\n\x01\x02" * 50, "no such column"),
    ],
)
async def test_what_is_no_table_is_refused_at_once_with_the_cure(
    world: World, table: bytes, said: str
) -> None:
    answer = await send(world, table)
    is_problem(answer, "invalid", 422)
    assert said in answer.json["errors"][0]["detail"]
    assert len(answer.body) < 5000
    assert list(world.config.imports_dir.iterdir()) == []


async def test_other_types_charsets_and_sizes_are_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in ("application/json", "text/csv; charset=idna", "text/csv; charset=utf-8x"):
        wrong = await send(world, headers={"Content-Type": kind})
        is_problem(wrong, "unsupported-media", 415)
    zipped = await send(world, headers={"Content-Encoding": "gzip"})
    is_problem(zipped, "unsupported-media", 415)
    monkeypatch.setattr(uploads, "MOST", 0)
    is_problem(await send(world), "busy", 503)
    assert (await world.get(PATH)).json["items"] == []


async def test_other_charsets_are_taken(world: World) -> None:
    wide = "number,name\n+37120000011,Jāne\n".encode("utf-16")
    answer = await send(world, wide, headers={"Content-Type": "text/csv; charset=UTF-16"})
    assert answer.status == 202
    await soon(lambda: bool(world.import_run.begun))
    assert world.import_run.begun[0][0].encoding == "utf-16"


async def test_a_body_that_is_too_large_is_refused_before_and_while_it_comes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = world.config.imports.max_mib << 20
    sent = 0

    async def body() -> Any:
        nonlocal sent
        while sent < 10 * most:
            sent += 1 << 20
            yield bytes(1 << 20)

    headers = {
        "Authorization": f"Bearer {world.secrets[Role.ADMIN]}",
        "Content-Type": "text/csv",
    }
    url = world.web.url + PATH
    told = {**headers, "Content-Length": str(1 << 30), "Expect": "100-continue"}
    async with world.client.post(url, data=body(), headers=told) as answer:
        assert answer.status == 413
    sent = 0
    try:
        async with world.client.post(url, data=body(), headers=headers) as answer:
            assert answer.status == 413
    except aiohttp.ClientOSError:
        pass  # we hung up on who went on sending
    assert sent < 3 * most
    await soon(lambda: list(world.config.imports_dir.iterdir()) == [])


async def test_who_leaves_or_stops_in_the_middle_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "STALL_S", 0.05)
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 100\r\n"
        f"Authorization: Bearer {world.secrets[Role.ADMIN]}\r\n\r\nnumber,na"
    ).encode()
    folder = world.config.imports_dir
    for leaves in (False, True):
        if leaves:
            monkeypatch.setattr(uploads, "STALL_S", 60.0)
        reader, writer = await asyncio.open_connection("127.0.0.1", world.config.http.port)
        writer.write(head)
        if leaves:
            await soon(lambda: any(folder.iterdir()))
        else:
            assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")
        writer.close()
        await soon(lambda: not any(folder.iterdir()))
    assert (await send(world)).status == 202


async def test_a_full_disk_is_told_and_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.statvfs(world.folder)

    def full(_: Any) -> Any:
        return os.statvfs_result((real.f_bsize, real.f_frsize, 10**6, 10, 10, *tuple(real)[5:]))

    with monkeypatch.context() as patch:
        patch.setattr(os, "statvfs", full)
        is_problem(await send(world), "no-room", 507)

    def take(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(ImportFiles, "take", take)
    answer = await send(world)
    is_problem(answer, "no-room", 507)
    assert "No space left" in answer.json["detail"]
    assert (await world.get(PATH)).json["items"] == []
    assert list(world.config.imports_dir.iterdir()) == []


async def test_one_that_breaks_says_so_and_the_next_has_its_turn(world: World) -> None:
    world.import_run.trouble = OSError(errno.ENOMEM, "Cannot allocate memory")
    world.import_run.go.set()
    broken = await over(world, await send(world))
    assert broken["state"] == "failed"
    assert "Cannot allocate memory; send it again" in broken["trouble"]
    world.import_run.trouble = ValueError("a mistake of ours")
    worse = await over(world, await send(world))
    assert (worse["state"], "the log has more" in worse["trouble"]) == ("failed", True)
    world.import_run.trouble = None
    assert (await over(world, await send(world)))["state"] == "done"


async def test_a_restart_tells_what_was_interrupted_and_goes_on_with_what_waits(
    world: World,
) -> None:
    first, second = await send(world), await send(world)
    await soon(lambda: bool(world.import_run.begun))
    folder = world.config.imports_dir
    (folder / "arriving-x").write_bytes(TABLE)
    (folder / "broken").mkdir()
    (folder / "broken" / "state.json").write_text("{")
    after = FakeImport()
    after.go.set()
    killed = Imports(  # as it finds them when the other one was killed
        *(ImportFiles(folder), world.config.imports, after),
        *(world.web_clock, lambda: None),
    )
    await killed.start()
    found = {job.id: job for job in killed.jobs()}
    one = found[first.json["id"]]
    assert (one.state, "send it again" in one.trouble) == (ImportState.INTERRUPTED, True)
    async with asyncio.timeout(10):
        await soon(lambda: killed.job(second.json["id"]).over)
    assert killed.job(second.json["id"]).state is ImportState.DONE
    await killed.stop()
    assert sorted(path.name for path in folder.iterdir()) == sorted(found)
    assert list(folder.rglob("table.csv")) == []


async def test_how_far_it_was_is_known_after_a_restart(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "NOTE_S", 0.0)
    world.import_run.reports = [Report(TALLY), Report(replace(TALLY, rows=500), WRONG)]
    answer = await send(world)
    state = world.config.imports_dir / answer.json["id"] / "state.json"
    await soon(lambda: json.loads(state.read_bytes())["tally"]["rows"] == 500)
    assert json.loads(state.read_bytes())["state"] == "running"
    world.import_run.go.set()
    done = await over(world, answer)
    assert (done["state"], done["rows"], len(done["mistakes"])) == ("done", 500, 1)
    assert json.loads(state.read_bytes())["state"] == "done", "nothing older comes after the end"


async def test_a_stop_leaves_it_interrupted_and_old_ones_are_forgotten(world: World) -> None:
    answer = await send(world)
    await soon(lambda: bool(world.import_run.begun))
    await world.imports.stop()
    assert world.import_run.cancelled == [answer.json["id"]]
    kept = json.loads((world.config.imports_dir / answer.json["id"] / "state.json").read_bytes())
    assert kept["state"] == "interrupted"
    later = replace_clock(world, days=8)
    await later.start()
    await soon(lambda: later.jobs() == [])
    await soon(lambda: list(world.config.imports_dir.iterdir()) == [])
    await later.stop()


def replace_clock(world: World, days: float) -> Imports:
    """The same imports, days later."""

    class Later:
        def now(self) -> float:
            return world.web_clock.now() + days * 86_400

    return Imports(
        *(ImportFiles(world.config.imports_dir), world.config.imports, FakeImport()),
        *(Later(), lambda: None),
    )
