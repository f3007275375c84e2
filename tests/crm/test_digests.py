"""A digest by mail: over the real outbox and SMTP, once, also when the controller died."""

from datetime import UTC, timedelta
from pathlib import Path

import pytest

from callserver.config import Config
from callserver.crm.digest.herald import Digests
from callserver.crm.digest.plan import following
from callserver.model.errors import NotAllowed
from callserver.testing.clock import VirtualClock
from callserver.testing.story import a_call
from tests.crm.house import all_over, office
from tests.crm.test_people_told import people
from tests.outside.mailserver import MailServer

NOW = 1_800_000_000.0  # 2027-01-15 08:00 UTC
UTC_DAY_S = timedelta(days=1).total_seconds()
LEADS = ["jo@example.com", "max@example.com"]
DIGESTS = {"morning": {"to": LEADS, "language": "lv", "at": "09:00"}}


def configured(folder: Path, port: int) -> Config:
    return people(folder, port, mail={"digests": DIGESTS}, queues={"support": {"title": "Palīgi"}})


async def test_it_comes_once_to_each_also_when_the_controller_died_and_was_made_anew(
    tmp_path: Path,
) -> None:
    async with MailServer.start() as server:
        config, clock = configured(tmp_path, server.port), VirtualClock(NOW)
        async with office(tmp_path, people=config) as one:
            digests = Digests(config, one.store.digests, one.store.hooks, clock)
            await digests.enlist()
            await digests.look()
            assert server.got == [], "nobody asked for yesterday's"
            await one.happens(*a_call("c1", NOW + 7200), *a_call("c2", NOW - 7 * UTC_DAY_S))
            one.deliverer.changed()
            clock.advance(following(config.mail.digests["morning"], NOW + 3600.0, UTC) - NOW + 1.0)
            server.answers["DATA"] = ["lost"]  # taken, and its answer did not arrive
            await digests.look()
        async with office(tmp_path, people=config) as one:  # the next controller
            digests = Digests(config, one.store.digests, one.store.hooks, clock)
            await digests.enlist()
            await digests.look()
            await server.until(3)
            await digests.look()
            hook = (await one.store.hooks.subscriptions())[0]
            await all_over(one, hook.id)
            assert not any(sum(counts) for counts in (await one.store.hooks.backlog()).values())
            with pytest.raises(NotAllowed, match=r"mail\.digests"):
                await one.hooks.remove(hook.id)
    by_reader = {to: [got for got in server.got if got.to == (to,)] for to in LEADS}
    assert sorted(len(some) for some in by_reader.values()) == [1, 2]
    assert len({got.message["Message-ID"] for got in server.got}) == 1
    mail = server.got[0].message
    assert mail["Subject"] == "2027-01-15: 1 zvans, atbildēti: 1"
    text = mail.get_content()
    assert "Atbildēti 20 s laikā: 1, 100 % (1, 100 %)" in text
    assert "Vidējais apkalpošanas laiks: 1:00 (1:00)" in text
