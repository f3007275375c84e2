"""The options of the distribution: how agents are treated, and the rules of each queue."""

import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from callserver.config.callbacks import Callbacks
from callserver.config.section import Seconds, Section
from callserver.config.survey import SurveyCalls

OVERFLOW = re.compile(r"callback|voicemail|queue:.+|external:\+?[0-9*#]+")
Presence = Literal["nobody", "signed_in", "unpaused", "ready"]


class Agents(Section):
    """How agents are treated, in every queue."""

    ring_timeout_s: float = Field(
        15.0, gt=0, description="An agent's phone rings this long; then the call goes to the next."
    )
    max_missed: int = Field(
        1, ge=1, description="Calls missed or declined in a row after which an agent is paused."
    )
    missed_pause_s: Seconds = Field(
        60.0,
        description="How long that pause lasts (or until they say they are ready), so that callers "
        "are not sent to an empty chair. 0: until they say so.",
    )
    missed_rest_s: float = Field(
        5.0,
        gt=0,
        description="Pause after a miss that is not yet the last one, so that the same phone does "
        "not ring again at once for the same caller.",
    )
    wrap_up_s: Seconds = Field(10.0, description="Time for notes after each conversation.")
    wrap_up_most_s: Seconds = Field(
        300.0, description="How long an agent may make it by asking for more."
    )
    pause_reasons: tuple[str, ...] = Field(
        ("break", "lunch", "meeting", "training"),
        description="Reasons an agent may pause with; the system itself uses `missed_call`.",
    )


class Routing(Section):
    """What holds across the queues."""

    priority_s: Seconds = Field(
        300.0,
        description="One more of priority goes before those who have waited up to so many seconds "
        "longer, so that nobody waits for ever; 0: the higher priority always goes first.",
    )


class WidenStep(Section):
    """From some time of waiting on, other agents will do too."""

    after_s: float = Field(gt=0, description="Seconds waited.")
    levels: int = Field(
        0,
        ge=0,
        le=10,
        description="Levels an agent may lack of each skill; 10: any level, or none.",
    )
    penalty: int | None = Field(
        None, ge=0, description="Agents up to this penalty will do; null: all."
    )
    any_language: bool = Field(False, description="Agents of other languages will do.")


