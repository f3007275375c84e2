"""What strangers do at the door, and when they are not heard any more."""

import asyncio

import pytest

from callserver.model.bans import Offence
from callserver.model.errors import NotAllowed, UnknownName
from callserver.model.facts import SourceBanned, SourceUnbanned
from callserver.testing.store import MemoryStore
from tests.edge.peers import TcpPeer, UdpPeer
from tests.edge.test_register import register, sign_in
from tests.edge.town import PHONE, STRANGER, TRUNK, Town, town
from tests.edge.words import ask, credentials


def options(peer: UdpPeer, number: int, user: str = "ping") -> bytes:
    at = f"{peer.host}:{peer.port}"
    return ask("OPTIONS", f"sip:{user}@here", at, branch=f"o{number}", call_id=f"o{number}")


async def is_heard(here: Town, host: str) -> bool:
    """Whether a new phone at an address gets an answer. Silence is proved by what is heard after
    it at another address."""
    one, other = await here.peer(host), await here.peer(TRUNK)
    one.say(options(one, 1), here.door)
    other.say(options(other, 2), here.door)
    await other.response(200)
    await asyncio.sleep(0)
    return not one.raw.empty()


async def guess(here: Town, peer: UdpPeer, times: int, user: str = "anna") -> list[int]:
    """So many wrong passwords; the answers."""
    codes = []
    for number in range(times):
        peer.say(register(peer, 2 * number + 1, user=user), here.door)
        asked = await peer.response(401)
        line = credentials(asked, "REGISTER", user, f"guess {number}", "MD5")
        peer.say(register(peer, 2 * number + 2, line, user=user), here.door)
        answer = await peer.hear()
        codes.append(getattr(answer, "code", 0))
    return codes


@pytest.mark.parametrize("user", ["anna", "nobody"])
async def test_who_guesses_passwords_is_banned_at_the_same_guess_for_any_user(user: str) -> None:
    async with town() as here:
        peer = await here.peer(STRANGER)
        assert await guess(here, peer, 9, user) == [403] * 9
        assert here.edge.warden.bans() == ()
        assert await guess(here, peer, 1, user) == [403]
        assert not await is_heard(here, STRANGER)
        assert await is_heard(here, PHONE)
        (ban,) = here.edge.warden.bans()
        assert (ban.address, ban.reason) == (STRANGER, Offence.WRONG_PASSWORD)
        assert [f.address for f in here.facts if isinstance(f, SourceBanned)] == [STRANGER]


async def test_who_asks_for_names_is_banned_whether_they_exist_or_not() -> None:
    lasted = []
    for users in (["anna", "boris"], ["nina", "oleg"]):
        async with town() as here:
            peer = await here.peer(STRANGER)
            answers = 0
            for number, user in enumerate([*users, *map(str, range(100, 200))]):
                peer.say(register(peer, number, user=user), here.door)
            witness = await here.peer(TRUNK)
            witness.say(options(witness, 1), here.door)
            await witness.response(200)
            while not peer.raw.empty():
                await peer.response(401)
                answers += 1
            lasted.append(answers)
    assert lasted == [21, 21]


async def test_who_sends_rubbish_is_banned() -> None:
    async with town() as here:
        peer = await here.peer(STRANGER)
        for number in range(11):
            peer.say(f"GET /{number} HTTP/1.1\r\n\r\n".encode(), here.door)
        assert not await is_heard(here, STRANGER)


async def test_a_scanner_that_says_so_gets_no_answer_at_all() -> None:
    async with town() as here:
        peer = await here.peer(STRANGER)
        at = f"{peer.host}:{peer.port}"
        peer.say(ask("OPTIONS", "sip:100@here", at, "User-Agent: Friendly-Scanner"), here.door)
        assert not await is_heard(here, STRANGER)
        assert peer.raw.empty()
        assert here.edge.warden.bans()[0].reason is Offence.SCANNER


async def test_a_banned_address_loses_its_connections_and_gets_no_new_one() -> None:
    async with (
        town() as here,
        await TcpPeer.to(here.door, STRANGER) as stranger,
        await TcpPeer.to(here.door, PHONE) as phone,
    ):
        stranger.say(b"GET / HTTP/1.1\r\n\r\n")
        here.edge.warden.ban(STRANGER, 60, "token:x", "")
        assert await stranger.is_closed()
        async with await TcpPeer.to(here.door, STRANGER) as again:
            assert await again.is_closed()
        phone.say(b"\r\n\r\n")
        assert await phone.hear_bytes(2) == b"\r\n"


async def test_a_registered_phone_is_heard_whatever_others_do_behind_its_nat() -> None:
    async with town() as here:
        phone = await here.peer(PHONE)
        await sign_in(here, phone)
        bad = await here.peer(PHONE)
        for number in range(10):  # alone it would be banned by now
            bad.say(f"GET /{number} HTTP/1.1\r\n\r\n".encode(), here.door)
        assert await is_heard(here, PHONE)
        for number in range(200):
            bad.say(f"GET /{number} HTTP/1.1\r\n\r\n".encode(), here.door)
        assert not await is_heard(here, PHONE)
        phone.say(options(phone, 3), here.door)
        await phone.response(200)


