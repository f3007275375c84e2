"""A digest as people read it, in four languages."""

from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest

from callserver.crm.digest.text import LINES
from callserver.crm.notices import LANGUAGES, Notice, Notices
from callserver.model.digest import Compared, Numbers, Report

NOW = Numbers(
    *(120, 108, 108, 90, 1620.0, 190.0, 26_460.0, 10, 2, 450.0, 1),
    *(5, 3, 1, 1, 4, 2, 20, 10),
)
BEFORE = Numbers(offered=110, answered=100, aimed=100, in_time=80, waited_s=1600.0, longest_s=170.0)
EVERY = Compared("", 20.0, NOW, BEFORE)
REPORT = Report(
    *("morning", "2026-11-22", "2026-11-22", "2026-11-15", "2026-11-15", ""),
    *(EVERY, (replace(EVERY, queue="support"),), 1, 2, 3),
)


def notice(language: str, **changes: Any) -> Notice:
    notices = Notices(None, UTC, {"queue:support": "Help"})
    return notices.digest(replace(REPORT, **changes), language)


def test_it_says_what_a_team_lead_acts_on() -> None:
    told = notice("en")
    assert told.subject == "2026-11-22: 120 calls, 108 answered"
    for line in (
        "The calls of 2026-11-22; in brackets those of 2026-11-15.",
        "Calls: 120 (110)",
        "Answered within 20 s: 90, 83 % (80, 80 %)",
        "Gave up waiting: 10, 8 % (0, 0 %)",
        "… after, on average: 0:45 (–)",
        "Mean wait: 0:15 (0:16)",
        "Longest wait: 3:10 (2:50)",
        "Mean handling time: 4:05 (0:00)",
        "… still open: 1 (0)",
        "… not heard yet: 2 (0)",
        "Survey answers: 10/20, 50 % (0/0, –)",
        "Promises broken: 1 (2)",
        "Deliveries given up: 3",
    ):
        assert line in told.text.splitlines(), told.text
    assert "Help" not in told.text, "of one queue it is said once"


def test_several_queues_have_their_own_lines_and_a_late_one_says_so() -> None:
    some = (replace(EVERY, queue="support"), replace(EVERY, queue="sales", target_s=None))
    told = notice("en", queues=some, due="2026-11-23 07:30", first="2026-11-16")
    assert told.text.startswith("This mail is late: it was due at 2026-11-23 07:30")
    assert told.subject.startswith("2026-11-16 – 2026-11-22: ")
    lines = told.text.splitlines()
    assert lines.index("All together") < lines.index("Help") < lines.index("sales")
    assert "Answered in time: 90, 83 % (80, 80 %)" in lines[lines.index("sales") :]


def test_what_there_was_none_of_is_left_out() -> None:
    some = replace(EVERY, now=replace(NOW, callbacks=0, asked=0, abandoned=0, unrecorded=0))
    labels = {line.partition(":")[0] for line in notice("en", every=some).text.splitlines()}
    assert labels & {"Callbacks asked for", "… reached", "… of these within 5 s"} == set()
    assert {"Gave up waiting", "Mean handling time", "Voicemails left"} <= labels
    past = replace(some, before=replace(BEFORE, callbacks=2))
    assert "Callbacks asked for: 0 (2)" in notice("en", every=past).text


def test_of_an_empty_day_it_says_just_that() -> None:
    nothing = replace(EVERY, now=Numbers())
    told = notice("en", every=nothing, queues=(), broken=0, dead=0)
    assert (told.subject, told.text) == ("2026-11-22: no calls", "No call came on 2026-11-22.")
    assert notice("en", every=nothing, broken=0).text.endswith("Deliveries given up: 3")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_all_words_and_its_own(language: str) -> None:
    told = notice(language, due="2026-11-23 07:30")
    assert "{" not in told.subject + told.text
    assert len(told.text.splitlines()) == len(
        notice("en", due="2026-11-23 07:30").text.splitlines()
    )
    own = {line.partition(":")[0] for line in told.text.splitlines()}
    theirs = {
        line.partition(":")[0]
        for other in LANGUAGES
        if other != language
        for line in notice(other, due="2026-11-23 07:30").text.splitlines()
    }
    assert own & theirs <= {""}
    assert len(own) > len(LINES)


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en", {1: "1 call,", 2: "2 calls,", 21: "21 calls,"}),
        ("ru", {1: "1 звонок,", 3: "3 звонка,", 11: "11 звонков,", 121: "121 звонок,"}),
        ("uk", {1: "1 дзвінок,", 4: "4 дзвінки,", 14: "14 дзвінків,", 100: "100 дзвінків,"}),
        ("lv", {1: "1 zvans,", 2: "2 zvani,", 10: "10 zvanu,", 11: "11 zvanu,", 21: "21 zvans,"}),
    ],
)
def test_numbers_and_their_noun_agree(language: str, forms: dict[int, str]) -> None:
    for count, said in forms.items():
        every = replace(EVERY, now=replace(NOW, offered=count))
        assert said in notice(language, every=every).subject
