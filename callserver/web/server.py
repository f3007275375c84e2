"""The web server of one controller: the operations on a port."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web

from callserver import log
from callserver.call.do_not_call import DoNotCallList
from callserver.config import Config
from callserver.crm.customers import Customers
from callserver.crm.hooks import Hooks
from callserver.metrics import Metrics
from callserver.model.answers import AnswerStore
from callserver.model.callback import CallbackDesk, SiteDesk
from callserver.model.errands import ErrandDesk
from callserver.model.errors import ConfigError, StoreError
from callserver.model.facts import Fact
from callserver.model.following import Follower
from callserver.model.ids import new_id
from callserver.model.imports import ImportDesk
from callserver.model.ordered import OrderDesk
from callserver.model.outside import Outside
from callserver.model.ports import Bans as Shield
from callserver.model.ports import Clock, Floor
from callserver.model.shelf import FlowShelf
from callserver.model.store_ports import Store
from callserver.model.survey import SurveyStore
from callserver.model.talk import Talks
from callserver.people import People
from callserver.recording.mailboxes import Mailboxes
from callserver.tokens import Tokens
from callserver.web import api, problems
from callserver.web.agents import Agents
from callserver.web.audit import Audit
from callserver.web.bans import Bans
from callserver.web.bulk import Bulk
from callserver.web.call_me import CallMe
from callserver.web.callbacks import Callbacks
from callserver.web.calls import Calls
from callserver.web.connection import connections, secure
from callserver.web.connectors import CrmEvents
from callserver.web.customers import CustomerRooms
from callserver.web.do_not_call import DoNotCall
from callserver.web.exports import Exports
from callserver.web.flows import Flows
from callserver.web.gate import Gate, limits
from callserver.web.health import Health
from callserver.web.imports import Imports
from callserver.web.once import Once
from callserver.web.orders import Orders
from callserver.web.problems import Problem, from_http
from callserver.web.queues import Queues
from callserver.web.recordings import Recordings
from callserver.web.stream import Events
from callserver.web.surveys import Surveys
from callserver.web.talks import Conversations
from callserver.web.trail import Trail
from callserver.web.voicemails import Voicemails
from callserver.web.webhooks import Webhooks

STOP_S: Final = 5.0
"""How long a stop waits for answers under way."""

_log = log.get("web")


class Web:
    """API, health and metrics on ``config.http``. ``degraded`` tells which part does not work and
    what is wrong with it; empty: ready. ``warnings`` tells what is nearly used up. ``keep`` keeps
    a fact (the audit log's) and returns when it is safe."""

    def __init__(
        self,
        config: Config,
        store: Store,
        floor: Floor,
        people: People,
        tokens: Tokens,
        metrics: Metrics,
        degraded: Callable[[], Mapping[str, str]],
        warnings: Callable[[], Mapping[str, str]],
        clock: Clock,
        keep: Callable[[Fact], Awaitable[None]],
        shield: Shield,
        talks: Talks,
        shelf: FlowShelf,
        hooks: Hooks,
        mailboxes: Mailboxes,
        desk: CallbackDesk,
        follower: Follower,
        answers: AnswerStore,
        site: SiteDesk,
        outside: Outside,
        do_not_call: DoNotCallList,
        customers: Customers,
        orders: OrderDesk,
        surveys: SurveyStore,
        imports: ImportDesk,
        errands: ErrandDesk,
    ) -> None:
        self._config = config.http
        self._metrics = metrics
        self._gate = gate = Gate(config.http, metrics)
        self._app = web.Application(
            middlewares=[_errors, limits(gate)], client_max_size=config.http.max_body_bytes
        )
        call_me = CallMe(config, store, site, outside, clock)
        self._app.on_response_prepare.append(_secure)
        self._app.on_response_prepare.append(call_me.cors.on_answer)
        self._app.on_response_prepare.append(Trail(clock, keep).on_answer)
        events = Events(follower, tokens)
        self.news = events.news
        """To be called when there are new facts in the store."""
        self._app.on_shutdown.append(events.close)
        callbacks, bulk = Callbacks(store, desk), Bulk()
        self.operations = api.operations(
            Calls(store, floor),
            Exports(store, bulk),
            Recordings(store, config.recording.dir),
            Agents(people, floor, frozenset(config.queues)),
            CustomerRooms(customers, clock, config.outgoing.country, config.sla, bulk),
            Queues(floor),
            Audit(store, tokens),
            Bans(shield),
            Health(metrics, degraded, warnings),
            Conversations(talks),
            Flows(shelf),
            Voicemails(store, config.recording.dir, mailboxes, callbacks),
            callbacks,
            Webhooks(hooks),
            events,
            call_me,
            DoNotCall(do_not_call),
            Orders(orders, customers.book),
            Surveys(surveys),
            Imports(imports, config, bulk),
            CrmEvents(errands, gate),
        )
        api.mount(self._app, self.operations, tokens, gate, Once(answers, clock))
        self._runner: web.AppRunner | None = None
        self._listener: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        host = f"[{self._config.bind}]" if ":" in self._config.bind else self._config.bind
        return f"http://{host}:{self._config.port}"

    async def start(self) -> None:
        """Listen. Raises ``ConfigError`` when the address or port cannot be had."""
        runner = web.AppRunner(self._app, shutdown_timeout=STOP_S)
        await runner.setup()
        loop = asyncio.get_running_loop()
        bind, port = self._config.bind, self._config.port
        try:
            self._listener = await loop.create_server(
                connections(runner, loop, self._metrics, self._gate), bind, port
            )
        except OSError as error:
            await runner.cleanup()
            raise ConfigError(
                f"cannot listen on {self.url} ({error}); change http.bind or http.port"
            ) from error
        self._runner = runner
        _log.info("web_listening", url=self.url)

    async def stop(self) -> None:
        """Stop listening, let answers under way end, close."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None


@web.middleware
async def _errors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Every way a handler can fail, as a problem."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem.response()
    except web.HTTPException as error:
        return from_http(error).response()
    except StoreError as error:
        _log.warning("store_failed", error=str(error))
        return Problem(problems.STORE_DOWN).response()
    except ConnectionError:
        raise
    except Exception:  # noqa: BLE001 - a broken handler must not show its inside, nor end the server
        incident = new_id()
        _log.exception("request_failed", incident=incident)
        more = {"instance": f"urn:callserver:incident:{incident}"}
        return Problem(problems.INTERNAL, more=more).response()


async def _secure(_request: web.Request, response: web.StreamResponse) -> None:
    secure(response)
