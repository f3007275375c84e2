"""``callserver mail`` as an administrator types it, and what ``doctor`` says of mail."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from callserver.cli.checks.finding import Verdict
from callserver.cli.checks.mail import mail
from callserver.config import Config
from callserver.config.mail import Mail
from callserver.testing.ports import free_port
from tests.cli.conftest import Run
from tests.outside.mailserver import MailServer


@pytest.fixture
def options() -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": free_port(), "security": "none", "sender": "c@example.org"}


def configure(folder: Path, **mail_: Any) -> None:
    (folder / "config" / "callserver.yaml").write_text(json.dumps({"mail": mail_}))


async def test_a_test_mail_goes_out_or_says_what_is_wrong(
    made: Run, tmp_path: Path, options: dict[str, Any]
) -> None:
    command = ("mail", "test", "jo@example.com")
    assert "mail.host is empty" in made(*command).err
    configure(tmp_path, **options)
    down = await asyncio.to_thread(made, *command)
    assert down.code == 1 and "look at mail.host" in down.err
    async with MailServer.start(port=options["port"]) as server:
        done = await asyncio.to_thread(made, *command)
        assert (done.code, "took it" in done.out) == (0, True)
        assert server.got[0].message["Subject"] == "Test of the call server"
        server.answers["RCPT"] = ["550 5.1.1 no such user"]
        refused = await asyncio.to_thread(made, *command)
        assert refused.code == 1 and "no such user" in refused.err
    wrong = await asyncio.to_thread(made, "mail", "test", "jo")
    assert "no mail address" in wrong.err


async def test_a_digest_is_shown_and_mailed_now_to_all_who_get_it(
    made: Run, tmp_path: Path, options: dict[str, Any]
) -> None:
    to = ["jo@example.com", "max@example.com"]
    configure(tmp_path, **options, digests={"morning": {"to": to, "language": "uk"}})
    shown = await asyncio.to_thread(made, "mail", "digest", "morning", "--day", "2026-11-22")
    assert shown.out.startswith("2026-11-22: дзвінків не було\n\nЗа 2026-11-22 не було")
    unknown = await asyncio.to_thread(made, "mail", "digest", "evening")
    assert "there are: morning" in unknown.err
    async with MailServer.start(port=options["port"]) as server:
        sent = await asyncio.to_thread(made, "mail", "digest", "morning", "--send")
        assert sent.code == 0, sent.err
        assert [got.to for got in server.got] == [(one,) for one in to]
        assert str(server.got[0].message["Subject"]).endswith("дзвінків не було")
    listed = await asyncio.to_thread(made, "webhook", "list", "--json")
    assert json.loads(listed.out) == [], "who gets it at its hour is known to the server"


@pytest.mark.parametrize(
    ("digest", "said"),
    [
        ({"to": ["jo at home"]}, r"digests\.d\.to: 'jo at home' is no mail address"),
        ({"to": []}, "at least 1"),
        ({"to": ["jo@example.com"], "queues": ["nope"]}, "there is no queue 'nope'"),
        ({"to": ["jo@example.com"], "hours": "nope"}, "there are no hours 'nope'"),
        ({"to": ["jo@example.com"], "at": "24:00"}, "pattern"),
    ],
)
def test_a_digest_that_cannot_come_is_refused_when_the_configuration_is_read(
    options: dict[str, Any], digest: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Config.model_validate({"mail": {**options, "digests": {"d": digest}}})
    with pytest.raises(ValueError, match="digests need host"):
        Mail.model_validate({"digests": {"d": {"to": ["jo@example.com"]}}})


def test_who_gets_mail_is_kept_with_line_and_language_through_a_stop(
    made: Run, tmp_path: Path, options: dict[str, Any]
) -> None:
    configure(tmp_path, **options)
    added = made("mail", "add", "jo@example.com", "--line", "100", "--language", "lv")
    assert (added.code, added.out) == (0, ""), "there is no secret"
    (before,) = json.loads(made("webhook", "list", "--json").out)
    assert before["url"] == "mailto:jo@example.com" and before["events"] == ["voicemail.left"]
    assert (before["lines"], before["language"]) == (["100"], "lv")
    for word in ("stop", "start"):
        assert made("webhook", word, before["id"]).code == 0
    assert json.loads(made("webhook", "list", "--json").out) == [before]
    assert "no mail address" in made("mail", "add", "jo at home").err
    assert "no line" in made("mail", "add", "jo@example.com", "--line", "999").err


async def test_doctor_says_whether_the_server_lets_us_in(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    def look(**changes: Any) -> tuple[Verdict, str, str]:
        found = mail(Config(mail=Mail.model_validate({**options, **changes})))
        return found.verdict, found.found, found.cure

    assert look(host="")[0] is Verdict.OK
    verdict, _, cure = await asyncio.to_thread(look)
    assert (verdict, cure.startswith("look at mail.host")) == (Verdict.FAIL, True)
    async with MailServer.start(port=options["port"], users={"calls": "right"}) as server:
        signed = {"username": "calls", "password": "wrong"}
        verdict, found, cure = await asyncio.to_thread(look, **signed)
        assert (verdict, "535" in found, "mail.password" in cure) == (Verdict.FAIL, True, True)
        signed["password"] = "right"
        verdict, found, _ = await asyncio.to_thread(look, **signed)
        assert verdict is Verdict.OK and "lets us in" in found
        assert server.got == []
    (tmp_path / "en.yaml").write_text("events: {test: {colour: red}}")
    verdict, found, cure = await asyncio.to_thread(look, texts_dir=str(tmp_path))
    assert (verdict, "colour" in found + cure) == (Verdict.FAIL, True)
