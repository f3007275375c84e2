"""The options of webhooks."""

from ipaddress import IPv4Network, IPv6Network, ip_network

from pydantic import Field, field_validator, model_validator

from callserver.config.section import Seconds, Section


class Hooks(Section):
    """Webhooks: what other systems are told (`callserver webhook add`)."""

    private: tuple[str, ...] = Field(
        (),
        description="Private networks webhooks may go to, CIDR (`10.1.2.0/24`, `127.0.0.1/32`); "
        "there plain http will do. Everywhere else only https to public addresses.",
    )
    timeout_s: float = Field(
        15.0, gt=0, le=120, description="How long an answer is waited for, everything together."
    )
    at_once: int = Field(4, ge=1, le=50, description="Requests to one destination at once.")
    per_s: float = Field(20.0, gt=0, le=1000, description="Requests a second to one destination.")
    first_pause_s: Seconds = Field(
        5.0, gt=0, description="Pause after a first failure; doubled each time, partly by chance."
    )
    longest_pause_s: Seconds = Field(14_400.0, gt=0, description="The longest pause.")
    give_up_after_s: Seconds = Field(
        259_200.0,
        gt=0,
        description="An event that nobody took for so long is dead: it waits for a replay.",
    )
    first_rest_s: Seconds = Field(
        10.0,
        gt=0,
        description="How long a destination is left alone that failed five times in a row; doubled "
        "while it stays away.",
    )
    longest_rest_s: Seconds = Field(300.0, gt=0, description="The longest such rest.")
    keep_days: float = Field(
        30.0, ge=1, description="How long events and tries are kept for replays."
    )

    @field_validator("private")
    @classmethod
    def _networks(cls, private: tuple[str, ...]) -> tuple[str, ...]:
        for network in private:
            ip_network(network)
        return private

    @model_validator(mode="after")
    def _order(self) -> "Hooks":
        if self.first_pause_s > self.longest_pause_s:
            raise ValueError("first_pause_s is longer than longest_pause_s")
        if self.first_rest_s > self.longest_rest_s:
            raise ValueError("first_rest_s is longer than longest_rest_s")
        if self.keep_days * 86_400 < self.give_up_after_s:
            raise ValueError("keep_days is shorter than give_up_after_s")
        return self

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The private networks as networks."""
        return tuple(ip_network(network) for network in self.private)
