"""A call that never was, told to a CRM so that somebody sees whether it arrives (pure)."""

from collections.abc import Iterator

from callserver.crm.connectors.told import Call, Told
from callserver.model.call import Direction, Reason, Result
from callserver.model.hooks import EventType
from callserver.model.times import iso

NUMBER = "+12025550123"
"""Nobody's: numbers like it are for stories."""
NAME = "TEST of the call server"


def story(id_: str, now: float, agent: str | None) -> Iterator[Told]:
    """It rang, ``agent`` answered, and they talked for 3 s."""
    for at, type_ in (
        (now, EventType.CALL_OFFERED),
        (now + 1.0, EventType.CALL_RINGING),
        (now + 2.0, EventType.CALL_ANSWERED),
        (now + 5.0, EventType.CALL_ENDED),
    ):
        over = type_ is EventType.CALL_ENDED
        talked = over or type_ is EventType.CALL_ANSWERED
        yield Told(
            type=type_,
            timestamp=iso(at),
            agent=None if over or type_ is EventType.CALL_OFFERED else agent,
            call=Call(
                id=id_,
                direction=Direction.INBOUND,
                line="test",
                number=NUMBER,
                name=NAME,
                queue=None,
                agent=None if type_ is EventType.CALL_OFFERED else agent,
                offered_at=iso(now),
                answered_at=iso(now),
                talking_at=iso(now + 2.0) if talked else None,
                ended_at=iso(at) if over else None,
                result=Result.ANSWERED if over else None,
                reason=Reason.CUSTOMER_HUNG_UP if over else None,
                waited_s=2.0,
                talked_s=3.0 if over else 0.0,
                held_s=0.0,
                missed_by=(),
            ),
        )
