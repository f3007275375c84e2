"""``callserver config``: find the mistakes before a caller does, and see what is in force."""

from collections.abc import Iterator
from pathlib import Path

import typer
import yaml

from callserver.cli.shared import ConfigFile, find_config, note, read_config, say
from callserver.config import Config
from callserver.model.errors import ConfigError

app = typer.Typer(help="The configuration: check, show.", no_args_is_help=True)

_HIDDEN = "********"


@app.command("check")
def check(config: ConfigFile = None) -> None:
    """Find all mistakes in the configuration and in the flows its lines use."""
    from callserver.cli.checks.finding import Verdict
    from callserver.cli.checks.outgoing import outgoing

    file = find_config(config)
    settings = read_config(config)
    if wrong := list(mistakes(settings)):
        raise ConfigError("\n".join(wrong))
    note(
        f"{file or 'The built-in configuration'} is good; trunks: {len(settings.trunks)}, "
        f"lines: {len(settings.lines)}, queues: {len(settings.queues)}."
    )
    found = outgoing(settings)
    if found.verdict is Verdict.WARN:
        note(f"Warning: {found.found}. Cure: {found.cure}.")


@app.command("show")
def show(config: ConfigFile = None) -> None:
    """Print every option as it is in force, defaults included; passwords are hidden."""
    say(yaml.safe_dump(_shown(read_config(config)), sort_keys=False, allow_unicode=True).rstrip())


def mistakes(config: Config) -> Iterator[str]:
    """What only shows when the configuration meets the disk: flows, sound files, folders."""
    from callserver.ivr.library import Flows
    from callserver.model.errors import FlowError

    for name, queue in config.queues.items():
        if queue.music and not Path(queue.music).is_file():
            yield f"queues.{name}.music: no file {queue.music}; leave it empty for our own melody"
    prompts = config.speech.prompts_dir
    if prompts is not None and not prompts.is_dir():
        yield f"speech.prompts_dir: no folder {prompts}; make it, or set it to null"
    pack = config.speech.voice_pack
    if pack is not None and not pack.is_dir():
        yield f"speech.voice_pack: no folder {pack}; name one, or set it to null"
    for language, model in config.speech.piper.items():
        if not model.is_file() or not Path(f"{model}.json").is_file():
            yield f"speech.piper.{language}: no files {model} and {model}.json; take the voice out"
    for name, trunk in config.trunks.items():
        if not trunk.addresses and not trunk.hosts:
            yield f"trunks.{name}: neither addresses nor hosts; calls can neither come nor go"
    try:
        Flows(config)
    except FlowError as error:
        yield str(error)


def _shown(config: Config) -> dict[str, object]:
    from callserver.store import without_password

    shown = config.model_dump(mode="json")
    for trunk in shown["trunks"].values():
        trunk["password"] = trunk["password"] and _HIDDEN
    shown["store"]["url"] = without_password(config.store_url)
    return shown
