"""Who is asked for what."""

from callserver.edge.hesitant import Hesitant
from tests.edge.test_register import register
from tests.edge.town import PASSWORD, PHONE, town
from tests.edge.words import credentials

ANNA = ("192.0.2.7", "anna")


def test_a_phone_that_comes_back_without_an_answer_is_asked_simply_from_then_on() -> None:
    phones = Hesitant()
    assert not phones.ask(ANNA, "call 1", 0)
    assert not phones.ask(ANNA, "call 1", 1)  # a retransmission
    assert phones.ask(ANNA, "call 2", 30)
    phones.answered(ANNA, 31)
    assert phones.is_simple(ANNA, 60)
    assert phones.ask(ANNA, "call 3", 60)
    assert not phones.is_simple(("192.0.2.7", "boris"), 60)
    assert not phones.ask(ANNA, "call 4", 60 + 3601)


def test_a_phone_that_answers_is_asked_for_the_better_digest_every_time() -> None:
    phones = Hesitant()
    for number in range(5):
        assert not phones.ask(ANNA, f"call {number}", number)
        phones.answered(ANNA, number)


def test_the_memory_of_phones_is_bounded() -> None:
    phones = Hesitant()
    for number in range(10_100):
        phones.ask((str(number), ""), "x", 0)
    assert len(phones._known) == 10_000


async def test_a_phone_that_cannot_read_the_question_is_asked_for_md5_alone() -> None:
    async with town() as here:
        peer = await here.peer(PHONE)
        peer.say(register(peer, 1), here.door)
        assert len((await peer.response(401)).headers.getlist("WWW-Authenticate")) == 2
        peer.say(register(peer, 2), here.door)
        asked = await peer.response(401)
        (only,) = asked.headers.getlist("WWW-Authenticate")
        assert "algorithm=MD5" in only
        line = credentials(asked, "REGISTER", "anna", PASSWORD, "MD5")
        peer.say(register(peer, 3, line), here.door)
        await peer.response(200)


async def test_where_md5_is_not_accepted_nobody_is_asked_for_it() -> None:
    async with town(digests=["SHA-256"]) as here:
        peer = await here.peer(PHONE)
        for number in range(1, 4):
            peer.say(register(peer, number), here.door)
            (only,) = (await peer.response(401)).headers.getlist("WWW-Authenticate")
            assert "algorithm=SHA-256" in only
