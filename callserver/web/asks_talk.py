"""What clients may send about conversations (see ``asks``)."""

from typing import Literal

from pydantic import Field

from callserver.web.asks import Body, Username, Word


class NewTarget(Body):
    """Who is asked, or gets the call."""

    kind: Literal["agent", "queue", "external", "place"] = Field(description="What `name` is.")
    name: Word = Field(description="Username, queue, the number to dial, or a place.")


class Supervision(Body):
    """A supervisor in a conversation."""

    username: Username = Field(description="Whose phone is rung.")
    mode: Literal["listen", "whisper", "barge"] = Field(
        "listen", description="whisper: the agent alone hears them; barge: all do."
    )


class TakeOver(Body):
    """The supervisor who takes a call over."""

    username: Username = Field(description="The one who is in the conversation.")
