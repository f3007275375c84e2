"""The ear of a worker hears synthesised greetings, with the thresholds as shipped."""

from callserver.bench.greetings import LANGUAGES, Greeting, greetings, texts
from callserver.bench.machine import Heard, figures, listen
from callserver.callback.answering import cadence
from callserver.config.callbacks import Callbacks as Rules
from callserver.model.answering import Answerer

SMALL, SEED = 24, 2


def test_machines_are_told_from_humans_in_all_languages_and_noises() -> None:
    found = figures(SMALL, SEED)
    assert sum(sum(row.values()) for row in found.table.values()) == SMALL
    assert all(sum(row.values()) > SMALL / 4 for row in found.table.values())
    assert set(found.by_language) == set(LANGUAGES)
    assert found.right >= 0.85
    assert found.table["human"]["machine"] <= 1
    assert 1.0 < found.decided_s[0] <= found.decided_s[1] <= 4.0
    assert found.spoken_over <= 0.25


def test_the_same_seed_is_the_same_greetings() -> None:
    first, again, other = (
        [(one.machine, one.text, one.noise) for one in greetings(3, seed)] for seed in (7, 7, 8)
    )
    assert first == again
    assert first != other


def test_every_language_has_the_same_kinds_of_greetings() -> None:
    kinds = {language: set(said) for language, said in texts().items()}
    assert set(kinds) == set(LANGUAGES)
    assert set(map(frozenset, kinds.values())) == {frozenset(kinds["en"])}
    assert all(said for one in texts().values() for said in one.values())


def test_nobody_at_all_is_unsure_and_no_message_is_spoken() -> None:
    nobody = Greeting("en", False, "short", "", "none", None, 0.0, bytes(16_000))
    found: Heard = listen(nobody, cadence(Rules(mode="customer_first", machine="message")))
    assert found.judgement.answerer is Answerer.UNSURE
    assert (found.is_right, found.speaks_at) == (False, None)
