"""The options of connectors: which CRMs are told of calls, and as whom we speak to them."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator

from callserver.config.outside import private_address, web_address
from callserver.config.section import Section
from callserver.model.errors import ConfigError

FROM_FILE = "file:"
FROM_ENV = "env:"


def _sourced(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if text in (FROM_FILE, FROM_ENV):
        raise ValueError("write `file:PATH` or `env:NAME`")
    return value


Credential = Annotated[SecretStr, AfterValidator(_sourced)]
"""A secret: `file:PATH` (its first line), `env:NAME`, or the secret itself. See :func:`read`."""


def read(credential: SecretStr) -> str:
    """The secret. A file is read each time, so it can be exchanged while the server runs. Raises
    ``ConfigError``."""
    text = credential.get_secret_value()
    if text.startswith(FROM_ENV):
        found = os.environ.get(text.removeprefix(FROM_ENV), "")
        if not found:
            raise ConfigError(f"the environment has no {text.removeprefix(FROM_ENV)}")
        return found
    if not text.startswith(FROM_FILE):
        return text
    file = Path(text.removeprefix(FROM_FILE))
    try:
        lines = file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file}: the secret cannot be read: {type(error).__name__}") from error
    if not lines:
        raise ConfigError(f"{file}: is empty")
    return lines


class Connector(Section):
    """What all connectors have in common."""

    kind: str = Field(description="Which CRM it is.")
    url: str = Field(description="Address of the CRM before the path.")
    private: bool = Field(
        False, description="Whether it may live at a private or loopback address, and without TLS."
    )
    queues: tuple[str, ...] = Field(
        (), description="Tell of the calls in these queues only; empty: of all calls."
    )
    events: tuple[str, ...] = Field(
        (), description="Tell of these only, as `call.ended`; empty: of all it has a use for."
    )
    users: dict[str, str] = Field(
        default_factory=dict, description="Agents as the CRM knows them: `{alice: '17'}`."
    )
    default_user: str = Field(
        "", description="Whose a call is in the CRM that no agent took, or one it does not know."
    )
    link: str = Field(
        "",
        description="Our address as people of the CRM reach it, for links to recordings: "
        "`https://calls.example.com`; empty: no links.",
    )
    timeout_s: float = Field(15.0, gt=0, le=120, description="How long one answer is waited for.")
    per_s: float | None = Field(
        None, gt=0, le=1000, description="Requests a second; empty: what this CRM allows."
    )

    @field_validator("url", "link")
    @classmethod
    def _url(cls, url: str) -> str:
        return web_address(url) if url else ""

    @model_validator(mode="after")
    def _safe(self) -> "Connector":
        if self.private:
            return self
        if not self.url.startswith("https://"):
            raise ValueError("url: credentials go over https only, or set `private: true`")
        if host := private_address(self.url):
            raise ValueError(f"url: {host} is a private address; set `private: true` to allow it")
        return self


class Bitrix24(Connector):
    """A Bitrix24 portal. Telephony calls need an application (local or from the market), no plain
    inbound webhook."""

    kind: Literal["bitrix24"]
    client_id: str = Field(description="Of the application (`app.…` or `local.…`).")
    client_secret: Credential = Field(description="Of the application.")
    refresh_token: Credential = Field(
        description="From its installation. Bitrix24 gives a new one each time it is used; that is "
        "kept in server.data_dir/connectors."
    )
    auth_url: str = Field("https://oauth.bitrix.info", description="Where tokens are renewed.")
    line_number: str = Field("", description="External line that calls are filed under.")
    crm_create: bool = Field(True, description="Whether unknown callers become leads.")
    application_token: Credential | None = Field(
        None,
        description="Of the application, as the portal sends it with events: with it the portal "
        "may have us call, at /connectors/NAME (click to call, callback forms); empty: it may not.",
    )
    callback_queue: str = Field(
        "",
        description="Queue of those who ask in a form of the portal to be called back; empty: the "
        "one that calls for the form's line (`line` of a queue).",
    )

    @model_validator(mode="after")
    def _told_of_the_end(self) -> "Bitrix24":
        if self.application_token and self.events and "call.ended" not in self.events:
            raise ValueError(
                "events: without `call.ended` calls the portal asks for never end there"
            )
        return self


class Zammad(Connector):
    """Zammad's generic CTI."""

    kind: Literal["zammad"]
    token: Credential = Field(description="The last part of the endpoint Zammad shows for CTI.")
    api_token: Credential | None = Field(
        None, description="A user's access token (ticket.agent), for looking callers up."
    )


