"""The table of phones, by scenarios of RFC 3261 section 10.3 and of the floor."""

import pytest

from callserver.model.people import Binding
from callserver.sip.errors import SipError
from callserver.sip.hop import Hop
from callserver.sip.message import Request, parse
from callserver.sip.registrar import Change, Registrar, contacts, read
from tests.sip.samples import request

NOW = 1_800_000_000.0
HOME = Hop("udp", "192.0.2.7", 5062)


class Table:
    """A registrar and a phone book of REGISTERs."""

    def __init__(self) -> None:
        self.registrar = Registrar(60, 3600, 3)
        self.now = NOW
        self._cseq = 0

    def register(
        self,
        *contacts: str,
        expires: str | None = None,
        call_id: str = "a",
        cseq: int | None = None,
        hop: Hop = HOME,
    ) -> Change:
        self._cseq += 1
        more = [f"Contact: {contact}" for contact in contacts]
        if expires is not None:
            more.append(f"Expires: {expires}")
        message = parse(
            request(
                "REGISTER",
                "sip:callserver",
                *more,
                contact="",
                call_id=call_id,
                cseq=cseq or self._cseq,
            )
        )
        assert isinstance(message, Request)
        return self.registrar.register(read(message, "anna", hop, 3600), self.now)

    @property
    def bound(self) -> list[str]:
        return [binding.contact for binding in self.registrar.bound("anna")]


@pytest.fixture
def table() -> Table:
    return Table()


def test_a_phone_registers_refreshes_and_leaves(table: Table) -> None:
    first = table.register("<sip:anna@192.0.2.7:5062>", expires="300")
    assert (first.new, first.gone, len(first.saved)) == (1, 0, 1)
    assert first.bound[0].expires_at == NOW + 300
    assert first.bound[0].hop == "udp*192.0.2.7*5062"
    table.now += 100
    again = table.register("<sip:anna@192.0.2.7:5062>", expires="300")
    assert (again.new, again.gone, again.bound[0].expires_at) == (0, 0, NOW + 400)
    left = table.register("<sip:anna@192.0.2.7:5062>", expires="0")
    assert (left.new, left.gone, left.bound) == (0, 1, ())
    assert [binding.contact for binding in left.removed] == ["sip:anna@192.0.2.7:5062"]


def test_the_contact_parameter_wins_over_the_header_and_both_over_the_default(
    table: Table,
) -> None:
    change = table.register("<sip:anna@a:1>;expires=90", "<sip:anna@b:1>", expires="600")
    assert {b.contact: b.expires_at - NOW for b in change.bound} == {
        "sip:anna@a:1": 90,
        "sip:anna@b:1": 600,
    }
    table.now += 1
    change = table.register("<sip:anna@c:1>", call_id="b")
    assert change.bound[0].expires_at == table.now + 3600


def test_too_long_is_shortened_and_too_short_is_423(table: Table) -> None:
    change = table.register("<sip:anna@a:1>", expires="999999999999999")
    assert change.bound[0].expires_at == NOW + 3600
    with pytest.raises(SipError) as refused:
        table.register("<sip:anna@a:1>", expires="59")
    assert refused.value.code == 423
    assert refused.value.extra == (("Min-Expires", "60"),)


def test_asking_changes_nothing_and_tells_the_seconds_left(table: Table) -> None:
    table.register("<sip:anna@a:1>", expires="300")
    table.now += 100
    change = table.register()
    assert (change.saved, change.removed) == ((), ())
    assert contacts(change.bound, table.now) == [("Contact", "<sip:anna@a:1>;expires=200")]


def test_the_star_takes_everything_away(table: Table) -> None:
    table.register("<sip:anna@a:1>", call_id="a")
    table.register("<sip:anna@b:1>", call_id="b")
    change = table.register("*", expires="0", call_id="c")
    assert (change.gone, change.bound, len(change.removed)) == (2, (), 2)


@pytest.mark.parametrize(
    ("values", "expires"), [(["*"], None), (["*"], "60"), (["*", "<sip:anna@a:1>"], "0")]
)
def test_the_star_has_rules(table: Table, values: list[str], expires: str | None) -> None:
    with pytest.raises(SipError) as refused:
        table.register(*values, expires=expires)
    assert refused.value.code == 400


def test_an_older_register_does_not_undo_a_newer_one(table: Table) -> None:
    table.register("<sip:anna@a:1>", cseq=5)
    with pytest.raises(SipError) as refused:
        table.register("<sip:anna@a:1>", expires="0", cseq=4)
    assert refused.value.code == 500
    with pytest.raises(SipError):
        table.register("*", expires="0", cseq=4)
    assert table.bound == ["sip:anna@a:1"]


