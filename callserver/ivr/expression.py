"""Expressions of ``set`` and ``switch``: ``caller.calls_24h > 3 and not vip``.

Python's own parser reads them; what it read is then taken apart here, and nothing that is not in
the tables below is let through, so an expression can neither reach anything nor take long. Text
and number are never mixed silently: what can be told from the types is a mistake before the first
call, the rest raises :class:`NoValue`.
"""

import ast
import warnings
from collections.abc import Callable
from functools import cached_property
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from callserver.ivr import operators
from callserver.ivr.operators import FUNCTIONS, NoValue
from callserver.ivr.variables import Type
from callserver.ivr.words import hint
from callserver.model.flow import Value

MAX_CHARS = 300
MAX_NODES = 200

_WORDS: dict[str, Value] = {"true": True, "false": False, "none": None}
_TYPES = {str: Type.TEXT, bool: Type.TRUTH, int: Type.NUMBER, float: Type.NUMBER}
_QUOTES = "; text needs quotes, as 'gold'"
_SIGNS = {"=>": ">=", "=<": "<=", "<>": "!=", "&&": "and", "||": "or", "=": "=="}

Types = Callable[[str], Type]


class Expression:
    """An expression that can be read. Equal when written alike."""

    def __init__(self, text: str) -> None:
        """Raises ``ValueError``, for people."""
        self.text = text.strip()
        self._tree = _parse(self.text)
        problem = next(filter(None, map(_refused, ast.walk(self._tree))), None)
        if problem:
            raise ValueError(f"`{self.text}`: {problem}")
        _Reader(lambda _name: Type.ANY).type(self._tree)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The variables it reads, each once, in the order they stand."""
        reader = _Reader(lambda _name: Type.ANY)
        reader.type(self._tree)
        return tuple(dict.fromkeys(reader.names))

    def check(self, types: Types) -> tuple[Type, list[str]]:
        """Of what type it is, and what does not fit together, when the variables are of these
        types."""
        reader = _Reader(types)
        return reader.type(self._tree), reader.problems

    def value(self, lookup: Callable[[str], Value]) -> Value:
        """What it comes to. Raises :class:`NoValue`."""
        try:
            return _value(self._tree, lookup)
        except NoValue as error:
            raise NoValue(f"`{self.text}`: {error}") from error

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": ["string", "number", "boolean"]}

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: Any, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls,
            core_schema.str_schema(),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda one: one.text),
        )


def _parse(text: str) -> ast.expr:
    if not text:
        raise ValueError("the expression is empty")
    if len(text) > MAX_CHARS:
        raise ValueError(f"the expression is longer than {MAX_CHARS} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        wrong = next((f"; write `{_SIGNS[sign]}`" for sign in _SIGNS if sign in text), "")
        if text.count("(") > text.count(")"):  # cut at its comma
            wrong = "; put an expression with a comma in double quotes"
        raise ValueError(f"`{text}` is no expression{wrong or _QUOTES}") from None
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
        raise ValueError("the expression is too long; make two steps of it")
    return tree


_ALLOWED = (
    ast.BoolOp, ast.UnaryOp, ast.BinOp, ast.Compare, ast.IfExp, ast.Constant, ast.Name,
    ast.Attribute, ast.Subscript, ast.Call, ast.List, ast.Tuple, ast.expr_context,
    ast.And, ast.Or, ast.Not, ast.USub, *operators.ARITHMETIC, *operators.COMPARISONS,
)  # fmt: skip


def _refused(node: ast.AST) -> str:
    """Why a node cannot stand in an expression; empty: it can."""
    match node:
        case ast.Constant(value=value):
            fits = value is None or type(value) in _TYPES
            too_large = isinstance(value, int | float) and not abs(value) <= operators.LARGEST
            return "" if fits and not too_large else "such a value cannot be written here"
        case ast.Call(func=ast.Name(id=name), keywords=[]) if name in FUNCTIONS:
            return ""
        case ast.Call(func=ast.Name(id=name)):
            return f"no function `{name}`{hint(name, sorted(FUNCTIONS))}"
        case ast.Call():
            return f"only these can be called: {', '.join(sorted(FUNCTIONS))}"
        case ast.Attribute() | ast.Subscript():
            return "" if _dotted(node) else "a variable is written as `caller.number`"
        case _:
            return "" if isinstance(node, _ALLOWED) else "this cannot be done in an expression"


def _dotted(node: ast.expr) -> str:
    """The name of a variable; ``queue["tech-support"].length`` is one too. Empty: none."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=inner, attr=last):
            before = _dotted(inner)
            return f"{before}.{last}" if before else ""
        case ast.Subscript(value=inner, slice=ast.Constant(value=str(last))):
            before = _dotted(inner)
            return f"{before}.{last}" if before else ""
        case _:
            return ""


