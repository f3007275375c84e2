"""sipvicious finds no extension and is banned; with the shield down it would find the password."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from callserver.testing.rig import MD5_ONLY, Rig, eventually
from tests.hostile.sipvicious import scan

EXTENSION, PASSWORD = "1005", "2468135790"
SCANS = {
    "svmap": (),
    "svmap by INVITE": ("-m", "INVITE"),
    "svwar": ("-e1000-1100",),
    "svwar by INVITE": ("-e1000-1100", "-m", "INVITE"),
    "svwar by OPTIONS": ("-e1000-1100", "-m", "OPTIONS"),
    "svwar that does not give in": ("-e1000-1100", "--force"),
    # It waits for an answer for 10 s before this, whatever it is told.
    "svcrack": ("-u", EXTENSION, "-d", "words", "--maximumtime", "2"),
}
# svcrack knows nothing but MD5; and a scanner would not be so kind as to say that it is one.
DISGUISED = {**MD5_ONLY, "shield": {"scanners": []}}
OPEN = {**MD5_ONLY, "shield": {"scanners": [], "allow": ["127.0.0.0/8"]}}
HERE = "127.0.0.1"  # svwar and svcrack bind to no other address


def write_words(folder: Path) -> None:
    words = [f"guess{number}" for number in range(60)]
    folder.mkdir(exist_ok=True)
    (folder / "words").write_text("\n".join([*words, PASSWORD]))


@asynccontextmanager
async def server(folder: Path, settings: Mapping[str, Any]) -> AsyncIterator[Rig]:
    write_words(folder)
    async with await Rig.start(folder, settings=settings) as rig:
        await rig.add_agent(EXTENSION, PASSWORD)
        yield rig
        assert "Traceback" not in rig.said()


async def bans(rig: Rig) -> list[tuple[str, str]]:
    return [(one["address"], one["reason"]) for one in (await rig.api.get("/api/v1/bans"))["items"]]


async def scans(folder: Path, rig: Rig, names: Iterable[str]) -> dict[str, str]:
    """What each of them said; all run at the same time."""
    said = await asyncio.gather(
        *(scan(name.split()[0], folder, HERE, rig.sip, *SCANS[name]) for name in names)
    )
    return dict(zip(names, (one.out for one in said), strict=True))


async def nothing_is_found(folder: Path, tool: str) -> None:
    """By a tool in any of its manners, which is banned as what it says it is."""
    async with server(folder, MD5_ONLY) as rig:
        said = await scans(folder, rig, [name for name in SCANS if name.startswith(tool)])
        assert all("found nothing" in out for out in said.values()), said
        assert await bans(rig) == [(HERE, "scanner")], tool
        await rig.cli("ban", "lift", HERE)
        await eventually(lambda: bans(rig), lambda now: not now)


async def test_no_scanner_gets_an_answer_and_each_is_banned(tmp_path: Path) -> None:
    tools = ("svmap", "svwar", "svcrack")  # at once: each waits for long before it gives up
    await asyncio.gather(*(nothing_is_found(tmp_path / tool[2:], tool) for tool in tools))


@asynccontextmanager
async def banned_for(folder: Path, name: str, why: str) -> AsyncIterator[Rig]:
    """A server that has banned a scanner which did not say that it is one."""
    async with server(folder, DISGUISED) as rig:
        said = (await scans(folder, rig, [name]))[name]
        assert EXTENSION not in said, said
        assert PASSWORD not in said, said
        assert await bans(rig) == [(HERE, why)], name
        text = await rig.api.text("/metrics")
        assert f'callserver_bans_total{{why="{why}"}} 1.0' in text
        assert "callserver_bans_now 1.0" in text
        yield rig


async def asking_is_noticed_and_forgiven(folder: Path) -> None:
    async with banned_for(folder, "svwar by OPTIONS", "asked") as rig:
        await rig.cli("ban", "lift", HERE)
        await eventually(lambda: bans(rig), lambda now: not now)
        assert "callserver_bans_now 0.0" in await rig.api.text("/metrics")


async def guessing_is_noticed_and_remembered(folder: Path) -> None:
    async with banned_for(folder, "svcrack", "wrong_password") as rig:
        await rig.kill()
        await rig.run()
        assert await bans(rig) == [(HERE, "wrong_password")]
        await rig.cli("ban", "add", "192.0.2.9", "--for", "1h", "--note", "by hand")
        await eventually(lambda: bans(rig), lambda now: ("192.0.2.9", "manual") in now)


async def test_scanners_in_disguise_are_banned_by_what_they_do_and_stay_so_over_a_restart(
    tmp_path: Path,
) -> None:
    await asyncio.gather(
        asking_is_noticed_and_forgiven(tmp_path / "asks"),
        guessing_is_noticed_and_remembered(tmp_path / "tries"),
    )


async def test_without_any_ban_svwar_still_sees_no_extension(tmp_path: Path) -> None:
    async with server(tmp_path, OPEN) as rig:
        said = await scans(tmp_path, rig, [name for name in SCANS if name.startswith("svwar")])
        assert all("found nothing" in out for out in said.values()), said
        assert await bans(rig) == []


async def test_svcrack_works_it_is_the_shield_that_stops_it(tmp_path: Path) -> None:
    async with server(tmp_path, OPEN) as rig:
        assert PASSWORD in (await scans(tmp_path, rig, ["svcrack"]))["svcrack"]
