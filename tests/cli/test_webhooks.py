"""``callserver webhook`` as an administrator types it."""

import json
import re
from pathlib import Path
from typing import Any

from callserver.crm.signing import PREFIX
from callserver.testing.faulty import Manner
from callserver.testing.receiver import Receiver
from callserver.testing.rig import Rig, eventually
from tests.cli.conftest import Run

URL = "https://crm.example.com/hooks"


def test_a_webhook_is_made_listed_changed_and_removed(made: Run) -> None:
    added = made("webhook", "add", URL, "--event", "call.*", "--queue", "support", "--title", "CRM")
    assert added.code == 0, added.err
    assert re.fullmatch(rf"{PREFIX}[\w+/]{{43}}=\n", added.out)
    (shown,) = json.loads(made("webhook", "list", "--json").out)
    id_ = shown.pop("id")
    assert shown == {
        "title": "CRM",
        "url": URL,
        "events": ["call.*"],
        "queues": ["support"],
        "lines": [],
        "language": "",
        "pending": 0,
        "dead": 0,
        "stopped": "",
    }
    rotated = made("webhook", "rotate", id_)
    assert rotated.out.startswith(PREFIX) and rotated.out != added.out
    assert made("webhook", "stop", id_).code == 0
    assert "stopped by hand" in made("webhook", "list").out
    assert made("webhook", "start", id_).code == 0
    assert made("webhook", "dead", id_, "--json").out == "[]\n"
    assert made("webhook", "replay", id_, "--since", "2026-01-01").out.startswith("0 events")
    assert made("webhook", "remove", id_).code == 0
    assert json.loads(made("webhook", "list", "--json").out) == []
    done = [one["action"] for one in json.loads(made("audit", "list", "--json").out)]
    for action in ("create", "rotate", "put", "replay", "delete"):
        assert f"webhooks.{action}" in done


def test_mistakes_are_told_with_their_cure(made: Run) -> None:
    for arguments, told in (
        (("add", "http://127.0.0.1:1/"), "hooks"),
        (("add", URL, "--event", "call.sneezed"), "call.ended"),
        (("add", URL, "--queue", "nobody"), "no queue nobody"),
        (("remove", "xyz"), "webhook list"),
        (("test", "xyz"), "webhook list"),
    ):
        failed = made("webhook", *arguments)
        assert failed.code != 0
        assert told in failed.err, failed.err


def test_neither_the_secret_nor_the_key_is_in_the_database_and_the_key_is_for_us_alone(
    made: Run, tmp_path: Path
) -> None:
    secret = made("webhook", "add", URL).out.strip().removeprefix(PREFIX)
    (key,) = tmp_path.rglob("webhooks.key")
    assert key.stat().st_mode & 0o777 == 0o600
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("callserver.db*"))
    assert secret.encode() not in kept
    assert key.read_bytes().strip() not in kept


async def test_a_running_server_takes_up_what_the_command_line_says(tmp_path: Path) -> None:
    quick = {"first_pause_s": 0.05, "longest_pause_s": 0.1, "give_up_after_s": 0.2}
    settings = {"webhooks": {"private": ["127.0.0.0/8"], **quick}}
    wants = True
    async with (
        Receiver.start(lambda n: Manner.TAKES if wants else Manner.REFUSES) as receiver,
        await Rig.start(tmp_path, settings=settings) as rig,
    ):
        receiver.secrets = [(await rig.cli("webhook", "add", receiver.url)).strip()]
        (one,) = json.loads(await rig.cli("webhook", "list", "--json"))
        assert "answered 204" in await rig.cli("webhook", "test", one["id"])
        assert next(iter(receiver.held.values()))["type"] == "test"
        wants = False
        await rig.api.put("/api/v1/contacts/+37120000012", {"name": "Jane"})

        async def dead() -> list[dict[str, Any]]:
            path = f"/api/v1/webhooks/{one['id']}/deliveries"
            found: list[dict[str, Any]] = (await rig.api.get(path, state="dead"))["items"]
            return found

        (given_up,) = await eventually(dead, bool)
        assert "answered 400" in await rig.cli("webhook", "dead", one["id"])
        wants = True
        again = await rig.cli("webhook", "replay", one["id"], given_up["id"])
        assert again.startswith("1 events")
        await receiver.until("it is held", lambda: given_up["id"] in receiver.held)
