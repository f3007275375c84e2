"""A leg that should send and does not."""

from callserver.media.worker.watch import Heard, SoundWatch


def test_a_leg_that_sends_is_never_lost() -> None:
    watch = SoundWatch()
    assert [watch.look(50 * second, float(second)) for second in range(60)] == [None] * 60
    assert watch.silent_s(60.0) == 0.0


def test_silence_of_five_seconds_is_told_once_and_its_end_too() -> None:
    watch = SoundWatch()
    told = [watch.look(min(second, 10), float(second)) for second in range(30)]
    assert [at for at, what in enumerate(told) if what is Heard.LOST] == [15]
    assert watch.look(11, 30.0) is Heard.BACK
    assert watch.silent_s(40.0) == 20.0


def test_a_leg_that_never_sent_anything_is_lost_too() -> None:
    watch = SoundWatch()
    assert [watch.look(0, float(second)) for second in range(6)][-1] is Heard.LOST


def test_a_leg_that_holds_is_not_expected_to_send() -> None:
    watch = SoundWatch()
    watch.look(10, 0.0)
    watch.rest(1.0)
    watch.rest(20.0)
    assert watch.look(10, 21.0) is None
    assert watch.look(10, 25.0) is None
    assert watch.look(10, 26.0) is Heard.LOST
    assert watch.silent_s(26.0) == 5.0
