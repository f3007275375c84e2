"""What expressions can do with values: reckon, compare, and a few functions. All of it is bounded.

What is not known stays so: nothing (None) is in no order with anything, and a function of it gives
nothing.
"""

import ast
import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from callserver.ivr.variables import Type
from callserver.model.flow import Value

LARGEST = 10**15
LONGEST = 1000


class NoValue(Exception):
    """An expression comes to nothing sensible; the message says why."""


ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}

COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def reckon(op: type[ast.operator], left: Value, right: Value) -> Value:
    """Arithmetic of two numbers, or two texts one behind the other. Raises :class:`NoValue`."""
    if op is ast.Add and isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > LONGEST:
            raise NoValue("the text grows too long")
        return left + right
    if not (_is_number(left) and _is_number(right)):
        raise NoValue("only numbers can be reckoned with")
    try:
        value: float = ARITHMETIC[op](left, right)
    except ZeroDivisionError:
        raise NoValue("division by zero") from None
    if not abs(value) <= LARGEST:
        raise NoValue("the number grows too large")
    return value


def compare(op: type[ast.cmpop], left: Value, right: Value) -> bool:
    """Values of different types are unequal and in no order; nothing contains nothing."""
    if op in (ast.Eq, ast.NotEq):
        equal = left == right and isinstance(left, bool) == isinstance(right, bool)
        return equal is (op is ast.Eq)
    if op in (ast.In, ast.NotIn):
        inside = isinstance(left, str) and isinstance(right, str) and left in right
        return inside is (op is ast.In)
    alike = (_is_number(left) and _is_number(right)) or (
        isinstance(left, str) and isinstance(right, str)
    )
    return alike and bool(COMPARISONS[op](left, right))


@dataclass(frozen=True, slots=True)
class Function:
    """``takes`` are the types of its values, ``gives`` that of the result; ``what`` is for
    people."""

    takes: tuple[Type, ...]
    gives: Type
    what: str
    call: Callable[..., Value]

    def run(self, *values: Value) -> Value:
        """Raises :class:`NoValue` when a value is of the wrong type."""
        if None in values:
            return None
        for wanted, value in zip(self.takes, values, strict=True):
            if wanted is Type.TEXT and not isinstance(value, str):
                raise NoValue("only text has letters and digits")
            if wanted is Type.NUMBER and not _is_number(value):
                raise NoValue("only numbers can be reckoned with")
        return self.call(*values)


def _number(value: Value) -> int | float | None:
    if isinstance(value, bool):
        return int(value)
    try:
        number = float(str(value)[:40])
    except ValueError:
        return None
    if not math.isfinite(number) or abs(number) > LARGEST:
        return None
    return int(number) if number.is_integer() else number


def _int(value: Value) -> Value:
    number = _number(value)
    return None if number is None else int(number)


def _text(value: Value) -> Value:
    return "true" if value is True else "false" if value is False else str(value)


def _digits(value: str) -> str:
    return "".join(char for char in value if char in "0123456789")


_T, _N = Type.TEXT, Type.NUMBER

FUNCTIONS = {
    "len": Function((_T,), _N, "how many characters a text has", len),
    "lower": Function((_T,), _T, "a text in small letters", lambda text: text.lower()),
    "upper": Function((_T,), _T, "a text in capitals", lambda text: text.upper()),
    "digits": Function((_T,), _T, "the digits of a text", _digits),
    "startswith": Function(
        (_T, _T), Type.TRUTH, "whether a text begins with another", str.startswith
    ),
    "endswith": Function((_T, _T), Type.TRUTH, "whether a text ends with another", str.endswith),
    "number": Function((Type.ANY,), _N, "the number a text says; nothing if none", _number),
    "int": Function((Type.ANY,), _N, "the same, without what is behind the point", _int),
    "text": Function((Type.ANY,), _T, "a value as text", _text),
    "round": Function((_N,), _N, "the nearest whole number", round),
    "min": Function((_N, _N), _N, "the smaller of two numbers", min),
    "max": Function((_N, _N), _N, "the larger of two numbers", max),
}
