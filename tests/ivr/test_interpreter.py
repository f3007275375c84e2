"""Walking whole flows: where they start, where they are taken up again, and what stops them."""

import pytest

from callserver.ivr.budget import Limits
from callserver.ivr.interpreter import At
from callserver.model.errors import FlowError
from callserver.model.flow import Frame
from callserver.testing.control import FakeCall, FakePrompts
from tests.ivr.talk import flow, walk

LIMITS = Limits()

SUPPORT = flow("""
    start: welcome
    steps:
      welcome: {say: Welcome., next: choose}
      choose: {menu: {say: Choose., keys: {1: wait, 9: choose}, otherwise: wait}}
      wait: {queue: support, next: end}
      end: {hangup: {}}
    """)

CIRCLE = flow(
    """
    start: one
    steps:
      one: {say: One., next: two}
      two: {say: Two., next: one}
    """,
    careless=True,
)


async def test_line_leads_who_presses_nothing_to_an_agent_too() -> None:
    story = await walk(SUPPORT, FakeCall())
    steps = [line for line in story if line.startswith(("@", "queue", "hung"))]
    assert steps == ["@welcome", "@choose", "@wait", "queue support 0", "@end", "hung up"]


async def test_call_is_taken_up_again_at_the_step_it_was_in() -> None:
    story = await walk(SUPPORT, FakeCall((3, "1")), at=At((Frame("test", "", "choose"),)))
    assert story[0] == "@choose"
    assert "queue support 0" in story


async def test_call_whose_step_is_gone_begins_again() -> None:
    story = await walk(SUPPORT, FakeCall((3, "1")), at=At((Frame("test", "", "yesterday"),)))
    assert story[0] == "@welcome"


async def test_circle_without_a_key_ends_with_a_flow_error() -> None:
    call = FakeCall()
    with pytest.raises(FlowError, match=r"step `one`: .*without a key.*circle"):
        await walk(CIRCLE, call)
    assert len(call.story) == 2 * 2 * LIMITS.visits


async def test_even_a_caller_who_keeps_pressing_keys_is_let_go_in_the_end() -> None:
    menu = flow("""
        start: ask
        steps:
          ask: {menu: {say: Choose., keys: {1: ask}}}
        """)
    keys = [(float(n), "1") for n in range(LIMITS.steps + 1)]
    with pytest.raises(FlowError, match=f"went through {LIMITS.steps + 1} steps"):
        await walk(menu, FakeCall(*keys))


async def test_keys_give_new_budget() -> None:
    menu = flow("""
        start: ask
        steps:
          ask: {menu: {say: Choose., keys: {1: ask, 2: bye}}}
          bye: {hangup: {}}
        """)
    keys = [(float(n), "1") for n in range(3 * LIMITS.idle_steps)]
    story = await walk(menu, FakeCall(*keys, (3.0 * LIMITS.idle_steps + 1, "2")))
    assert story[-1] == "hung up"


async def test_prompt_that_was_not_prepared_is_a_flow_error_that_names_the_step() -> None:
    with pytest.raises(FlowError, match=r"test: step `two`: the text 'Two.' \(en\)"):
        await walk(CIRCLE, FakeCall(), FakePrompts(missing=["Two."]))