class Queue(Section):
    """A queue: callers who wait for the same kind of agent. Its agents carry its name."""

    title: str = Field("", description="What people call this queue.")
    line: str = Field(
        "",
        description="The line (config/lines.yaml) whose number is shown when the queue calls "
        "somebody who called none, and when its agents dial by themselves; empty: "
        "outgoing.caller.",
    )
    strategy: Literal[
        "longest_idle",
        "round_robin",
        "fewest_calls",
        "least_talk",
        "random",
        "linear",
        "tiers",
        "best_match",
        "ring_all",
        "progressive",
    ] = Field(
        "longest_idle",
        description="Which ready agent gets the next call; those with a lower penalty come before "
        "all others. linear: by username. tiers: penalty 0 only, penalty 1 too after tier_after_s, "
        "and so on. best_match: the pairs of callers and agents that cost least together. "
        "ring_all: several at once. progressive: one more every ring_more_after_s.",
    )
    weight: float = Field(
        1.0,
        gt=0,
        description="For agents of several queues: a second waited here counts as so many.",
    )
    first_penalty: int | None = Field(
        None,
        ge=0,
        description="Agents of a greater penalty are not asked until `widen` says so; null: all "
        "are, those of a lower penalty first.",
    )
    widen: tuple[WidenStep, ...] = Field(
        (),
        description="Who else will do after some waiting, each step in place of the one before: "
        "`[{after_s: 30, levels: 2}, {after_s: 60, levels: 10, any_language: true}]`.",
    )
    tier_after_s: float = Field(
        20.0, gt=0, description="Strategy tiers: seconds waited until the next tier is asked too."
    )
    ring_at_most: int = Field(
        3,
        ge=2,
        le=3,
        description="Strategies ring_all and progressive: agents rung at once for a caller; a call "
        "has room for three.",
    )
    ring_more_after_s: float = Field(
        5.0, gt=0, description="Strategy progressive: seconds until one more agent is rung."
    )
    prefer_s: Seconds = Field(
        20.0,
        description="A caller with an agent of their own waits this long for them alone, if they "
        "are signed in and not paused.",
    )
    match_bound_s: float = Field(
        120.0,
        gt=0,
        description="Strategy best_match: who has waited so long is served in order, whatever it "
        "costs.",
    )
    max_length: int = Field(0, ge=0, description="Callers who may wait at once; 0: any number.")
    max_wait_s: Seconds = Field(0.0, description="How long somebody may wait; 0: as they like.")
    join_needs: Presence = Field(
        "nobody",
        description="Who must be there for somebody to join: nobody, an agent signed_in, one "
        "unpaused, one ready.",
    )
    stay_needs: Presence = Field(
        "nobody", description="Who must be there for those who wait to stay; as join_needs."
    )
    stay_grace_s: Seconds = Field(
        30.0,
        description="How long stay_needs may fail before anybody is sent on: phones restart.",
    )
    overflow: tuple[str, ...] = Field(
        (),
        description="Where those go whom the queue does not take or keep, the first that takes "
        "them: `queue:NAME`, `callback`, `voicemail`, `external:+NUMBER`. At the end of the list "
        "the flow goes on.",
    )
    hours: str = Field(
        "",
        description="Name of the hours (config/hours.yaml) outside of which it takes nobody; "
        "empty: it is always open.",
    )
    at_closing: Literal["serve", "overflow"] = Field(
        "serve", description="What becomes of those who wait when the queue closes."
    )
    return_s: Seconds = Field(
        300.0,
        description="Who hangs up while waiting and is back within so long has the place they had; "
        "0: nobody has.",
    )
    service_level_s: float = Field(
        20.0, gt=0, description="Calls answered within so long count for the service level."
    )
    handle_s: float = Field(
        180.0,
        gt=0,
        description="Ringing, conversation and wrap-up of a call, for the estimated wait of the "
        "first callers; later ones are measured.",
    )
    whisper: bool = Field(
        False,
        description="Whether agents hear the queue's title, how long the caller waited, and their "
        "name if it is known, before they are connected; the caller goes on hearing music.",
    )
    announce_position_s: Seconds = Field(
        30.0, description="Seconds between announcements of the place; 0: none."
    )
    announce_wait: bool = Field(
        True, description="Whether the place comes with the estimated wait, as a range."
    )
    messages: tuple[str, ...] = Field(
        (),
        description="Texts those who wait are told, one after the other. Recordings replace them "
        "by language: `queue-NAME-1.wav`, `queue-NAME-2.wav`.",
    )
    messages_every_s: float = Field(60.0, gt=0, description="Seconds between two of them.")
    callback_after_s: Seconds = Field(
        0.0,
        description="After so much waiting a callback is offered, once, if key 1 leads out of the "
        "flow's queue step; 0: never.",
    )
    callback: Callbacks = Field(default_factory=Callbacks)
    survey: SurveyCalls = Field(default_factory=SurveyCalls)
    music: str = Field(
        "", description="WAV file for those who wait, 8 kHz mono; empty: the project's own melody."
    )

    @field_validator("widen")
    @classmethod
    def _in_order(cls, widen: tuple[WidenStep, ...]) -> tuple[WidenStep, ...]:
        times = [step.after_s for step in widen]
        if times != sorted(set(times)):
            raise ValueError(
                "the steps must come in the order of after_s, each later than the last"
            )
        return widen

    @field_validator("overflow")
    @classmethod
    def _places(cls, overflow: tuple[str, ...]) -> tuple[str, ...]:
        for place in overflow:
            if OVERFLOW.fullmatch(place) is None:
                raise ValueError(
                    f"{place!r}: write queue:NAME, callback, voicemail or external:+NUMBER"
                )
        return overflow

    @model_validator(mode="after")
    def _tiers(self) -> "Queue":
        if self.strategy == "tiers" and (self.widen or self.first_penalty is not None):
            raise ValueError("strategy tiers has its own plan: leave out widen and first_penalty")
        return self
