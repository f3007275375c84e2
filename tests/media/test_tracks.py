"""Recording: two tracks that stay aligned whatever the legs do, and survive their worker."""

import asyncio
import os
import signal
from pathlib import Path

import numpy as np

from callserver.media.wire import MakeRecording, RecordingPart
from callserver.model.call import Leg
from callserver.model.commands import (
    EndCall,
    HangUpLeg,
    MuteRecording,
    StartRecording,
    StopRecording,
    Track,
)
from callserver.model.events import (
    LegEnded,
    LegHeld,
    LegResumed,
    RecordingStarted,
    RecordingStopped,
)
from callserver.testing import frequency, tones, wav
from tests.faults.faults import disk_of, filled
from tests.media.rig import Call, Rig


def job(rig: Rig, call: Call, tracks: tuple[Path, Path]) -> MakeRecording:
    return MakeRecording(
        call="c1",
        parts=(RecordingPart(str(tracks[0]), str(tracks[1])),),
        root=str(rig.folder / "recordings"),
        path="2031/05/09/120000-c1.wav",
        started_at=1_935_000_000.0,
        facts={"left": "+37120000012", "right": "anna"},
    )


async def talking(rig: Rig) -> Call:
    customer, agent = await rig.phone("customer"), await rig.phone("agent")
    call = await rig.answered(customer)
    await rig.join(call, agent)
    await call.customer.tone(440)
    await call.agent.tone(880)
    await call.customer.hears(880)
    await call.agent.hears(440)
    return call


async def test_each_track_has_its_side_and_both_are_equally_long(rig: Rig) -> None:
    call = await talking(rig)
    tracks = await rig.record(call)
    await call.customer.hears(880, for_s=1.0)
    call.do(StopRecording())
    stopped = await call.ear.hear(RecordingStopped)
    assert (stopped.files, stopped.error) == (tuple(map(str, tracks)), "")
    left, right = (wav.read(track) for track in tracks)
    assert len(left.channels[0]) == len(right.channels[0]) > 4000
    assert frequency.share(left.channels[0], 440) > 0.8
    assert frequency.share(right.channels[0], 880) > 0.8


async def test_muted_tracks_hold_silence_and_keep_their_time(rig: Rig) -> None:
    call = await talking(rig)
    tracks = await rig.record(call)
    await call.customer.hears(880, for_s=1.0)
    call.do(MuteRecording(True))
    await call.customer.hears(880, for_s=1.0)
    call.do(MuteRecording(False))
    await call.customer.hears(880, for_s=1.0)
    call.do(StopRecording())
    await call.ear.hear(RecordingStopped)
    for track, hertz in zip(tracks, (440, 880), strict=True):
        sound = wav.read(track).channels[0]
        quiet = int(np.sum(np.abs(sound) < 50)) / 8000
        assert quiet > 0.8
        assert len(sound) / 8000 > 2.8
        assert frequency.share(sound[:4000], hertz) > 0.8
        assert frequency.share(sound[-4000:], hertz) > 0.8


async def test_tracks_stay_aligned_over_holds_silence_and_a_new_leg(rig: Rig) -> None:
    call = await talking(rig)
    tracks = await rig.record(call)
    await call.agent.hold()
    await call.ear.hear(LegHeld, Leg.AGENT)
    await call.agent.resume()
    await call.ear.hear(LegResumed, Leg.AGENT)
    await call.customer.silence()
    await call.customer.hold()
    await call.ear.hear(LegHeld, Leg.CUSTOMER)
    await call.customer.resume()
    await call.ear.hear(LegResumed, Leg.CUSTOMER)
    await call.customer.tone(440)
    await call.agent.hears(440)
    await call.agent.hang_up()
    await call.ear.hear(LegEnded, Leg.AGENT)
    await call.customer.hears_silence()
    call.do(StopRecording())
    await call.ear.hear(RecordingStopped)
    left, right = (wav.read(track).channels[0] for track in tracks)
    assert len(left) == len(right)
    assert len(left) % 160 == 0
    # The agent is gone: their track goes on as silence to the same end.
    assert not np.any(right[-160:])


async def test_what_is_said_at_once_stands_at_the_same_place_in_both_tracks(rig: Rig) -> None:
    call = await talking(rig)
    both = (call.customer, call.agent)
    tracks = await rig.record(call)
    for _ in range(2):
        await asyncio.gather(*(side.silence() for side in both))
        await asyncio.gather(*(side.hears_silence() for side in both))
        await asyncio.gather(*(side.tone(1000) for side in both))
        await asyncio.gather(*(side.hears(1000) for side in both))
        await call.agent.hold()
        await call.agent.resume()
        await call.customer.hold()
        await call.customer.resume()
        await asyncio.gather(*(side.hears(1000) for side in both))
    call.do(StopRecording())
    await call.ear.hear(RecordingStopped)
    left, right = (onsets(wav.read(track).channels[0]) for track in tracks)
    assert len(left) == len(right) == 2
    # Between two processes, the network and two jitter buffers: a few frames, and no drift.
    assert all(abs(one - other) < 0.1 for one, other in zip(left, right, strict=True))


