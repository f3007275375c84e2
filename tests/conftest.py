"""For all tests: what makes hundreds of servers affordable, and the same examples in every run."""

import pytest
from hypothesis import settings

from callserver.testing.rig import Rig
from tests.hatchery import Hatchery

HATCHERY = Hatchery()
FRESH = {"soak", "bench", "test_flooded_server.py"}
"""Where memory is measured: pages shared with the hatchery would become the server's own bit by
bit, which looks like a leak."""

# A change is judged by the same examples as the one before it; `--hypothesis-profile default` looks
# for others.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _servers_are_hatched(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if FRESH.isdisjoint(request.path.parts):
        monkeypatch.setattr(Rig, "commands", HATCHERY)