class Hubspot(Connector):
    """HubSpot."""

    kind: Literal["hubspot"]
    url: str = Field("https://api.hubapi.com", description="Address of its API.")
    token: Credential = Field(
        description="Token of a private app with crm.objects.contacts.read and .write and "
        "crm.schemas.contacts.write."
    )
    unique_property: str = Field(
        "callserver_call_id",
        pattern=r"^[a-z][a-z0-9_]*$",
        description="Property of calls with unique values that holds our id; `callserver connector "
        "test` makes it.",
    )


class Zendesk(Connector):
    """Zendesk with Talk Partner Edition."""

    kind: Literal["zendesk"]
    email: str = Field(description="Of the user whose token it is.")
    token: Credential = Field(description="API token.")


class Freshdesk(Connector):
    """Freshdesk."""

    kind: Literal["freshdesk"]
    api_key: Credential = Field(description="API key of an agent.")
    popup: bool = Field(
        False, description="Open the caller's page at the agent; Freshdesk turns it on on request."
    )


class Salesforce(Connector):
    """Salesforce, a task for each call that is over."""

    kind: Literal["salesforce"]
    client_id: str = Field(description="Consumer key of a connected app (client credentials).")
    client_secret: Credential = Field(description="Of the connected app.")
    api_version: str = Field("v62.0", pattern=r"^v\d+\.\d$", description="Version of the REST API.")


class SalesforceVoice(Connector):
    """Salesforce Service Cloud Voice, as a partner telephony."""

    kind: Literal["salesforce_voice"]
    org_id: str = Field(description="Of the organisation (`00D…`).")
    call_center: str = Field(description="API name of the call centre.")
    provider: str = Field(description="Telephony-Provider-Name of the conversation vendor.")
    private_key: Credential = Field(
        description="PEM of the key whose certificate the call centre has."
    )


class LiveAgent(Connector):
    """LiveAgent."""

    kind: Literal["liveagent"]
    api_key: Credential = Field(description="API key, version 3.")
    department: str = Field("", description="Department whose phones ring; empty: LiveAgent's.")


class Odoo(Connector):
    """Odoo 19 or newer, with the phone calls of the OCA (`crm_phonecall`)."""

    kind: Literal["odoo"]
    api_key: Credential = Field(description="API key of a user.")
    database: str = Field("", description="Name of the database; empty: there is one alone.")


AnyConnector = Annotated[
    Bitrix24
    | Zammad
    | Hubspot
    | Zendesk
    | Freshdesk
    | Salesforce
    | SalesforceVoice
    | LiveAgent
    | Odoo,
    Field(discriminator="kind"),
]


def check(connectors: Mapping[str, AnyConnector], queues: Collection[str]) -> None:
    """Raises ``ValueError``: one is told of a queue that there is not."""
    for name, connector in connectors.items():
        if unknown := [queue for queue in connector.queues if queue not in queues]:
            raise ValueError(f"connectors.{name}.queues: no queue {', '.join(unknown)}")
        wanted = connector.callback_queue if isinstance(connector, Bitrix24) else ""
        if wanted and wanted not in queues:
            raise ValueError(f"connectors.{name}.callback_queue: no queue {wanted}")


def _from(name: str) -> SecretStr:
    return SecretStr(f"{FROM_FILE}secrets/{name}")


EXAMPLES: tuple[AnyConnector, ...] = (
    Bitrix24(
        kind="bitrix24",
        url="https://example.bitrix24.com",
        users={"alice": "17"},
        default_user="1",
        client_id="local.0123456789abcd.01234567",
        client_secret=_from("bitrix24_client"),
        refresh_token=_from("bitrix24_refresh"),
    ),
    Zammad(kind="zammad", url="https://zammad.example.com", token=_from("zammad")),
    Hubspot(kind="hubspot", token=_from("hubspot")),
    Zendesk(
        kind="zendesk",
        url="https://example.zendesk.com",
        email="calls@example.com",
        token=_from("zendesk"),
    ),
    Freshdesk(kind="freshdesk", url="https://example.freshdesk.com", api_key=_from("freshdesk")),
    Salesforce(
        kind="salesforce",
        url="https://example.my.salesforce.com",
        client_id="3MVG9",
        client_secret=_from("salesforce"),
    ),
    SalesforceVoice(
        kind="salesforce_voice",
        url="https://example.my.salesforce-scrt.com",
        org_id="00D000000000001",
        call_center="CallServer",
        provider="CallServer",
        private_key=_from("salesforce_voice.pem"),
    ),
    LiveAgent(kind="liveagent", url="https://example.ladesk.com", api_key=_from("liveagent")),
    Odoo(kind="odoo", url="https://example.odoo.com", api_key=_from("odoo")),
)
