"""The people of the demo, on softphones: customers who dial in, agents who take the calls.

Everybody speaks in a tone of their own, so that a recording can be judged by frequency.
"""

import asyncio
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from callserver.testing.phone import Phone, SoftCall

CUSTOMER_HOST = "127.0.0.2"  # the "provider": its address is the demo's trunk
MENU_S = 20.0
WAIT_S = 90.0
LISTENS_S = 6.0


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent; answers after ``answer_s``."""

    username: str
    name: str
    tone_hz: int
    answer_s: float
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12), repr=False)


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer: dials after ``dials_s``, presses ``keys`` the given way (first for the language,
    then in the menu; each group after some listening), talks for ``talks_s`` and hangs up."""

    name: str
    number: str
    tone_hz: int
    dials_s: float
    talks_s: float
    keys: tuple[str, ...]
    method: Literal["rfc4733", "info"] = "rfc4733"


AGENTS = (
    Agent("alice", "Alice Kalniņa", 1000, 1.5),
    Agent("boris", "Борис Литвин", 1300, 2.0),
)

CUSTOMERS = (
    Customer("Jane Doe", "+37120000001", 400, 0.0, 6.0, ("31",)),
    Customer("Andris Ozols", "+37120000002", 500, 0.5, 7.0, ("12471100", "1"), method="info"),
    Customer("Oksana Melnyk", "+380440000003", 600, 1.5, 5.0, ("41",)),
    Customer("Пётр Иванов", "+74950000004", 700, 2.5, 5.0, ("21",)),
)


async def work(agent: Agent, server: str, log_dir: Path, ready: asyncio.Event) -> None:
    """An agent's day: register, then take every call until cancelled."""
    async with await Phone.start(
        agent.username,
        log_dir=log_dir,
        auto_answer_s=agent.answer_s,
        tone_on_answer=agent.tone_hz,
    ) as phone:
        code = await phone.register(server, agent.username, agent.password)
        if code != 200:
            raise RuntimeError(f"agent {agent.username} could not register: {code}")
        ready.set()
        await asyncio.Event().wait()  # the phone answers by itself; cancellation ends the day


async def dial_in(customer: Customer, server: str, line: str, log_dir: Path) -> None:
    """A customer's call from dialling to hanging up. Raises ``PhoneError`` or ``TimeoutError``
    when something does not happen."""
    await asyncio.sleep(customer.dials_s)
    name = f"customer-{customer.number[-4:]}"
    async with await Phone.start(name, host=CUSTOMER_HOST, log_dir=log_dir) as phone:
        call = await phone.call(f"sip:{line}@{server}", number=customer.number, name=customer.name)
        await call.answered(timeout=MENU_S)
        await call.tone(customer.tone_hz)
        await call.hears_sound(within=MENU_S)
        await call.digits(customer.keys[0], method=customer.method)
        for keys in customer.keys[1:]:
            await asyncio.sleep(LISTENS_S)
            await call.digits(keys, method=customer.method)
        await _hears_an_agent(call)
        await asyncio.sleep(customer.talks_s)
        await call.hang_up()
        await call.ended()


async def _hears_an_agent(call: SoftCall) -> None:
    voices = {asyncio.create_task(call.hears(agent.tone_hz, within=WAIT_S)) for agent in AGENTS}
    heard, waiting = await asyncio.wait(voices, return_when=asyncio.FIRST_COMPLETED)
    for voice in waiting:
        voice.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    for voice in heard:
        await voice
