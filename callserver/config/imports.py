"""The options of imports over the API."""

from pydantic import Field

from callserver.config.section import Section


class Imports(Section):
    """Tables of contacts that are sent over the API (`POST /api/v1/imports`)."""

    max_mib: int = Field(
        100, ge=1, description="Larger tables get 413; 100,000 contacts are about 10 MiB."
    )
    most_waiting: int = Field(
        20, ge=1, description="One runs, so many wait; more get 409. Each lies on the disk."
    )
    keep_days: float = Field(
        7.0, gt=0, description="How long what came of them can be asked for; tables go at once."
    )
