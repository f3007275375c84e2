"""Signatures as Standard Webhooks has them; secrets that are stored nowhere."""

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from callserver.crm import signing
from callserver.crm.keyring import Keyring
from callserver.crm.signing import Unverified
from callserver.model.errors import ConfigError, NotAllowed
from callserver.model.hooks import Subscription

# The example of the specification.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330.0, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
KEY = base64.b64decode(SECRET.removeprefix(signing.PREFIX))


def test_the_example_of_the_specification() -> None:
    made = signing.headers(ID, AT, BODY, [KEY])
    assert made == {
        "webhook-id": ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }
    assert signing.verify(made, BODY, SECRET, AT) == ID
    assert signing.shown(KEY) == SECRET


def test_either_of_two_secrets_verifies() -> None:
    made = signing.headers(ID, AT, BODY, [b"new", KEY])
    for secret in (signing.shown(b"new"), SECRET):
        assert signing.verify(made, BODY, secret, AT + 299) == ID


@pytest.mark.parametrize(
    ("changed", "body", "secret", "now"),
    [
        ({}, BODY + b" ", SECRET, AT),
        ({}, BODY, signing.shown(b"another"), AT),
        ({}, BODY, "whsec_!!", AT),
        ({}, BODY, SECRET, AT + 301),
        ({}, BODY, SECRET, AT - 301),
        ({"webhook-id": "msg_other"}, BODY, SECRET, AT),
        ({"webhook-timestamp": "1614265331"}, BODY, SECRET, AT),
        ({"webhook-timestamp": "٣"}, BODY, SECRET, AT),
        ({"webhook-timestamp": "9" * 400}, BODY, SECRET, AT),
        ({"webhook-signature": ""}, BODY, SECRET, AT),
        ({"webhook-signature": "v1a" + SIGNATURE[2:]}, BODY, SECRET, AT),
        ({"webhook-signature": "v1,ü"}, BODY, SECRET, AT),
    ],
)
def test_what_is_not_genuine_is_not_believed(
    changed: dict[str, str], body: bytes, secret: str, now: float
) -> None:
    given = signing.headers(ID, AT, BODY, [KEY]) | changed
    with pytest.raises(Unverified):
        signing.verify(given, body, secret, now)


def one_of(keyring: Keyring) -> Subscription:
    return Subscription("h1", "https://x", ("*",), (), "", (keyring.new(),), 0.0)


def test_a_secret_is_the_same_after_a_restart_and_another_for_everybody_else(
    tmp_path: Path,
) -> None:
    file = tmp_path / "var" / "webhooks.key"
    first = Keyring(file)
    one = one_of(first)
    assert first.secrets(one, 0.0) == Keyring(file).secrets(one, 0.0)
    assert len(first.secrets(one, 0.0)[0]) == 32
    others = [one_of(first), replace(one, id="h2")]
    assert all(first.secrets(other, 0.0) != first.secrets(one, 0.0) for other in others)
    assert [name.name for name in file.parent.iterdir()] == ["webhooks.key"]


def test_an_old_secret_signs_until_its_time_is_over(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path / "key")
    new, old = keyring.new(), replace(keyring.new(), until=100.0)
    one = replace(one_of(keyring), keys=(new, old))
    assert [len(keyring.secrets(one, now)) for now in (99.0, 100.0)] == [2, 1]
    assert keyring.secrets(one, 100.0) == [keyring.secret("h1", new)]


def test_another_key_file_is_noticed(tmp_path: Path) -> None:
    one = one_of(Keyring(tmp_path / "key"))
    (tmp_path / "key").unlink()
    with pytest.raises(NotAllowed, match="rotate h1"):
        Keyring(tmp_path / "key").secrets(one, 0.0)


@pytest.mark.parametrize(
    ("content", "mode", "why"),
    [("ab" * 32, 0o640, "chmod 600"), ("ab" * 31, 0o600, "no key"), ("rubbish", 0o600, "no key")],
)
def test_a_file_that_cannot_be_right_is_refused_with_its_cure(
    tmp_path: Path, content: str, mode: int, why: str
) -> None:
    (tmp_path / "key").write_text(content)
    (tmp_path / "key").chmod(mode)
    with pytest.raises(ConfigError, match=why):
        Keyring(tmp_path / "key").new()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    with pytest.raises(ConfigError, match="cannot be had"):
        Keyring(tmp_path / "var" / "key").new()