class _Reader:
    """Reads names and types out of a tree."""

    def __init__(self, types: Types) -> None:
        self._types = types
        self.names: list[str] = []
        self.problems: list[str] = []

    def type(self, node: ast.expr) -> Type:  # noqa: C901 - a flat table
        match node:
            case ast.Constant(value=None):
                return Type.ANY
            case ast.Constant(value=value):
                return _TYPES[type(value)]
            case ast.Name(id=name) if name.lower() in _WORDS:
                return Type.ANY if name.lower() == "none" else Type.TRUTH
            case ast.Name() | ast.Attribute() | ast.Subscript():
                name = _dotted(node)
                self.names.append(name)
                return self._types(name)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self.type(operand)
                return Type.TRUTH
            case ast.UnaryOp(operand=operand):
                return self._number(operand)
            case ast.BoolOp(values=values):
                return _common([self.type(value) for value in values])
            case ast.IfExp(test=test, body=body, orelse=other):
                self.type(test)
                return _common([self.type(body), self.type(other)])
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._same("add", self.type(left), self.type(right))
            case ast.BinOp(left=left, right=right):
                self._number(left)
                return self._number(right)
            case ast.Compare(left=left, ops=ops, comparators=others):
                self._comparison(left, ops, others)
                return Type.TRUTH
            case ast.Call(func=ast.Name(id=function), args=args):
                return self._call(function, args)
            case _:
                raise ValueError("a list can only stand behind `in`")

    def _number(self, node: ast.expr) -> Type:
        if (given := self.type(node)) not in (Type.NUMBER, Type.ANY):
            self.problems.append(f"reckons with a {given}{_mend(given)}")
        return Type.NUMBER

    def _same(self, what: str, left: Type, right: Type) -> Type:
        if Type.ANY not in (left, right) and left is not right:
            mend = _mend(Type.TEXT) if {left, right} == {Type.TEXT, Type.NUMBER} else ""
            self.problems.append(f"cannot {what} {left} and {right}{mend}")
        return _common([left, right])

    def _comparison(self, left: ast.expr, ops: list[ast.cmpop], others: list[ast.expr]) -> None:
        first = self.type(left)
        for op, other in zip(ops, others, strict=True):
            if isinstance(other, ast.List | ast.Tuple):
                if not isinstance(op, ast.In | ast.NotIn):
                    raise ValueError("a list can only stand behind `in`")
                for one in other.elts:
                    self._same("compare", first, self.type(one))
                continue
            second = self.type(other)
            self._same("compare", first, second)
            first = second

    def _call(self, name: str, args: list[ast.expr]) -> Type:
        function = FUNCTIONS[name]
        if len(args) != len(function.takes):
            raise ValueError(f"`{name}` takes {len(function.takes)}: {function.what}")
        for wanted, arg in zip(function.takes, args, strict=True):
            given = self.type(arg)
            if Type.ANY not in (wanted, given) and wanted is not given:
                self.problems.append(f"`{name}` takes a {wanted}, not a {given}{_mend(given)}")
        return function.gives


def _mend(given: Type) -> str:
    return "; write `number(…)` around the text" if given is Type.TEXT else ""


def _common(types: list[Type]) -> Type:
    return types[0] if len(set(types)) == 1 else Type.ANY


def _value(node: ast.expr, lookup: Callable[[str], Value]) -> Value:  # noqa: C901 - a flat table
    match node:
        case ast.Constant(value=str() | int() | float() | None as value):
            return value
        case ast.Name(id=name) if name.lower() in _WORDS:
            return _WORDS[name.lower()]
        case ast.Name() | ast.Attribute() | ast.Subscript():
            return lookup(_dotted(node))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _value(operand, lookup)
        case ast.UnaryOp(operand=operand):
            return operators.reckon(ast.Sub, 0, _value(operand, lookup))
        case ast.BoolOp(op=op, values=values):
            *before, last = values
            for one in before:
                if bool(found := _value(one, lookup)) is isinstance(op, ast.Or):
                    return found
            return _value(last, lookup)
        case ast.IfExp(test=test, body=body, orelse=other):
            return _value(body if _value(test, lookup) else other, lookup)
        case ast.BinOp(left=left, op=op, right=right):
            return operators.reckon(type(op), _value(left, lookup), _value(right, lookup))
        case ast.Compare(left=left, ops=ops, comparators=others):
            first = _value(left, lookup)
            for comparison, other in zip(ops, others, strict=True):
                if isinstance(other, ast.List | ast.Tuple):
                    among = [_value(one, lookup) for one in other.elts]
                    if (first in among) is isinstance(comparison, ast.NotIn):
                        return False
                    continue
                second = _value(other, lookup)
                if not operators.compare(type(comparison), first, second):
                    return False
                first = second
            return True
        case ast.Call(func=ast.Name(id=name), args=args):
            return FUNCTIONS[name].run(*(_value(arg, lookup) for arg in args))
        case _:
            raise NoValue("cannot be reckoned")
