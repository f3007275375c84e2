"""Mail on real SMTP: how it looks, and everything a server may say about it."""

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest

from callserver.config.mail import Mail
from callserver.model.errors import ConfigError, OutsideError
from callserver.model.mail import Attachment, Letter
from callserver.outside.postman import SmtpPostman
from callserver.testing import certificates
from callserver.testing.ports import free_port
from tests.outside.mailserver import MailServer

AT = 1_772_357_400.25


def letter(**changes: Any) -> Letter:
    values = {"id": "msg_1", "to": "jo@example.com", "at": AT, "subject": "Hello", "text": "Text"}
    return Letter(**{**values, **changes})


def postman(server: MailServer | None = None, **options: Any) -> SmtpPostman:
    given = {"host": "127.0.0.1", "port": server.port if server else free_port()}
    given |= {"security": "none", "sender": "calls@example.org", "timeout_s": 10.0}
    return SmtpPostman(Mail.model_validate({**given, **options}))


async def test_a_mail_comes_whole_under_the_id_of_its_event() -> None:
    sound = Attachment("m1.mp3", "audio/mpeg", bytes(range(256)) * 40)
    async with MailServer.start() as server:
        one = postman(server, name='Calls "and" more')
        text = "Āfrika, привіт.\n.\n..end"
        sent = letter(subject="Голос от Ā", text=text, language="lv", attachment=sound)
        assert (await one.bring(sent)).status == 250
    (got,) = server.got
    message = got.message
    assert (got.sender, got.to) == ("calls@example.org", ("jo@example.com",))
    assert message["Subject"] == "Голос от Ā"
    assert message["From"] == "Calls and more <calls@example.org>"
    assert message["Message-ID"] == "<msg_1@example.org>"
    assert message["Date"] == "Sun, 01 Mar 2026 09:30:00 +0000"
    assert (message["Auto-Submitted"], message["Content-Language"]) == ("auto-generated", "lv")
    body = message.get_body()
    assert body is not None and body.get_content().splitlines() == text.splitlines()
    (file,) = message.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("m1.mp3", "audio/mpeg")
    assert file.get_content() == sound.content


EVIL = "Jo\r\nBcc: thief@example.com\r\n\r\nBody \x00\x1b[31m\u2028end"


async def test_nothing_a_caller_sends_becomes_a_header_or_an_address() -> None:
    async with MailServer.start() as server:
        one = postman(server, name=EVIL)
        await one.bring(letter(subject=EVIL, id="msg_1>\r\nX: y"))
        for to in ("jo@example.com\r\nRCPT TO:<a@b.c>", "a@b.c, d@e.f", "", "jo", "<jo@b.c>"):
            answer = await one.bring(letter(to=to))
            assert answer.final and "no mail address" in answer.error
    (got,) = server.got
    assert got.to == ("jo@example.com",)
    assert got.message["Bcc"] is None and got.message["X"] is None
    assert got.message["Subject"].startswith("Jo Bcc: thief@example.com Body")


@pytest.mark.parametrize(
    ("step", "said", "status", "final"),
    [
        ("RCPT", "450 4.2.0 greylisted", 450, False),
        ("RCPT", "550 5.1.1 no such user", 550, True),
        ("DATA", "451 4.3.0 try later", 451, False),
        ("DATA", "554 5.7.1 spam", 554, True),
    ],
)
async def test_what_is_said_about_one_mail_is_later_or_never(
    step: str, said: str, status: int, final: bool
) -> None:
    async with MailServer.start() as server:
        server.answers[step] = [said]
        one = postman(server)
        answer = await one.bring(letter())
        assert (answer.status, answer.final) == (status, final)
        assert said in answer.error
        assert (await one.bring(letter())).status == 250, "the next one is another matter"
    assert len(server.got) == 1


@pytest.mark.parametrize(
    ("step", "said", "cure"),
    [
        ("MAIL", "550 5.7.1 you may not", "mail.sender"),
        ("RCPT", "421 4.3.2 going down", "said 421"),
        ("DATA", "421 4.3.2 going down", "said 421"),
        ("DATA", "lost", "mail.host"),
    ],
)
async def test_what_is_said_about_the_service_holds_all_mails(
    step: str, said: str, cure: str
) -> None:
    async with MailServer.start() as server:
        server.answers[step] = [said]
        with pytest.raises(OutsideError, match=cure):
            await postman(server).bring(letter())


async def test_one_that_is_down_or_says_nothing_is_told_with_the_cure() -> None:
    with pytest.raises(OutsideError, match=r"cannot be reached .*; look at mail.host"):
        await postman().bring(letter())
    async with MailServer.start() as server:
        server.hangs = True
        with pytest.raises(OutsideError, match=r"did not answer within 0.3 s"):
            await postman(server, timeout_s=0.3).bring(letter())


async def test_signed_in_over_tls_with_a_password_out_of_a_file(tmp_path: Path) -> None:
    files = await certificates.make(tmp_path, "mail")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files.certificate, files.key)
    (secret := tmp_path / "password").write_text("s3cret words\n")
    trusts = {"ca": str(files.certificate), "username": "calls", "password": f"file:{secret}"}
    users = {"calls": "s3cret words"}
    for first, security in ((False, "starttls"), (True, "tls")):
        async with MailServer.start(users=users, tls=context, from_the_first_byte=first) as server:
            one = postman(server, security=security, **trusts)
            assert (await one.bring(letter())).status == 250
            assert [(got.user, got.encrypted) for got in server.got] == [("calls", True)]
            strangers = postman(server, **{**trusts, "security": security, "ca": None})
            with pytest.raises(OutsideError, match=r"no TLS with .*mail.ca"):
                await strangers.bring(letter())
            secret.write_text("wrong")
            with pytest.raises(OutsideError, match=r"535 .*mail.username") as refused:
                await one.bring(letter())
            assert "wrong" not in str(refused.value)
            secret.write_text("s3cret words")
    secret.unlink()
    with pytest.raises(ConfigError, match="cannot be read"):
        await one.bring(letter())


async def test_nothing_is_sent_in_plain_where_tls_was_wanted() -> None:
    async with MailServer.start() as server:
        for security in ("starttls", "tls"):
            with pytest.raises(OutsideError, match=r"mail.security"):
                await postman(server, security=security, timeout_s=5.0).bring(letter())
        assert server.got == []


async def test_many_at_once_come_all() -> None:
    async with MailServer.start() as server:
        one = postman(server)
        await asyncio.gather(*(one.bring(letter(id=f"msg_{n}")) for n in range(20)))
    assert {got.message["Message-ID"] for got in server.got} == {
        f"<msg_{n}@example.org>" for n in range(20)
    }


def test_a_password_in_plain_is_refused_but_on_this_machine() -> None:
    options = {"sender": "a@b.lv", "username": "calls", "security": "none"}
    Mail.model_validate({**options, "host": "127.0.0.1"})
    with pytest.raises(ValueError, match="starttls or tls"):
        Mail.model_validate({**options, "host": "mail.example.com"})
    with pytest.raises(ValueError, match="host needs sender"):
        Mail.model_validate({"host": "mail.example.com"})
