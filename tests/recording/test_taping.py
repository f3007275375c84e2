"""When a call is recorded and what goes on record when it is not."""

from collections.abc import Sequence

from callserver.call import record as records
from callserver.model import facts as f
from callserver.model.call import Direction, Leg
from callserver.model.commands import Command, StartRecording, StopRecording, Track
from callserver.model.events import RecordingStarted, RecordingStopped
from callserver.model.record import CallRecord, WhyUnrecorded
from callserver.model.recording_facts import RecordingPaused, RecordingResumed
from callserver.recording.naming import track_name
from callserver.recording.room import NoRoom
from callserver.recording.taping import RETRY_S, Taping

LOW = NoRoom(WhyUnrecorded.DISK_LOW, "no room")
OFFERED = f.CallOffered("c1", 90.0, Direction.INBOUND, "100", "+371", "", None, "s", "w")
TALKING = f.AgentAnswered("c1", 100.0, "anna")


def files(part: int) -> tuple[Track, ...]:
    return tuple(
        Track(leg, f"/t/{track_name('c1', part, leg)}") for leg in (Leg.CUSTOMER, Leg.AGENT)
    )


def names(part: int) -> tuple[str, ...]:
    return tuple(track.file for track in files(part))


class Desk:
    """A taping, the worker's ear and the journal."""

    def __init__(self, *before: f.Fact) -> None:
        self.missing: NoRoom | None = None
        self.sent: list[Command] = []
        self.noted: list[f.Fact] = []
        self.record = records.begin(OFFERED)
        for fact in (TALKING, *before):
            self.record = records.fold(self.record, fact)
        self.taping = Taping("c1", files, lambda: self.missing, self.sent.append, self.note)

    def note(self, fact: f.Fact) -> None:
        self.noted.append(fact)
        self.record = records.fold(self.record, fact)

    def gaps(self) -> list[tuple[float, float | None, str, int | None, float | None]]:
        return [(g.since, g.until, g.why, g.part, g.after_s) for g in self.record.gaps]

    def take_up(
        self, *events: RecordingStarted | RecordingStopped, ended: bool = False
    ) -> CallRecord:
        self.taping.take_up(self.record, events, ended=ended)
        return self.record


def started(part: int, at: float, after_s: float = 0.0) -> RecordingStarted:
    return RecordingStarted(names(part), at, after_s)


def stopped(part: int, at: float, error: str = "") -> RecordingStopped:
    return RecordingStopped(names(part), error, at)


def test_a_call_with_room_is_one_part_and_has_no_gap() -> None:
    desk = Desk()
    assert desk.taping.tracks(Leg.AGENT) == files(0)
    desk.taping.answered(Leg.AGENT, 100.0)
    desk.taping.started(started(0, 100.0))
    desk.taping.review(1.0)
    assert desk.taping.tracks(Leg.AGENT) == files(0), "a second agent is heard on the same tracks"
    desk.taping.close()
    desk.taping.stopped(stopped(0, 160.0), 60.0)
    assert (desk.sent, desk.noted, desk.taping.since) == ([], [], 100.0)


def test_a_full_disk_stops_it_and_an_emptier_one_lets_it_go_on() -> None:
    desk = Desk()
    desk.taping.started(started(0, 100.0))
    desk.missing = LOW
    desk.taping.review(1.0)
    desk.taping.review(2.0)
    assert desk.sent == [StopRecording()], "asked once"
    desk.taping.stopped(stopped(0, 101.5), 1.5)
    desk.taping.review(3.0)
    assert desk.taping.tracks(Leg.AGENT) == ()
    desk.missing = None
    desk.taping.review(30.0)
    desk.taping.review(31.0)
    assert desk.sent == [StopRecording(), StartRecording(files(1))]
    desk.taping.started(started(1, 130.0, 30.0))
    assert desk.gaps() == [(101.5, 130.0, "disk_low", 1, 30.0)]
    assert desk.taping.since == 100.0


def test_a_call_that_begins_without_room_says_why_and_is_recorded_later() -> None:
    desk = Desk()
    desk.missing = LOW
    assert desk.taping.tracks(Leg.AGENT) == ()
    desk.taping.answered(Leg.CUSTOMER, 95.0)
    assert desk.gaps() == [], "nobody talks yet"
    desk.taping.answered(Leg.AGENT, 100.0)
    assert desk.gaps() == [(100.0, None, "disk_low", None, None)]
    desk.missing = None
    desk.taping.review(5.0)
    assert desk.sent == [StartRecording(files(0))]
    desk.taping.started(started(0, 105.0))
    assert desk.gaps() == [(100.0, 105.0, "disk_low", 0, 0.0)]


