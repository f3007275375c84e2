"""Keys in SDP bodies."""

import pytest

from callserver.sip.errors import SipError
from callserver.sip.sdp import MAX_KEYS, check_keys, keys

KEY = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n"


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("", 0),
        ("v=0\r\nm=audio 4000 RTP/AVP 0\r\n", 0),
        (f"m=audio 4000 RTP/SAVP 0\r\n{KEY}{KEY}", 2),
        (f"m=audio 4000 RTP/SAVP 0\n{KEY.upper()}", 1),
        ("s=a=crypto:1\r\n", 0),
    ],
)
def test_keys_are_counted_as_the_parser_behind_us_reads_them(body: str, count: int) -> None:
    assert keys(body.encode()) == count


def test_more_keys_than_the_parser_behind_us_bears_are_refused() -> None:
    check_keys(KEY.encode() * MAX_KEYS)
    with pytest.raises(SipError, match="Keys"):
        check_keys(KEY.encode() * (MAX_KEYS + 1))
