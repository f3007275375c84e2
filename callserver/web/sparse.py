"""``fields=…``: of each item only the fields that are asked for."""

from collections.abc import Sequence
from typing import Any, Final, get_args, get_origin

from msgspec import Struct
from msgspec.structs import fields

from callserver.web.problems import invalid
from callserver.web.shapes import ListOut, PageOut

PARAMETER: Final = "fields"


def item_of(returns: Any) -> type[Struct] | None:
    """The struct whose fields can be chosen: the answer itself, or the items of a list. None: the
    answer is something else."""
    one = get_args(returns)[0] if get_origin(returns) in (PageOut, ListOut) else returns
    return one if isinstance(one, type) and issubclass(one, Struct) else None


def names_of(item: type[Struct]) -> tuple[str, ...]:
    """The fields there are."""
    return tuple(field.name for field in fields(item))


def chosen(text: str, item: type[Struct]) -> tuple[str, ...]:
    """The fields that ``id,number`` names. Raises ``Problem`` 422."""
    known = names_of(item)
    wanted = tuple(dict.fromkeys(text.split(",")))
    if unknown := [name for name in wanted if name not in known]:
        detail = f"no field {unknown[0]!r}; there are: {', '.join(known)}"
        raise invalid([{"detail": detail, "parameter": PARAMETER}])
    return wanted


def narrow(result: Any, names: Sequence[str]) -> dict[str, Any]:
    """An answer with these fields alone."""
    if isinstance(result, PageOut):
        return {"items": [_some(item, names) for item in result.items], "next": result.next}
    if isinstance(result, ListOut):
        return {"items": [_some(item, names) for item in result.items]}
    return _some(result, names)


def _some(item: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(item, name) for name in names}
