"""How the tests here write and walk flows."""

from pathlib import Path
from textwrap import dedent

from callserver.ivr.bind import Binder, File
from callserver.ivr.flow import Flow
from callserver.ivr.interpreter import At, run
from callserver.ivr.needs import World
from callserver.ivr.nodes import KINDS
from callserver.ivr.read import read
from callserver.testing.control import CallOver, FakeCall, FakePrompts

FLOWS = Path(__file__).parents[1] / "flows"
READY = Path(__file__).parents[2] / "ivr_flows"


def flow(text: str, *, careless: bool = False, **others: str) -> Flow:
    """A flow without mistakes, but those of ``careless`` ones; ``others`` are texts of flows it
    goes through, by name."""
    texts = {"test": text, **others}
    files = {name: File(f"{name}.yaml", dedent(each)) for name, each in texts.items()}
    bound = Binder(files.get, lambda _name: World(), lambda name: name == "test")
    found = bound.flow("test")
    if careless and found is None:
        reading = read(dedent(text), "test.yaml", "test", KINDS)
        assert not reading.mistakes, reading.mistakes
        found = reading.flow
    assert found is not None, [str(mistake) for mistake in bound.mistakes("test")]
    return found


async def walk(
    walked: Flow, call: FakeCall, prompts: FakePrompts | None = None, at: At | None = None
) -> list[str]:
    """What happened to the call from its first step to its end."""
    try:
        await run(walked, call, prompts or FakePrompts(), at)
    except CallOver:
        return call.story
    raise AssertionError("the flow ended without an end of the call")
