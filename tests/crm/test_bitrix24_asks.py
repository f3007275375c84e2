"""What is made of the events of a Bitrix24 portal, whatever is in them."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callserver.crm.connectors.bitrix24_asks import CALLBACK, CLICK, errand, proves
from callserver.model.errands import CallbackErrand, CallErrand
from callserver.testing.crms.bitrix24 import APPLICATION, FakeBitrix24

NUMBER = "+37120000012"


def click(**data: str) -> dict[str, str]:
    form = FakeBitrix24().click("17", NUMBER, "100")
    return {**form, **{f"data[{name}]": value for name, value in data.items()}}


def test_a_click_is_a_call_for_its_user_with_the_card_it_has() -> None:
    assert errand(click(), "") == CallErrand("externalCall.1001", "17", NUMBER, "100")
    wanted = errand(click(EXTENSION="12", LINE_NUMBER=""), "")
    assert wanted == CallErrand("externalCall.1001", "17", NUMBER, "", "12")
    assert errand({**click(), "event": "onExternalCallStart"}, "") == errand(click(), "")


@pytest.mark.parametrize(
    ("international", "written", "number"),
    [
        ("", "+371 2000-0012", NUMBER),
        ("+37120000012", "20000012", NUMBER),
        ("the boss", "8 (495) 123-45-67", "84951234567"),
        ("", "the boss", ""),
        ("", "", ""),
        ("", "+371;ext=1", ""),
        ("", "+371\r\n20000012", ""),
        ("", "٣٤٥٦٧", ""),
        ("", "1" * 41, ""),
    ],
)
def test_a_number_is_one_or_empty_and_the_card_is_not_forgotten(
    international: str, written: str, number: str
) -> None:
    form = click(PHONE_NUMBER_INTERNATIONAL=international, PHONE_NUMBER=written)
    asked = errand(form, "")
    assert isinstance(asked, CallErrand)
    assert (asked.number, asked.card) == (number, "externalCall.1001")


@pytest.mark.parametrize(
    "data",
    [
        {"CALL_ID": ""},
        {"CALL_ID": "x" * 129},
        {"CALL_ID": "a/../b"},
        {"USER_ID": ""},
        {"USER_ID": "17 OR 1=1"},
        {"USER_ID": "-1"},
    ],
)
def test_without_card_or_user_nothing_can_be_done(data: dict[str, str]) -> None:
    assert errand(click(**data), "") is None


def test_a_callback_form_is_for_its_line_or_the_queue_that_is_set() -> None:
    form = FakeBitrix24().callback_form(NUMBER, "+371 67000100")
    assert errand(form, "") == CallbackErrand(NUMBER, "+371 67000100")
    assert errand(form, "sales") == CallbackErrand(NUMBER, "+371 67000100", "sales")
    assert errand({**form, "data[PHONE_NUMBER]": "soon"}, "") is None


@pytest.mark.parametrize("event", ["", "ONAPPINSTALL", "ONCRMLEADADD", CLICK + "X"])
def test_other_events_are_none_of_ours(event: str) -> None:
    assert errand({**click(), "event": event}, "") is None


def test_the_token_is_the_one_of_the_application_to_the_letter() -> None:
    form = click()
    assert proves(form, APPLICATION)
    for given_ in ("", APPLICATION.upper(), APPLICATION + " ", "\ud800", "é"):
        assert not proves({**form, "auth[application_token]": given_}, APPLICATION)
    assert not proves({}, APPLICATION)


NAMES = ["PHONE_NUMBER", "PHONE_NUMBER_INTERNATIONAL", "EXTENSION", "USER_ID", "LINE_NUMBER"]
SIGNS = string.printable + "é٣\u2028\x00"
FORMS = st.dictionaries(
    st.sampled_from([f"data[{name}]" for name in [*NAMES, "CALL_ID"]]),
    st.one_of(st.text(SIGNS, max_size=50), st.text(string.digits + "+-() ", max_size=50)),
)


@settings(max_examples=150)
@given(FORMS, st.sampled_from([CLICK, CALLBACK]))
def test_whatever_comes_is_understood_in_full_or_left(form: dict[str, str], event: str) -> None:
    asked = errand({**form, "event": event}, "")
    if asked is None:
        return
    assert set(asked.number) <= set("+0123456789") and len(asked.number) <= 40
    if isinstance(asked, CallErrand):
        assert asked.user.isascii() and asked.user.isdigit()
        assert 0 < len(asked.card) <= 128 and asked.card.isascii() and asked.card.isprintable()
