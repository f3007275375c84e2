"""Calls that are over and wait for their stereo file, on a machine that has no time to make it."""

import asyncio
import gc
import weakref
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from callserver.app import App
from callserver.config import Config


class Over:
    """A session of a call that has ended and was recorded."""

    id = "c1"

    async def run(self) -> None:
        pass

    async def recorded(self) -> tuple[Any, float, dict[str, str]]:
        return SimpleNamespace(id="c1"), 1.0, {}


async def test_the_session_does_not_wait_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = App(Config.model_validate({"server": {"data_dir": tmp_path}}))
    asked, made = asyncio.Event(), asyncio.Event()

    async def make(*_: object) -> None:
        asked.set()
        await made.wait()

    monkeypatch.setattr(app.recordings, "make", make)
    session: Any = Over()
    left = weakref.ref(session)
    app.reception._sessions["c1"] = session
    app.reception._start(session)
    del session
    async with asyncio.timeout(5):
        await asked.wait()
        gc.collect()
        assert left() is None
        made.set()
        await app.reception.settle()
