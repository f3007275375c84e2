"""The shield: points, bans, offices behind NAT, floods of forged senders."""

from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callserver.model.bans import Ban, Offence
from callserver.sip import shield as bounds
from callserver.sip.hop import Hop
from callserver.sip.networks import Networks, is_ipv4
from callserver.sip.shield import Rules, Shield

NOW = 1_800_000_000.0
DAY = 86_400.0
SCANNER = Hop("udp", "198.51.100.9", 5060)
OFFICE = "203.0.113.5"
TRUNK = "192.0.2.1"


def shield() -> Shield:
    """Ten wrong passwords, twenty names or two hundred floods; 600 s, then 2400 s."""
    return Shield(
        Rules(
            allowed=Networks([IPv4Network(f"{TRUNK}/32")]),
            limit=20.0,
            forget_s=600.0,
            ban_s=600.0,
            max_ban_s=7 * DAY,
            remember_s=30 * DAY,
            trust_s=DAY,
            trusted_factor=20.0,
            points={
                Offence.ASKED: 1.0,
                Offence.WRONG_PASSWORD: 2.0,
                Offence.MALFORMED: 2.0,
                Offence.FLOOD: 0.1,
                Offence.SCANNER: 20.0,
            },
        )
    )


def guess(of: Shield, source: Hop, times: int, now: float = NOW) -> Ban | None:
    """So many wrong passwords at once; the last one's ban."""
    ban = None
    for _ in range(times):
        ban = of.accuse(source, Offence.WRONG_PASSWORD, now, proven=True)
    return ban


def test_ten_wrong_passwords_ban_an_address_and_nobody_beside_it() -> None:
    watched = shield()
    assert guess(watched, SCANNER, 9) is None
    assert watched.hears(SCANNER, NOW)
    ban = guess(watched, SCANNER, 1)
    assert ban is not None
    assert (ban.address, ban.reason, ban.strikes) == (SCANNER.host, Offence.WRONG_PASSWORD, 1)
    assert ban.until == NOW + 600
    assert not watched.hears(SCANNER, NOW)
    assert not watched.hears(Hop("tcp", SCANNER.host, 40000), NOW + 599)
    assert watched.hears(Hop("udp", "198.51.100.10", 5060), NOW)
    assert watched.hears(SCANNER, NOW + 600)


def test_points_are_forgotten_with_time() -> None:
    watched = shield()
    for minute in range(100):
        assert guess(watched, SCANNER, 1, NOW + 60 * minute) is None
    assert guess(watched, SCANNER, 9, NOW + 6000) is None
    assert guess(watched, SCANNER, 10, NOW + 6000 + 600) is not None


def test_who_comes_back_is_banned_longer_each_time_up_to_a_week() -> None:
    watched = shield()
    now, lasted = NOW, []
    for _ in range(9):
        ban = guess(watched, SCANNER, 10, now)
        assert ban is not None
        assert ban.until is not None
        lasted.append(ban.until - now)
        now = ban.until + 1
        assert [one.address for one in watched.expire(now).over] == [SCANNER.host]
    assert lasted[:4] == [600, 2400, 9600, 38400]
    assert lasted[-1] == 7 * DAY


def test_an_old_ban_is_forgotten_after_a_month() -> None:
    watched = shield()
    guess(watched, SCANNER, 10)
    watched.expire(NOW + 601)
    assert watched.expire(NOW + 600 + 30 * DAY).forgotten == (SCANNER.host,)
    again = guess(watched, SCANNER, 10, NOW + 31 * DAY)
    assert again is not None
    assert again.strikes == 1


def test_a_sender_that_may_be_forged_is_never_shut_out_for_long() -> None:
    watched = shield()
    now = NOW
    for _ in range(5):
        bans = [watched.accuse(SCANNER, Offence.MALFORMED, now) for _ in range(10)]
        assert bans[-1] is not None
        assert bans[-1].until == now + 600
        now += 601
        watched.expire(now)
    honest = guess(watched, SCANNER, 10, now)
    assert honest is not None
    assert honest.strikes == 1  # forged ones do not make the next one longer


def test_names_are_counted_alike_whether_they_exist_or_not_and_once() -> None:
    watched = shield()
    for _ in range(30):
        watched.accuse(SCANNER, Offence.ASKED, NOW, "100")  # 1 point, then a tenth each
    assert watched.hears(SCANNER, NOW)
    bans = [watched.accuse(SCANNER, Offence.ASKED, NOW, str(n)) for n in range(101, 118)]
    assert bans[-1] is not None


def test_an_answered_question_costs_nothing() -> None:
    watched = shield()
    for number in range(500):
        flow = Hop("udp", "203.0.113.80", 1024 + number)
        watched.accuse(flow, Offence.ASKED, NOW, f"agent{number}")
        watched.vouch(flow, f"agent{number}", NOW)
    assert watched._suspects["203.0.113.80"].points == pytest.approx(0)


def test_one_phone_with_an_old_password_does_not_silence_its_office() -> None:
    watched = shield()
    phones = [Hop("udp", OFFICE, 5060 + n) for n in range(20)]
    for hour in range(24):
        now = NOW + 3600 * hour
        for phone in phones:
            watched.vouch(phone, "", now)
        for tenth in range(360):  # the bad one tries every ten seconds
            assert guess(watched, Hop("udp", OFFICE, 7000), 1, now + tenth * 10) is None
    new = Hop("udp", OFFICE, 9999)
    assert watched.hears(new, NOW + 24 * 3600)


