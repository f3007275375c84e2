"""``agent`` and ``token``: people get in by command, and a running server hears of it."""

import asyncio
import re
import socket
import threading
from pathlib import Path

import pytest

from callserver.media.wire import Decoder, Hello, Message, PeopleChanged
from callserver.model.people import AgentAccount
from callserver.sip.digest import Algorithm, ha1
from callserver.store import SqlStore
from tests.cli.conftest import Run


def stored(folder: Path) -> dict[str, AgentAccount]:
    async def read() -> dict[str, AgentAccount]:
        store = SqlStore(f"sqlite+aiosqlite:///{folder / 'var' / 'callserver.db'}")
        await store.open()
        accounts = await store.agents()
        await store.close()
        return {account.username: account for account in accounts}

    return asyncio.run(read())


def test_an_agent_is_added_with_a_password_from_standard_input(made: Run, tmp_path: Path) -> None:
    outcome = made(
        "agent", "add", "anna", "--name", "Anna K.", "--queue", "support", "--password-stdin",
        stdin="correct horse\n",
    )  # fmt: skip
    assert (outcome.code, outcome.out) == (0, "")
    anna = stored(tmp_path)["anna"]
    assert (anna.name, anna.queues) == ("Anna K.", ("support",))
    assert anna.ha1_sha256 == ha1("anna", "callserver", "correct horse", Algorithm.SHA256)
    assert re.search(r"anna .* Anna K\. .* support", made("agent", "list").out)


def test_a_generated_password_is_printed_once_and_works(made: Run, tmp_path: Path) -> None:
    password = made("agent", "add", "anna", "--queue", "support", "--generate").out.strip()
    assert len(password) >= 20
    expected = ha1("anna", "callserver", password, Algorithm.MD5)
    assert stored(tmp_path)["anna"].ha1_md5 == expected


def test_passwd_replaces_the_password_and_nothing_else(made: Run, tmp_path: Path) -> None:
    made("agent", "add", "anna", "--queue", "support", "--generate")
    before = stored(tmp_path)["anna"]
    assert made("agent", "passwd", "anna", "--password-stdin", stdin="new secret\n").code == 0
    after = stored(tmp_path)["anna"]
    assert after.ha1_md5 == ha1("anna", "callserver", "new secret", Algorithm.MD5)
    assert (after.name, after.queues) == (before.name, before.queues)
    assert after.created_at == before.created_at


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "message"),
    [
        (["add", "anna", "--password-stdin"], "short\n", 1, "at least 8 characters"),
        (["add", "anna", "--password-stdin"], "", 1, "at least 8 characters"),
        (["add", "a na", "--generate"], "", 1, "letters, digits, - and _"),
        (["add", "anna", "--queue", "sales", "--generate"], "", 1, "no queue 'sales'"),
        (["add", "anna"], "", 2, "use --password-stdin"),
        (["add", "anna", "--generate", "--password-stdin"], "", 2, "exclude each other"),
        (["add"], "", 2, "Missing argument"),
        (["passwd", "nobody", "--generate"], "", 1, "no agent 'nobody'"),
        (["add", "anna", "--config", "nowhere.yaml"], "", 2, "no such file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_mistakes_with_agents(
    made: Run, arguments: list[str], stdin: str, code: int, message: str
) -> None:
    outcome = made("agent", *arguments, stdin=stdin)
    assert outcome.code == code
    assert message in outcome.err
    assert "Traceback" not in outcome.err


def test_an_agent_is_not_added_twice(made: Run) -> None:
    assert made("agent", "add", "anna", "--generate").code == 0
    outcome = made("agent", "add", "anna", "--generate")
    assert outcome.code == 1
    assert outcome.out == ""
    assert "exists already" in outcome.err


def test_no_command_takes_a_password_as_an_arguments_value(made: Run) -> None:
    for command in ("add", "passwd"):
        assert "--password " not in made("agent", command, "--help").out


def test_a_token_is_made_listed_and_revoked(made: Run) -> None:
    made_now = made("token", "add", "bitrix", "--role", "crm")
    assert re.fullmatch(r"cs_[A-Za-z0-9_-]{43}", made_now.out.strip())
    (id_,) = re.findall(r"Token (\w+)", made_now.err)
    assert re.search(rf"{id_} .* bitrix .* crm", made("token", "list").out)
    assert made("token", "revoke", id_).code == 0
    assert made("token", "list").out.count("UTC") == 3  # two were made, one is revoked
    again = made("token", "revoke", id_)
    assert again.code == 1
    assert "revoked already" in again.err
    assert made("token", "revoke", "nothing").code == 1
    assert made("token", "add", "x", "--role", "king").code == 2


def test_a_running_server_is_told_that_people_changed(made: Run, tmp_path: Path) -> None:
    messages: list[Message] = []

    def listen(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            while data := connection.recv(4096):
                messages.extend(decoder.feed(data))

    decoder = Decoder()
    (tmp_path / "var" / "run").mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "var" / "run" / "controller.sock"))
        server.listen()
        server.settimeout(10)
        listener = threading.Thread(target=listen, args=(server,))
        listener.start()
        outcome = made("agent", "add", "anna", "--generate")
        listener.join(10)
    assert isinstance(messages[0], Hello)
    assert messages[0].role == "cli"
    assert messages[1:] == [PeopleChanged()]
    assert "No server runs" not in outcome.err
    # the server is gone, its socket is still there
    assert "No server runs" in made("agent", "passwd", "anna", "--generate").err
