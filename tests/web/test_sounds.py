"""Sound that CRMs keep a copy of."""

from pathlib import Path
from typing import Any

from callserver.model.message_facts import VoicemailLeft
from callserver.model.voicemail import Voicemail
from callserver.testing.store import MemoryStore
from callserver.web.sounds import MOST_BYTES, Sounds


def left(path: str, size: int = 4) -> VoicemailLeft:
    who: dict[str, Any] = {
        "line": "100",
        "number": "+37120000012",
        "name": "Anna",
        "mailbox": "support",
    }
    what: dict[str, Any] = {"sha256": "", "duration_s": 3.0, "sample_rate": 8000}
    times: dict[str, Any] = {"at": 1.0, "started_at": 0.0, "repaired": False}
    return VoicemailLeft(call="c1", voicemail="v1", path=path, size=size, **who, **what, **times)


async def read(folder: Path, message: VoicemailLeft | None, id_: str = "v1") -> bytes:
    class Store(MemoryStore):
        async def voicemail(self, voicemail: str) -> Voicemail | None:
            return Voicemail(message) if message and voicemail == "v1" else None

    store = Store()
    await store.open()
    return await Sounds(store, folder).whole(id_)


async def test_a_voicemail_is_read_whole_and_nothing_outside_the_folder_ever(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    (folder / "v1.wav").write_bytes(b"RIFF")
    (tmp_path / "secret").write_bytes(b"key")
    assert await read(folder, left("v1.wav")) == b"RIFF"
    assert await read(folder, left("../secret")) == b""
    assert await read(folder, left("gone.wav")) == b""
    assert await read(folder, left("v1.wav", MOST_BYTES + 1)) == b"", "too big to be sent"
    assert await read(folder, None) == b""
