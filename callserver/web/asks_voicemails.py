"""What clients may send about voice messages; how bodies and queries work is in ``asks``."""

from pydantic import Field

from callserver.model.voicemail import VoicemailFilter
from callserver.web.asks import Body, Page, Username, Word


class VoicemailsQuery(Page):
    """Which messages to list; all conditions must hold."""

    mailbox: Word | None = Field(None, description="For whom they are, as the flow says.")
    queue: Word | None = Field(
        None, description="The queue their callers waited in, or the mailbox of that name."
    )
    assignee: Word | None = Field(None, description="Username of the agent who deals with them.")
    done: bool | None = Field(None, description="Whether somebody has dealt with them.")

    def filter(self) -> VoicemailFilter:
        """As the store understands it; one more than the page, to know whether another follows."""
        return VoicemailFilter(
            mailbox=self.mailbox,
            queue=self.queue,
            assignee=self.assignee,
            done=self.done,
            before=self.before,
            limit=self.limit + 1,
        )


class VoicemailMark(Body):
    """Whether somebody has dealt with a message."""

    done: bool = Field(description="false: it is to be dealt with (again).")


class VoicemailAssignee(Body):
    """Who shall deal with a message."""

    username: Username | None = Field(description="An agent; null: nobody in particular.")


class VoicemailCallback(Body):
    """Who shall call back."""

    queue: Word | None = Field(
        None,
        description="Whose agents call back; default: the queue the caller waited in, else the "
        "mailbox, which must then have the name of a queue.",
    )
    priority: int = Field(0, ge=-100, le=100, description="Higher is called first.")
