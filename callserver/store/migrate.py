"""Bring a database up to date, from wherever it is to this version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from callserver.model.errors import StoreError

_FOLDER = Path(__file__).with_name("migrations")


def alembic_config(connection: Connection) -> Config:
    """What alembic needs to know, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def is_up_to_date(connection: Connection) -> bool:
    """Whether there is nothing to migrate; only reads, so that a server starts while another
    process holds the database."""
    script = ScriptDirectory.from_config(alembic_config(connection))
    return _versions(connection) == set(script.get_heads())


def migrate(connection: Connection) -> bool:
    """Upgrade within the transaction of ``connection``, which is the only one that writes (see
    ``engine``); True: there was nothing before. Raises ``StoreError`` for a database that a newer
    version has written: going on would lose what that version knew."""
    config = alembic_config(connection)
    script = ScriptDirectory.from_config(config)
    known = {revision.revision for revision in script.walk_revisions()}
    now = _versions(connection)
    if unknown := now - known:
        raise StoreError(
            f"the database has version {', '.join(sorted(unknown))}, this callserver knows up to "
            f"{script.get_current_head()}: install the newer callserver that wrote it, or restore "
            "a backup"
        )
    if now != set(script.get_heads()):
        command.upgrade(config, "head")
    return not now


def _versions(connection: Connection) -> set[str]:
    return set(MigrationContext.configure(connection).get_current_heads())
