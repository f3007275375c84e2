"""What is wrong with a text that is no YAML, in words of whoever wrote it (pure)."""

import re

import yaml

_QUOTES = 'put the whole text in quotes, "…"'
_ADVICE: tuple[tuple[str, str], ...] = (
    (r"found character '\\t'", "a tab; move lines to the right with spaces"),
    (
        r"found character '(.)' that cannot start",
        rf"a text cannot begin with `\1`; {_QUOTES}",
    ),
    (r"alias", '`*` means something else in YAML; write it in quotes, "*"'),
    (
        r"mapping values are not allowed",
        f"a second `:`, or a line too far to the right; a text with `: ` in it: {_QUOTES}",
    ),
    (
        r"could not find expected ':'",
        "a `:` with a space behind it is missing, as in `next: menu`",
    ),
    (
        r"but found '<block (mapping|sequence) start>'",
        "this line, or one above it, stands too far to the left or right; what belongs together "
        "begins in the same column",
    ),
    (
        r"expected <block end>, but found",
        "something stands behind a closing quote or bracket; is a quote above it not closed? "
        f"A text that begins with a bracket: {_QUOTES}",
    ),
    (
        r"expected ',' or '(.)'",
        r"a `,` or `\1` is missing; inside brackets a text with a comma, a colon or a quote "
        "stands in quotes itself, and # begins a comment",
    ),
    (r"unexpected end of stream", "a quote is opened here and never closed"),
)
_BEGINNINGS = ("could not find expected ':'", "unexpected end of stream")
"""Where these are noticed is far behind the line that they are about."""


def told(error: yaml.MarkedYAMLError) -> tuple[int, str]:
    """(line, what is wrong and how to mend it)."""
    problem = error.problem or error.context or ""
    at = error.problem_mark or error.context_mark
    if any(one in problem for one in _BEGINNINGS):
        at = error.context_mark or at
    said = f"{error.context or ''}; {problem}"
    for pattern, advice in _ADVICE:
        if found := re.search(pattern, said):
            problem = found.expand(advice)
            break
    return (at.line + 1 if at else 0), f"not YAML: {problem}"
