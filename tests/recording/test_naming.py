"""Where recordings lie."""

from callserver.recording.naming import recording_path


def test_the_path_is_the_start_in_utc_and_the_call() -> None:
    assert recording_path("c1", 0.0) == "1970/01/01/000000-c1.wav"
    assert recording_path("c2", 1_935_000_000.9) == "2031/04/26/200000-c2.wav"


def test_paths_sort_by_time() -> None:
    times = [1e9, 1.1e9, 1.5e9 + 1, 1.5e9 + 2]
    assert sorted(recording_path("x", at) for at in times) == [
        recording_path("x", at) for at in times
    ]