async def test_a_trunk_is_never_banned_not_even_by_hand() -> None:
    async with town() as here:
        peer = await here.peer(TRUNK)
        for number in range(50):
            peer.say(f"GET /{number} HTTP/1.1\r\n\r\n".encode(), here.door)
        assert await is_heard(here, TRUNK)
        with pytest.raises(NotAllowed, match="never banned"):
            here.edge.warden.ban(TRUNK, None, "token:x", "")
        for no_address in ("", "::1", "example.com", "192.0.2.0/24"):
            with pytest.raises(NotAllowed, match="no IPv4"):
                here.edge.warden.ban(no_address, None, "token:x", "")


async def test_bans_and_trust_survive_a_restart() -> None:
    store = MemoryStore()
    async with town(store) as here:
        phone = await here.peer(PHONE)
        await sign_in(here, phone)
        await guess(here, await here.peer(STRANGER), 10)
        here.edge.warden.ban("198.51.100.1", None, "token:x", "sold")
    assert len(await store.bans()) == 2
    async with town(store) as here:
        assert not await is_heard(here, STRANGER)
        assert {ban.address for ban in here.edge.warden.bans()} == {STRANGER, "198.51.100.1"}
        assert [f for f in here.facts if isinstance(f, SourceBanned)] == []
        assert here.edge.warden._shield.sizes["flows"] == 1


async def test_a_lifted_ban_is_gone_and_said() -> None:
    store = MemoryStore()
    async with town(store) as here:
        await guess(here, await here.peer(STRANGER), 10)
        assert here.edge.warden.lift(STRANGER, "token:x").address == STRANGER
        assert await is_heard(here, STRANGER)
        with pytest.raises(UnknownName):
            here.edge.warden.lift(STRANGER, "token:x")
        over = [f for f in here.facts if isinstance(f, SourceUnbanned)]
        assert [(f.address, f.by) for f in over] == [(STRANGER, "token:x")]
    assert await store.bans() == []


async def test_what_somebody_changed_in_the_store_is_taken_over_while_we_run() -> None:
    store = MemoryStore()
    async with town(store) as here:
        warden = here.edge.warden
        await guess(here, await here.peer(STRANGER), 10)
        (ban,) = warden.bans()
        await warden.reload()
        assert warden.bans() == (ban,)  # the store knew it by now
        await store.delete_ban(STRANGER)
        await warden.reload()
        assert await is_heard(here, STRANGER)
        store.error = "locked"
        await guess(here, await here.peer(PHONE), 10)
        await warden.reload()
        assert [one.address for one in warden.bans()] == [PHONE]
        store.error = ""


async def test_a_ban_runs_out() -> None:
    async with town() as here:
        here.edge.warden.ban(STRANGER, 0.05, "token:x", "")
        assert not await is_heard(here, STRANGER)
        await here.watch.until(
            "the ban is over",
            lambda: [f for f in here.facts if isinstance(f, SourceUnbanned)],
            5,
        )
        assert await is_heard(here, STRANGER)


async def test_answers_are_the_same_for_users_that_exist_and_users_that_do_not() -> None:
    """Byte for byte, but for the nonce and what the request itself brought."""

    async def answers(user: str) -> list[bytes]:
        async with town() as here:
            peer = await here.peer(STRANGER)
            said = []
            for method in ("REGISTER", "INVITE", "OPTIONS", "SUBSCRIBE", "MESSAGE", "BYE"):
                peer.say(
                    ask(method, f"sip:{user}@callserver", "192.0.2.9:5060", user=user, cseq=2),
                    here.door,
                )
                said.append(await peer.hear_raw())
            peer.say(register(peer, 1, user=user), here.door)
            line = credentials(await peer.response(401), "REGISTER", user, "wrong", "MD5")
            peer.say(register(peer, 2, line, user=user), here.door)
            said.append(await peer.hear_raw())
            return [_without_secrets(one, peer.port).replace(user.encode(), b"X") for one in said]

    assert await answers("anna") == await answers("nina")


def _without_secrets(data: bytes, port: int) -> bytes:
    lines = data.replace(str(port).encode(), b"PORT").split(b"\r\n")
    return b"\r\n".join(
        line.split(b'nonce="')[0] if b"nonce=" in line else line.split(b";tag=")[0]
        for line in lines
    )


async def test_a_flood_is_silenced_for_good() -> None:
    async with town(requests_per_s=1, requests_burst=20) as here:
        peer = await here.peer(STRANGER)
        for number in range(300):
            peer.say(options(peer, number), here.door)
            if number % 50 == 49:
                await asyncio.sleep(0)
        assert not await is_heard(here, STRANGER)
        assert peer.raw.qsize() <= 21
