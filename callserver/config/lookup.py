"""The options of looking callers up before the phone rings."""

from collections.abc import Collection

from pydantic import Field, model_validator

from callserver.config.section import Seconds, Section

NUMBER = "{number}"


class Lookup(Section):
    """Who calls: asked when the call comes, of our own contacts and, if one is named, of a CRM."""

    ask: str = Field(
        "",
        description="A connector (connectors.yaml) or a destination (destinations.yaml) that is "
        "asked too; empty: only our own contacts are. What it knows goes before what we know.",
    )
    path: str = Field(
        f"/callers/{NUMBER}",
        description="Of a destination: the path, with the number in place of `{number}`. It "
        "answers a JSON object; `name`, `language`, `owner` (an agent), `vip`, `blocked` and `url` "
        "mean something here, and 404 that it knows nobody.",
    )
    deadline_s: Seconds = Field(
        0.8,
        le=5,
        description="The flow begins so long after the call came at the latest, whatever the CRM "
        "does; the call is answered before that. One that was late three times in a row is not "
        "waited for until it is in time again.",
    )
    late_s: float = Field(
        10.0, gt=0, le=60, description="How long a late answer may still update the screen."
    )
    refuse_blocked: bool = Field(
        True,
        description="Whether somebody who is blocked (in our contacts or the CRM) is refused; else "
        "flows decide (`caller.contact.blocked`).",
    )
    speak: bool = Field(
        False, description="Whether the flow begins in the language of the contact."
    )
    owner_first: bool = Field(
        False,
        description="Whether a queue step without `prefer` asks the owner of the contact first.",
    )
    vip_priority: int = Field(
        0, ge=0, le=100, description="Added to the priority of a queue step for a VIP."
    )

    def check(self, known: Collection[str]) -> None:
        """Raises ``ValueError``: there is nobody of that name among these to be asked."""
        if self.ask and self.ask not in known:
            there = ", ".join(sorted(known)) or "none"
            raise ValueError(
                f"lookup.ask: neither connectors nor destinations have {self.ask!r}; there are: "
                f"{there}"
            )

    @model_validator(mode="after")
    def _check(self) -> "Lookup":
        if NUMBER not in self.path or not self.path.startswith("/"):
            raise ValueError("path: begins with `/` and has `{number}` in it")
        if self.late_s < self.deadline_s:
            raise ValueError("late_s is shorter than deadline_s")
        return self
