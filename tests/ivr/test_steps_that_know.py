"""Steps that set, decide, ask for digits and go elsewhere, walked by a caller in virtual time."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from callserver.ivr import plugins
from callserver.model.flow import Value
from callserver.testing.control import FakeCall, FakePrompts
from tests.ivr.talk import flow, walk

ACCOUNT = flow("""
    start: ask
    steps:
      ask:
        collect: {say: Type it., into: account, min_length: 4, max_length: 6, tries: 2,
                  timeout_s: 5, between_s: 2, invalid: Wrong.}
        next: tell
        otherwise: agent
      tell: {say: "You are {account|digits}."}
      agent: {queue: support}
    """)


def keys(text: str, at: float = 3.0, apart: float = 0.5) -> list[tuple[float, str]]:
    return [(at + n * apart, key) for n, key in enumerate(text)]


async def test_digits_are_collected_until_the_terminator() -> None:
    call = FakeCall(*keys("4711#"))
    story = await walk(ACCOUNT, call)
    assert story[-4:] == ["@tell", "en:You are", "en:<digits 4711>", "hung up"]
    assert call.values == {"account": "4711"}


async def test_as_many_digits_as_there_can_be_need_no_terminator_and_it_is_dropped() -> None:
    asked = flow("""
        start: ask
        steps:
          ask: {collect: {say: Type., into: a, max_length: 4}, next: choose}
          choose: {menu: {say: Choose., keys: {1: end}, tries: 1}}
          end: {hangup: {}}
        """)
    story = await walk(asked, FakeCall(*keys("1234#1")))
    assert story[-3:] == ["key 1", "@end", "hung up"]
    assert "en:Sorry, that is not one of the choices." not in story


async def test_digits_typed_during_the_prompt_are_none_the_less_counted_once() -> None:
    call = FakeCall(*keys("123456", at=0.1, apart=0.1))
    await walk(ACCOUNT, call)
    assert call.values["account"] == "123456"


async def test_who_falls_silent_is_done_when_it_is_long_enough_and_asked_again_when_not() -> None:
    call = FakeCall(*keys("4711"), *keys("12", at=20))
    assert (await walk(ACCOUNT, call)).count("no key") == 1
    assert call.values["account"] == "4711"
    short = FakeCall(*keys("12"), *keys("471199", at=11))
    story = await walk(ACCOUNT, short)
    assert story.count("en:Wrong.") == 1
    assert short.values["account"] == "471199"


async def test_after_the_last_try_the_flow_says_where_to_go() -> None:
    assert (await walk(ACCOUNT, FakeCall()))[-3:] == ["@agent", "queue support 0", "hung up"]
    wrong = FakeCall(*keys("12#"), *keys("*9#", at=8))
    assert (await walk(ACCOUNT, wrong))[-4:] == [
        "en:Wrong.",
        "@agent",
        "queue support 0",
        "hung up",
    ]


@pytest.mark.parametrize(
    ("rule", "typed", "value"),
    [
        ("pattern: '4XX[1-3]'", "4992", "4992"),
        ("pattern: '4XX[1-3]'", "4994", None),
        ("pattern: '4X.'", "47", None),
        ("pattern: '4X.'", "471", "471"),
        ("check: luhn", "4539578763621486", "4539578763621486"),
        ("check: luhn", "4539578763621487", None),
        ("check: ddmmyyyy", "29022028", "2028-02-29"),
        ("check: ddmmyyyy", "29022027", None),
        ("check: yyyymmdd", "20281231", "2028-12-31"),
        ("check: mmddyyyy", "12312028", "2028-12-31"),
        ("max_length: 8", "*123", None),
    ],
)
async def test_digits_must_fit(rule: str, typed: str, value: str | None) -> None:
    asked = flow(f"""
        start: ask
        steps:
          ask: {{collect: {{say: Type., into: a, tries: 1, {rule}}}, next: bye}}
          bye: {{hangup: done}}
        """)
    call = FakeCall(*keys(typed + "#", apart=0.1))
    story = await walk(asked, call)
    assert call.values.get("a") == value
    assert (story[-1] == "hung up: no_input") is (value is None)


async def test_secret_digits_are_nowhere_in_the_story_and_nothing_is_recorded_meanwhile() -> None:
    asked = flow("""
        start: ask
        steps:
          ask: {collect: {say: Your PIN., into: pin, max_length: 4, secret: true}, next: copy}
          copy: {set: {again: pin + 'x', known: "len(pin) == 4", free: 1}, next: check}
          check: {switch: [{when: pin == '4711', to: good}], otherwise: bad}
          good: {say: Good.}
          bad: {say: Bad.}
        """)
    call = FakeCall(*keys("4711"))
    story = await walk(asked, call)
    assert story[1:8] == [
        "muted", "en:Your PIN.", "secret key", "secret key", "secret key", "secret key",
        "pin = secret",
    ]  # fmt: skip
    assert story[8] == "heard"
    assert "en:Good." in story
    assert call.secrets == {"pin", "again", "known"}
    assert not any("4711" in line for line in story)


async def test_set_and_switch_reckon_and_decide() -> None:
    decided = flow("""
        start: count
        steps:
          count:
            set: {tries: 1, tries_2: tries + 1, level: "'gold' if caller.calls_24h > 3 else 'x'"}
            next: decide
          decide:
            switch:
              - {when: tries_2 > 2, to: many}
              - {when: level == 'gold', to: gold}
            otherwise: plain
          many: {say: Many.}
          gold: {say: Gold.}
          plain: {say: Plain.}
        """)
    known: dict[str, Value] = {"caller.calls_24h": 4}
    assert "en:Gold." in await walk(decided, FakeCall(known=known))
    assert "en:Plain." in await walk(decided, FakeCall())  # nothing is not more than 3


async def test_what_cannot_be_reckoned_is_nothing_and_false_and_the_call_goes_on() -> None:
    broken = flow("""
        start: count
        steps:
          count: {set: {share: 1 / queue.support.length}, next: decide}
          decide: {switch: [{when: 1 / queue.support.length > 0, to: some}], otherwise: none_}
          some: {say: Some.}
          none_: {say: "{share|number} waits.", next: end}
          end: {hangup: closed}
        """)
    call = FakeCall(known={"queue.support.length": 0})
    story = await walk(broken, call)
    assert story == ["@count", "share = None", "@decide", "@none_", "@end", "hung up: closed"]


async def test_language_is_asked_for_in_all_languages_and_kept() -> None:
    asked = flow("""
        start: ask
        steps:
          ask:
            language: {say: {en: "English, 1.", lv: "Latviski, 2."}, keys: {1: en, 2: lv}}
            next: hello
          hello: {say: {en: Hello., lv: Labdien.}}
        """)
    story = await walk(asked, FakeCall((5, "2")))
    assert story == [
        "@ask", "en:English, 1.", "lv:Latviski, 2.", "key 2", "speaks lv",
        "@hello", "lv:Labdien.", "hung up",
    ]  # fmt: skip
    assert "en:Hello." in await walk(asked, FakeCall((5, "7")))
    assert "en:Hello." in await walk(asked, FakeCall())


async def test_subflow_comes_back_shares_variables_and_its_hangup_ends_the_call() -> None:
    outer = flow(
        """
        start: first
        steps:
          first: {set: {count: 1}, next: inner}
          inner: {subflow: add, next: again}
          again: {subflow: add, next: tell}
          tell: {say: "{count|number}.", next: leave}
          leave: {subflow: bye, next: never}
          never: {say: Never.}
        """,
        add="takes: [count]\nstart: add\nsteps: {add: {set: {count: count + 1}}}",
        bye="start: end\nsteps: {end: {hangup: self_served}}",
    )
    story = await walk(outer, FakeCall())
    assert story == [
        "@first", "count = 1", "@inner", "@inner/add", "count = 2", "@again", "@again/add",
        "count = 3", "@tell", "en:<number 3>", "@leave", "@leave/end", "hung up: self_served",
    ]  # fmt: skip


async def test_extension_may_be_typed_in_a_menu_and_a_single_key_still_counts() -> None:
    menu = flow("""
        start: ask
        steps:
          ask: {menu: {say: Choose., keys: {1: sales}, repeat: 9, tries: 2,
                       extensions: {length: 3, to: dial}}}
          sales: {queue: sales}
          dial: {say: "{extension|digits}."}
        """)
    assert "en:<digits 104>" in await walk(menu, FakeCall(*keys("104")))
    assert "@sales" in await walk(menu, FakeCall(*keys("1")))
    short = await walk(menu, FakeCall(*keys("10"), *keys("1", at=10)))
    assert "en:Sorry, that is not one of the choices." in short
    again = await walk(menu, FakeCall(*keys("999"), (20.0, "1")))
    assert "@sales" not in again  # 999 is an extension


async def test_repeat_key_says_it_again_and_is_no_try() -> None:
    menu = flow("""
        start: ask
        steps:
          ask: {menu: {say: Choose., keys: {1: sales}, repeat: 9, tries: 1}}
          sales: {queue: sales}
        """)
    story = await walk(menu, FakeCall(*keys("99", apart=3), (12, "1")))
    assert story.count("en:Choose.") == 3
    assert "@sales" in story
    leaning = FakeCall(*[(3.0 + n, "9") for n in range(40)])
    assert (await walk(menu, leaning))[-1] == "hung up: no_input"


async def test_wait_lets_time_pass_and_a_key_ends_it_and_is_kept() -> None:
    waiting = flow("""
        start: moment
        steps:
          moment: {wait: 4, next: ask}
          ask: {menu: {say: Choose., keys: {1: end}, tries: 1}}
          end: {hangup: {}}
        """)
    call = FakeCall((1.5, "1"))
    assert "key 1" in await walk(waiting, call)
    assert call.time == 1.5


async def loyalty_points(account: str) -> Any:
    if account == "slow":
        await asyncio.sleep(60)
    if account == "broken":
        raise RuntimeError(account)
    return {"list": [1]} if account == "odd" else 250


@pytest.mark.parametrize(
    ("account", "step"),
    [("4711", "@tell"), ("slow", "@sorry"), ("broken", "@sorry"), ("odd", "@sorry")],
)
async def test_function_of_a_plugin_gives_a_value_or_has_failed(
    account: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugins, "functions", lambda: {"loyalty_points": loyalty_points})
    asking = flow(f"""
        start: ask
        steps:
          ask: {{python: loyalty_points, with: {{account: "'{account}'"}}, into: points,
                timeout_s: 0.05, next: tell, failed: sorry}}
          tell: {{say: "{{points|number}}."}}
          sorry: {{say: Sorry.}}
        """)
    assert step in await walk(asking, FakeCall())


def test_plugins_are_found_by_their_entry_points_and_a_broken_one_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "our_shop-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: our-shop\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[callserver.steps]\npoints = our_shop_steps:points\nsync = our_shop_steps:sync\n"
        "gone = our_shop_steps:gone\n"
    )
    (tmp_path / "our_shop_steps.py").write_text(
        "async def points(): return 1\ndef sync(): return 1\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    plugins.functions.cache_clear()
    assert list(plugins.functions()) == ["points"]
    plugins.functions.cache_clear()


async def test_text_with_a_value_that_cannot_be_said_is_left_out() -> None:
    told = flow("""
        start: tell
        steps:
          tell: {say: "You have {points|number}.", next: end}
          end: {say: Bye.}
        """, careless=True)  # fmt: skip
    assert await walk(told, FakeCall(), FakePrompts()) == ["@tell", "@end", "en:Bye.", "hung up"]