def test_a_retransmission_changes_nothing_even_from_elsewhere(table: Table) -> None:
    table.register("<sip:anna@a:1>", cseq=5)
    change = table.register("<sip:anna@a:1>", cseq=5, hop=Hop("udp", "198.51.100.1", 1))
    assert (change.saved, change.removed, change.bound[0].hop) == ((), (), str(HOME))


def test_a_refused_register_changes_nothing_at_all(table: Table) -> None:
    with pytest.raises(SipError):
        table.register("<sip:anna@a:1>;expires=300", "<sip:anna@b:1>;expires=5")
    assert table.bound == []


def test_a_phone_behind_a_new_nat_port_stays_one_phone(table: Table) -> None:
    table.register("<sip:anna@10.0.0.1:5060>")
    change = table.register("<sip:anna@10.0.0.1:5060>", hop=Hop("udp", "192.0.2.7", 40000))
    assert (change.new, change.gone) == (0, 0)
    assert change.bound[0].hop == "udp*192.0.2.7*40000"
    assert table.bound == ["sip:anna@10.0.0.1:5060"]


def test_a_phone_that_moved_to_a_new_address_stays_one_phone(table: Table) -> None:
    table.register("<sip:anna@10.0.0.1:5060>")
    change = table.register("<sip:anna@10.9.9.9:5060>")
    assert (change.new, change.gone) == (0, 0)
    assert [binding.contact for binding in change.removed] == ["sip:anna@10.0.0.1:5060"]
    assert table.bound == ["sip:anna@10.9.9.9:5060"]


def test_the_same_contact_in_other_letters_is_the_same_phone(table: Table) -> None:
    table.register("<sip:anna@PHONE.example>")
    change = table.register("<sip:anna@phone.example:5060;transport=udp>", call_id="b")
    assert (change.new, change.gone, len(change.bound)) == (0, 0, 1)
    assert [binding.contact for binding in change.removed] == ["sip:anna@PHONE.example"]


def test_one_phone_too_many_pushes_out_the_one_unheard_for_longest(table: Table) -> None:
    for number in range(4):
        table.now += 1
        change = table.register(f"<sip:anna@p{number}:1>", call_id=str(number))
    assert (change.new, change.gone) == (1, 1)
    assert table.bound == ["sip:anna@p3:1", "sip:anna@p2:1", "sip:anna@p1:1"]


def test_what_runs_out_is_forgotten_when_its_time_comes(table: Table) -> None:
    table.register("<sip:anna@a:1>", expires="60")
    assert table.registrar.next_deadline() == NOW + 60
    assert table.registrar.expire(NOW + 59) == ()
    assert [binding.contact for binding in table.registrar.expire(NOW + 60)] == ["sip:anna@a:1"]
    assert table.registrar.next_deadline() is None
    assert table.registrar.count() == 0


def test_a_closed_connection_takes_its_phones_with_it(table: Table) -> None:
    hop = Hop("tcp", "192.0.2.7", 40000)
    table.register("<sip:anna@a:1>", hop=hop)
    table.register("<sip:anna@b:1>", call_id="b")
    assert [binding.contact for binding in table.registrar.drop(str(hop))] == ["sip:anna@a:1"]
    assert table.bound == ["sip:anna@b:1"]


def test_what_was_kept_is_taken_over_unless_it_is_over(table: Table) -> None:
    def kept(contact: str, expires_at: float, hop: str = str(HOME)) -> Binding:
        return Binding("anna", contact, hop, "a", 1, "", expires_at, NOW - 10)

    good, old, torn = kept("sip:anna@a", NOW + 60), kept("sip:b", NOW), kept("sip:c", NOW + 9, "?")
    assert table.registrar.load([good, old, torn], NOW) == (old, torn)
    assert table.bound == ["sip:anna@a"]


def test_a_strangers_hop_in_a_contact_is_not_kept(table: Table) -> None:
    table.register("<sip:anna@a:1;%78-hop=udp*10.0.0.1*22>")
    assert table.bound == ["sip:anna@a:1"]


@pytest.mark.parametrize("contact", ["<sips:anna@a>", "<tel:+123>", "<mailto:a@b>"])
def test_contacts_we_could_never_call_are_416(table: Table, contact: str) -> None:
    with pytest.raises(SipError) as refused:
        table.register(contact)
    assert refused.value.code == 416


def test_a_clock_that_was_set_back_before_a_restart_keeps_no_phone_for_ever(table: Table) -> None:
    hour = 3600.0
    kept = table.register("<sip:anna@192.0.2.7:5062>", expires="300").bound
    later = Table()
    assert later.registrar.load(kept, NOW - 24 * hour) == ()
    (phone,) = later.registrar.bound("anna")
    assert phone.expires_at == NOW - 24 * hour + 3600
