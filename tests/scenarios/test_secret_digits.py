"""A secret that is typed after a conversation whose recording still runs: it is nowhere."""

import asyncio
from pathlib import Path

import numpy as np
import numpy.typing as npt

from callserver.testing import frequency, wav
from tests.restart.test_flow_steps import new_flow
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, open_house

Samples = npt.NDArray[np.int16]
WINDOW = 160

SECRET = "604918357"  # stands nowhere else
FLOW = """
start: wait
steps:
  wait: {queue: support, next: pin}
  pin:
    collect: {say: Your PIN., into: pin, min_length: 9, max_length: 9, timeout_s: 20, secret: true}
    next: told
    otherwise: bad
  told: {wait: 2, barge_in: false, next: decide}
  decide: {switch: [{when: number(pin) == 604918356 + 1, to: good}], otherwise: bad}
  good: {hangup: self_served}
  bad: {hangup: unwanted}
"""


def quiet(sound: Samples) -> list[range]:
    """Where nothing was heard."""
    loud = np.abs(sound[: len(sound) // WINDOW * WINDOW].reshape(-1, WINDOW)).max(axis=1) > 500
    edges = np.flatnonzero(np.diff(loud, prepend=True, append=True)).reshape(-1, 2)
    return [range(start * WINDOW, stop * WINDOW) for start, stop in edges.tolist()]


async def test_secret_is_in_no_log_journal_metric_or_recording(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        phone = await house.agent("alice")
        await new_flow(house, FLOW)
        customer = await house.customer()
        await customer.answered()
        await customer.tone(CUSTOMER_HZ)
        alice = await phone.incoming()
        await alice.answer()
        await alice.tone(AGENT_HZ)
        await asyncio.gather(customer.hears(AGENT_HZ), alice.hears(CUSTOMER_HZ, for_s=1.0))
        await alice.hang_up()
        await customer.hears_sound()
        await customer.digits(SECRET)
        assert await customer.ended() == 200
        record = await house.record()
        steps = [one["step"] for one in await house.facts(record["id"], "step_entered", 5)]
        assert steps == ["wait", "pin", "told", "decide", "good"], "it was understood"

        sound = wav.read(await house.recording(record["id"]))
        spoken = sound.channels[0]
        (muted,) = [gap for gap in quiet(spoken) if len(gap) > sound.rate]
        assert frequency.share(spoken[: muted.start], CUSTOMER_HZ, sound.rate) > 0.8
        after = spoken[muted.stop :]
        assert len(after) > sound.rate, "it goes on when the secret is there"
        assert frequency.share(after, CUSTOMER_HZ, sound.rate) > 0.8

        assert SECRET not in await house.rig.api.text("/metrics")
        timeline = await house.rig.api.get(f"/api/v1/calls/{record['id']}/timeline")
        digits = "".join(f["data"].get("digit", "") for f in timeline["items"])
        assert digits == ""
        await house.is_quiet()
        left = [*(house.rig.folder / "var").rglob("*"), house.rig.stderr_file]
        files = [file for file in left if file.is_file() and file.suffix != ".wav"]
        assert [str(file) for file in files if SECRET.encode() in file.read_bytes()] == []
