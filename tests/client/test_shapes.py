"""What the client expects is what the server says it answers."""

from typing import Any

import msgspec
import pytest
from msgspec import Struct
from msgspec.structs import fields

from callserver.client import shapes
from callserver.web.openapi import document
from tests.web.world import World

MADE_OF: dict[str, type[Struct]] = {
    "CallOut": shapes.Call,
    "RecordingOut": shapes.Recording,
    "FactOut": shapes.Fact,
    "OrderedOut": shapes.Dialled,
    "LiveCallOut": shapes.LiveCall,
    "AgentOut": shapes.Agent,
    "WaitingOut": shapes.Waiting,
    "QueueOut": shapes.Queue,
    "ContactOut": shapes.Contact,
    "ImportOut": shapes.Import,
    "MistakeOut": shapes.Mistake,
    "CallbackOut": shapes.Callback,
    "WebhookOut": shapes.Webhook,
}


@pytest.fixture
def said(world: World) -> dict[str, Any]:
    return document(world.web.operations)


def answers(said: dict[str, Any], name: str) -> list[Any]:
    """The examples of answers with this shape alone."""
    found: list[Any] = []
    for methods in said["paths"].values():
        for operation in methods.values():
            for answer in operation["responses"].values():
                content = answer.get("content", {}).get("application/json", {})
                schema = content.get("schema", {})
                whole = schema.get("anyOf", [schema])[0].get("$ref", "")
                if whole.endswith((f"/{name}", f"_{name}")):
                    example = content["example"]
                    found += example.get("items", [example])
    return found


@pytest.mark.parametrize("name", MADE_OF)
def test_every_field_the_client_reads_is_one_the_server_sends(
    said: dict[str, Any], name: str
) -> None:
    sent = said["components"]["schemas"][name]["properties"]
    wanted = {one.name for one in fields(MADE_OF[name])}
    assert wanted - {"secret"} <= set(sent)


@pytest.mark.parametrize("name", sorted(set(MADE_OF) - {"WaitingOut", "MistakeOut"}))
def test_every_answer_of_the_document_is_understood(said: dict[str, Any], name: str) -> None:
    examples = answers(said, name)
    assert examples
    for example in examples:
        assert msgspec.convert(example, MADE_OF[name])
