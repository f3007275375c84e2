"""What clients get about the past: calls, their facts, recordings. The live state is in
``views_live``; how times and pages look is in ``shapes``."""

import re
from dataclasses import fields
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from callserver.call import quality
from callserver.model.call import Direction, Leg, LegStats, Phase, Reason, Result
from callserver.model.events import LegEnd
from callserver.model.facts import Fact
from callserver.model.record import (
    CallRecord,
    LegRecord,
    RecordingGap,
    RecordingRecord,
    WhyUnrecorded,
)
from callserver.web.shapes import Time, iso, iso_or_none

Mos = Annotated[float, Meta(ge=1, le=4.5, description="ITU-T G.107; the worse direction.")]


class RecordingOut(Struct, frozen=True, kw_only=True):
    """One stereo recording: left the customer, right the agent. ``path`` lies below the recordings
    folder of the server; ``repaired``: the worker died and the file was mended."""

    id: str
    call: str
    path: str
    audio: str
    sha256: str
    duration_s: float
    sample_rate: int
    size: int
    started_at: Time
    repaired: bool


def recording(record: RecordingRecord) -> RecordingOut:
    return RecordingOut(
        id=record.id,
        call=record.call,
        path=record.path,
        audio=f"/api/v1/recordings/{record.id}/audio",
        sha256=record.sha256,
        duration_s=record.duration_s,
        sample_rate=record.sample_rate,
        size=record.size,
        started_at=iso(record.started_at),
        repaired=record.repaired,
    )


class LegOut(Struct, frozen=True, kw_only=True):
    """One leg that ended. ``code`` is the final SIP status, ``media`` what RTP counted."""

    leg: Leg
    agent: str | None
    end: LegEnd
    code: int
    ended_at: Time
    mos: Mos | None
    media: LegStats | None


def _leg(record: LegRecord) -> LegOut:
    mos = quality.mos(record.stats) if record.stats else None
    return LegOut(
        leg=record.leg,
        agent=record.agent,
        end=record.end,
        code=record.code,
        ended_at=iso(record.ended_at),
        mos=None if mos is None else round(mos, 2),
        media=record.stats,
    )


class GapOut(Struct, frozen=True, kw_only=True):
    """A time in which the conversation was not recorded, though it should have been; ``until``
    null: to its end."""

    since: Time
    until: Time | None
    why: WhyUnrecorded


def _gap(gap: RecordingGap) -> GapOut:
    return GapOut(since=iso(gap.since), until=iso_or_none(gap.until), why=gap.why)


class CallOut(Struct, frozen=True, kw_only=True):
    """One call, running or over. ``waited_s`` counts from joining the queue to the agent's answer
    or the end of the wait, ``talked_s`` from there to the end, of which ``held_s`` on hold.
    ``callback_of``: we called, as they had asked in that call."""

    id: str
    direction: Direction
    phase: Phase
    line: str
    number: str
    name: str
    trunk: str | None
    sip_call_id: str
    offered_at: Time
    answered_at: Time | None
    queue: str | None
    queued_at: Time | None
    agent: str | None
    talking_at: Time | None
    ended_at: Time | None
    result: Result | None
    reason: Reason | None
    flow: str | None
    flow_version: str | None
    step: str | None
    waited_s: float
    talked_s: float
    held_s: float
    missed_by: tuple[str, ...]
    survey: dict[str, str]
    callback_of: str | None
    legs: list[LegOut]
    gaps: list[GapOut]
    recording: RecordingOut | None


def call(record: CallRecord) -> CallOut:
    return CallOut(
        id=record.id,
        direction=record.direction,
        phase=record.phase,
        line=record.line,
        number=record.number,
        name=record.name,
        trunk=record.trunk,
        sip_call_id=record.sip_call_id,
        offered_at=iso(record.offered_at),
        answered_at=iso_or_none(record.answered_at),
        queue=record.queue,
        queued_at=iso_or_none(record.queued_at),
        agent=record.agent,
        talking_at=iso_or_none(record.talking_at),
        ended_at=iso_or_none(record.ended_at),
        result=record.ending.result if record.ending else None,
        reason=record.ending.reason if record.ending else None,
        flow=record.flow,
        flow_version=record.flow_version,
        step=record.step,
        waited_s=record.waited_s,
        talked_s=record.talked_s,
        held_s=record.held_s,
        missed_by=record.missed_by,
        survey=record.survey,
        callback_of=record.callback_of,
        legs=[_leg(leg) for leg in record.legs],
        gaps=[_gap(gap) for gap in record.gaps],
        recording=recording(record.recording) if record.recording else None,
    )


class FactOut(Struct, frozen=True, kw_only=True):
    """One thing that happened. ``kind`` is its name (``queue_joined``), ``data`` its other values:
    times as ISO 8601, durations in ``…_s``."""

    kind: str
    at: Time
    data: dict[str, Any]


def snake(name: str) -> str:
    """``queue_joined`` of ``QueueJoined``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def fact(happened: Fact) -> FactOut:
    data = {
        field.name: _value(field.name, getattr(happened, field.name))
        for field in fields(happened)
        if field.name not in ("at", "call", "worker")
    }
    return FactOut(kind=snake(type(happened).__name__), at=iso(happened.at), data=data)


def _value(name: str, value: Any) -> Any:
    if isinstance(value, float) and name.endswith("_at"):
        return iso(value)
    return msgspec.to_builtins(value)
