"""The options of calling back, of each queue."""

from typing import Literal, Self

from pydantic import Field, model_validator

from callserver.config.answering import Answering
from callserver.config.opening import OpeningHours
from callserver.config.section import Seconds, Section


class Suggestions(Section):
    """Who gave up waiting is suggested to be called back: somebody accepts it, or not."""

    waited_s: Seconds = Field(
        0.0, description="Whoever hung up after waiting so long is suggested; 0: nobody is."
    )
    hours: OpeningHours = Field(
        (),
        description="When they must have called, by the clock of `outgoing.timezone`; empty: at "
        "any time.",
    )
    expires_s: float = Field(
        86_400.0, gt=0, description="A suggestion nobody has accepted is over after so long."
    )


class Callbacks(Section):
    """How those who asked for it (or were cut off by a fault) are called back."""

    mode: Literal["agent_first", "customer_first", "by_hand"] = Field(
        "agent_first",
        description="Who is called first when their place comes: the agent, who hears who it is "
        "and then how it rings; or the customer, while an agent is kept free. by_hand: nobody is "
        "called by the system.",
    )
    share: float = Field(
        0.5,
        ge=0,
        le=1,
        description="While callers wait on the line, at most this share of the calls agents get "
        "are callbacks, though more of them have come first; 0: none, 1: as they came.",
    )
    ring_s: float = Field(30.0, gt=0, description="How long it rings at the customer's.")
    agent_ring_s: float = Field(
        8.0,
        gt=0,
        description="customer_first: how long an agent's phone rings for a customer who has "
        "answered; then it is the next one's.",
    )
    tries: int = Field(3, ge=1, description="How often somebody is called at most.")
    busy_s: float = Field(120.0, gt=0, description="Until the next try when it was busy.")
    no_answer_s: float = Field(900.0, gt=0, description="The same when nobody answered.")
    declined_s: Seconds = Field(
        0.0, description="The same when they declined the call; 0: they are not called again."
    )
    machine_s: float = Field(3600.0, gt=0, description="The same when a machine answered.")
    machine: Literal["off", "note", "retry", "message"] = Field(
        "off",
        description="Whether somebody listens for a machine that answers, and what comes of it. "
        "note: it stands on record. retry: hang up, and call again after machine_s. message: tell "
        "it machine_text, and do not call again. The last two need mode customer_first: an agent "
        "who is on the line already hears it. Humans wait about a second longer for our voice.",
    )
    machine_text: str = Field(
        "",
        description="What a machine is told; empty: that we tried to call back, and that they may "
        "call again, in the language they are spoken to in. A recording replaces it by language: "
        "`queue-NAME-machine.wav`.",
    )
    answering: Answering = Field(default_factory=Answering)
    left_s: float = Field(
        60.0, gt=0, description="The same when they hung up before an agent was there."
    )
    failed_s: float = Field(300.0, gt=0, description="The same when it could not be done.")
    expires_s: float = Field(
        86_400.0,
        gt=0,
        description="Nobody is called so long after they asked (or after the end of the time they "
        "asked for).",
    )
    hours: OpeningHours = Field(
        ("mon-sun 08:00-21:00",),
        description="When people may be called, by the clock where their number is (all of its "
        "clocks, if it may have several; `outgoing.timezone` if nobody knows); empty: at any time.",
    )
    awake_s: Seconds = Field(
        3600.0,
        description="Whoever asked less than so long ago is awake, whatever the hour.",
    )
    suggest: Suggestions = Field(default_factory=Suggestions)

    @model_validator(mode="after")
    def _customer_hears_it_first(self) -> Self:
        if self.machine in ("retry", "message") and self.mode != "customer_first":
            raise ValueError(f"machine: {self.machine} needs mode: customer_first")
        return self
