"""REFER as text."""

import pytest

from callserver.media.worker import refer

REFER = (
    "REFER sip:w1@192.0.2.1 SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1\r\n"
    "CSeq: 7 REFER\r\n"
    "Refer-To: <sip:bob@192.0.2.1>\r\n"
    "\r\n"
)


def test_a_refer_says_who_shall_be_called() -> None:
    assert refer.read(REFER) == refer.Refer(7, "<sip:bob@192.0.2.1>", quiet=False)


def test_the_short_form_folding_and_a_phone_that_wants_no_news_are_understood() -> None:
    text = REFER.replace("Refer-To:", "r:\r\n ").replace("CSeq", "Refer-Sub: false\r\ncseq")
    assert refer.read(text) == refer.Refer(7, "<sip:bob@192.0.2.1>", quiet=True)


@pytest.mark.parametrize(
    "text",
    [
        REFER.replace("Refer-To: <sip:bob@192.0.2.1>\r\n", ""),
        REFER.replace("Refer-To:", "Refer-To: <sip:eve@192.0.2.1>\r\nRefer-To:"),
        REFER.replace("<sip:bob@192.0.2.1>", "<sip:" + "b" * 3000 + "@192.0.2.1>"),
        REFER.replace("CSeq: 7 REFER", "CSeq:"),
        REFER.replace("CSeq: 7 REFER", "CSeq: ²"),
        "",
    ],
)
def test_what_names_nobody_or_two_is_refused(text: str) -> None:
    assert refer.read(text) is None


def test_the_last_word_ends_the_subscription() -> None:
    assert refer.state(180).startswith("active")
    assert refer.state(200) == "terminated;reason=noresource"
    assert refer.fragment(486) == "SIP/2.0 486 Busy Here\r\n"
