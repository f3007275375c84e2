"""The options of recordings."""

from pathlib import Path

from pydantic import Field

from callserver.config.section import Section


class Recording(Section):
    """Recordings of conversations."""

    enabled: bool = Field(True, description="Record every conversation.")
    dir: Path = Field(Path("recordings"), description="Folder; files lie in YYYY/MM/DD below.")
    min_free_mib: int = Field(
        500,
        ge=1,
        description="With less space than this on the disk of dir or of server.data_dir, calls go "
        "on but are not recorded, until there is a tenth more; their records tell when. A "
        "conversation takes 2 MiB a minute.",
    )
    voicemail_keep_days: float = Field(
        0.0, ge=0, description="Voicemails older than this are deleted; 0: none is."
    )
