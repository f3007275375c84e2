"""Who makes calls and who counts answers, as the web room sees them."""

from collections.abc import Sequence

from callserver.model.errands import Form, Heard, NotThem
from callserver.model.ordered import Order, Ordered
from callserver.model.survey import AnswerCount, CallCount, Survey, SurveyFilter


class FakeOrders:
    """Implements ``OrderDesk``; ``refusal`` is what it says."""

    def __init__(self) -> None:
        self.asked: list[Order] = []
        self.refusal: Exception | None = None

    async def call(self, order: Order) -> Ordered:
        self.asked.append(order)
        if self.refusal is not None:
            raise self.refusal
        return Ordered("c9", order.agent, order.number, "Jane", order.line, "+37167000000")


class FakeErrands:
    """Implements ``ErrandDesk``: the connector `crm`, whose token is `right`. ``failure`` is what
    it says instead."""

    def __init__(self) -> None:
        self.forms: list[Form] = []
        self.failure: Exception | None = None

    def hears(self, connector: str) -> bool:
        return connector == "crm"

    async def hear(self, connector: str, form: Form) -> Heard:
        if form.get("token") != "right":
            raise NotThem
        if self.failure is not None:
            raise self.failure
        self.forms.append(form)
        return Heard.CALL


class FakeSurveys:
    """Implements what the web room asks of a ``SurveyStore``."""

    def __init__(self) -> None:
        self.asked: list[SurveyFilter] = []
        self.answers: list[AnswerCount] = []
        self.calls: list[CallCount] = []

    async def open_surveys(self) -> Sequence[Survey]:
        return ()

    async def survey(self, call: str) -> Survey | None:
        return None

    async def last_asked(self, number: str) -> float | None:
        return None

    async def answer_counts(self, wanted: SurveyFilter) -> Sequence[AnswerCount]:
        self.asked.append(wanted)
        return self.answers

    async def call_counts(self, wanted: SurveyFilter) -> Sequence[CallCount]:
        return self.calls
