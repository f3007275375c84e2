"""A dialog is read as it was written, and nothing secret is written."""

from collections.abc import Callable

import pytest

from callserver.sip.answer import Origin
from callserver.sip.dialog import Dialog, Dialogs, Stage
from callserver.sip.errors import SipError
from callserver.sip.forward import Inward, Outward, leaving
from callserver.sip.hop import Hop
from callserver.sip.kept import from_text, to_text
from callserver.sip.leaving import Leaving
from tests.sip.samples import request
from tests.sip.test_forward import HERE, PEER, PORT, TOKEN, parse_request

KEY = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n"


def incoming() -> Dialog:
    invite = parse_request(request(body=KEY))
    origin = Origin.of(invite.vias, PEER)
    Inward(HERE).request(invite, origin)
    dialogs = Dialogs()
    dialogs.peer_request(invite, TOKEN, origin)
    (dialog,) = dialogs.close(TOKEN)
    return dialog


def outgoing() -> Dialog:
    invite = parse_request(
        request(
            "INVITE",
            "sip:anna@10.0.0.1;x-hop=tls*192.0.2.7*40001*s",
            via=f"SIP/2.0/UDP 127.0.0.1:{PORT};branch=z9hG4bKPj.ab",
            body=KEY,
        )
    )
    hop = Outward(HERE).request(invite, TOKEN)
    dialogs = Dialogs()
    dialogs.worker_request(invite, TOKEN, leaving(invite), hop, 0.0)
    (dialog,) = dialogs.close(TOKEN)
    dialog.provisional = True
    return dialog


@pytest.mark.parametrize("make", [incoming, outgoing])
def test_it_ends_in_the_same_words_after_a_restart(make: Callable[[], Dialog]) -> None:
    before, text = make(), to_text(make())
    assert "inline" not in text
    after = from_text(text)
    assert after.key == before.key
    (said,), (again,) = Leaving(before, HERE).start(), Leaving(after, HERE).start()
    assert again == said


def test_an_answered_one_takes_its_routes_along() -> None:
    dialog = outgoing()
    dialog.stage = Stage.CONFIRMED
    dialog.routes = ("<sip:192.0.2.50;lr>",)
    (said,), (again,) = (Leaving(one, HERE).start() for one in (dialog, from_text(to_text(dialog))))
    assert said == again
    assert said.hop == Hop("udp", "192.0.2.50", 5060)


@pytest.mark.parametrize("text", ["", "[]", '{"token": "a"}'])
def test_rubbish_is_no_dialog(text: str) -> None:
    with pytest.raises(SipError):
        from_text(text)


def test_a_hop_of_another_version_is_no_dialog() -> None:
    with pytest.raises(SipError):
        from_text(to_text(outgoing()).replace("tls*", "ws*"))