def test_who_did_not_answer_while_there_was_no_room_left_no_gap() -> None:
    desk = Desk()
    desk.missing = LOW
    desk.taping.tracks(Leg.AGENT)
    desk.missing = None
    assert desk.taping.tracks(Leg.AGENT) == files(0)
    desk.taping.answered(Leg.AGENT, 120.0)
    assert desk.gaps() == []


def test_a_write_that_fails_is_tried_again_after_a_while() -> None:
    desk = Desk()
    desk.taping.started(started(0, 100.0))
    desk.taping.stopped(stopped(0, 110.0, "Input/output error"), 10.0)
    desk.taping.review(11.0)
    assert desk.sent == []
    desk.taping.review(10.0 + RETRY_S)
    assert desk.sent == [StartRecording(files(1))]
    desk.taping.stopped(stopped(1, 120.0, "Input/output error"), 20.0)
    assert desk.gaps() == [(110.0, None, "write_failed", None, None)], "one gap"
    desk.taping.review(20.0 + RETRY_S)
    assert desk.sent[-1] == StartRecording(files(2))
    desk.taping.started(started(2, 130.0, 30.0))
    assert desk.gaps() == [(110.0, 130.0, "write_failed", 2, 30.0)]


def test_a_recording_that_is_switched_off_has_no_gaps() -> None:
    desk = Desk()
    desk.taping = Taping("c1", lambda part: (), lambda: LOW, desk.sent.append, desk.note)
    assert desk.taping.tracks(Leg.AGENT) == ()
    desk.taping.answered(Leg.AGENT, 100.0)
    desk.taping.review(1.0)
    assert (desk.sent, desk.noted) == ([], [])


# -- after a restart


def test_a_running_recording_is_taken_up_as_it_is() -> None:
    desk = Desk()
    desk.take_up(started(0, 100.0))
    assert (desk.noted, desk.taping.since) == ([], 100.0)
    desk.missing = LOW
    desk.taping.review(1.0)
    assert desk.sent == [StopRecording()]


PAUSED = RecordingPaused("c1", 110.0, WhyUnrecorded.DISK_LOW)
RESUMED = RecordingResumed("c1", 130.0, 1, 30.0)


def test_what_the_journal_knows_is_not_noted_again() -> None:
    desk = Desk(PAUSED, RESUMED)
    desk.take_up(started(0, 100.0), stopped(0, 110.0), started(1, 130.0, 30.0))
    assert (desk.noted, desk.taping.since) == ([], 100.0)
    assert desk.taping.tracks(Leg.AGENT) == files(1)


def test_what_happened_while_nobody_looked_is_noted_now() -> None:
    desk = Desk()
    desk.take_up(started(0, 100.0), stopped(0, 110.0, "No space left on device"))
    assert desk.gaps() == [(110.0, None, "write_failed", None, None)]
    desk.taping.review(RETRY_S)
    assert desk.sent == [StartRecording(files(1))]


def test_a_stop_and_a_start_that_the_dead_controller_asked_for_are_noted_now() -> None:
    desk = Desk()
    desk.take_up(started(0, 100.0), stopped(0, 110.0), started(1, 130.0, 30.0))
    assert desk.gaps() == [(110.0, 130.0, "disk_low", 1, 30.0)]
    desk = Desk(PAUSED)
    desk.take_up(started(0, 100.0), stopped(0, 110.0), started(1, 130.0, 30.0))
    assert desk.gaps() == [(110.0, 130.0, "disk_low", 1, 30.0)]


def test_a_gap_from_the_beginning_ends_with_the_first_part() -> None:
    desk = Desk(RecordingPaused("c1", 100.0, WhyUnrecorded.DISK_LOW))
    desk.take_up(started(0, 130.0))
    assert desk.gaps() == [(100.0, 130.0, "disk_low", 0, 0.0)]
    assert desk.taping.since == 130.0


def test_the_end_of_a_call_that_ended_meanwhile_is_no_gap() -> None:
    desk = Desk()
    desk.take_up(started(0, 100.0), stopped(0, 150.0), ended=True)
    assert (desk.noted, desk.taping.since) == ([], 100.0)


def test_a_failed_start_after_a_gap_moves_on_to_the_next_part() -> None:
    desk = Desk(PAUSED)
    events: Sequence[RecordingStarted | RecordingStopped] = (
        started(0, 100.0),
        stopped(0, 110.0),
        stopped(1, 120.0, "No space left on device"),
    )
    desk.take_up(*events)
    assert desk.noted == []
    desk.taping.review(RETRY_S)
    assert desk.sent == [StartRecording(files(2))]


def test_a_conversation_that_nobody_recorded_for_want_of_room_says_so() -> None:
    desk = Desk()
    desk.missing = LOW
    desk.take_up()
    assert desk.gaps() == [(100.0, None, "disk_low", None, None)]
