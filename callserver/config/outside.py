"""The options of other people's servers: which ones flows may ask."""

from ipaddress import ip_address

from pydantic import AnyHttpUrl, Field, SecretStr, TypeAdapter, field_validator, model_validator

from callserver.config.section import Section

_URL = TypeAdapter(AnyHttpUrl)


def web_address(url: str) -> str:
    """An address before the path, without what has no place in it. Raises ``ValueError``."""
    parsed = _URL.validate_python(url)
    if parsed.username or parsed.password or parsed.query or parsed.fragment:
        raise ValueError("write the address without user, password, `?` and `#`")
    return url.rstrip("/")


def private_address(url: str) -> str:
    """The private or loopback address that stands in it; empty: none, or a name."""
    host = (_URL.validate_python(url).host or "").strip("[]")
    try:
        return "" if ip_address(host).is_global else host
    except ValueError:
        return ""


class Destination(Section):
    """A server that flows may ask (`lookup`) or tell (`webhook`); no other is ever spoken to."""

    url: str = Field(description="Address before the path: `https://crm.example.com/api/v2`.")
    headers: dict[str, SecretStr] = Field(
        default_factory=dict,
        description="Headers of every request, as `Authorization: Bearer …`; never shown.",
    )
    private: bool = Field(
        False,
        description="Whether it may live at a private or loopback address. As shipped a name that "
        "leads there is not followed: it could be a trick to reach our own insides.",
    )
    max_answer_bytes: int = Field(
        262_144, ge=1024, description="Longer answers are not read to their end; they have failed."
    )
    at_once: int = Field(20, ge=1, le=500, description="Connections to it at once.")

    @field_validator("url")
    @classmethod
    def _url(cls, url: str) -> str:
        return web_address(url)

    @model_validator(mode="after")
    def _literal(self) -> "Destination":
        if (host := private_address(self.url)) and not self.private:
            raise ValueError(f"url: {host} is a private address; set `private: true` to allow it")
        return self
