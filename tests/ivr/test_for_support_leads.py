"""Mistakes people make in a flow of some length: what they are told names line, matter and cure,
and they are told nothing else."""

import pytest

from callserver.ivr.bind import Binder, File
from callserver.ivr.needs import World
from tests.ivr.talk import READY

GOOD = (READY / "support.yaml").read_text(encoding="utf-8")
WORLD = World(languages=("en", "ru", "uk", "lv"))


def told(text: str) -> list[str]:
    files = {"support": File("support.yaml", text)}
    bound = Binder(files.get, lambda _name: WORLD)
    bound.flow("support")
    return [str(mistake) for mistake in bound.mistakes("support")]


def line_of(text: str, piece: str) -> int:
    return text[: text.index(piece)].count("\n") + 1


def test_flow_is_good_before() -> None:
    assert told(GOOD) == []


COLUMN = (
    "not YAML: this line, or one above it, stands too far to the left or right; what belongs "
    "together begins in the same column"
)
QUOTES = 'put the whole text in quotes, "…"'


@pytest.mark.parametrize(
    ("right", "wrong", "at", "what"),
    [
        ("    next: open\n", "   next: open\n", "   next: open", COLUMN),
        ("  open:\n    hours", "open:\n    hours", "  again:", COLUMN),
        (
            "    next: open\n",
            "\tnext: open\n",
            "\tnext",
            "not YAML: a tab; move lines to the right with spaces",
        ),
        (
            "    next: open\n",
            "      next: open\n",
            "    say:\n      en: Welcome",
            "step `welcome`: `text`: no language `next`; there are: en, ru, uk, lv, or the line "
            "stands too far to the right",
        ),
        (
            "en: To continue in English, press",
            "en: English: press",
            "en: English: press",
            "not YAML: a second `:`, or a line too far to the right; a text with `: ` in it: "
            f"{QUOTES}",
        ),
        (
            "  choose:\n    menu",
            "  choose\n    menu",
            "  choose\n",
            "not YAML: a `:` with a space behind it is missing, as in `next: menu`",
        ),
        (
            "    next: open\n",
            "    next:open\n",
            "    next:open",
            "not YAML: a `:` with a space behind it is missing, as in `next: menu`",
        ),
        (
            "en: Welcome to",
            "en: @Welcome to",
            "en: @",
            f"not YAML: a text cannot begin with `@`; {QUOTES}",
        ),
        (
            "keys: {1: wait, 2",
            "keys: {*: wait, 2",
            "keys: {*",
            'not YAML: `*` means something else in YAML; write it in quotes, "*"',
        ),
        (
            "    menu:\n",
            "    meny:\n",
            "  choose:",
            "step `choose`: unknown kind of step `meny`; did you mean `menu`?",
        ),
        (
            "      otherwise: wait #",
            "      otherwise: #",
            "      otherwise: #",
            "step `choose`: `otherwise` is empty; name the step that follows, or take it out",
        ),
        (
            "      otherwise: wait #",
            "      otherwhise: wait #",
            "      otherwhise",
            "step `choose`: unknown key `otherwhise`; did you mean `otherwise`?",
        ),
        (
            "    next: open\n",
            "    next: opne\n",
            "    next: opne",
            "step `welcome`: `next` leads to `opne`, which is no step; did you mean `open`?",
        ),
        (
            "3: call_back,",
            "3: callback,",
            "3: callback",
            "step `choose`: `keys.3` leads to `callback`, which is no step; did you mean "
            "`call_back`?",
        ),
        (
            "start: language",
            "start: langage",
            "start: ",
            "`langage` is no step; did you mean `language`?",
        ),
        (
            "{balance|money:EUR}",
            "{balanse|money:EUR}",
            "  balance:\n",
            "step `balance`: variable `balanse` is never set before this step; did you mean "
            "`balance`?",
        ),
        (
            "{balance|money:EUR}",
            "{caller.nmae}",
            '    say:\n      en: "The balance',
            "step `balance`: `text`: no variable `caller.nmae`; did you mean `caller.name`?",
        ),
        (
            "keys: {1: wait, 2: account, 3: call_back, 9: choose}",
            "keys: [wait, account]",
            "keys: [wait",
            "step `choose`: `keys`: write pairs, as `{1: sales, 2: support}`",
        ),
    ],
)
def test_one_mistake_is_told_once_with_its_cure(right: str, wrong: str, at: str, what: str) -> None:
    assert right in GOOD
    text = GOOD.replace(right, wrong, 1)
    assert told(text) == [f"support.yaml:{line_of(text, at)}: {what}"]


def test_missing_translation_is_told_with_its_language() -> None:
    (line,) = [line for line in GOOD.splitlines(keepends=True) if "uk: Вітаємо!" in line]
    text = GOOD.replace(line, "", 1)
    said = "step `welcome`: a line speaks `uk`; add a text for it"
    assert told(text) == [f"support.yaml:{line_of(text, '  welcome:')}: {said}"]


def test_variable_that_is_set_only_later_is_not_called_a_misspelling() -> None:
    flow = """
start: tell
steps:
  tell: {say: "It is {account|digits}.", next: ask}
  ask: {collect: {say: Type., into: account}, next: bye}
  bye: {hangup: done}
"""
    assert told(flow) == [
        "support.yaml:4: step `tell`: variable `account` has no value yet when a call comes here; "
        "set it with a step before",
    ]


def test_step_that_slipped_into_another_is_seen_as_one() -> None:
    slipped = "    open: {hours"
    text = GOOD.replace(
        "  open:\n    hours: office # config/hours.yaml\n    next: again\n    closed: closed\n",
        f"{slipped}: office, next: again, closed: closed}}\n",
        1,
    )
    assert told(text)[0] == (
        f"support.yaml:{line_of(text, slipped)}: step `welcome`: `open` looks like a step; let it "
        "begin in the column of the others"
    )


@pytest.mark.parametrize(
    "step",
    [
        "{set: {tries: 1}}",
        "{collect: {say: Type., into: account}, otherwise: bye}",
        "{lookup: crm, into: {name: name}, failed: bye}",
        "{contact: caller.number, into: {level: tier}, unknown: bye}",
        "{language: lv}",
    ],
)
def test_step_that_prepares_for_nothing_is_a_dead_end(step: str) -> None:
    flow = f"start: do\nsteps:\n  do: {step}\n  bye: {{hangup: done}}\n"
    kind = step[1:].partition(":")[0]
    what = f"step `do`: dead end: after this `{kind}` the call ends; name in `next` what follows"
    assert f"support.yaml:3: {what}" in told(flow)
    subflow = {"support": File("support.yaml", flow)}
    bound = Binder(subflow.get, lambda _name: WORLD, lambda _name: False)
    assert not [one for one in bound.mistakes("support") if "dead end" in one.what]
