"""``callserver connector`` as an administrator types it."""

import asyncio
import json
from pathlib import Path

import yaml

from callserver.testing.crms import CrmServer, FakeBitrix24, FakeZammad
from tests.cli.conftest import Run

PORTAL = {
    "kind": "bitrix24",
    "url": "https://portal.example.com",
    "client_id": "a",
    "client_secret": "b",
    "refresh_token": "c",
    "application_token": "d",
}


def written(folder: Path, **options: object) -> None:
    (folder / "config" / "connectors.yaml").write_text(yaml.safe_dump({"crm": options}))


async def test_a_connector_is_tried_and_listed_and_its_secret_is_shown_nowhere(
    tmp_path: Path, made: Run
) -> None:
    async def typed(*arguments: str) -> tuple[int, str]:
        done = await asyncio.to_thread(made, *arguments)
        return done.code, done.out + done.err

    async with CrmServer.start(FakeZammad()) as server:
        options = server.crm.options(server.url)
        (tmp_path / "secret").write_text("wrong-secret\n")
        written(tmp_path, **{**options, "token": "file:secret"})
        code, told = await typed("connector", "test", "crm")
        assert code == 1 and "answered 401" in told
        assert "wrong-secret" not in told
        _, told = await typed("doctor")
        assert "connectors" in told and "crm: answered 401" in told

        (tmp_path / "secret").write_text(options["token"])
        code, told = await typed("connector", "test", "crm", "--check")
        assert (code, told) == (0, "it knows us\n")
        assert server.crm.stories() == {}
        code, told = await typed("connector", "test", "crm")
        assert code == 0, told
        ((call, steps),) = server.crm.stories().items()
        assert call in told and steps == list(server.crm.complete)
        code, told = await typed("connector", "list", "--json")
        assert json.loads(told) == [
            {
                "name": "crm",
                "kind": "zammad",
                "url": server.url,
                "queues": "",
                "waiting": 0,
                "dead": 0,
            }
        ]
        code, told = await typed("config", "show")
        assert code == 0 and options["api_token"] not in told
    code, told = await typed("connector", "test", "crm")
    assert code == 1 and "cannot be reached" in told
    code, told = await typed("connector", "test", "other")
    assert code == 1 and "there are: crm" in told


async def test_a_portal_that_may_ask_for_calls_is_told_where(tmp_path: Path, made: Run) -> None:
    async with CrmServer.start(FakeBitrix24()) as server:
        options = {**server.crm.options(server.url), "link": "https://calls.example.com"}
        written(tmp_path, **options)
        done = await asyncio.to_thread(made, "connector", "test", "crm", "--check")
        assert "ONEXTERNALCALLSTART" in done.out
        assert "https://calls.example.com/connectors/crm" in done.out
        written(tmp_path, **{**options, "application_token": None})
        done = await asyncio.to_thread(made, "connector", "test", "crm", "--check")
        assert "application_token is not set" in done.out


def test_what_could_give_a_secret_away_is_refused_with_its_key(tmp_path: Path, made: Run) -> None:
    for options, told in (
        ({"kind": "zammad", "url": "http://crm.example.com", "token": "x"}, "https only"),
        ({"kind": "zammad", "url": "https://127.0.0.1", "token": "x"}, "private address"),
        ({"kind": "zammad", "url": "https://a:b@crm.example.com", "token": "x"}, "without user"),
        ({"kind": "zammad", "url": "https://crm.example.com", "token": "file:"}, "file:PATH"),
        ({"kind": "abacus", "url": "https://crm.example.com"}, "abacus"),
        (
            {"kind": "zammad", "url": "https://crm.example.com", "token": "x", "queues": ["no"]},
            "no queue no",
        ),
        ({**PORTAL, "callback_queue": "no"}, "callback_queue: no queue no"),
        ({**PORTAL, "events": ["call.offered"]}, "without `call.ended`"),
    ):
        written(tmp_path, **options)
        failed = made("config", "check")
        assert failed.code == 2, options
        assert told in failed.err and "connectors" in failed.err, failed.err
