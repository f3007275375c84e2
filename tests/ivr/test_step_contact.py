"""The contacts, asked by a flow."""

from typing import Any

import pytest

from callserver.model.flow import Value
from callserver.testing.control import FakeCall
from tests.flow_tools.rehearse import played
from tests.ivr.talk import flow, walk

ASK = flow(
    """
    start: who
    steps:
      who: {contact: typed, into: {customer: name, level: tier}, next: hello, unknown: stranger}
      hello: {hangup: {}}
      stranger: {goto: bye}
      bye: {hangup: {}}
    """,
    careless=True,
)
BOOK: dict[str, dict[str, Value]] = {"+37120000012": {"name": "Jane", "vip": True}}


async def test_fields_of_the_contact_become_variables_and_those_it_has_not_are_none() -> None:
    call = FakeCall(known={"typed": "+37120000012"}, contacts=BOOK)
    story = await walk(ASK, call)
    assert story == ["@who", "customer = 'Jane'", "level = None", "@hello", "hung up"]


@pytest.mark.parametrize("typed", ["+37120000013", "", None, 5, True])
async def test_number_that_nobody_has_leads_to_unknown(typed: Any) -> None:
    story = await walk(ASK, FakeCall(known={"typed": typed}, contacts=BOOK))
    assert story == ["@who", "@stranger", "@bye", "hung up"]


async def test_what_is_known_by_a_secret_is_a_secret() -> None:
    call = FakeCall(known={"typed": "+37120000012"}, contacts=BOOK)
    call.secrets = {"typed"}
    story = await walk(ASK, call)
    assert "customer = secret" in story
    assert call.secrets == {"typed", "customer", "level"}


async def test_the_number_is_the_callers_unless_another_is_given() -> None:
    own = flow("""
        start: who
        steps:
          who: {contact: , into: {customer: name}, next: bye, unknown: bye}
          bye: {hangup: {}}
        """)
    call = FakeCall(known={"caller.number": "+37120000012"}, contacts=BOOK)
    assert "customer = 'Jane'" in await walk(own, call)


@pytest.mark.parametrize(
    ("outcome", "step"), [("unknown", "stranger"), ("{customer: Jane}", "hello")]
)
async def test_a_talk_says_what_it_comes_to(outcome: str, step: str) -> None:
    one = await played(ASK, f"- {{outcomes: {{who: {outcome}}}}}\n- is at: {step}\n- call ends")
    assert one.failure is None


async def test_a_talk_that_does_not_say_so_is_told_how() -> None:
    one = await played(ASK, "- call ends")
    assert one.failure is not None
    assert "`outcomes: {who: unknown}`" in one.failure.instead
