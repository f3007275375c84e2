"""``callserver init``: everything a new server needs, in a folder."""

import asyncio
import contextlib
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from callserver.cli import audit
from callserver.cli.shared import DEFAULT_CONFIG, note, opened_store, read_config, say
from callserver.config.template import files
from callserver.model.errors import NotAllowed
from callserver.model.people import Role

_FLOWS = (
    "README.md",
    "flow.schema.json",
    "support.yaml",
    "night.yaml",
    "answering.yaml",
    "tests/README.md",
    "tests/support.yaml",
    "tests/night.yaml",
    "tests/answering.yaml",
)


def init(
    folder: Annotated[
        Path, typer.Option("--dir", metavar="DIR", help="Folder; made if it is not there.")
    ] = Path(),
) -> None:
    """Write a commented configuration and an example flow, create the database, and print the
    first admin token. Nothing that exists is overwritten."""
    contents = _contents()
    _refuse_to_overwrite(folder, contents)
    try:
        _write(folder, contents)
    except OSError as error:
        raise NotAllowed(f"cannot write into {folder}: {error}; choose another --dir") from error
    # The paths in the configuration are relative to the folder the server is started in.
    with contextlib.chdir(folder):
        secret = asyncio.run(_first_token())
    note(f"Wrote {len(contents)} files and the database into {folder.absolute()}.")
    note("The first admin token of the API. It is shown this once, keep it:")
    say(secret)
    note("")
    note("Next: cd there, then")
    note("  callserver agent add anna --name Anna --queue support")
    note("  callserver doctor")
    note("  callserver serve")


def _contents() -> dict[Path, str]:
    templates = resources.files("callserver.cli") / "templates"
    return {
        **{DEFAULT_CONFIG.with_name(name): text for name, text in files().items()},
        **{
            Path("ivr_flows", name): (templates / name).read_text(encoding="utf-8")
            for name in _FLOWS
        },
    }


def _refuse_to_overwrite(folder: Path, contents: dict[Path, str]) -> None:
    there = [
        str(name) for name in (*contents, Path("var/callserver.db")) if (folder / name).exists()
    ]
    if there:
        raise NotAllowed(
            f"{folder.absolute()} holds {', '.join(there)} already; choose another --dir, or move "
            "them away. For another admin token: `callserver token add NAME --role admin`"
        )


def _write(folder: Path, contents: dict[Path, str]) -> None:
    for name, text in contents.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        # A provider's password will stand in one of them.
        file.touch(mode=0o600 if file.name == "trunks.yaml" else 0o666)
        file.write_text(text, encoding="utf-8")
    (folder / "recordings").mkdir(mode=0o750, exist_ok=True)
    (folder / "var").mkdir(mode=0o700, exist_ok=True)


async def _first_token() -> str:
    from callserver.clock import SystemClock
    from callserver.tokens import Tokens

    async with opened_store(read_config(DEFAULT_CONFIG)) as store:
        token, secret = await Tokens(store, SystemClock()).create("first admin", Role.ADMIN)
        await audit.note(store, "tokens.create", f"tokens/{token.id}")
        return secret
