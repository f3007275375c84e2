"""Hints for people who mistyped."""

import difflib
from collections.abc import Iterable

SHOWN = 16


def hint(word: str, known: Iterable[str]) -> str:
    """ "; did you mean …?" when a known word is close, else what there is."""
    known = list(known)
    close = difflib.get_close_matches(word, known, n=1)
    if close:
        return f"; did you mean `{close[0]}`?"
    more = ", …" if len(known) > SHOWN else ""
    return f"; there are: {', '.join(known[:SHOWN])}{more}" if known else ""
