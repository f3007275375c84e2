"""A customer who talked with an agent is called some time later and asked how it was."""

from pathlib import Path

from callserver.testing.rig import FLOW as SUPPORT
from callserver.testing.rig import eventually
from tests.scenarios.house import CUSTOMER_HZ
from tests.scenarios.test_agents_call import house_with_way_out

FLOW = """
start: rate
steps:
  rate:
    survey: {say: "How was it?", question: satisfaction, timeout_s: 20}
    next: end
    otherwise: end
  end: {hangup: {}}
"""
ASK = {"share": 1.0, "flow": "ask", "after_s": 0.2, "least_talk_s": 0.1, "hours": []}


async def test_the_customer_is_called_and_the_answer_counts_for_queue_and_agent(
    tmp_path: Path,
) -> None:
    flows = tmp_path / "flows"
    flows.mkdir()
    (flows / "support.yaml").write_text(SUPPORT)
    (flows / "ask.yaml").write_text(FLOW)
    settings = {"queues": {"support": {"survey": ASK}}, "flows_dir": str(flows)}
    async with house_with_way_out(tmp_path, **settings) as (house, outside):
        customer, _ = await house.talking("alice")
        await customer.hang_up()
        asked = await outside.incoming()
        assert asked.number == "+37167000000"
        await asked.answer()
        await asked.tone(CUSTOMER_HZ)
        await asked.hears_sound()
        await asked.digits("4")
        assert await asked.ended() == 200

        async def counted() -> list[dict[str, object]]:
            found = await house.rig.api.get("/api/v1/surveys", by="agent")
            return [*found["questions"], *found["calls"]]

        question, calls = await eventually(counted, lambda found: len(found) == 2)
        assert (question["queue"], question["agent"]) == ("support", "alice")
        assert (question["rate"], question["mean"]) == (1.0, 4.0)
        made = await eventually(counted, lambda found: found[1]["answered"] == 1)
        assert (made[1]["called"], made[1]["rate"], calls["agent"]) == (1, 1.0, "alice")
        first, second = await house.records(2)
        assert (first["direction"], second["direction"]) == ("inbound", "outbound")
        assert (second["survey"], second["result"]) == ({"satisfaction": "4"}, "answered")
        metrics = await house.rig.api.text("/metrics")
        assert 'callserver_survey_calls_total{outcome="answered"} 1.0' in metrics
        await house.is_quiet()
