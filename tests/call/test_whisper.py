"""What agents hear before a caller is connected."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from callserver.call.call import Call
from callserver.call.whisper import whisper
from callserver.config import Config
from callserver.config.queues import Queue
from callserver.testing.control import FakePrompts

NOW = 1000.0
TITLE = "en:Support"
WAITED = "en:Waited"


def files(
    waited_s: float, *, whispers: bool = True, missing: tuple[str, ...] = (), name: str = ""
) -> list[str]:
    config = Config(queues={"support": Queue(title="Support", whisper=whispers)})
    house = SimpleNamespace(config=config, prompts=FakePrompts(missing))
    call: Any = SimpleNamespace(
        id="c",
        house=house,
        queue="support",
        entered_at=NOW - waited_s,
        now=lambda: NOW,
        arrival=SimpleNamespace(name=name),
    )
    return list(whisper(cast(Call, call)))


@pytest.mark.parametrize(
    ("waited_s", "told"), [(12, 10), (44, 40), (61, 60), (119, 120), (600, 600)]
)
def test_queue_and_wait_are_told_in_round_numbers(waited_s: float, told: int) -> None:
    title, _, duration = files(waited_s)
    assert (title, duration) == (TITLE, f"en:<duration {told}>")


def test_a_wait_of_seconds_is_not_worth_a_word() -> None:
    assert files(4) == [TITLE]


def test_nothing_is_told_when_the_queue_does_not_or_it_was_not_prepared() -> None:
    assert files(60, whispers=False) == []
    assert files(60, missing=("Support",)) == []


def test_the_callers_name_comes_last_when_it_is_there() -> None:
    *_, name = files(60, name="Jane Doe")
    assert name == "en:name Jane Doe"
    assert files(4, name="Jane Doe", missing=("Jane Doe",)) == [TITLE]
