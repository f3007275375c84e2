"""``callserver bench``: what this machine can carry."""

from typing import Annotated

import typer

from callserver.cli.shared import terminated_is_interrupted

app = typer.Typer(help="Benchmarks; those with calls need SIPp.", no_args_is_help=True)


@app.callback()
def bench() -> None:
    """Benchmarks with servers of their own, driven by SIPp."""
    terminated_is_interrupted()


@app.command("calls")
def calls(
    calls: Annotated[int, typer.Option(min=1, help="Calls at once.")] = 50,
    seconds: Annotated[float, typer.Option(min=1, help="How long each load is watched.")] = 30.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Measure CPU and memory of a recorded conversation and of a waiting caller, how fast calls
    are answered and how soon a free agent is rung."""
    from callserver.bench.calls import run

    raise typer.Exit(run(calls, seconds, as_json=as_json))


@app.command("restart")
def restart(
    calls: Annotated[int, typer.Option(min=1, help="Conversations, and as many who wait.")] = 20,
    rounds: Annotated[int, typer.Option(min=1, help="How often the controller dies.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Kill the controller at random moments while calls are up, and look whether anybody could
    have noticed."""
    from callserver.bench.restart import run

    raise typer.Exit(run(calls, rounds, as_json=as_json))


@app.command("soak")
def soak(
    minutes: Annotated[float, typer.Option(min=2, help="How long.")] = 30.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Calls come and go at ten a second; memory, files, ports and processes may not grow."""
    from callserver.bench.soak import run

    raise typer.Exit(run(minutes, as_json=as_json))


@app.command("router")
def router(
    waiting: Annotated[int, typer.Option(min=100, help="Callers waiting.")] = 10_000,
    agents: Annotated[int, typer.Option(min=10, help="Agents.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Time every decision of the distribution, for every strategy, with up to ten times as many
    waiting."""
    from callserver.bench.router import run

    raise typer.Exit(run(waiting, agents, as_json=as_json))


@app.command("day")
def day(
    calls: Annotated[int, typer.Option(min=100, help="Calls of the day.")] = 5000,
    seed: Annotated[int, typer.Option(help="Another number is another day.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """A working day in virtual time with the real router: how good the estimated wait is."""
    from callserver.bench.day import run

    raise typer.Exit(run(calls, seed, as_json=as_json))


@app.command("callbacks")
def callbacks(
    requests: Annotated[int, typer.Option(min=10, help="Callbacks asked for.")] = 2000,
    seed: Annotated[int, typer.Option(help="Another number, another day.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Callers and callbacks in virtual time with the real router and plan: nobody is overtaken,
    called twice or forgotten, and agents are not kept waiting."""
    from callserver.bench.callbacks import run

    raise typer.Exit(run(requests, seed, as_json=as_json))


@app.command("machine")
def machine(
    calls: Annotated[int, typer.Option(min=50, help="Greetings that are heard.")] = 400,
    seed: Annotated[int, typer.Option(help="Another number, other greetings.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Synthesised greetings of humans and answering machines in four languages and noise: who is
    taken for whom, and how soon."""
    from callserver.bench.machine import run

    raise typer.Exit(run(calls, seed, as_json=as_json))


@app.command("erlang")
def erlang(
    calls: Annotated[int, typer.Option(min=1000, help="Calls of each load.")] = 200_000,
    seed: Annotated[int, typer.Option(help="Another number, other calls.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """The real router under steady loads in virtual time, against the formulas Erlang C and A."""
    from callserver.bench.erlang import run

    raise typer.Exit(run(calls, seed, as_json=as_json))


@app.command("races")
def races(
    rounds: Annotated[int, typer.Option(min=1, help="How many races.")] = 200,
    seed: Annotated[int, typer.Option(help="Another number, other racers.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Two of three phones that ring for one caller are answered within 5 ms, over and over: one has
    the call, and nobody else is left ringing or connected."""
    from callserver.bench.races import run

    raise typer.Exit(run(rounds, seed, as_json=as_json))


@app.command("hooks")
def hooks(
    calls: Annotated[int, typer.Option(min=10, help="Calls that are told of.")] = 2000,
    kills: Annotated[int, typer.Option(min=0, help="How often the controller dies.")] = 20,
    seed: Annotated[int, typer.Option(help="Another number, other failures.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Tell a webhook that fails in every way of thousands of calls, while the controller is killed
    over and over: each event is held there once, complete and in order."""
    from callserver.bench.hooks import run

    raise typer.Exit(run(calls, kills, seed, as_json=as_json))


@app.command("connectors")
def connectors(
    kind: Annotated[str, typer.Option(help="As `zammad`; all of them: `all`.")] = "all",
    calls: Annotated[int, typer.Option(min=10, help="Calls that are told of.")] = 2000,
    kills: Annotated[int, typer.Option(min=0, help="How often the controller dies.")] = 20,
    seed: Annotated[int, typer.Option(help="Another number, other failures.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="JSON objects, for machines.")] = False,
) -> None:
    """Tell a fake CRM that fails in every way of thousands of calls, while the controller is killed
    over and over: it holds each call once, whole and in order."""
    from callserver.bench.connectors import run

    raise typer.Exit(run(kind, calls, kills, seed, as_json=as_json))


@app.command("api")
def api(
    calls: Annotated[int, typer.Option(min=1, help="Calls in the store.")] = 1_000_000,
    contacts: Annotated[int, typer.Option(min=1, help="Contacts in it.")] = 200_000,
    per_s: Annotated[float, typer.Option(min=1, help="Requests a second.")] = 200.0,
    seconds: Annotated[float, typer.Option(min=1, help="How long.")] = 60.0,
    conversations: Annotated[int, typer.Option(min=1, help="Calls beside them.")] = 30,
    seed: Annotated[int, typer.Option(help="Another number, another year.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Fill a store with a year of calls, read from it over the API beside conversations, and say
    how long each operation takes and whether the calls noticed."""
    from callserver.bench.api import Wanted, run

    wanted = Wanted(calls, contacts, per_s, seconds, conversations, seed)
    raise typer.Exit(run(wanted, as_json=as_json))


@app.command("overload")
def overload(
    seconds: Annotated[float, typer.Option(min=5, help="How long.")] = 60.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Offer three times as many calls as there is room for: those taken are unharmed, the others
    are told when to try again."""
    from callserver.bench.overload import run

    raise typer.Exit(run(seconds, as_json=as_json))


@app.command("lookup")
def lookup(
    calls: Annotated[int, typer.Option(min=1, max=200, help="Callers of each kind of CRM.")] = 40,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Ask a CRM who calls, which is quick, slow, down, wrong or away: callers are answered as soon
    as without it."""
    from callserver.bench.lookup import run

    raise typer.Exit(run(calls, as_json=as_json))


@app.command("digits")
def digits(
    calls: Annotated[int, typer.Option(min=6, help="Callers who type a number.")] = 500,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Callers type numbers in every manner keypads know: no key may be lost or doubled, and the
    prompt falls silent at the first."""
    from callserver.bench.digits import run

    raise typer.Exit(run(calls, as_json=as_json))


@app.command("fuzz")
def fuzz(
    seconds: Annotated[float, typer.Option(min=10, help="How long.")] = 600.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Damaged SIP from all sides while ten conversations are up: no exception, no growth, no dead
    call. The code that reads SIP is fuzzed in process at the same time, guided by coverage where
    atheris is installed."""
    from callserver.bench.fuzz import run

    raise typer.Exit(run(seconds, as_json=as_json))
