"""Talk files: what can stand in them, and what is said about mistakes."""

from textwrap import dedent

import pytest

from callserver.ivr.rehearsal.talkfile import read_talks, seconds
from callserver.ivr.rehearsal.talks import Start, TalkFile, Verb


def talks(text: str) -> TalkFile:
    return read_talks(dedent(text), "shop.talk.yaml", "shop")


def test_lines_are_read_with_their_numbers() -> None:
    read = talks("""\
        talks:
          Somebody calls:
            - hears: Welcome
            - presses: 12#
            - waits: 2 min
            - talks
            - talks: 30
            - hangs up
            - call ends: closed
        """)
    assert not read.problems
    [talk] = read.talks
    assert (read.flow, talk.title, talk.number) == ("shop", "Somebody calls", 2)
    assert [(line.number, line.verb, line.seconds) for line in talk.lines] == [
        (3, Verb.HEARS, 0),
        (4, Verb.PRESSES, 0),
        (5, Verb.WAITS, 120),
        (6, Verb.TALKS, 0),
        (7, Verb.TALKS, 30),
        (8, Verb.HANGS_UP, 0),
        (9, Verb.ENDS, 0),
    ]


def test_what_a_talk_gives_goes_before_what_the_file_gives() -> None:
    read = talks("""\
        flow: sales
        given: {at: 2026-12-24 18:30, caller: "+371", language: lv, known: {account: 0071}}
        talks:
          One: [{language: ru, caller: "+372"}, {known: {vip: yes}}, hangs up]
          Two: [hangs up]
        """)
    assert not read.problems
    assert read.flow == "sales"
    one, two = (talk.start for talk in read.talks)
    assert (one.at, one.language) == ("2026-12-24 18:30", "ru")
    assert dict(one.known) == {"caller.number": "+372", "account": "0071", "vip": True}
    assert two == Start("2026-12-24 18:30", "lv", {"caller.number": "+371", "account": "0071"})


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("- hear: Welcome", "unknown line `hear`; did you mean `hears`?"),
        ("- presses: one", "`one` are no keys; there are 0 to 9, * and #"),
        ("- waits: long", "`long` is no time; write 20 s, 2 min or 1 h"),
        ("- hears:", "`hears` needs a text behind it"),
        ("- hangs up: now", "`hangs up` stands alone; take out what is behind it"),
        ("- hears: a\n    - at: 10:00", "`at` is given; it must stand before the first line"),
        ("- at: soon", "`soon` is no time; write 2026-12-24 18:30"),
        ("- language: de", "no language `de`; there are: en, ru, uk, lv"),
        ("- known: {queue.x.length: many}", "`many` must be a number"),
        ("- {hears: a, presses: 1}", "must be one thing that happens, as `hears: Welcome`"),
        ("nothing", "must be a list of lines, as `- hears: Welcome`"),
    ],
)
def test_mistake_is_told_with_its_line(line: str, expected: str) -> None:
    read = read_talks(f"talks:\n  One:\n    {line}\n", "shop.talk.yaml", "shop")
    [problem] = read.problems
    assert problem.what == expected
    assert problem.line >= 2
    assert str(problem).startswith(f"shop.talk.yaml:{problem.line}: ")


def test_unknown_variable_is_told_with_those_there_are() -> None:
    [problem] = talks("talks:\n  One: [{known: {caller.age: 5}}]\n").problems
    assert problem.what.startswith("no variable `caller.age`")


def test_file_without_talks_is_a_mistake() -> None:
    assert [one.what for one in talks("flow: shop\n").problems] == [
        "no talks; write `talks:`, under it a title, under that the lines"
    ]
    assert talks("tlaks: {}\n").problems[0].what == "unknown key `tlaks`; did you mean `talks`?"
    assert talks("talks: [").problems[0].what.startswith("not YAML")


def test_times_are_understood() -> None:
    assert [seconds(text) for text in ("5", "5 s", "1.5 min", "2h")] == [5, 5, 90, 7200]