def test_a_scanner_in_the_office_is_banned_and_the_phones_there_go_on() -> None:
    watched = shield()
    phone = Hop("udp", OFFICE, 5060)
    watched.vouch(phone, "", NOW)
    assert guess(watched, Hop("udp", OFFICE, 7000), 200) is not None
    assert not watched.hears(Hop("udp", OFFICE, 7000), NOW + 1)
    assert watched.hears(phone, NOW + 1)
    assert not watched.hears(Hop("tcp", OFFICE, 5060), NOW + 1)
    guess(watched, phone, 1, NOW + 2)  # the phone itself begins to guess
    assert not watched.hears(phone, NOW + 3)


def test_a_trunk_is_never_banned() -> None:
    watched = shield()
    assert guess(watched, Hop("udp", TRUNK, 5060), 1000) is None
    assert watched.hears(Hop("udp", TRUNK, 5060), NOW)
    assert watched.sizes["suspects"] == 0


def test_who_is_banned_by_hand_is_not_heard_on_any_flow_until_lifted() -> None:
    watched = shield()
    phone = Hop("udp", OFFICE, 5060)
    watched.vouch(phone, "", NOW)
    watched.impose(OFFICE, None, "cli:root", "", NOW)
    assert not watched.hears(phone, NOW + 100 * DAY)
    assert watched.expire(NOW + 100 * DAY).over == ()
    assert watched.lift(OFFICE) is not None
    assert watched.lift(OFFICE) is None
    assert watched.hears(phone, NOW)


def forged(number: int) -> Hop:
    return Hop("udp", f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", 5060)


def test_a_flood_of_forged_senders_grows_no_table_and_evicts_no_ban(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("MAX_SUSPECTS", "MAX_BANS", "MAX_TRUSTED"):
        monkeypatch.setattr(bounds, name, 100)
    monkeypatch.setattr(bounds, "MAX_UNPROVEN", 50)
    watched = shield()
    real = guess(watched, SCANNER, 10)
    watched.impose("198.51.100.10", None, "cli:root", "", NOW)
    for number in range(300):
        watched.vouch(forged(number), "", NOW)
    for number in range(1000, 2000):
        for _ in range(10):
            watched.accuse(forged(number), Offence.MALFORMED, NOW)
    assert watched.sizes == {
        "suspects": 100,
        "bans": 52,
        "past": 0,
        "trusted": 100,
        "flows": 100,
    }
    assert real in watched.bans(NOW)
    another = Hop("tcp", "198.51.100.77", 5060)  # a real one still finds its place
    assert guess(watched, another, 10) is not None
    watched.expire(NOW + 601)
    assert watched.sizes["bans"] == 1
    assert watched.sizes["past"] <= 100


def test_somebody_who_guesses_slowly_is_not_hidden_by_a_flood_of_forged_senders(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bounds, "MAX_SUSPECTS", 100)
    watched = shield()
    for n in range(9):
        assert guess(watched, SCANNER, 1) is None
        for number in range(90 * n, 90 * (n + 1)):
            watched.accuse(forged(number), Offence.MALFORMED, NOW)
    assert guess(watched, SCANNER, 1) is not None


def test_what_the_store_says_is_taken_over() -> None:
    first = shield()
    ban = guess(first, SCANNER, 10)
    assert ban is not None
    old = Ban("198.51.100.11", NOW - 900, NOW - 300, Offence.FLOOD, 3, "shield")
    older = Ban("198.51.100.12", NOW - 40 * DAY, NOW - 40 * DAY, Offence.FLOOD, 3, "shield")
    trunk = Ban(TRUNK, NOW, None, Offence.MANUAL, 1, "cli:root")
    second = shield()
    changes = second.adopt([ban, old, older, trunk], NOW)
    assert changes.new == (ban,)
    assert set(changes.forgotten) == {older.address, TRUNK}
    assert not second.hears(SCANNER, NOW)
    longer = guess(second, Hop("tcp", old.address, 1), 10)
    assert longer is not None
    assert longer.strikes == 4
    lifted = second.adopt([], NOW, newer={old.address})  # our own newest ban stays
    assert [one.address for one in lifted.over] == [SCANNER.host]
    assert second.bans(NOW) == (longer,)


def test_what_is_no_address_lies_in_no_network() -> None:
    everything = Networks([IPv4Network("0.0.0.0/0")])
    assert "192.0.2.1" in everything
    for text in ("", "::1", "192.0.2", "192.0.2.01", "host", "192.0.2.256"):
        assert text not in everything
        assert not is_ipv4(text)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["accuse", "vouch", "expire", "lift", "impose"]),
            st.integers(0, 3),
            st.sampled_from([Offence.ASKED, Offence.WRONG_PASSWORD, Offence.FLOOD]),
            st.floats(0, 2000),
        ),
        max_size=200,
    )
)
def test_whatever_happens_a_ban_ends_in_time_and_the_trunk_is_heard(
    steps: list[tuple[str, int, Offence, float]],
) -> None:
    watched, now = shield(), NOW
    for what, who, offence, passes in steps:
        now += passes
        source = forged(who)
        match what:
            case "accuse":
                for _ in range(30):
                    watched.accuse(source, offence, now, str(who))
                    watched.accuse(Hop("udp", TRUNK, 1), offence, now)
            case "vouch":
                watched.vouch(source, str(who), now)
            case "expire":
                watched.expire(now)
            case "lift":
                watched.lift(source.host)
            case "impose":
                watched.impose(source.host, now + 10, "cli:x", "", now)
        assert watched.hears(Hop("udp", TRUNK, 1), now)
        assert all(ban.until is not None and now < ban.until for ban in watched.bans(now))
        assert all(0 <= one.points <= 20 for one in watched._suspects.values())
    watched.expire(now + 7 * DAY)
    assert watched.bans(now + 7 * DAY) == ()