def onsets(track: tones.Samples) -> list[float]:
    """Where 1000 Hz begins after at least 300 ms of silence, in seconds."""
    judged = frequency.windows(track, window_s=0.02)
    return [
        judged[at].at
        for at in range(15, len(judged))
        if judged[at].level > -30 and all(w.silent for w in judged[at - 15 : at])
    ]


async def test_a_recording_that_cannot_be_written_says_so_and_the_call_goes_on(rig: Rig) -> None:
    call = await talking(rig)
    file = str(rig.folder / "missing" / "track.wav")
    call.do(StartRecording((Track(Leg.CUSTOMER, file),)))
    stopped = await call.ear.hear(RecordingStopped)
    assert stopped.files == (file,)
    assert stopped.error
    await call.customer.hears(880)


async def test_a_full_disk_at_the_beginning_harms_nobody_and_leaves_nothing(
    rig: Rig, tmp_path: Path
) -> None:
    call = await talking(rig)
    with disk_of(tmp_path, 1) as disk:
        tracks = (Track(Leg.CUSTOMER, f"{disk}/c.wav"), Track(Leg.AGENT, f"{disk}/a.wav"))
        with filled(disk):
            call.do(StartRecording(tracks))
            stopped = await call.ear.hear(RecordingStopped)
            assert stopped.error == "No space left on device"
        assert list(disk.iterdir()) == []
        await call.customer.hears(880)
        await call.agent.hears(440)


async def test_tracks_that_were_closed_are_never_written_again(rig: Rig) -> None:
    """The agent answers when the recording was paused meanwhile: the order to record is old."""
    call = await talking(rig)
    tracks = await rig.record(call)
    await call.customer.hears(880)
    call.do(StopRecording())
    stopped = await call.ear.hear(RecordingStopped)
    before = [track.read_bytes() for track in tracks]
    call.do(
        StartRecording((Track(Leg.CUSTOMER, stopped.files[0]), Track(Leg.AGENT, stopped.files[1])))
    )
    more = tuple(Track(leg, f"{rig.folder}/1.{leg}.wav") for leg in (Leg.CUSTOMER, Leg.AGENT))
    call.do(StartRecording(more))
    await call.ear.until(lambda: len(call.ear.all(RecordingStarted)) == 2)
    first, second = call.ear.all(RecordingStarted)
    assert [track.read_bytes() for track in tracks] == before
    assert (first.after_s, second.files) == (0.0, tuple(track.file for track in more))
    assert abs(second.after_s - (second.at - first.at)) < 0.1


async def test_a_track_that_somebody_deletes_is_told(rig: Rig) -> None:
    call = await talking(rig)
    tracks = await rig.record(call)
    tracks[1].unlink()
    assert "deleted" in (await call.ear.hear(RecordingStopped)).error
    await call.customer.hears(880)


async def test_ending_the_call_completes_the_tracks_and_the_stereo_file_is_made(rig: Rig) -> None:
    call = await talking(rig)
    tracks = await rig.record(call)
    await call.customer.hears(880, for_s=1.0)
    call.do(EndCall())
    assert (await call.ear.hear(RecordingStopped)).error == ""
    done = await rig.pool.make_recording(job(rig, call, tracks))
    assert (done.error, done.repaired, done.sample_rate) == ("", False, 8000)
    sound = wav.read(rig.folder / "recordings" / done.path)
    assert frequency.share(sound.channels[0], 440) > 0.8
    assert frequency.share(sound.channels[1], 880) > 0.8
    assert not tracks[0].exists()
    assert not tracks[1].exists()


async def test_the_tracks_of_a_killed_worker_are_mended(rig: Rig) -> None:
    call = await talking(rig)
    tracks = await rig.record(call)
    await call.customer.hears(880, for_s=1.6)
    os.kill(call.worker.pid, signal.SIGKILL)  # type: ignore[attr-defined]
    await call.ear.until(lambda: call.ear.lost)
    done = await rig.pool.make_recording(job(rig, call, tracks))
    assert (done.error, done.repaired) == ("", True)
    assert done.duration_s > 1.0
    sound = wav.read(rig.folder / "recordings" / done.path)
    assert frequency.share(sound.channels[0], 440) > 0.8
    assert frequency.share(sound.channels[1], 880) > 0.8


async def test_a_recording_without_sound_is_an_error_and_the_next_one_is_made(rig: Rig) -> None:
    call = await talking(rig)
    tracks = await rig.record(call)
    nothing = job(rig, call, (rig.folder / "none.left.wav", rig.folder / "none.right.wav"))
    assert (await rig.pool.make_recording(nothing)).error == "empty"
    call.do(HangUpLeg(Leg.AGENT), HangUpLeg(Leg.CUSTOMER), EndCall())
    await call.ear.hear(RecordingStopped)
    assert (await rig.pool.make_recording(job(rig, call, tracks))).error == ""
