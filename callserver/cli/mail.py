"""``callserver mail``: who gets mail, and whether mail goes out."""

import asyncio
from datetime import date, datetime
from typing import Annotated

import typer

from callserver.cli.shared import ConfigFile, note, opened_store, read_config, say
from callserver.cli.webhook import subscribe
from callserver.config import Config
from callserver.crm.notices import Notice
from callserver.model.errors import CallServerError, NotAllowed, OutsideError
from callserver.model.hooks import Answer

DEFAULT = ("voicemail.left",)

app = typer.Typer(
    help="Mail: who gets it, and whether it goes out. The rest is as with `callserver webhook`.",
    no_args_is_help=True,
)

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="As `jo@example.com`.")]


@app.command("add")
def add(
    address: Address,
    event: Annotated[
        list[str] | None,
        typer.Option(help=f"As `call.missed`; more than once. Default: {DEFAULT[0]}"),
    ] = None,
    queue: Annotated[list[str] | None, typer.Option(help="Calls in these queues only.")] = None,
    line: Annotated[list[str] | None, typer.Option(help="Calls to these lines only.")] = None,
    language: Annotated[str, typer.Option(help="en, ru, uk, lv; default: the customer's.")] = "",
    title: Annotated[str, typer.Option(help="What it is for.")] = "",
    config: ConfigFile = None,
) -> None:
    """Send mail to somebody from now on. `callserver webhook list` shows them, `remove` ends it."""
    wanted = (list(event or DEFAULT), queue or [], line or [], title, language)
    made, _ = subscribe(read_config(config), f"mailto:{address}", *wanted)
    note(f"{address} gets mail about {', '.join(made.events)}; the id is {made.id}.")


@app.command("test")
def test(address: Address, config: ConfigFile = None) -> None:
    """Send one test mail, and say what came of it."""
    settings = read_config(config)
    if not settings.mail.host:
        raise NotAllowed("mail.host is empty; set it in config/callserver.yaml")
    try:
        answer = asyncio.run(_send(settings, address))
    except OutsideError as error:
        raise CallServerError(str(error)) from error
    if answer.error:
        raise CallServerError(answer.error)
    say(f"{settings.mail.host} took it; look into the mailbox of {address}")


@app.command("digest")
def digest(
    name: Annotated[str, typer.Argument(metavar="NAME", help="One of `mail.digests`.")],
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Its last day; default: the one that is due."),
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Mail it now to all who get it.")] = False,
    config: ConfigFile = None,
) -> None:
    """Show the numbers of a day (or week) as they are mailed; what was mailed stays mailed."""
    settings = read_config(config)
    notice = asyncio.run(_digest(settings, name, day.date() if day else None))
    say(f"{notice.subject}\n\n{notice.text}")
    for address in settings.mail.digests[name].to if send else ():
        try:
            answer = asyncio.run(_bring(settings, address, notice, _language(settings, name)))
        except OutsideError as error:
            raise CallServerError(str(error)) from error
        if answer.error:
            raise CallServerError(f"{address}: {answer.error}")
        note(f"{settings.mail.host} took it for {address}.")


async def _digest(config: Config, name: str, last: date | None) -> Notice:
    from callserver.clock import SystemClock
    from callserver.crm.digest.herald import Digests
    from callserver.outside.messengers import notices

    async with opened_store(config) as store:
        digests = Digests(config, store.digests, store.hooks, SystemClock())
        report = await digests.report(name, digests.days(name, last))
    return notices(config).digest(report, _language(config, name))


def _language(config: Config, digest: str) -> str:
    return config.mail.digests[digest].language or config.speech.language


async def _bring(config: Config, address: str, notice: Notice, language: str) -> Answer:
    from callserver.clock import SystemClock
    from callserver.model.ids import new_id
    from callserver.model.mail import Letter
    from callserver.outside.postman import SmtpPostman

    at, id_ = SystemClock().now(), f"msg_{new_id()}"
    letter = Letter(id_, address, at, notice.subject, notice.text, language)
    return await SmtpPostman(config.mail).bring(letter)


async def _send(config: Config, address: str) -> Answer:
    from callserver.clock import SystemClock
    from callserver.crm.events import trial
    from callserver.model.ids import new_id
    from callserver.outside.messengers import notices

    language = config.speech.language
    notice = notices(config).of("", trial(f"msg_{new_id()}", SystemClock().now()), language)
    return await _bring(config, address, notice, language)
