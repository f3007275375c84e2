"""For all tests: what makes hundreds of servers affordable."""

import pytest

from callserver.testing.rig import Rig
from tests.hatchery import Hatchery

HATCHERY = Hatchery()
FRESH = {"soak", "bench", "test_flooded_server.py"}
"""Where memory is measured: pages shared with the hatchery would become the server's own bit by
bit, which looks like a leak."""


@pytest.fixture(autouse=True)
def _servers_are_hatched(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if FRESH.isdisjoint(request.path.parts):
        monkeypatch.setattr(Rig, "commands", HATCHERY)
