"""The steps `dial` and `transfer`, walked in virtual time."""

import pytest

from callserver.ivr.interpreter import At
from callserver.model.dial import DialEnd
from callserver.model.flow import Frame
from callserver.testing.control import FakeCall
from tests.ivr.talk import flow, walk

RING = flow("""
    start: ring
    steps:
      ring:
        dial: [{to: agent:anna, ring_s: 10}, "external:+37167000000"]
        ring_s: 25
        busy: busy
        otherwise: otherwise
        next: talked
      busy: {say: Busy.}
      otherwise: {say: Otherwise.}
      talked: {say: Talked.}
    """)
DIALS = ["@ring", "dials agent:anna 10s, external:+37167000000 25s"]


async def test_who_talked_goes_on() -> None:
    call = FakeCall(talk_s=60)
    assert await walk(RING, call) == [*DIALS, "@talked", "en:Talked.", "hung up"]
    assert call.time == 62


@pytest.mark.parametrize("end", [end for end in DialEnd if end is not DialEnd.ANSWERED])
async def test_each_way_it_can_fail_has_its_step_or_the_common_one(end: DialEnd) -> None:
    story = await walk(RING, FakeCall(finds=[end]))
    assert story[2] == ("@busy" if end is DialEnd.BUSY else "@otherwise")


async def test_variables_are_filled_in_and_everything_is_handed_over() -> None:
    all_of_it = flow("""
        start: set
        steps:
          set: {set: {extension: "'anna'"}, next: ring}
          ring:
            dial: ["agent:{extension}", place:reception]
            how: at_once
            hears: music
            number: "{line.number}"
            name: Support
        """)
    call = FakeCall(known={"line.number": "100"})
    assert "dials agent:anna + place:reception as 100 Support with music" in await walk(
        all_of_it, call
    )


async def test_target_without_a_value_or_with_a_secret_one_is_nobody() -> None:
    text = """
        start: pin
        steps:
          pin: {collect: {say: PIN., into: pin, max_length: 4, secret: true}, next: ring}
          ring: {dial: "agent:{pin}", failed: failed, otherwise: bye}
          failed: {say: Failed.}
          bye: {hangup: done}
        """
    secret = flow(text, careless=True)  # the check refuses it: see tests/flows/bad
    keys = [(3.0 + n, key) for n, key in enumerate("4711")]
    story = await walk(secret, FakeCall(*keys))
    assert "@failed" in story
    assert not [line for line in story if "dials" in line]


TRANSFER = """
    start: identify
    steps:
      identify: {subflow: inner, next: never}
      never: {say: Never.}
    """


async def test_transfer_ends_the_flows_around_it_too() -> None:
    inner = """
        start: give
        steps: {give: {transfer: agent:anna, otherwise: sorry}, sorry: {say: Sorry.}}
        """
    around = flow(TRANSFER, inner=inner)
    assert (await walk(around, FakeCall()))[-2:] == ["gives to agent:anna", "hung up"]
    story = await walk(around, FakeCall(finds=[DialEnd.BUSY]))
    assert story[-5:] == ["@identify/sorry", "en:Sorry.", "@never", "en:Never.", "hung up"]


async def test_transfer_shows_what_the_flow_says() -> None:
    give = flow("""
        start: give
        steps: {give: {transfer: place:desk, number: "{line.number}", name: "For {line.name}"}}
        """)
    story = await walk(give, FakeCall(known={"line.number": "100", "line.name": "Sales"}))
    assert "gives to place:desk as 100 For Sales" in story


async def test_transfer_nobody_takes_ends_as_that() -> None:
    give = flow("start: give\nsteps: {give: {transfer: 'external:+37167000000'}}")
    assert (await walk(give, FakeCall(finds=[DialEnd.BUSY])))[-1] == "hung up: callee_busy"
    assert (await walk(give, FakeCall(finds=[DialEnd.FAILED])))[-1] == "hung up: unreachable"


async def test_transfer_to_a_queue_waits_there_and_is_over() -> None:
    give = flow("start: give\nsteps: {give: {transfer: queue:support}}")
    assert await walk(give, FakeCall()) == ["@give", "queue support 0", "hung up"]
    story = await walk(give, FakeCall(sent_on=["closed"]))
    assert story[-1] == "hung up: unreachable"


async def test_transfer_to_a_flow_goes_through_it_and_does_not_come_back() -> None:
    give = "start: give\nsteps: {give: {transfer: flow:other}}"
    other = "start: hello\nsteps: {hello: {say: Hello.}}"
    outer = flow(TRANSFER, inner=give, other=other)
    assert (await walk(outer, FakeCall()))[-3:] == [
        "@identify/give/hello",
        "en:Hello.",
        "hung up",
    ]


async def test_flow_that_a_caller_was_given_to_is_taken_up_and_does_not_come_back_either() -> None:
    give = "start: give\nsteps: {give: {transfer: flow:other}}"
    other = "start: hello\nsteps: {hello: {say: Hello., next: more}, more: {say: More.}}"
    outer = flow(TRANSFER, inner=give, other=other)
    inner = outer.subflows["inner"]
    place = (
        Frame("test", outer.version, "identify"),
        Frame("inner", inner.version, "give"),
        Frame("other", inner.subflows["other"].version, "more"),
    )
    story = await walk(outer, FakeCall(), at=At(place))
    assert story == ["@identify/give/more", "en:More.", "hung up"]
