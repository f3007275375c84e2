"""Mails and messages over the real outbox, to a real SMTP server and a real HTTP one."""

import json
import time
import wave
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from callserver.config import Config
from callserver.model import facts as f
from callserver.model.errors import NotAllowed, UnknownName
from callserver.model.hooks import DeliveryState
from callserver.model.message_facts import VoicemailDeleted, VoicemailLeft
from callserver.testing import tones
from callserver.testing.ports import free_port
from callserver.testing.rig import eventually
from callserver.testing.serving import answering
from callserver.testing.story import a_call
from tests.crm.house import Office, all_over, office
from tests.outside.mailserver import MailServer

NOW = time.time()
NOBODY = {"call.missed", "voicemail.left"}


def people(folder: Path, port: int, **more: Any) -> Config:
    mail: Mapping[str, Any] = {
        **{"host": "127.0.0.1", "port": port, "security": "none", "sender": "a@example.org"},
        **{"sound": "wav", "timeout_s": 30.0},
        **more.pop("mail", {}),
    }
    lines = {"100": {"flow": "support", "language": "lv"}}
    return Config.model_validate(
        {"mail": mail, "recording": {"dir": str(folder)}, "lines": lines, **more}
    )


def message(folder: Path, n: int, seconds: float = 1.0) -> list[f.Fact]:
    """A call that ends with a voicemail."""
    path = f"m{n}.wav"
    with wave.open(str(folder / path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(tones.tone(440, seconds=seconds).astype("<i2").tobytes())
    size = (folder / path).stat().st_size
    left = VoicemailLeft(
        *(f"c{n}", NOW + n, f"m{n}", "", "100", "+371", "Jo", path, "ab" * 32, seconds, 8000),
        *(size, NOW + n, False),
    )
    return [*list(a_call(f"c{n}", NOW + n))[:1], left]


async def test_order_is_kept_what_cannot_be_taken_now_comes_later_and_never_is_dead(
    tmp_path: Path,
) -> None:
    async with (
        MailServer.start() as server,
        office(tmp_path, people=people(tmp_path, server.port)) as one,
    ):
        added = await one.hooks.add("mailto:jo@example.com", ["voicemail.*"], [], "", ["100"], "")
        hook, secret = added
        assert (secret, hook.keys) == ("", ())
        server.answers["RCPT"] = ["450 4.2.0 greylisted"]
        server.answers["DATA"] = ["451 4.3.0 later", "lost"]
        await one.happens(*message(tmp_path, 1))
        await one.happens(VoicemailDeleted("c1", NOW, "m1", "", "token:t"))
        await server.until(2)
        await all_over(one, hook.id)
        subjects = [got.message["Subject"] for got in server.got]
        assert subjects[0].startswith("Balss ziņojums no"), "in the language of the line"
        ids = [got.message["Message-ID"] for got in server.got]
        assert ids[0] == ids[1] != ids[2], "the answer was lost: the same mail again, by its id"
        server.answers["RCPT"] = ["550 5.1.1 no such user"]
        await one.happens(*message(tmp_path, 2))
        await all_over(one, hook.id)
        (dead,) = await one.hooks.deliveries(hook.id, DeliveryState.DEAD, None, 10)
        assert (dead.status, dead.tries) == (550, 1)
        assert "no such user" in dead.error
        await one.hooks.test(hook.id)
        assert server.got[-1].message["Subject"] == "Test of the call server"
        with pytest.raises(NotAllowed, match="no secret"):
            await one.hooks.rotate(hook.id)


async def test_the_sound_is_attached_unless_it_is_too_long_or_gone(tmp_path: Path) -> None:
    async with MailServer.start(size=60_000) as server:
        config = people(tmp_path, server.port, mail={"most_sound_bytes": 50_000})
        async with office(tmp_path, people=config) as one:
            await one.hooks.add("mailto:jo@example.com", ["voicemail.left"], [], "", (), "en")
            (tmp_path / "m9.wav").unlink(missing_ok=True)
            for n, seconds in ((1, 1.0), (2, 5.0), (3, 3.0)):
                await one.happens(*message(tmp_path, n, seconds))
                await server.until(n)
            gone = message(tmp_path, 4)
            (tmp_path / "m4.wav").unlink()
            await one.happens(*gone)
            await server.until(4)
    files = [[part.get_filename() for part in got.message.iter_attachments()] for got in server.got]
    assert files == [["m1.wav"], [], [], []]
    texts = [str(got.message.get_body()) for got in server.got]
    assert "could not be attached" in texts[1], "longer than we attach"
    assert "could not be attached" in texts[2], "longer than the server takes"
    assert "not there any more" in texts[3]


async def test_sound_that_is_broken_holds_up_no_mail(tmp_path: Path) -> None:
    async with MailServer.start() as server:
        config = people(tmp_path, server.port, mail={"sound": "mp3"})
        async with office(tmp_path, people=config) as one:
            await one.hooks.add("mailto:jo@example.com", ["voicemail.left"], [], "", (), "en")
            facts = message(tmp_path, 1)
            (tmp_path / "m1.wav").write_bytes(b"no sound at all")
            await one.happens(*facts)
            await one.happens(*message(tmp_path, 2))
            await server.until(2)
    broken, good = sorted(server.got, key=lambda got: len(got.content))
    assert "could not be attached" in str(broken.message.get_body())
    (file,) = good.message.iter_attachments()
    assert (file.get_content_type(), file.get_filename()) == ("audio/mpeg", "m2.mp3")


async def test_a_server_that_is_down_gets_all_when_it_is_back(tmp_path: Path) -> None:
    port = free_port()
    config = people(tmp_path, port, mail={"sound": "none"})
    async with office(tmp_path, people=config) as one:
        hook, _ = await one.hooks.add("mailto:jo@example.com", ["voicemail.left"], [], "")
        for n in range(8):
            await one.happens(*message(tmp_path, n))

        async def warnings() -> str:
            return one.deliverer.warnings().get(f"webhook_{hook.id}", "")

        assert "look at mail.host" in await eventually(warnings, bool)
        async with MailServer.start(port=port) as server:
            await server.until(8)
            await all_over(one, hook.id)
        assert len({got.message["Message-ID"] for got in server.got}) == len(server.got) == 8


SMS = {
    "url": "env:SMS_URL",
    "headers": {"Authorization": "env:SMS_KEY"},
    "body": {"to": "{number}", "parts": ["{text}", 5], "ref": "{id}/{event}"},
}


async def test_a_message_goes_to_the_customer_by_a_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    telegram = {"url": "file:/no/such", "body": {"chat_id": 5, "text": "{subject}"}}
    got: list[tuple[str, Any]] = []

    async def take(request: web.Request) -> web.Response:
        got.append((request.headers["Authorization"], await request.json()))
        return web.Response(status=202)

    async with answering(take) as url:
        monkeypatch.setenv("SMS_URL", url)
        monkeypatch.setenv("SMS_KEY", "Bearer k3y")
        config = people(tmp_path, 25, messages={"sms": SMS, "telegram": telegram})
        async with office(tmp_path, people=config) as one:
            hook, _ = await one.hooks.add("message:sms", ["voicemail.left"], [], "", (), "en")
            (event,) = [e for e in await one.happens(*message(tmp_path, 1)) if e.type in NOBODY]
            await all_over(one, hook.id)
            ((key, body),) = got
            assert key == "Bearer k3y"
            number = json.loads(event.body)["data"]["call"]["number"]
            assert body["to"] == number and body["ref"] == f"{event.id}/voicemail.left"
            assert body["parts"][0].startswith("Voicemail from") and body["parts"][1] == 5
            broken, _ = await one.hooks.add("message:telegram", ["voicemail.left"], [], "")
            await one.happens(*message(tmp_path, 2))
            await _waits(one, broken.id, "cannot be read")


async def _waits(one: Office, hook: str, why: str) -> None:
    async def warning() -> str:
        return one.deliverer.warnings().get(f"webhook_{hook}", "")

    assert why in await eventually(warning, bool), "nothing is lost before somebody mends it"
    assert (await one.hooks.backlog())[hook] == (1, 0)


async def test_who_cannot_be_told_is_refused_at_once(tmp_path: Path) -> None:
    config = people(tmp_path, 25, messages={"sms": SMS})
    async with office(tmp_path, people=config) as one:
        wanted: tuple[list[str], list[str], str] = (["voicemail.left"], [], "")
        for url, why in (
            ("mailto:jo", "no mail address"),
            ("mailto:jo@example.com,mo@example.com", "no mail address"),
            ("message:fax", "there are: sms"),
        ):
            with pytest.raises(NotAllowed, match=why):
                await one.hooks.add(url, *wanted)
        with pytest.raises(UnknownName, match="no line 200"):
            await one.hooks.add("message:sms", *wanted, ["200"])
        with pytest.raises(NotAllowed, match="language: fr"):
            await one.hooks.add("message:sms", *wanted, (), "fr")
    no_mail = Config.model_validate({})
    async with office(tmp_path, people=no_mail) as one:
        with pytest.raises(NotAllowed, match=r"mail\.host"):
            await one.hooks.add("mailto:jo@example.com", *wanted)
