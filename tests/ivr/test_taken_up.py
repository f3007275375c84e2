"""After a restart: where a call is taken up, in subflows too, and what is asked again."""

from callserver.ivr.interpreter import At
from callserver.model.flow import Frame
from callserver.testing.control import FakeCall
from tests.ivr.talk import flow, walk

OUTER = flow(
    """
    start: pin
    steps:
      pin: {collect: {say: PIN., into: pin, max_length: 4, secret: true}, next: inner}
      inner: {subflow: check, next: menu}
      menu: {menu: {say: Choose., keys: {1: inner, 2: end}, tries: 1}}
      end: {hangup: {}}
    """,
    check="""
    takes: [pin]
    start: look
    steps:
      look: {wait: 1, next: decide}
      decide: {switch: [{when: len(pin) > 4, to: odd}], otherwise: fine}
      odd: {say: Odd.}
      fine: {say: Fine.}
    """,
)
HERE = OUTER.version
THERE = OUTER.subflows["check"].version
LOST = {"pin": (Frame("test", HERE, "pin"),)}


def at(*steps: str) -> tuple[Frame, ...]:
    flows = (("test", HERE), ("check", THERE))
    return tuple(
        Frame(name, version, step) for (name, version), step in zip(flows, steps, strict=False)
    )


async def test_call_in_a_subflow_goes_on_there_and_comes_back() -> None:
    story = await walk(OUTER, FakeCall(known={"pin": "1234"}), at=At(at("inner", "fine")))
    assert story[:4] == ["@inner/fine", "en:Fine.", "@menu", "en:Choose."]


async def test_place_knows_flow_version_and_step_of_every_level() -> None:
    call = FakeCall(*[(3.0, key) for key in "1234"], hangs_up_at_s=3.5)
    await walk(OUTER, call)
    assert call.place == at("inner", "look")


async def test_secret_that_was_lost_is_asked_again_when_it_is_still_needed() -> None:
    story = await walk(OUTER, FakeCall(), at=At(at("inner", "look"), LOST))
    assert story[0] == "@pin"
    story = await walk(OUTER, FakeCall(), at=At(at("menu"), LOST))  # key 1 leads back to the check
    assert story[0] == "@pin"


async def test_secret_that_nobody_needs_any_more_is_not_asked_again() -> None:
    story = await walk(OUTER, FakeCall(), at=At(at("end"), LOST))
    assert story == ["@end", "hung up"]
    asked_again_anyway = await walk(OUTER, FakeCall(), at=At(at("pin"), LOST))
    assert asked_again_anyway[:2] == ["@pin", "muted"]


async def test_place_that_is_not_in_this_version_means_the_start() -> None:
    for place in (at("inner", "gone"), at("gone"), at("menu", "fine")):
        assert (await walk(OUTER, FakeCall(), at=At(place)))[0] == "@pin"
