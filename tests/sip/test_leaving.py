"""A worker dies: what its peers hear from us, by stage of the dialog."""

import pytest

from callserver.sip.answer import Origin
from callserver.sip.dialog import GRACE_S, Dialogs, Stage
from callserver.sip.forward import Inward, Outward, leaving
from callserver.sip.hop import Hop
from callserver.sip.leaving import Leaving
from callserver.sip.message import Request, Response, parse
from tests.sip.samples import request
from tests.sip.test_forward import HERE, PEER, PORT, TOKEN, answered, parse_request, worker_request

NOW = 1000.0
CONTACT = f"Contact: <sip:{TOKEN}@{HERE.public}>"
INTERNAL = "Route: <sip:127.0.0.1:15060;lr>"


class Call:
    """One dialog through both halves of the door, with the tracker looking on."""

    def __init__(self) -> None:
        self.dialogs = Dialogs()
        self.inward, self.outward = Inward(HERE), Outward(HERE)

    def from_peer(self, data: bytes, source: Hop = PEER) -> Request:
        message = parse_request(data)
        origin = Origin.of(message.vias, source)
        self.inward.request(message, origin)
        self.dialogs.peer_request(message, TOKEN, origin)
        return parse_request(bytes(message))

    def from_worker(self, data: bytes) -> Request:
        message = parse_request(data)
        hop = self.outward.request(message, TOKEN)
        sent = leaving(message)
        self.dialogs.worker_request(message, TOKEN, sent, hop, NOW)
        return parse_request(sent)

    def worker_answers(self, data: bytes) -> None:
        message = parse(data)
        assert isinstance(message, Response)
        hop = self.outward.response(message)
        self.dialogs.worker_response(message, leaving(message), hop, NOW)

    def peer_answers(self, data: bytes, source: Hop = PEER) -> None:
        message = parse(data)
        assert isinstance(message, Response)
        self.inward.response(message, source, PORT, "z9hG4bKPj.ab-c")
        self.dialogs.peer_response(message, NOW)

    def die(self) -> Leaving:
        (dialog,) = self.dialogs.close(TOKEN)
        assert len(self.dialogs) == 0
        return Leaving(dialog, HERE)


@pytest.fixture
def call() -> Call:
    return Call()


def response(data: bytes) -> Response:
    read = parse(data)
    assert isinstance(read, Response)
    return read


def invite_of_worker(cseq: int = 1) -> bytes:
    return worker_request("INVITE", "sip:+1@192.0.2.7:5070", INTERNAL).replace(
        b"CSeq: 1 ", f"CSeq: {cseq} ".encode()
    )


def test_an_answered_incoming_call_gets_bye(call: Call) -> None:
    invite = call.from_peer(
        request("INVITE", "sip:1@b", "Record-Route: <sip:192.0.2.50;lr>", contact="<sip:j@pc33>")
    )
    call.worker_answers(answered(invite, 180, CONTACT, tag="w"))
    call.worker_answers(answered(invite, 200, CONTACT, tag="w"))
    leaving_call = call.die()
    (packet,) = leaving_call.start()
    bye = parse_request(packet.data)
    assert (bye.method, bye.target) == ("BYE", "sip:j@pc33")
    assert packet.hop == Hop("udp", "192.0.2.50", 5060)
    assert bye.headers.getlist("Route") == ["<sip:192.0.2.50;lr>"]
    assert (bye.from_tag, bye.to_tag, bye.cseq) == ("w", "peer1", 1)
    assert bye.call_id == invite.call_id
    assert not leaving_call.is_done
    assert leaving_call.response(response(answered(bye, 200)), PEER) == []
    assert leaving_call.is_done


def test_the_bye_takes_the_way_the_peer_came_and_counts_on_from_the_worker(call: Call) -> None:
    source = Hop("tcp", "203.0.113.9", 61000)
    invite = call.from_peer(request(contact="<sip:j@10.0.0.1>"), source)
    call.worker_answers(answered(invite, 200, CONTACT, tag="w"))
    target = f"sip:j@10.0.0.1;x-hop={source}"
    info = worker_request("INFO", target, INTERNAL).replace(b"CSeq: 1 ", b"CSeq: 41 ")
    info = info.replace(b"tag=w1", b"tag=w").replace(b"<sip:100@192.0.2.1>", b"<sip:j@x>;tag=peer1")
    call.from_worker(info)
    (packet,) = call.die().start()
    bye = parse_request(packet.data)
    assert packet.hop == source
    assert (bye.target, bye.cseq, bye.vias[0].transport) == ("sip:j@10.0.0.1", 42, "TCP")


def test_an_unanswered_incoming_call_gets_a_final_answer_until_it_is_acknowledged(
    call: Call,
) -> None:
    invite = call.from_peer(request())
    call.worker_answers(answered(invite, 180, CONTACT, tag="w"))
    leaving_call = call.die()
    (packet,) = leaving_call.start()
    final = response(packet.data)
    assert (final.code, final.to_tag, packet.hop) == (503, "w", PEER)
    assert [via.branch for via in final.vias] == ["z9hG4bK-1"]
    assert leaving_call.request(parse_request(request("ACK"))) == 0
    assert leaving_call.is_done


