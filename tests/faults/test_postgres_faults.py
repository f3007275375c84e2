"""A server whose store is PostgreSQL, over TCP and with a password, as in production: a day with
calls, a death of the controller, and a database that is away for a while."""

from collections import Counter
from pathlib import Path
from typing import Any

from callserver.testing.postgres import PASSWORD, Postgres
from callserver.testing.receiver import Receiver
from tests.faults import faults
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, House, open_house

TWICE = (
    "SELECT count(*) FROM (SELECT FROM journal GROUP BY at, call, agent, kind, body::text "
    "HAVING count(*) > 1) AS twice"
)
CALL_EVENTS = ["call.offered", "call.answered", "call.ended", "recording.ready"]


async def talk(house: House) -> None:
    """One whole call."""
    customer, agent = await house.talking("boris")
    await customer.hears(AGENT_HZ)
    await agent.hears(CUSTOMER_HZ)
    await customer.hang_up()
    assert await agent.ended() == 200
    await house.agent_is("boris", "ready")


async def told_of(receiver: Receiver, call: str) -> None:
    """Until all events of a call have arrived; each once and in order."""
    await receiver.until(
        "the call is told of", lambda: receiver.stories().get(f"call:{call}") == CALL_EVENTS
    )


async def known_as(house: House, number: str) -> list[dict[str, Any]]:
    """The calls in the timeline of whoever has this number."""
    page = await house.rig.api.get(f"/api/v1/contacts/{number}/timeline?kind=call")
    return list(page["items"])


async def test_calls_are_on_record_through_a_death_and_while_the_database_is_away(
    tmp_path: Path, postgres: Postgres
) -> None:
    postgres.create("calls")
    secret, table = tmp_path / "password", tmp_path / "people.csv"
    secret.write_text(f"{PASSWORD}\n")
    table.write_text("number,name\n+37120000001,Jāne\n+37120000002,Ilze\n")
    settings = {
        "store": {"url": postgres.url("calls", tcp=True), "password": f"file:{secret}"},
        "webhooks": {"private": ["127.0.0.0/8"], "first_pause_s": 0.1},
    }
    async with Receiver.start() as receiver, open_house(tmp_path, settings) as house:
        assert "2 new" in await house.rig.cli("contacts", "import", str(table))
        wanted = {"url": receiver.url, "events": CALL_EVENTS, "title": "CRM"}
        receiver.secrets = [(await house.rig.api.post("/api/v1/webhooks", wanted))["secret"]]
        await house.agent("boris")

        await talk(house)
        (first,) = await house.records()
        await house.recording(first["id"])
        assert [call["id"] for call in await known_as(house, "+37120000001")] == [first["id"]]
        await told_of(receiver, first["id"])

        await house.rig.kill()
        await house.rig.run()
        await faults.earlier_forkers_came_back(house, 1)
        await house.agent_is("boris", "ready")
        assert [one["id"] for one in await house.records()] == [first["id"]]

        postgres.stop()
        try:
            await talk(house)
            await faults.is_ready(house, ready=False, within=15)
            assert await faults.metric(house, "callserver_journal_backlog") > 0
        finally:
            postgres.start()
        await faults.is_ready(house, ready=True, within=15)
        _, second = await house.records(2, within=30)
        assert (second["result"], second["agent"]) == ("answered", "boris")
        await house.recording(second["id"])
        assert [call["id"] for call in await known_as(house, "+37120000002")] == [second["id"]]
        await told_of(receiver, second["id"])
        await faults.all_is_delivered(house)
        assert await faults.metric(house, "callserver_facts_lost_total") == 0
        calm, blind = [await faults.story(house, one["id"]) for one in (first, second)]
        assert calm - blind == Counter(caller_known=1), "nobody could look them up"
        assert blind - calm == Counter()
        assert postgres.run(TWICE, database="calls") == "0"
        await house.is_quiet()
