"""``ban``: list, add, lift; a running server hears of it."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_audit import ME, entries


def test_a_ban_is_made_listed_and_lifted(made: Run) -> None:
    outcome = made("ban", "add", "192.0.2.7", "--for", "2h", "--note", "calls at night")
    assert outcome.code == 0, outcome.err
    assert "No server runs here" in outcome.err
    assert made("ban", "add", "192.0.2.8").code == 0
    listed = made("ban", "list").out
    assert "manual" in listed
    assert "calls at night" in listed
    assert ME in listed
    assert "for good" in listed
    assert made("ban", "lift", "192.0.2.7").code == 0
    assert "192.0.2.7" not in made("ban", "list").out
    assert "192.0.2.8" in made("ban", "list").out
    again = made("ban", "lift", "192.0.2.7")
    assert again.code == 1
    assert "not banned" in again.err
    assert [(one["action"], one["target"]) for one in entries(made)[::-1][1:]] == [
        ("bans.create", "bans/192.0.2.7"),
        ("bans.create", "bans/192.0.2.8"),
        ("bans.lift", "bans/192.0.2.7"),
    ]


@pytest.mark.parametrize("address", ["::1", "example.com", "192.0.2.0/24", ""])
def test_only_an_ipv4_address_is_banned(made: Run, address: str) -> None:
    outcome = made("ban", "add", address)
    assert outcome.code == 1
    assert "no IPv4 address" in outcome.err


def test_a_trunk_is_not_banned(made: Run, tmp_path: Path) -> None:
    (tmp_path / "config" / "trunks.yaml").write_text("provider: {addresses: [203.0.113.0/28]}\n")
    outcome = made("ban", "add", "203.0.113.5")
    assert outcome.code == 1
    assert "never banned" in outcome.err


@pytest.mark.parametrize("time", ["2", "h", "0s", "-1h", "2 hours"])
def test_a_time_that_is_none_is_named(made: Run, time: str) -> None:
    outcome = made("ban", "add", "192.0.2.7", "--for", time)
    assert outcome.code == 2
    assert "30m" in outcome.err
