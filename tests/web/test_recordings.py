"""Recordings over HTTP: whole, in parts, conditionally, and nothing outside of the folder."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from callserver.model.people import Role
from tests.web.world import SOUND, World, is_problem, recording

AUDIO = "/api/v1/recordings/r1/audio"
SIZE = len(SOUND)


async def test_recordings_are_listed_newest_first_in_pages(world: World) -> None:
    world.store.sounds |= {f"r{n}": recording(f"r{n}", "one.wav") for n in range(2, 5)}
    page = (await world.get("/api/v1/recordings?limit=3")).json
    assert [item["id"] for item in page["items"]] == ["r4", "r3", "r2"]
    last = (await world.get(f"/api/v1/recordings?limit=3&cursor={page['next']}")).json
    assert [item["id"] for item in last["items"]] == ["r1"]
    assert last["next"] is None


async def test_one_recording_is_shown_with_its_hash(world: World) -> None:
    shown = (await world.get("/api/v1/recordings/r1")).json
    assert shown["sha256"] == world.store.sounds["r1"].sha256
    assert shown["duration_s"] == 60.0
    assert shown["audio"] == AUDIO


async def test_the_whole_sound_comes_as_wav_with_its_hash_as_etag(world: World) -> None:
    answer = await world.get(AUDIO, role=Role.QA)
    assert answer.status == 200
    assert answer.body == SOUND
    assert answer.headers["Content-Type"] == "audio/wav"
    assert answer.headers["Content-Length"] == str(SIZE)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"] == f'"{world.store.sounds["r1"].sha256}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_head_tells_size_and_etag_without_sound(world: World) -> None:
    answer = await world.ask("HEAD", AUDIO, headers={"Range": "bytes=0-9"})
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Length"] == str(SIZE)
    assert answer.headers["ETag"]


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-43", 0, 43),
        ("bytes=0-0", 0, 0),
        ("bytes=44-", 44, SIZE - 1),
        (f"bytes=300000-{SIZE * 9}", 300000, SIZE - 1),
        ("bytes=-100", SIZE - 100, SIZE - 1),
        (f"bytes=-{SIZE * 9}", 0, SIZE - 1),
        ("Bytes=7-8", 7, 8),
    ],
)
async def test_a_range_brings_exactly_that_part(
    world: World, wanted: str, first: int, last: int
) -> None:
    answer = await world.get(AUDIO, headers={"Range": wanted})
    assert answer.status == 206
    assert answer.body == SOUND[first : last + 1]
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer.headers["Content-Length"] == str(last - first + 1)


@pytest.mark.parametrize("wanted", [f"bytes={SIZE}-", f"bytes={SIZE + 5}-{SIZE + 9}", "bytes=-0"])
async def test_a_range_outside_of_the_file_is_416_with_its_size(world: World, wanted: str) -> None:
    answer = await world.get(AUDIO, headers={"Range": wanted})
    is_problem(answer, "bad-range", 416)
    assert answer.headers["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "wanted",
    ["bytes=0-9,20-29", "bytes=9-5", "bytes=-", "bytes=a-b", "lines=1-2", "bytes", "bytes=--5"],
)
async def test_several_or_senseless_ranges_bring_the_whole_sound(world: World, wanted: str) -> None:
    answer = await world.get(AUDIO, headers={"Range": wanted})
    assert answer.status == 200
    assert answer.body == SOUND


async def test_if_none_match_saves_the_download(world: World) -> None:
    etag = (await world.ask("HEAD", AUDIO)).headers["ETag"]
    for header in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = await world.get(AUDIO, headers={"If-None-Match": header})
        assert (answer.status, answer.body) == (304, b""), header
        assert answer.headers["ETag"] == etag
    for header in ('"other"', etag.strip('"'), ""):
        assert (await world.get(AUDIO, headers={"If-None-Match": header})).status == 200


async def test_if_match_refuses_another_version(world: World) -> None:
    etag = (await world.ask("HEAD", AUDIO)).headers["ETag"]
    assert (await world.get(AUDIO, headers={"If-Match": etag})).status == 200
    for header in ('"other"', f"W/{etag}"):
        answer = await world.get(AUDIO, headers={"If-Match": header})
        is_problem(answer, "precondition-failed", 412)


async def test_a_range_of_another_version_brings_the_whole_sound(world: World) -> None:
    etag = (await world.ask("HEAD", AUDIO)).headers["ETag"]
    part = await world.get(AUDIO, headers={"Range": "bytes=0-9", "If-Range": etag})
    assert part.status == 206
    for other in ('"other"', f"W/{etag}", "Sun, 01 Mar 2026 09:30:00 GMT"):
        whole = await world.get(AUDIO, headers={"Range": "bytes=0-9", "If-Range": other})
        assert (whole.status, len(whole.body)) == (200, SIZE)


@pytest.mark.parametrize(
    "path",
    [
        "../secret.wav",
        "sub/../../secret.wav",
        "{folder}/../secret.wav",
        "/etc/passwd",
        "link.wav",
        "linked/secret.wav",
        "pipe.wav",
        "sub",
        ".",
        "",
        "gone.wav",
        "one.wav\0",
        "one.wav/x",
    ],
)
async def test_a_record_that_points_elsewhere_gets_no_sound(world: World, path: str) -> None:
    outside = world.folder.parent / "secret.wav"
    outside.write_bytes(SOUND)
    (world.folder / "sub").mkdir()
    (world.folder / "link.wav").symlink_to(outside)
    (world.folder / "linked").symlink_to(world.folder.parent)
    os.mkfifo(world.folder / "pipe.wav")
    named = path.format(folder=world.folder)
    world.store.sounds["r1"] = replace(world.store.sounds["r1"], path=named)
    is_problem(await world.get(AUDIO), "sound-missing", 404)


async def test_a_recording_in_its_folder_of_the_day_is_found(world: World) -> None:
    day = world.folder / "2026" / "03" / "01"
    day.mkdir(parents=True)
    (day / "two.wav").write_bytes(SOUND)
    world.store.sounds["r1"] = replace(world.store.sounds["r1"], path="2026/03/01/two.wav")
    assert (await world.get(AUDIO)).body == SOUND


@pytest.mark.parametrize(
    "id_",
    ["..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "%2Fetc%2Fpasswd", "r1%00", "R1", "r1%0a", "x" * 99],
)
async def test_an_id_is_never_a_path(world: World, id_: str) -> None:
    is_problem(await world.get(f"/api/v1/recordings/{id_}/audio"), "no-route", 404)


async def test_a_file_that_is_not_what_was_recorded_is_not_sent(world: World) -> None:
    with (world.folder / "one.wav").open("ab") as file:
        file.write(b"more")
    is_problem(await world.get(AUDIO), "sound-missing", 404)


async def test_an_unknown_recording_is_404(world: World) -> None:
    for path in ("/api/v1/recordings/r9", "/api/v1/recordings/r9/audio"):
        is_problem(await world.get(path), "not-found", 404)


async def test_a_folder_that_went_away_is_no_server_error(world: World, tmp_path: Path) -> None:
    world.folder.rename(tmp_path / "moved")
    is_problem(await world.get(AUDIO), "sound-missing", 404)
