"""Messages of SIPp, by mail: with a voice, with silence only, and of one who hangs up at once."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from callserver.speech.convert import convert
from callserver.testing import frequency, sipp, wav
from callserver.testing.rig import CUSTOMER_HOST, LINE
from callserver.testing.sipp import Sipp
from tests.outside.mailserver import Mail, MailServer
from tests.restart.test_flow_steps import new_flow
from tests.scenarios.house import CUSTOMER_HZ, House, open_house

LEAVE = """
start: leave
steps:
  leave:
    voicemail: {say: Speak., mailbox: support, silence_s: 5, tries: 1}
    next: bye
    otherwise: bye
  bye: {hangup: {}}
"""
LISTENS_S = 3.5  # until the tone, and a moment more
SPEAKS_S = 2.0
LAG_S = 1.0
"""Of a machine that is busy, and sends sound late."""
SPEAKER, SILENT, GONE = "+37120000001", "+37120000002", "+37120000003"


async def calls(house: House, folder: Path, number: str, speaks_s: float, stays_s: float) -> None:
    """A caller listens, speaks for a while, then says nothing, and hangs up after ``stays_s``
    unless the silence ended the call before."""
    said = sipp.customer(tone_hz=CUSTOMER_HZ, tone_s=speaks_s, menu_s=LISTENS_S, talk_s=stays_s)
    caller = await Sipp.start(
        "customer_uac",
        folder / number,
        target=house.rig.sip,
        host=CUSTOMER_HOST,
        calls=1,
        fields=[(LINE, number, "Jane")],
        values=said,
    )
    result = await caller.finished(timeout=60)
    assert (result.failed, result.successful) == (0, 1), result.errors[-2000:]


def heard(sound: wav.Sound) -> tuple[float, float]:
    """How long the caller is heard, from first to last, and how much silence comes after it."""
    windows = frequency.windows(sound.channels[0], sound.rate)
    tone = [window.at for window in windows if window.dominated_by(CUSTOMER_HZ)]
    assert tone, "nobody is heard"
    return tone[-1] - tone[0] + frequency.WINDOW_S, sound.seconds - tone[-1] - frequency.WINDOW_S


def judged(mail: Mail, folder: Path) -> tuple[float, float]:
    """How long the attached sound is, and how long the caller is heard in it."""
    (file,) = mail.message.iter_attachments()
    assert file.get_content_type() == "audio/mpeg"
    (attached := folder / "attached.mp3").write_bytes(file.get_content())
    samples = (convert(attached) * 32767).astype(np.int16)
    sound = wav.Sound(8000, (samples,))
    return sound.seconds, heard(sound)[0]


async def test_only_what_was_said_is_kept_and_mailed_without_the_silence_behind_it(
    tmp_path: Path,
) -> None:
    async with MailServer.start() as server:
        mail: Mapping[str, Any] = {
            **{"host": "127.0.0.1", "port": server.port, "security": "none"},
            "sender": "calls@example.org",
        }
        async with open_house(tmp_path, {"mail": mail}) as house:
            await new_flow(house, LEAVE)
            who = ("team@example.com", "--queue", "support", "--language", "en")
            await house.rig.cli("mail", "add", *who)
            await asyncio.gather(
                calls(house, tmp_path, SPEAKER, SPEAKS_S, 40),
                calls(house, tmp_path, SILENT, 0, 40),
                calls(house, tmp_path, GONE, 0, 0.1),
            )
            records = {one["number"]: one["result"] for one in await house.records(3)}
            results = [records[number] for number in (SPEAKER, SILENT, GONE)]
            assert results == ["voicemail", "answered", "abandoned"], (
                "the flow served who said nothing"
            )
            await server.until(1)
            (left,) = (await house.rig.api.get("/api/v1/voicemails", queue="support"))["items"]
            assert left["number"] == SPEAKER
            kept = wav.read(next((house.rig.recordings / "voicemail").rglob("*.wav")))
            tone_s, after_s = heard(kept)
            assert abs(tone_s - SPEAKS_S) < LAG_S and after_s < 2.0, "the silence is cut"
            (got,) = server.got
            assert got.to == ("team@example.com",)
            assert left["number"] in got.message["Subject"]
            seconds, tone_s = await asyncio.to_thread(judged, got, tmp_path)
            assert abs(seconds - kept.seconds) < 0.5 and abs(tone_s - SPEAKS_S) < LAG_S
            await deal_with(house, left["id"])
            await house.is_quiet()
            assert list((house.rig.folder / "var").rglob("*.message.wav")) == []


async def deal_with(house: House, message: str) -> None:
    """It is given to somebody, done, and deleted with its sound."""
    one, api = f"/api/v1/voicemails/{message}", house.rig.api
    await house.rig.add_agent("alice", "a-long-secret")
    assert (await api.put(f"{one}/assignee", {"username": "alice"}))["assignee"] == "alice"
    assert (await api.put(f"{one}/done", {"done": True}))["done_at"]
    found = await api.get("/api/v1/voicemails", assignee="alice", done="true")
    assert [item["id"] for item in found["items"]] == [message]
    await api.delete(one)
    assert await api.status(one) == 404
    assert list((house.rig.recordings / "voicemail").rglob("*.*")) == []
