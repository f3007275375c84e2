"""A PostgreSQL of its own leaves nothing behind."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

from callserver.testing.postgres import Postgres

HOLDER = """
import sys, time
from callserver.testing.postgres import Postgres
held = Postgres()
held.start()
print(held.folder, flush=True)
sys.stdin.read()
"""


async def test_it_ends_with_its_process_whatever_ends_that() -> None:
    holder = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLDER),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert holder.stdout is not None
    async with asyncio.timeout(60):
        folder = Path((await holder.stdout.readline()).decode().strip())
        server = os.pidfd_open(int((folder / "data" / "postmaster.pid").read_text().split()[0]))
        over = asyncio.Event()
        asyncio.get_running_loop().add_reader(server, over.set)
        holder.kill()
        await over.wait()
        await holder.wait()
    asyncio.get_running_loop().remove_reader(server)
    os.close(server)
    shutil.rmtree(folder)


def test_a_database_is_made_anew_under_its_name_and_all_of_it_is_gone_at_the_end(
    postgres: Postgres,
) -> None:
    postgres.create("mine")
    postgres.run("CREATE TABLE here (n int)", "INSERT INTO here VALUES (1), (2)", database="mine")
    assert postgres.run("SELECT n, n + 1 FROM here ORDER BY n", database="mine") == "1|2\n2|3"
    postgres.create("copy", template="mine")
    assert postgres.run("SELECT count(*) FROM here", database="copy") == "2"
    postgres.create("mine")
    assert postgres.run("SELECT to_regclass('here') IS NULL", database="mine") == "t"
    with Postgres() as other:
        assert other.port != postgres.port
        assert other.folder.exists()
    assert not other.folder.exists()
