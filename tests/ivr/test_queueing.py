"""The ways out of a queue, walked in virtual time."""

from callserver.testing.control import FakeCall
from tests.ivr.talk import flow, walk

WAIT = flow("""
    start: wait
    steps:
      wait:
        queue: support
        skills: {network: 3}
        keys: {1: pressed}
        timeout_s: 60
        timeout: late
        refused: refused
        sent_on: {closed: closed}
        next: served
      pressed: {say: Pressed.}
      late: {say: Late.}
      refused: {say: Refused.}
      closed: {say: Closed.}
      served: {say: Served.}
    """)
PLAIN = flow("""
    start: wait
    steps:
      wait: {queue: support, next: served}
      served: {say: Served.}
    """)
BEGIN = ["@wait", "queue support 0 network>=3"]


async def test_who_talked_goes_on() -> None:
    assert await walk(WAIT, FakeCall(wait_s=30)) == [*BEGIN, "@served", "en:Served.", "hung up"]


async def test_key_leads_out_and_others_do_nothing() -> None:
    call = FakeCall((5, "7"), (9, "1"), wait_s=30)
    assert await walk(WAIT, call) == [*BEGIN, "key 1", "@pressed", "en:Pressed.", "hung up"]
    assert call.time == 9 + 2


async def test_wait_ends_when_its_time_is_over() -> None:
    call = FakeCall(wait_s=600)
    assert await walk(WAIT, call) == [*BEGIN, "@late", "en:Late.", "hung up"]
    assert call.time == 60 + 2


async def test_queue_that_does_not_take_the_caller_says_why() -> None:
    assert (await walk(WAIT, FakeCall(sent_on=["closed"])))[2] == "@closed"
    assert (await walk(WAIT, FakeCall(sent_on=["full"])))[2] == "@refused"
    assert (await walk(WAIT, FakeCall(sent_on=["external:+371"])))[2] == "@refused"
    assert (await walk(PLAIN, FakeCall(sent_on=["full"])))[2] == "@served"


async def test_the_first_of_those_named_is_the_callers_own_agent() -> None:
    own = flow("""
        start: who
        steps:
          who: {set: {owner: "''"}, next: wait}
          wait: {queue: support, prefer: [owner, "'anna'", "'bela'"], next: bye}
          bye: {say: Bye.}
        """)
    assert (await walk(own, FakeCall(wait_s=1)))[3] == "queue support 0 for anna"
