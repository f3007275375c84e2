"""Listens to the recordings afterwards: is the customer on the left, the agent on the right?"""

from dataclasses import dataclass
from pathlib import Path

from callserver.demo.cast import AGENTS, CUSTOMERS
from callserver.model.record import CallRecord
from callserver.testing import frequency, wav

ENOUGH = 0.5  # of the windows: both begin and end a little before and after the other


@dataclass(frozen=True, slots=True)
class Verdict:
    """One recording, judged by frequency."""

    left_hz: float
    right_hz: float
    verified: bool


def judge(record: CallRecord, recordings: Path) -> Verdict:
    """Compare the two channels with the tones of those who talked."""
    if record.recording is None:
        return Verdict(0.0, 0.0, verified=False)
    sound = wav.read(recordings / record.recording.path)
    if len(sound.channels) != 2:
        return Verdict(0.0, 0.0, verified=False)
    left, right = sound.channels
    customer = next((c.tone_hz for c in CUSTOMERS if c.number == record.number), 0)
    agent = next((a.tone_hz for a in AGENTS if a.username == record.agent), 0)
    return Verdict(
        left_hz=frequency.dominant(left, sound.rate),
        right_hz=frequency.dominant(right, sound.rate),
        verified=frequency.share(left, customer, sound.rate) >= ENOUGH
        and frequency.share(right, agent, sound.rate) >= ENOUGH,
    )
