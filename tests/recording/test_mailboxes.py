"""Voice messages that were kept for long enough."""

from dataclasses import replace
from pathlib import Path

from callserver.config.sections import Recording
from callserver.model.facts import Fact
from callserver.model.message_facts import VoicemailLeft
from callserver.recording.mailboxes import Mailboxes
from callserver.testing.clock import VirtualClock
from callserver.testing.store import MemoryStore
from tests.store.samples import sample

DAY_S = 86_400.0


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


async def test_old_ones_go_with_their_sound_and_young_ones_stay(tmp_path: Path) -> None:
    store, clock = MemoryStore(), VirtualClock()
    await store.open()

    async def keep(fact: Fact) -> None:
        await store.append([fact], {})

    one = sample(VoicemailLeft, full=False)
    for day in range(250):
        name = f"m{day:03}"
        left = replace(one, voicemail=name, at=clock.now() - day * DAY_S, path=f"{name}.wav")
        await keep(left)
        (tmp_path / left.path).touch()
        (tmp_path / f"{name}.json").touch()
    (tmp_path / "m200.wav").unlink()  # gone already: no reason to stop
    config = Recording(dir=tmp_path, voicemail_keep_days=30.5)
    mailboxes = Mailboxes(config, store, keep, frozenset, clock)
    assert await mailboxes.delete_old() == 250 - 31
    names = files(tmp_path)
    assert names[0] == "m000.json" and names[-1] == "m030.wav" and len(names) == 62
    assert await mailboxes.delete_old() == 0
