"""The table of operations: everything this server does over HTTP."""

from aiohttp import web

from callserver.tokens import Tokens
from callserver.web.agents import Agents
from callserver.web.audit import Audit
from callserver.web.bans import Bans
from callserver.web.call_me import CallMe
from callserver.web.callbacks import Callbacks
from callserver.web.calls import Calls
from callserver.web.connectors import CrmEvents
from callserver.web.customers import CustomerRooms
from callserver.web.do_not_call import DoNotCall
from callserver.web.docs import Docs
from callserver.web.exports import Exports
from callserver.web.flows import Flows
from callserver.web.gate import Gate
from callserver.web.health import METRICS, Health
from callserver.web.imports import Imports
from callserver.web.once import Once
from callserver.web.operation import Desk, Operation, bind, readers
from callserver.web.orders import Orders
from callserver.web.problems import NOT_READY
from callserver.web.queues import Queues
from callserver.web.recordings import SOUND, SOUND_HEADERS, Recordings
from callserver.web.stream import EVENTS, RESUME, SOCKET, Events
from callserver.web.surveys import Surveys
from callserver.web.talks import Conversations
from callserver.web.versions import Versions
from callserver.web.voicemails import Voicemails
from callserver.web.webhooks import Webhooks

_ID = "[0-9a-z]{1,32}"
_ADDRESS = "[0-9.]{7,15}"
_USERNAME = "[A-Za-z0-9_-]{1,64}"


