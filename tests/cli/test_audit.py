"""``audit``: what was done by command is on record, and the record can be read."""

import json
import os
import pwd
import re
from typing import Any

import pytest

from tests.cli.conftest import Run

ME = f"cli:{pwd.getpwuid(os.getuid()).pw_name}"


def entries(run: Run, *filters: str) -> list[dict[str, Any]]:
    outcome = run("audit", "list", "--json", *filters)
    assert outcome.code == 0, outcome.err
    found: list[dict[str, Any]] = json.loads(outcome.out)
    return found


def test_every_change_by_command_is_on_record_with_who_the_system_says_it_was(
    made: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "somebody-else")
    password = made("agent", "add", "anna", "--generate").out.strip()
    made("agent", "passwd", "anna", "--generate")
    added = made("token", "add", "bitrix", "--role", "crm")
    (id_,) = re.findall(r"Token (\w+)", added.err)
    made("token", "revoke", id_)
    found = entries(made)[::-1]
    assert [(one["action"], one["target"]) for one in found[1:]] == [
        ("agents.create", "agents/anna"),
        ("agents.password", "agents/anna"),
        ("tokens.create", f"tokens/{id_}"),
        ("tokens.revoke", f"tokens/{id_}"),
    ]
    assert found[0]["action"] == "tokens.create", "the first token of `init`"
    assert {(one["actor"], one["role"], one["remote"], one["outcome"]) for one in found} == {
        (ME, "cli", "local", "done")
    }
    assert password not in repr(found) and added.out.strip() not in repr(found)


def test_what_was_refused_and_what_only_looked_is_not_on_record(made: Run) -> None:
    before = entries(made)
    assert made("agent", "add", "a na", "--generate").code == 1
    assert made("token", "revoke", "nothing").code == 1
    made("agent", "list")
    made("token", "list")
    assert entries(made) == before


def test_filters_and_pages(made: Run) -> None:
    for name in ("anna", "bo", "cy"):
        made("agent", "add", name, "--generate")
    newest = [one["target"] for one in entries(made, "--limit", "2")]
    assert newest == ["agents/cy", "agents/bo"]
    before = entries(made, "--limit", "2")[-1]["id"]
    assert entries(made, "--before", before, "--limit", "1")[0]["target"] == "agents/anna"
    assert [one["target"] for one in entries(made, "--target", "agents/bo")] == ["agents/bo"]
    assert len(entries(made, "--action", "agents.create")) == 3
    assert len(entries(made, "--actor", ME)) == 4
    assert entries(made, "--actor", "cli:nobody") == []
    assert entries(made, "--until", "2020-01-01") == []
    assert len(entries(made, "--since", "2020-01-01T00:00:00")) == 4
    assert made("audit", "list", "--since", "yesterday").code == 2


def test_the_table_is_for_people(made: Run) -> None:
    made("agent", "add", "anna", "--generate")
    out = made("audit", "list").out
    assert re.search(rf"{ME} .* agents\.create .* agents/anna .* local .* done", out)
    assert "time (UTC)" in out
