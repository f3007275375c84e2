"""Agents, tokens and registrations, on a real file."""

from dataclasses import replace

import pytest

from callserver.model.errors import StoreError
from callserver.model.people import AgentAccount, Binding, Token
from callserver.store import SqlStore
from tests.store.samples import sample


async def test_an_agent_is_replaced_by_username(store: SqlStore) -> None:
    anna = replace(sample(AgentAccount, full=True), username="anna")
    boris = replace(anna, username="boris", queues=())
    for account in (boris, anna, replace(anna, name="Anna K.")):
        await store.save_agent(account)
    assert await store.agents() == [replace(anna, name="Anna K."), boris]


async def test_a_deleted_agent_takes_the_phones_along(store: SqlStore) -> None:
    anna = replace(sample(AgentAccount, full=True), username="anna")
    phone = replace(sample(Binding, full=True), agent="anna")
    other = replace(phone, agent="boris")
    await store.save_agent(anna)
    await store.save_binding(phone)
    await store.save_binding(other)
    await store.delete_agent("anna")
    await store.delete_agent("anna")
    assert await store.agents() == []
    assert await store.bindings() == [other]


async def test_a_registration_is_refreshed_by_agent_and_contact(store: SqlStore) -> None:
    desk = replace(sample(Binding, full=True), contact="sip:anna@192.0.2.7", cseq=1)
    mobile = replace(desk, contact="sip:anna@192.0.2.8", registered_at=desk.registered_at + 1)
    for binding in (mobile, desk, replace(desk, cseq=2**32 - 1)):
        await store.save_binding(binding)
    assert await store.bindings() == [replace(desk, cseq=2**32 - 1), mobile]
    await store.delete_binding(desk.agent, desk.contact)
    await store.delete_binding(desk.agent, "sip:unknown@192.0.2.9")
    assert await store.bindings() == [mobile]


async def test_a_token_is_replaced_by_id_and_no_two_have_one_secret(store: SqlStore) -> None:
    token = replace(sample(Token, full=False), id="1", digest="aa")
    await store.save_token(token)
    await store.save_token(replace(token, revoked_at=5.0))
    assert await store.tokens() == [replace(token, revoked_at=5.0)]
    with pytest.raises(StoreError, match=r"(?i)unique"):
        await store.save_token(replace(token, id="2"))