def test_a_refusal_of_the_workers_that_was_not_acknowledged_is_repeated(call: Call) -> None:
    invite = call.from_peer(request())
    call.worker_answers(answered(invite, 486, tag="w"))
    (packet,) = call.die().start()
    assert response(packet.data).code == 486


def test_a_refusal_that_was_acknowledged_is_over(call: Call) -> None:
    invite = call.from_peer(request())
    call.worker_answers(answered(invite, 486, tag="w"))
    call.from_peer(request("ACK", to="<sip:100@192.0.2.1>;tag=w"))
    assert call.die().start() == []


def test_a_ringing_outgoing_call_is_cancelled_and_its_487_acknowledged(call: Call) -> None:
    invite = call.from_worker(invite_of_worker())
    call.peer_answers(answered(invite, 180))
    leaving_call = call.die()
    (packet,) = leaving_call.start()
    cancel = parse_request(packet.data)
    assert (cancel.method, cancel.target, cancel.cseq) == ("CANCEL", invite.target, 1)
    assert cancel.vias == invite.vias
    assert leaving_call.response(response(answered(cancel, 200)), PEER) == []
    assert not leaving_call.is_done
    (ack,) = leaving_call.response(response(answered(invite, 487)), PEER)
    read = parse_request(ack.data)
    assert (read.method, read.to_tag, read.vias) == ("ACK", "theirs", invite.vias)
    assert leaving_call.is_done


def test_an_outgoing_call_without_any_answer_is_cancelled_when_one_comes(call: Call) -> None:
    invite = call.from_worker(invite_of_worker())
    leaving_call = call.die()
    assert leaving_call.start() == []
    assert not leaving_call.is_done
    (packet,) = leaving_call.response(response(answered(invite, 180)), PEER)
    assert parse_request(packet.data).method == "CANCEL"


def test_an_answer_that_crosses_the_cancel_is_accepted_and_hung_up(call: Call) -> None:
    invite = call.from_worker(invite_of_worker())
    call.peer_answers(answered(invite, 180))
    leaving_call = call.die()
    leaving_call.start()
    ok = answered(invite, 200, "Contact: <sip:+1@10.0.0.1>")
    ack, bye = leaving_call.response(response(ok), PEER)
    assert [parse_request(packet.data).method for packet in (ack, bye)] == ["ACK", "BYE"]
    assert parse_request(ack.data).cseq == 1
    assert parse_request(bye.data).cseq == 2
    assert bye.hop == PEER
    (again,) = leaving_call.response(response(ok), PEER)
    assert parse_request(again.data).method == "ACK"
    leaving_call.response(response(answered(parse_request(bye.data), 200)), PEER)
    assert leaving_call.is_done


def test_an_answered_outgoing_call_gets_bye(call: Call) -> None:
    invite = call.from_worker(invite_of_worker(7))
    routes = "Record-Route: <sip:192.0.2.51;lr>, <sip:192.0.2.50;lr>"
    call.peer_answers(answered(invite, 200, routes, "Contact: <sip:+1@10.0.0.1>"))
    (packet,) = call.die().start()
    bye = parse_request(packet.data)
    assert (bye.from_tag, bye.to_tag, bye.cseq) == ("w1", "theirs", 8)
    assert bye.headers.getlist("Route") == ["<sip:192.0.2.50;lr>", "<sip:192.0.2.51;lr>"]
    assert packet.hop == Hop("udp", "192.0.2.50", 5060)


def test_the_workers_last_bye_is_repeated_word_for_word(call: Call) -> None:
    invite = call.from_worker(invite_of_worker())
    call.peer_answers(answered(invite, 200, "Contact: <sip:+1@192.0.2.7:5070>"))
    bye = worker_request("BYE", "sip:+1@192.0.2.7:5070", INTERNAL)
    bye = bye.replace(b"<sip:100@192.0.2.1>", b"<sip:100@192.0.2.1>;tag=theirs")
    sent = call.from_worker(bye)
    leaving_call = call.die()
    (packet,) = leaving_call.start()
    assert packet.data == bytes(sent)
    leaving_call.response(response(answered(sent, 481)), PEER)
    assert leaving_call.is_done


def test_a_call_both_sides_left_needs_no_word_and_is_forgotten(call: Call) -> None:
    invite = call.from_peer(request())
    call.worker_answers(answered(invite, 200, CONTACT, tag="w"))
    bye = call.from_peer(request("BYE", f"sip:{TOKEN}@b", to="<sip:1@b>;tag=w", cseq=2))
    call.worker_answers(answered(bye, 200))
    found = call.dialogs.find(invite)
    assert found is not None
    assert found.stage is Stage.ENDED
    call.dialogs.expire(NOW + GRACE_S - 1)
    assert len(call.dialogs) == 1
    call.dialogs.expire(NOW + GRACE_S)
    assert len(call.dialogs) == 0


def test_a_peer_that_hangs_up_meanwhile_is_answered(call: Call) -> None:
    invite = call.from_peer(request())
    call.worker_answers(answered(invite, 200, CONTACT, tag="w"))
    leaving_call = call.die()
    leaving_call.start()
    bye = parse_request(request("BYE", f"sip:{TOKEN}@b", to="<sip:1@b>;tag=w", cseq=2))
    assert leaving_call.request(bye) == 200
    assert leaving_call.is_done
