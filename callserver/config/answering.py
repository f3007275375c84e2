"""The options of telling an answering machine from a human."""

from typing import Self

from pydantic import Field, model_validator

from callserver.config.section import Section


class Answering(Section):
    """How a machine that answers is told from a human: a human says a few words and waits, a
    machine goes on. The defaults are what `callserver bench machine --seed 1` came out best with;
    shorter ones decide sooner and err more often. Who is not sure to be a machine is a human."""

    greeting_s: float = Field(
        2.5,
        gt=0,
        description="Who speaks so long, pauses included, is a machine. Most people have said who "
        "they are by then, also those who say the name of a company.",
    )
    after_s: float = Field(
        1.1,
        gt=0,
        description="Who is silent for so long after their greeting is a human: the pauses between "
        "the sentences of a machine are shorter. So long a human waits for our voice.",
    )
    words: int = Field(
        7, ge=1, description="Who says more words with pauses between them is a machine."
    )
    silence_s: float = Field(
        3.5, gt=0, description="When nobody has said anything for so long, we begin to speak."
    )
    most_s: float = Field(
        5.0, gt=0, description="It is decided after so long, whatever has been heard."
    )
    quiet_s: float = Field(
        2.0,
        gt=0,
        description="A machine that has given no tone has said its greeting when it is silent for "
        "so long.",
    )
    end_s: float = Field(
        45.0, gt=0, description="No greeting is waited for longer; then the message is spoken."
    )

    @model_validator(mode="after")
    def _in_time(self) -> Self:
        if self.most_s <= max(self.greeting_s, self.silence_s, self.after_s):
            raise ValueError("most_s must be longer than greeting_s, after_s and silence_s")
        return self
