"""How the tests here write and walk flows."""

from pathlib import Path
from textwrap import dedent

from callserver.ivr.flow import Flow
from callserver.ivr.interpreter import run
from callserver.ivr.nodes import KINDS
from callserver.ivr.read import read
from callserver.testing.control import CallOver, FakeCall, FakePrompts

FLOWS = Path(__file__).parent / "flows"
READY = Path(__file__).parents[2] / "ivr_flows"


def flow(text: str) -> Flow:
    """A flow without mistakes in its keys; how its steps hang together is not checked."""
    reading = read(dedent(text), "test.yaml", "test", KINDS)
    assert not reading.mistakes, reading.mistakes
    assert reading.flow is not None
    return reading.flow


async def walk(
    walked: Flow, call: FakeCall, prompts: FakePrompts | None = None, at: str | None = None
) -> list[str]:
    """What happened to the call from its first step to its end."""
    try:
        await run(walked, call, prompts or FakePrompts(), at)
    except CallOver:
        return call.story
    raise AssertionError("the flow ended without an end of the call")
