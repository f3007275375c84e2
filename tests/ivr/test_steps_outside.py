"""Steps that speak to other servers, in virtual time."""

from typing import Any

import pytest

from callserver.testing.control import FakeCall
from tests.ivr.talk import flow, walk

ACCOUNT = """
    start: ask
    steps:
      ask:
        lookup: crm
        path: /accounts/{account}/of/{caller.number}
        query: {language: caller.language}
        into: {balance: money.balance, first: "deals[0].id", vip: "tags[0] == 'vip'"}
        timeout_s: 2
        next: tell
        failed: sorry
      tell: {say: "You have {balance|money:EUR}.", next: end}
      sorry: {say: We cannot say., next: end}
      end: {hangup: {}}
"""
KNOWN: dict[str, Any] = {
    "account": "47/11",
    "caller.number": "+37120000001",
    "caller.language": "en",
}


async def test_parts_of_the_answer_become_variables() -> None:
    answer = {"money": {"balance": 12.5}, "deals": [], "tags": ["vip"]}
    call = FakeCall(known=KNOWN, answers=[answer])
    story = await walk(flow(ACCOUNT, careless=True), call)
    assert "balance = 12.5" in story
    assert "first = None" in story
    assert "vip = True" in story
    assert story[-4:] == ["en:You have", "en:<money 12.5:EUR>", "@end", "hung up"]
    (asked,) = call.asked
    assert asked.path == "/accounts/47%2F11/of/%2B37120000001"
    assert (asked.destination, asked.query) == ("crm", {"language": "en"})


async def test_a_caller_hears_no_gap_over_the_deadline_and_the_other_way_is_taken() -> None:
    call = FakeCall(known=KNOWN)
    story = await walk(flow(ACCOUNT, careless=True), call)
    assert story == ["@ask", "@sorry", "en:We cannot say.", "@end", "hung up"]
    assert call.time == 2.0 + 2.0  # the deadline, the prompt


@pytest.mark.parametrize(
    "answer", [None, [], "text", {"money": {"balance": {"eur": 1}}}, {"money": {"balance": [1]}}]
)
async def test_an_answer_without_the_value_is_none_and_one_with_more_has_failed(
    answer: Any,
) -> None:
    call = FakeCall(known=KNOWN, answers=[answer])
    story = await walk(flow(ACCOUNT.replace("next: tell", "next: end"), careless=True), call)
    failed = isinstance(answer, dict)
    assert ("@sorry" in story) is failed
    assert ("balance = None" in story) is not failed


@pytest.mark.parametrize("missing", ["account", "caller.number"])
async def test_without_a_value_for_the_path_nobody_is_asked(missing: str) -> None:
    call = FakeCall(known={**KNOWN, missing: None}, answers=[{}])
    assert "@sorry" in await walk(flow(ACCOUNT, careless=True), call)
    assert call.asked == []


@pytest.mark.parametrize(
    "where", ["path: '/{pin}'", "query: {pin: pin}", "query: {pin: \"'x' if pin == '1' else 'y'\"}"]
)
async def test_a_secret_never_stands_in_an_address(where: str) -> None:
    call = FakeCall(known={"pin": "1234"}, answers=[{}])
    call.secrets = {"pin"}
    asking = f"{{lookup: crm, {where}, into: {{ok: ok}}, next: end, failed: sorry}}"
    steps = f"start: ask\nsteps:\n  ask: {asking}\n  sorry: {{goto: end}}\n  end: {{hangup: {{}}}}"
    assert "@sorry" in await walk(flow(steps, careless=True), call)
    assert call.asked == []


async def test_a_secret_may_stand_in_the_body_and_what_comes_back_is_one_too() -> None:
    call = FakeCall(known={"pin": "1234"}, answers=[{"ok": True}])
    call.secrets = {"pin"}
    story = await walk(
        flow(
            """
            start: ask
            steps:
              ask:
                lookup: {destination: crm, method: POST, body: {pin: pin}, into: {ok: ok}}
                next: end
                failed: end
              end: {hangup: {}}
        """,
            careless=True,
        ),
        call,
    )
    assert call.asked[0].body == {"pin": "1234"}
    assert "ok = secret" in story


async def test_a_webhook_is_told_and_the_call_goes_on_at_once() -> None:
    call = FakeCall(known={"caller.number": "+37120000001"})
    story = await walk(
        flow(
            """
            start: tell
            steps:
              tell:
                webhook: crm
                path: /events/{caller.number}
                body: {event: "'called'"}
                next: nameless
              nameless: {webhook: crm, path: "/x/{caller.name}", next: end}
              end: {hangup: {}}
        """,
            careless=True,
        ),
        call,
    )
    assert story == ["@tell", "@nameless", "@end", "hung up"]
    assert call.time == 0.0
    (told,) = call.told
    assert (told.method, told.path, told.body) == (
        "POST",
        "/events/%2B37120000001",
        {"event": "called"},
    )
