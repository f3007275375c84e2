"""The options of the database."""

from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from callserver.config.connectors import Credential, read
from callserver.config.section import Section
from callserver.model.errors import ConfigError


class Storage(Section):
    """The database."""

    url: str = Field(
        "",
        description="Empty: SQLite in server.data_dir/callserver.db. PostgreSQL: "
        "postgresql+asyncpg://USER@HOST/NAME, with callserver's extra `postgres`.",
    )
    password: Credential = Field(
        SecretStr(""),
        description="Of USER in url. Itself, or better `env:NAME` or `file:PATH`, which is read at "
        "the start.",
    )

    @model_validator(mode="after")
    def _check(self) -> "Storage":
        if self.password.get_secret_value() and urlsplit(self.url).password:
            raise ValueError("password: there is one in url too; take it out of there")
        return self

    def secret(self) -> str | None:
        """The password; none: that of the URL, if there is one. Raises ``ConfigError``."""
        try:
            return read(self.password) or None
        except ConfigError as error:
            raise ConfigError(f"store.password: {error}; put it there, or name another") from error
