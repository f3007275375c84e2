"""Expressions: what they come to, what is refused, and that nothing gets out of the box."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callserver.ivr.expression import Expression
from callserver.ivr.operators import LARGEST, NoValue
from callserver.ivr.variables import Type
from callserver.model.flow import Value

KNOWN: dict[str, Value] = {
    "account": "4711",
    "count": 3,
    "vip": True,
    "gone": None,
    "now.weekday": "sunday",
    "queue.tech-support.length": 7,
}
TYPES = {"account": Type.TEXT, "count": Type.NUMBER, "vip": Type.TRUTH}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("count + 1", 4),
        ("count * 2 - 1 / 2", 5.5),
        ("-count % 2", 1),
        ("count > 2 and count < 4", True),
        ("1 < count <= 3", True),
        ("not vip or count == 3", True),
        ("account == '4711'", True),
        ("account == 4711", False),
        ("vip == 1", False),
        ("now.weekday in ['saturday', 'sunday']", True),
        ("now.weekday not in ['saturday', 'sunday']", False),
        ("'71' in account", True),
        ('queue["tech-support"].length', 7),
        ("startswith(account, '47') and len(account) == 4", True),
        ("number(account) + 1", 4712),
        ("int('3.9')", 3),
        ("number('no')", None),
        ("number('inf')", None),
        ("digits('+371 20')", "37120"),
        ("'a' + text(count)", "a3"),
        ("gone == none", True),
        ("gone > 3", False),
        ("gone or 'nobody'", "nobody"),
        ("len(gone)", None),
        ("'gold' if vip else 'plain'", "gold"),
        ("True", True),
        ("false", False),
    ],
)
def test_expression_comes_to_its_value(text: str, value: Value) -> None:
    found = Expression(text).value(KNOWN.__getitem__)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("count = 3", "write `==`"),
        ("a && b", "write `and`"),
        ("gold card", "text needs quotes"),
        ("count ** 9", "cannot be done"),
        ("__import__('os')", "no function `__import__`"),
        ("().__class__", "a variable is written as"),
        ("account.upper()", "only these can be called"),
        ("[x for x in account]", "cannot be done"),
        ("lambda: 1", "cannot be done"),
        ("f'{account}'", "cannot be done"),
        ("(yield)", "cannot be done"),
        ("account := 1", "no expression"),
        ("b'x'", "such a value"),
        ("1j", "such a value"),
        ("1e999", "such a value"),
        ("[1, 2]", "a list can only stand behind `in`"),
        ("count == [1]", "a list can only stand behind `in`"),
        ("account[0]", "a variable is written as"),
        ("len(account, 1)", "`len` takes 1: how many characters"),
        ("len(*account)", "cannot be done"),
        ("lenn(account)", "did you mean `len`"),
        ("1 + " * 70 + "1", "too long"),
        ("x" * 301, "longer than"),
        ("(" * 250, "no expression"),
    ],
)
def test_what_is_no_expression_is_refused_with_a_reason(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=r"(?s).*") as refused:
        Expression(text)
    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("text", "type_", "problems"),
    [
        ("count + 1", Type.NUMBER, []),
        ("account + 'x'", Type.TEXT, []),
        ("vip and count", Type.ANY, []),
        ("unknown > 3", Type.TRUTH, []),
        ("account > 3", Type.TRUTH, ["cannot compare text and number; write `number(…)`"]),
        ("account - 1", Type.NUMBER, ["reckons with a text; write `number(…)`"]),
        ("len(count)", Type.NUMBER, ["`len` takes a text, not a number"]),
        ("count in ['a']", Type.TRUTH, ["cannot compare number and text"]),
    ],
)
def test_types_that_do_not_fit_are_told_before_the_first_call(
    text: str, type_: Type, problems: list[str]
) -> None:
    found, told = Expression(text).check(lambda name: TYPES.get(name, Type.ANY))
    assert found is type_
    assert len(told) == len(problems)
    assert all(want in have for want, have in zip(problems, told, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "account - 1",
        "1 / 0",
        "1 % 0",
        f"{LARGEST} * {LARGEST}",
        "lower(count)",
        "-account",
        "vip+1",
    ],
)
def test_what_cannot_be_reckoned_has_no_value(text: str) -> None:
    with pytest.raises(NoValue):
        Expression(text).value(KNOWN.__getitem__)


def test_text_cannot_be_grown_without_end() -> None:
    with pytest.raises(NoValue, match="too long"):
        Expression("a + a").value(lambda _name: "x" * 600)


def test_names_are_listed_once_in_their_order() -> None:
    assert Expression("caller.calls_24h > a and b in [a, c] or len(b) == 1").names == (
        "caller.calls_24h", "a", "b", "c"
    )  # fmt: skip


@given(st.text(alphabet="ab1.'\"[]() +-*/%<>=!,:{}innotorand_\\\n", max_size=40))
def test_no_text_gets_more_out_of_an_expression_than_a_value_or_a_reason(text: str) -> None:
    try:
        expression = Expression(text)
    except ValueError:
        return
    expression.check(lambda _name: Type.ANY)
    try:
        value = expression.value(lambda _name: 2)
    except NoValue:
        return
    assert value is None or isinstance(value, str | int | float | bool)