def operations(
    calls: Calls,
    exports: Exports,
    recordings: Recordings,
    agents: Agents,
    customers: CustomerRooms,
    queues: Queues,
    audit: Audit,
    bans: Bans,
    health: Health,
    talks: Conversations,
    flows: Flows,
    voicemails: Voicemails,
    callbacks: Callbacks,
    webhooks: Webhooks,
    events: Events,
    call_me: CallMe,
    do_not_call: DoNotCall,
    orders: Orders,
    surveys: Surveys,
    imports: Imports,
    crms: CrmEvents,
) -> tuple[Operation, ...]:
    """One line each; the names are the keys of ``access.ROLES``."""
    call = f"/api/v1/calls/{{call:{_ID}}}"
    recording = f"/api/v1/recordings/{{recording:{_ID}}}"
    sound = f"{recording}/audio"
    voicemail = f"/api/v1/voicemails/{{voicemail:{_ID}}}"
    message = f"{voicemail}/audio"
    callback = f"/api/v1/callbacks/{{callback:{_ID}}}"
    agent = f"/api/v1/agents/{{username:{_USERNAME}}}"
    table = (
        Operation("calls.list", "GET", "/api/v1/calls", calls.list),
        *exports.operations(),
        Operation("calls.live", "GET", "/api/v1/calls/live", calls.live),
        Operation("calls.get", "GET", call, calls.get),
        Operation("calls.timeline", "GET", f"{call}/timeline", calls.timeline),
        Operation("talks.get", "GET", f"{call}/talk", talks.get),
        Operation("talks.consult", "POST", f"{call}/talk/consult", talks.consult),
        Operation("talks.cancel", "DELETE", f"{call}/talk/consult", talks.cancel),
        Operation("talks.swap", "POST", f"{call}/talk/swap", talks.swap),
        Operation("talks.merge", "POST", f"{call}/talk/merge", talks.merge),
        Operation("talks.complete", "POST", f"{call}/talk/complete", talks.complete),
        Operation("talks.transfer", "POST", f"{call}/talk/transfer", talks.transfer),
        Operation("talks.supervise", "PUT", f"{call}/talk/supervisor", talks.supervise),
        Operation("talks.unsupervise", "DELETE", f"{call}/talk/supervisor", talks.unsupervise),
        Operation("talks.takeover", "POST", f"{call}/talk/take-over", talks.take_over),
        Operation("recordings.list", "GET", "/api/v1/recordings", recordings.list),
        Operation("recordings.get", "GET", recording, recordings.get),
        Operation(
            "recordings.audio",
            "GET",
            sound,
            recordings.audio,
            streams=True,
            raw=SOUND,
            headers=SOUND_HEADERS,
        ),
        Operation("callbacks.list", "GET", "/api/v1/callbacks", callbacks.list),
        Operation("callbacks.create", "POST", "/api/v1/callbacks", callbacks.create),
        Operation("callbacks.get", "GET", callback, callbacks.get),
        Operation("callbacks.cancel", "POST", f"{callback}/cancel", callbacks.cancel),
        Operation("callbacks.accept", "POST", f"{callback}/accept", callbacks.accept),
        Operation("callbacks.dismiss", "POST", f"{callback}/dismiss", callbacks.dismiss),
        Operation("callbacks.machine", "POST", f"{callback}/machine", callbacks.machine),
        Operation("voicemails.list", "GET", "/api/v1/voicemails", voicemails.list),
        Operation("voicemails.get", "GET", voicemail, voicemails.get),
        Operation(
            "voicemails.audio",
            "GET",
            message,
            voicemails.audio,
            streams=True,
            raw=SOUND,
            headers=SOUND_HEADERS,
        ),
        *voicemails.operations(),
        Operation("agents.list", "GET", "/api/v1/agents", agents.list),
        Operation("agents.create", "POST", "/api/v1/agents", agents.create),
        Operation("agents.get", "GET", agent, agents.get),
        Operation("agents.state", "PUT", f"{agent}/state", agents.set_state),
        Operation("agents.wrapup", "POST", f"{agent}/wrap-up", agents.more_wrap_up),
        Operation("agents.skills", "PUT", f"{agent}/skills", agents.set_skills),
        Operation("agents.password", "PUT", f"{agent}/password", agents.set_password),
        *do_not_call.operations(),
        *customers.operations(),
        *orders.operations(),
        *surveys.operations(),
        *imports.operations(),
        Operation("queues.list", "GET", "/api/v1/queues", queues.list),
        Operation("queues.get", "GET", "/api/v1/queues/{name}", queues.get),
        Operation("queues.close", "PUT", "/api/v1/queues/{name}/closed", queues.close),
        Operation("waits.get", "GET", f"{call}/wait", queues.wait),
        Operation("waits.priority", "PUT", f"{call}/wait/priority", queues.set_priority),
        Operation("waits.position", "PUT", f"{call}/wait/position", queues.place),
        Operation("waits.queue", "PUT", f"{call}/wait/queue", queues.send),
        Operation("waits.pick", "POST", f"{call}/wait/pick", queues.pick),
        Operation("flows.list", "GET", "/api/v1/flows", flows.list),
        Operation("flows.reload", "POST", "/api/v1/flows/reload", flows.reload),
        Operation("audit.list", "GET", "/api/v1/audit", audit.list),
        Operation("bans.list", "GET", "/api/v1/bans", bans.list),
        Operation("bans.create", "POST", "/api/v1/bans", bans.create),
        Operation("bans.lift", "DELETE", f"/api/v1/bans/{{address:{_ADDRESS}}}", bans.lift),
        Operation(
            "events.stream",
            "GET",
            "/api/v1/events",
            events.stream,
            streams=True,
            raw=EVENTS,
            headers=RESUME,
        ),
        Operation(
            "events.socket",
            "GET",
            "/api/v1/events/ws",
            events.socket,
            streams=True,
            raw=SOCKET,
            headers=RESUME,
        ),
        *webhooks.operations(),
        *call_me.operations(),
        *crms.operations(),
        Operation("healthz", "GET", "/healthz", health.alive),
        Operation("readyz", "GET", "/readyz", health.ready, may=(NOT_READY,)),
        Operation("metrics", "GET", "/metrics", health.metrics, raw=METRICS),
    )
    return (*table, *Docs(table).operations())


def mount(
    app: web.Application, table: tuple[Operation, ...], tokens: Tokens, gate: Gate, once: Once
) -> None:
    """Put the operations on their routes; GET answers HEAD too."""
    desk = Desk(tokens, gate, once, Versions(), readers(table))
    for operation in table:
        handler = bind(operation, desk)
        if operation.method == "GET":
            app.router.add_get(operation.path, handler)
        else:
            app.router.add_route(operation.method, operation.path, handler)
