"""What phones write into Refer-To."""

import pytest

from callserver.call.referral import Wish, read
from callserver.sip.errors import SipError


@pytest.mark.parametrize(
    ("refer_to", "wish"),
    [
        ("<sip:bob@192.0.2.1>", Wish("bob", "")),
        ("sip:bob@192.0.2.1", Wish("bob", "")),
        ('"Bob" <sip:%2B37120000001@192.0.2.1;transport=tcp>', Wish("+37120000001", "")),
        (
            "<sip:bob@192.0.2.1?Replaces=abc%40host%3Bto-tag%3D1%3Bfrom-tag%3D2>",
            Wish("bob", "abc@host"),
        ),
        (
            "<sip:100@192.0.2.1:5060?Require=replaces&Replaces=z0.J%3Bto-tag%3Da%3Bfrom-tag%3Db>",
            Wish("100", "z0.J"),
        ),
        ("<sip:192.0.2.1?replaces=x%3Bearly-only>", Wish("", "x")),
    ],
)
def test_who_is_meant_is_read(refer_to: str, wish: Wish) -> None:
    assert read(refer_to) == wish


@pytest.mark.parametrize(
    "refer_to", ["", "<sip:192.0.2.1>", "<sip:" + "b" * 65 + "@192.0.2.1>", "<mailto:b@c>", "<"]
)
def test_rubbish_is_refused(refer_to: str) -> None:
    with pytest.raises(SipError):
        read(refer_to)
