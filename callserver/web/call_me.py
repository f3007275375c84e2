"""The "call me" button of a web site: anybody may ask to be called, see how far it is, and think
better of it. What is said is the same whether or not a number is known to us."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from aiohttp import web
from msgspec import Struct

from callserver import log
from callserver.call import numbers
from callserver.callback.windows import windows
from callserver.config import Config
from callserver.config.call_me import CallMeTarget
from callserver.config.outgoing import zone
from callserver.keyfile import KeyFile
from callserver.model.callback import Callback, CallbackState, Prospect, SiteDesk, Wanted, Window
from callserver.model.errors import ConfigError, NotAllowed, OutsideError
from callserver.model.outside import Outside, Request
from callserver.model.ports import Clock
from callserver.model.store_ports import Store
from callserver.rate import Rate
from callserver.web import problems
from callserver.web.asks_call_me import FormQuery, NewCallMe
from callserver.web.call_me_tokens import Forms, Keys
from callserver.web.cors import Cors
from callserver.web.gate import too_many
from callserver.web.operation import Operation, Raw
from callserver.web.origin import ORIGIN, site
from callserver.web.problems import Kind, Problem, invalid
from callserver.web.shapes import Created, Time, iso, iso_or_none

_log = log.get("web")

PATH: Final = "/call-me"
FORM: Final = Kind("form-used", 409, "The form was sent already, or was open for too long")
CAPTCHA: Final = Kind("captcha", 403, "The captcha was not solved")
CAPTCHA_DOWN: Final = Kind("captcha-down", 503, "The captcha cannot be verified now")

KEY: Final = "Call-Me-Key"
"""The header with the key to a request; in an address it would end up in logs and histories."""

_REQUEST: Final = "{callback:[0-9a-z]{1,32}}"
_OPENS: Final = {KEY: "The `key` that was given to whoever asked."}
_DAY_S: Final = 86_400.0
_MINUTE_S: Final = 60.0
_MOST: Final = 20
_CAPTCHA_S: Final = 5.0
_MOST_MERGED: Final = 20


class Times(Struct, frozen=True, kw_only=True):
    """From when until when."""

    not_before: Time
    not_after: Time


class Form(Struct, frozen=True, kw_only=True):
    """A form may be sent with this ``token``, once, until ``good_until``. ``windows`` are times
    that may be asked for, besides as soon as possible; ``captcha``: one must be solved."""

    token: str
    good_until: Time
    captcha: bool
    windows: list[Times]


class CallMeOut(Struct, frozen=True, kw_only=True):
    """How far a request is. ``key`` opens it, for whoever asked alone. ``place`` is about
    how many are served until it is their turn, themselves included; they are called between
    ``earliest`` and ``latest``, as far as anybody can tell (null: nobody can)."""

    id: str
    key: str
    state: Prospect
    place: int | None
    earliest: Time | None
    latest: Time | None


class CallMe:
    """``/call-me``."""

    def __init__(
        self, config: Config, store: Store, desk: SiteDesk, outside: Outside, clock: Clock
    ) -> None:
        self._config = config
        self._rules = rules = config.call_me
        self._store = store
        self._desk = desk
        self._outside = outside
        self._clock = clock
        self.cors = Cors(PATH, rules.origins, (KEY,))
        self._forms = Forms(rules.form_s)
        self._keys = Keys(KeyFile(config.call_me_key))
        self._secret = _secret(rules.captcha_secret_file) if rules.enabled else ""
        self._addresses = _daily(rules.per_address_a_day)
        self._numbers = _daily(rules.per_number_a_day)
        self._offered: dict[str, tuple[int, Sequence[Window]]] = {}

    def operations(self) -> tuple[Operation, ...]:
        """The routes."""
        answer, one = Raw("", statuses=(204,)), f"{PATH}/{_REQUEST}"
        refusals = (problems.FORBIDDEN, problems.NO_ROUTE)
        sends = (*refusals, FORM, CAPTCHA, CAPTCHA_DOWN)
        return (
            Operation("callme.form", "GET", f"{PATH}/token", self.form, may=refusals),
            Operation("callme.create", "POST", PATH, self.create, may=sends),
            Operation("callme.get", "GET", one, self.get, may=refusals, headers=_OPENS),
            Operation("callme.cancel", "DELETE", one, self.cancel, may=refusals, headers=_OPENS),
            Operation("callme.may", "OPTIONS", PATH, self.may, raw=answer, may=refusals),
            Operation("callme.mayone", "OPTIONS", one, self.may_one, raw=answer, may=refusals),
        )

    async def form(self, query: FormQuery, request: web.Request) -> Form:
        """A token for a form, and the times that may be asked for."""
        self._check(request)
        target = self._target(query.to, "parameter", "to")
        token, until = self._forms.new(self._clock.now())
        offered = [
            Times(not_before=iso(one.begin), not_after=iso(one.end))
            for one in self._windows(target)
        ]
        captcha = bool(self._rules.captcha)
        return Form(token=token, good_until=iso(until), captcha=captcha, windows=offered)

    async def create(self, body: NewCallMe, request: web.Request) -> Created[CallMeOut]:
        """Somebody wants to be called."""
        self._check(request)
        _take(self._addresses, site(request.get(ORIGIN, "")))
        target = self._target(body.to, "pointer", "/to")
        window = self._window(body, target)
        number = self._number(body.number)
        if not self._forms.spend(body.form, self._clock.now()):
            raise Problem(FORM, "fetch another token")
        await self._solved(body.captcha)
        _take(self._numbers, number)
        wanted = Wanted(
            number=number,
            name=body.name,
            queue=target.queue,
            priority=target.priority,
            line=target.line,
            not_before=None if window is None else window.begin,
            not_after=None if window is None else window.end,
            language=body.language or "",
        )
        try:
            one = self._desk.ask_from_site(wanted)
        except NotAllowed as error:
            raise _not_this_number() from error
        return Created(f"{PATH}/{one.call}", await self._show(one))

    async def get(self, callback: str, request: web.Request) -> CallMeOut:
        """How far a request is."""
        self._check(request)
        return await self._show(await self._known(callback, request))

    async def cancel(self, callback: str, request: web.Request) -> CallMeOut:
        """They need not be called any more."""
        self._check(request)
        one = await self._known(callback, request)
        if one.state in (CallbackState.OPEN, CallbackState.MERGED):
            self._desk.give_up(one)
            return CallMeOut(
                id=one.call,
                key=self._keys.of(one.call),
                state=Prospect.CANCELLED,
                place=None,
                earliest=None,
                latest=None,
            )
        return await self._show(one)

    async def may(self, request: web.Request) -> web.Response:
        """Whether pages of a site may ask (CORS)."""
        self._check(request)
        return self.cors.preflight()

    async def may_one(self, callback: str, request: web.Request) -> web.Response:
        """Whether pages of a site may look and cancel (CORS)."""
        return await self.may(request)

    # --- what is asked for ----------------------------------------------------------------------

    def _check(self, request: web.Request) -> None:
        if not self._rules.enabled:
            raise Problem(problems.NO_ROUTE)
        self.cors.check(request)

    def _target(self, word: str | None, place: str, where: str) -> CallMeTarget:
        targets: Mapping[str, CallMeTarget] = self._rules.to
        if word is None and len(targets) == 1:
            return next(iter(targets.values()))
        if word is None or word not in targets:
            raise invalid([{"detail": f"must be one of: {', '.join(targets)}", place: where}])
        return targets[word]

    def _windows(self, target: CallMeTarget) -> Sequence[Window]:
        """Those that are offered; each is looked for once a minute, whoever asks."""
        minute = int(self._clock.now() // _MINUTE_S)
        known = self._offered.get(target.queue)
        if known is None or known[0] != minute:
            queue = self._config.queues[target.queue]
            found = windows(
                self._config.hours.get(queue.hours),
                queue.callback,
                (zone(self._config.outgoing.timezone),),
                minute * _MINUTE_S,
                hours=self._rules.window_h,
                days=self._rules.window_days,
                most=_MOST,
            )
            known = self._offered[target.queue] = (minute, found)
        return known[1]

    def _window(self, body: NewCallMe, target: CallMeTarget) -> Window | None:
        if body.window is None:
            return None
        begin = body.window.timestamp()
        found = next((one for one in self._windows(target) if one.begin == begin), None)
        if found is None:
            raise invalid([{"detail": "is none of the times offered", "pointer": "/window"}])
        return found

    def _number(self, written: str) -> str:
        """In E.164, if it may be asked for."""
        bare = "".join(char for char in written if char not in " ()-./")
        parsed = numbers.parse(bare, self._config.outgoing.country)
        number = "" if parsed is None else numbers.e164(parsed)
        if not number or not (not self._rules.allow or number.startswith(self._rules.allow)):
            raise _not_this_number()
        return number

    async def _solved(self, answer: str) -> None:
        """Raises a problem when there is a captcha and it was not solved."""
        if not self._rules.captcha:
            return
        form = {"secret": self._secret, "response": answer}
        asked = Request(self._rules.captcha, "POST", "", form=form, timeout_s=_CAPTCHA_S)
        try:
            verdict = await self._outside.ask(asked) if answer else None
        except OutsideError as error:
            _log.warning("captcha_not_verified", error=str(error))
            raise Problem(CAPTCHA_DOWN) from error
        if not isinstance(verdict, dict) or verdict.get("success") is not True:
            raise Problem(CAPTCHA)

    # --- how far it is --------------------------------------------------------------------------

    async def _known(self, name: str, request: web.Request) -> Callback:
        opens = self._keys.opens(name, request.headers.get(KEY, ""))
        one = await self._find(name) if opens else None
        if one is None:
            raise Problem(problems.NOT_FOUND, f"no request has this id and this {KEY}")
        return one

    async def _find(self, name: str) -> Callback | None:
        return self._desk.find(name) or await self._store.callback(name)

    async def _show(self, one: Callback) -> CallMeOut:
        waits_with = one
        for _ in range(_MOST_MERGED):
            found = await self._find(waits_with.merged_into) if waits_with.merged_into else None
            if found is None:
                break
            waits_with = found
        seen = self._desk.outlook(one, waits_with)
        return CallMeOut(
            id=one.call,
            key=self._keys.of(one.call),
            state=seen.prospect,
            place=seen.place,
            earliest=iso_or_none(seen.earliest),
            latest=iso_or_none(seen.latest),
        )


def _daily(most: int) -> Rate:
    return Rate(most / _DAY_S, most)


def _take(rate: Rate, key: str) -> None:
    """Raises 429, in the same words whatever there was too much of."""
    if rate.take(key, asyncio.get_running_loop().time()):
        raise too_many("requests today", _DAY_S)


def _not_this_number() -> Problem:
    return invalid([{"detail": "is no number that we can call", "pointer": "/number"}])


def _secret(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"call_me.captcha_secret_file: {file} cannot be read: {error}") from error
