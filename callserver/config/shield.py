"""The options of the shield: which addresses are not heard any more, and for how long."""

from ipaddress import IPv4Network

from pydantic import Field, field_validator, model_validator

from callserver.config.section import Section

DAY_S = 86_400.0


class Shield(Section):
    """What becomes of addresses that scan, guess passwords or send rubbish: silence."""

    allow: tuple[str, ...] = Field(
        (),
        description="Networks never banned, CIDR; the trunks' never are. `0.0.0.0/0`: no shield.",
    )
    limit: float = Field(
        20.0,
        gt=0,
        description="Points at which an address is banned: ten wrong passwords in a row.",
    )
    forget_s: float = Field(
        600.0, gt=0, description="In this time the points of `limit` are forgotten again."
    )
    points_asked: float = Field(
        1.0,
        ge=0,
        description="Points for each new name (of a user, of a number dialled) somebody asked "
        "something in and never proved; given back when the right password comes. The same for "
        "names that exist and names that do not, or the ban would tell which.",
    )
    points_wrong_password: float = Field(
        2.0, ge=0, description="Points for a wrong password, or any for a user who does not exist."
    )
    points_malformed: float = Field(
        2.0, ge=0, description="Points for what is no SIP. Phones make few mistakes, scripts many."
    )
    points_flood: float = Field(
        0.1, ge=0, description="Points for each request beyond sip.requests_per_s."
    )
    scanners: tuple[str, ...] = Field(
        ("friendly-scanner", "sipvicious", "sipcli", "sip-scan", "sundayddr", "pplsip", "vaxsip"),
        description="Words in the User-Agent of known scanners, in lower case: banned at once.",
    )
    ban_s: float = Field(
        600.0,
        gt=0,
        description="The first ban; each further one lasts four times longer, if the sender "
        "cannot have been forged (TCP, TLS, an answer to our challenge).",
    )
    max_ban_s: float = Field(
        7 * DAY_S, gt=0, description="No ban is longer: addresses get new owners."
    )
    remember_s: float = Field(
        30 * DAY_S, ge=0, description="For so long a ban that is over counts as an earlier one."
    )
    trust_s: float = Field(
        DAY_S,
        ge=0,
        description="After a right password its address is trusted for so long. A registered "
        "phone is heard in any case, whatever others behind the same NAT do.",
    )
    trusted_factor: float = Field(
        20.0,
        ge=1,
        description="A trusted address may have so many times more points: one phone with an old "
        "password does not silence its office.",
    )

    @field_validator("allow")
    @classmethod
    def _networks(cls, allow: tuple[str, ...]) -> tuple[str, ...]:
        for network in allow:
            IPv4Network(network)
        return allow

    @model_validator(mode="after")
    def _check(self) -> "Shield":
        if self.ban_s > self.max_ban_s:
            raise ValueError("ban_s must not be greater than max_ban_s")
        if any(word != word.lower() or not word for word in self.scanners):
            raise ValueError("scanners must be words in lower case")
        return self

    @property
    def networks(self) -> tuple[IPv4Network, ...]:
        """``allow`` as networks."""
        return tuple(map(IPv4Network, self.allow))
