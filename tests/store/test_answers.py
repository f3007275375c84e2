"""Answers to requests with a key, on a real file: for a day."""

from callserver.model.answers import KeptAnswer
from callserver.store import SqlStore
from callserver.store.answers import DAY_S


async def test_a_request_is_begun_once_and_its_answer_comes_back(store: SqlStore, url: str) -> None:
    assert await store.answers.begin("k", "r", 100.0) is None
    assert await store.answers.begin("k", "other", 101.0) == KeptAnswer("r")
    answer = KeptAnswer("r", 201, "/api/v1/agents/bo", '{"é": 1}', False)
    await store.answers.keep("k", answer)
    await store.close()
    again = SqlStore(url)
    await again.open()
    assert await again.answers.begin("k", "r", 102.0) == answer
    await again.close()


async def test_what_failed_may_begin_again_and_all_are_forgotten_after_a_day(
    store: SqlStore,
) -> None:
    await store.answers.begin("k", "r", 100.0)
    await store.answers.drop("k")
    assert await store.answers.begin("k", "r", 101.0) is None
    assert await store.answers.begin("k", "r", 100.0 + DAY_S) is not None
    assert await store.answers.begin("k", "r", 102.0 + DAY_S) is None
