"""One call of a :class:`callserver.testing.phone.Phone`, as a script sees it."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
from sipmessage import Address

from callserver.testing import phone_words as words
from callserver.testing.frequency import WINDOW_S, Window, judge
from callserver.testing.phone_link import PhoneError, PhoneLink
from callserver.testing.watch import PATIENCE_S


class SoftCall:
    """One call. ``state`` is ``new``, ``calling``, ``ringing``, ``answered`` or ``ended``; ``code``
    and ``reason`` are of the last SIP answer; ``hold`` is ``none``, ``local``, ``remote`` or
    ``lost``; ``pressed`` are the keys of the other side as (digit, method); ``transfer_codes`` the
    news of a transfer that this phone asked for.

    What waits takes seconds and raises ``TimeoutError``; what orders raises :class:`PhoneError`.
    """

    def __init__(self, link: PhoneLink, key: str, remote: str, invite: str = "") -> None:
        self.key = key
        self.remote = remote
        self.invite = invite
        self.state = "new"
        self.code = 0
        self.reason = ""
        self.hold_state = ""
        self.codec = ""
        self.sip_call_id = ""
        self.pressed: list[tuple[str, str]] = []
        self.transfer_codes: list[int] = []
        self.windows: list[Window] = []
        self._listeners = 0
        self._link = link

    @property
    def number(self) -> str:
        """The other side's number: the user part of its URI."""
        return Address.parse(self.remote).uri.user or ""

    @property
    def name(self) -> str:
        """The other side's display name."""
        return Address.parse(self.remote).name

    # orders

    async def ring(self) -> None:
        await self._link.order(words.Reply(call=self.key, code=180))

    async def answer(self, timeout: float = PATIENCE_S) -> None:  # noqa: ASYNC109
        """Answer with 200 and wait until the caller confirmed it (ACK)."""
        await self.pick_up()
        await self.answered(timeout)

    async def pick_up(self) -> None:
        """Answer with 200; returns when that is on its way."""
        await self._link.order(words.Reply(call=self.key, code=200))

    async def reject(self, code: int = 486) -> None:
        await self._link.order(words.Reply(call=self.key, code=code))

    async def hang_up(self) -> None:
        """BYE, or CANCEL, or 603 when it rings here."""
        if self.state != "ended":
            await self._link.order(words.HangUp(call=self.key))

    async def tone(self, frequency: int) -> None:
        """Send a steady tone instead of whatever was sent."""
        await self._link.order(words.SendTone(call=self.key, frequency=frequency))

    async def silence(self) -> None:
        await self._link.order(words.SendTone(call=self.key, frequency=0))

    async def play(self, path: Path) -> None:
        """Send a WAV file once."""
        await self._link.order(words.SendFile(call=self.key, path=str(path)))

    async def digits(self, digits: str, method: Literal["rfc4733", "info"] = "rfc4733") -> None:
        """Press keys; returns when they are on their way (they take about 0.3 s each)."""
        await self._link.order(words.SendDigits(call=self.key, digits=digits, method=method))

    async def hold(self, timeout: float = PATIENCE_S) -> None:  # noqa: ASYNC109
        """Put the other side on hold; returns when it agreed."""
        await self._link.order(words.Hold(call=self.key))
        await self._until("is on hold", lambda: self.hold_state == "local", timeout)

    async def resume(self, timeout: float = PATIENCE_S) -> None:  # noqa: ASYNC109
        await self._link.order(words.Resume(call=self.key))
        await self._until("is resumed", lambda: self.hold_state == "none", timeout)

    async def refer(self, uri: str) -> None:
        """Ask the other side to call ``uri`` in place of us."""
        await self._link.order(words.Transfer(call=self.key, uri=uri))

    async def refer_to_call(self, other: "SoftCall") -> None:
        """Ask the other side to take our place in another call of this phone."""
        await self._link.order(words.Transfer(call=self.key, other=other.key))

    async def record(self, path: Path) -> None:
        """Write what is heard from now on to a WAV file."""
        await self._link.order(words.Record(call=self.key, path=str(path)))

    async def stop_record(self) -> None:
        """Close the recording; it is complete when this returns (the end of the call does it
        too)."""
        if self.state != "ended":
            await self._link.order(words.Record(call=self.key, path=""))

    # waiting

    async def ringing(self, timeout: float = PATIENCE_S) -> None:  # noqa: ASYNC109
        await self._until("rings", lambda: self.state in ("ringing", "answered"), timeout)

    async def answered(self, timeout: float = PATIENCE_S) -> None:  # noqa: ASYNC109
        """Wait for the answer. Raises :class:`PhoneError` when the call ends instead."""
        await self._until("is answered", lambda: self.state == "answered", timeout)

    async def ended(self, timeout: float = PATIENCE_S) -> int:  # noqa: ASYNC109
        """Wait for the end; the final SIP status (200 after a normal call)."""
        await self._link.watch.until(f"{self} ends", lambda: self.state == "ended", timeout)
        return self.code

    async def held(self, timeout: float = PATIENCE_S) -> None:  # noqa: ASYNC109
        """Wait until the other side holds us."""
        await self._until("is held", lambda: self.hold_state == "remote", timeout)

    async def unheld(self, timeout: float = PATIENCE_S) -> None:  # noqa: ASYNC109
        await self._until("is not held", lambda: self.hold_state == "none", timeout)

    async def transferred(self, timeout: float = PATIENCE_S) -> int:  # noqa: ASYNC109
        """Wait for the last word about a transfer; its SIP status."""
        await self._until(
            "hears how the transfer went",
            lambda: any(code >= 200 for code in self.transfer_codes[1:]),
            timeout,
        )
        return self.transfer_codes[-1]

    async def pressed_keys(self, digits: str, timeout: float = PATIENCE_S) -> None:  # noqa: ASYNC109
        """Wait until the other side has pressed exactly these keys since the call began."""

        def so_far() -> str:
            return "".join(digit for digit, _ in self.pressed)

        try:
            await self._until(f"gets {len(digits)} keys", lambda: so_far() == digits, timeout)
        except TimeoutError as error:
            raise TimeoutError(f"{error}; got {so_far()!r}") from None

    async def hears(self, frequency: float, within: float = PATIENCE_S, for_s: float = 0.4) -> None:
        """Wait until a tone is heard for ``for_s`` seconds on end."""
        await self._hears(f"{frequency} Hz", lambda one: one.dominated_by(frequency), within, for_s)

    async def hears_sound(self, within: float = PATIENCE_S, for_s: float = 0.4) -> None:
        """Wait until anything that is not silence is heard for ``for_s`` seconds on end."""
        await self._hears("sound", lambda one: not one.silent, within, for_s)

    async def hears_other_than(
        self, frequency: float, within: float = PATIENCE_S, for_s: float = 0.4
    ) -> None:
        """Wait until sound is heard for ``for_s`` seconds that is not this tone: music, say."""
        await self._hears(
            f"sound other than {frequency:g} Hz",
            lambda one: not one.silent and not one.dominated_by(frequency),
            within,
            for_s,
        )

    async def hears_silence(self, within: float = PATIENCE_S, for_s: float = 0.6) -> None:
        await self._hears("silence", lambda one: one.silent, within, for_s)

    async def _hears(
        self, what: str, true: Callable[[Window], bool], within: float, for_s: float
    ) -> None:
        """Listens as long as somebody wants to hear; only what is heard from now on counts."""
        need = max(round(for_s / WINDOW_S), 1)
        self._listeners += 1

        start = 0

        def heard() -> bool:
            tail = self.windows[start:][-need:]
            return len(tail) == need and all(true(one) for one in tail)

        try:
            if self._listeners == 1:
                self.windows.clear()
                await self._link.order(words.Listen(call=self.key, on=True))
            start = len(self.windows)
            await self._until(f"hears {what}", heard, within)
        except TimeoutError as error:
            last = ", ".join(
                f"{one.frequency:.0f} Hz {one.level:.0f} dBFS" for one in self.windows[-5:]
            )
            raise TimeoutError(f"{error}; heard last: {last or 'nothing'}") from None
        finally:
            self._listeners -= 1
            if not self._listeners and self.state != "ended" and self._link.error is None:
                self._link.tell(words.Listen(call=self.key, on=False))

    async def _until(self, what: str, true: Callable[[], object], seconds: float) -> None:
        await self._link.watch.until(
            f"{self} {what}", lambda: true() or self.state == "ended", seconds
        )
        if not true():
            raise PhoneError(f"{self} ended with {self.code} {self.reason} before it {what}")

    def __str__(self) -> str:
        return f"call {self.key} of phone {self._link.name}"

    # what the phone reports

    def take(
        self, report: words.State | words.Media | words.Digit | words.Transferred | words.Heard
    ) -> None:
        match report:
            case words.State():
                self.state, self.code = report.state, report.code
                self.reason, self.sip_call_id = report.reason, report.sip_call_id
            case words.Media():
                self.hold_state, self.codec = report.hold, report.codec
            case words.Digit():
                self.pressed.append((report.digit, report.method))
            case words.Transferred():
                self.transfer_codes.append(report.code)
            case words.Heard():
                pcm = np.frombuffer(report.pcm, dtype="<i2").astype(np.int16)
                self.windows.append(judge(pcm, at=len(self.windows) * WINDOW_S))
