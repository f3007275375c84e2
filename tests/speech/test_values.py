"""Values in words, against tables written by hand and against num2words and CLDR."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from babel import Locale
from babel.dates import get_day_names, get_month_names
from babel.units import format_unit
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from callserver.model.errors import PromptError
from callserver.model.flow import Spoken, Value
from callserver.speech.numbers import CATEGORIES, category
from callserver.speech.phrases import LANGUAGES
from callserver.speech.values import ON, PAUSE, pieces
from callserver.speech.vocabulary import pieces as vocabulary
from callserver.speech.words import words

SAID = Path(__file__).parent / "said"


def said(language: str, kind: str, value: Value, arg: str = "") -> str:
    """What is heard, without the marks that the voice stays up."""
    return " ".join(piece.removesuffix(ON) for piece in pieces(language, kind, value, arg))


def rows() -> Iterator[tuple[str, str, str, str]]:
    for language in LANGUAGES:
        for line in (SAID / f"{language}.txt").read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                asked, expected = line.split(" = ")
                way, value = asked.split(" ", 1)
                yield language, way, value, expected


def test_every_language_has_at_least_sixty_rows_and_every_way() -> None:
    for language in LANGUAGES:
        own = [way.partition(":")[0] for spoken, way, *_ in rows() if spoken == language]
        assert len(own) >= 60
        assert set(own) == {str(way) for way in Spoken}


@pytest.mark.parametrize(("language", "way", "value", "expected"), list(rows()))
def test_values_are_said_as_people_say_them(
    language: str, way: str, value: str, expected: str
) -> None:
    kind, _, arg = way.partition(":")
    assert said(language, kind, value, arg) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_those_of_num2words(language: str) -> None:
    for number in (*range(1200), *range(1990, 22_000, 37), *range(99_000, 10_000_000, 98_765)):
        theirs = num2words(number, lang=language).replace("'", "’").replace("simtu", "simts")
        ours = said(language, "number", number)
        assert ours == theirs.replace(" and ", " ").replace(",", ""), number


@pytest.mark.parametrize("language", ["ru", "uk", "en"])
def test_ordinals_are_those_of_num2words(language: str) -> None:
    for number in range(1, 32):
        theirs = num2words(number, lang=language, to="ordinal").replace("'", "’")
        assert said(language, "ordinal", number) == theirs


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_categories_are_those_of_cldr(language: str) -> None:
    rule = Locale(language).plural_form
    for number in range(1300):
        assert category(words(language), number) == rule(number), number


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("noun", ["second", "minute", "hour", "day"])
def test_forms_of_units_are_those_of_cldr(language: str, noun: str) -> None:
    for number in (0, 1, 2, 5, 10, 11, 14, 21, 22, 25, 101, 111):
        theirs = format_unit(number, f"duration-{noun}", length="long", locale=language)
        assert said(language, "count", number, noun).split()[-1] == theirs.split()[-1]


@pytest.mark.parametrize("language", ["en", "ru", "uk"])
def test_months_are_those_of_cldr_in_the_case_of_dates(language: str) -> None:
    assert words(language).months == tuple(get_month_names("wide", locale=language).values())


def test_weekdays_begin_with_monday_everywhere() -> None:
    for language in LANGUAGES:
        for number, name in get_day_names("wide", locale=language).items():
            stem = name.replace("ʼ", "’")[:3].lower()
            assert stem in words(language).weekdays[number].lower(), (language, name)


def any_value() -> st.SearchStrategy[tuple[str, Value, str]]:
    days = st.dates(date(1990, 1, 1), date(2099, 12, 31)).map(str)
    minutes = st.tuples(st.floats(0, 60), st.floats(0, 100)).map(
        lambda pair: f"{pair[0]:.1f}-{pair[0] + pair[1]:.1f}"
    )
    whole = st.integers(-999_999_999, 999_999_999)
    return st.one_of(
        st.tuples(st.just("number"), st.one_of(whole, st.floats(-1e8, 1e8)), st.just("")),
        st.tuples(st.just("ordinal"), whole, st.sampled_from(["", "m"])),
        st.tuples(st.just("digits"), st.from_regex(r"[0-9*#+ -]{1,20}", fullmatch=True)).map(
            lambda pair: (*pair, "")
        ),
        st.tuples(st.just("date"), days, st.sampled_from(["", "weekday", "year", "full"])),
        st.tuples(st.just("time"), st.times().map(str), st.sampled_from(["", "at", "24"])),
        st.tuples(
            st.just("money"),
            st.decimals(-(10**8), 10**8, places=2).map(str),
            st.sampled_from(list(words("en").currencies)),
        ),
        st.tuples(st.just("phone"), st.from_regex(r"\+?[0-9]{2,15}", fullmatch=True), st.just("")),
        st.tuples(st.just("duration"), st.integers(0, 10**8), st.just("")),
        st.tuples(st.just("range"), minutes, st.just("")),
        st.tuples(st.just("count"), whole, st.sampled_from(list(words("en").nouns))),
    )


@pytest.mark.parametrize("language", LANGUAGES)
@given(asked=any_value())
def test_every_piece_of_any_value_is_in_the_vocabulary(
    language: str, asked: tuple[str, Value, str]
) -> None:
    kind, value, arg = asked
    if kind == "digits" and not str(value).strip():
        return
    there = set(vocabulary(language).values())
    assert set(pieces(language, kind, value, arg)) <= there


def test_every_day_time_and_small_number_is_in_the_vocabulary() -> None:
    for language in LANGUAGES:
        there = set(vocabulary(language).values())
        day = date(2028, 1, 1)
        for n in range(366):
            assert set(pieces(language, "date", str(day + timedelta(n)), "full")) <= there
        for minute in range(24 * 60):
            for arg in ("", "at", "24"):
                when = f"{minute // 60:02}:{minute % 60:02}"
                assert set(pieces(language, "time", when, arg)) <= there
        for letter in words(language).letters:
            assert set(pieces(language, "spell", letter)) <= there


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_hundreds_of_pieces_not_thousands_and_no_text_twice(language: str) -> None:
    named = vocabulary(language)
    assert len(named) < 900
    assert len(set(named.values())) == len(named)
    assert all(text == text.strip() and text for text in named.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_noun_and_currency_has_every_form_that_is_counted_with(language: str) -> None:
    spoken = words(language)
    nouns = [
        *spoken.nouns.values(),
        *(noun for pair in spoken.currencies.values() for noun in pair),
    ]
    for noun in nouns:
        assert noun.forms().keys() == set(CATEGORIES[spoken.plural])


@pytest.mark.parametrize(
    ("kind", "value", "arg", "complaint"),
    [
        ("number", None, "", "no value"),
        ("number", "", "", "no value"),
        ("number", True, "", "no value"),
        ("number", "twelve", "", "no number"),
        ("number", "1e999999999", "", "too large"),
        ("number", "nan", "", "too large|no number"),
        ("number", 1_000_000_000, "", "too large"),
        ("count", 1.5, "call", "no whole number"),
        ("count", 1, "cow", "no noun `cow`; there are: .*call"),
        ("digits", "12a", "", "cannot be read out"),
        ("digits", "1" * 65, "", "too long"),
        ("date", "23.11.2026", "", "no date like 2026-11-23"),
        ("date", "2026-02-30", "", "no date"),
        ("date", "2026-11-23", "month", "say one of: weekday, year, full"),
        ("time", "25:00", "", "no time like 14:05"),
        ("money", "12", "ABC", "no currency `ABC`; there are: EUR, USD"),
        ("phone", "call me", "", "no telephone number"),
        ("duration", -1, "", "negative"),
        ("range", "5-3", "", "no range"),
        ("sung", 1, "", "sung"),
    ],
)
def test_what_cannot_be_said_is_an_error_that_tells_why(
    kind: str, value: Value, arg: str, complaint: str
) -> None:
    with pytest.raises(PromptError, match=complaint):
        pieces("en", kind, value, arg)


@pytest.mark.parametrize("kind", ["digits", "phone", "spell", "date", "time", "number"])
def test_error_never_repeats_a_value_it_may_be_secret(kind: str) -> None:
    with pytest.raises(PromptError) as caught:
        pieces("en", kind, "4929~1234")
    assert "4929" not in str(caught.value)


def test_hair_of_a_number_is_nothing() -> None:
    assert pieces("en", "number", "1e-999999999") == ("zero",)


def test_voice_stays_up_in_numbers_that_something_follows_and_falls_at_the_end() -> None:
    assert pieces("en", "digits", "12") == ("one,", "two")
    assert pieces("ru", "count", 1021, "minute") == ("одна,", "тысяча,", "двадцать одна,", "минута")
    assert pieces("en", "phone", "2012") == ("two,", "zero", PAUSE, "one,", "two")


def test_groups_of_a_telephone_number_are_told_apart_by_pauses() -> None:
    assert pieces("en", "phone", "+37120123456").count(PAUSE) == 3
