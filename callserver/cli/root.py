"""All commands in one place, and what becomes of their errors."""

import sys
from collections.abc import Sequence

import typer

from callserver import __version__, log
from callserver.cli import (
    agent,
    audit,
    ban,
    bench,
    call,
    config,
    connector,
    contacts,
    demo,
    dnc,
    doctor,
    flow,
    init,
    mail,
    queue,
    serve,
    token,
    upgrade,
    voicemail,
    webhook,
)
from callserver.cli.shared import complain
from callserver.model.errors import CallServerError, ConfigError

FAILED = 1
MISTAKE = 2

app = typer.Typer(
    name="callserver",
    help="A self-hosted call centre: queues, menus, recordings and call records on PJSIP.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("serve")(serve.serve)
app.command("upgrade")(upgrade.upgrade)
app.command("init")(init.init)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
app.add_typer(bench.app, name="bench")
app.add_typer(flow.app, name="flow")
app.add_typer(agent.app, name="agent")
app.add_typer(queue.app, name="queue")
app.add_typer(call.app, name="call")
app.add_typer(token.app, name="token")
app.add_typer(contacts.app, name="contacts")
app.add_typer(audit.app, name="audit")
app.add_typer(ban.app, name="ban")
app.add_typer(dnc.app, name="dnc")
app.add_typer(webhook.app, name="webhook")
app.add_typer(mail.app, name="mail")
app.add_typer(voicemail.app, name="voicemail")
app.add_typer(connector.app, name="connector")
app.add_typer(config.app, name="config")


@app.command("version")
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def run(arguments: Sequence[str]) -> None:
    """Run a command and exit: 0 done, 1 failed, 2 a mistake in the arguments or the
    configuration."""
    try:
        app(list(arguments), prog_name="callserver")
    except ConfigError as error:
        complain(str(error))
        sys.exit(MISTAKE)
    except CallServerError as error:
        complain(str(error))
        sys.exit(FAILED)


def main() -> None:
    """The program. Its log goes to standard error: standard output is for results."""
    log.setup("warning")
    run(sys.argv[1:])
