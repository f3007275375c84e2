"""``config``, the files it reads, and the files that ship."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from callserver.config import Config, load
from callserver.config.load import BESIDE
from callserver.config.sections import Line, Queue, Trunk
from callserver.config.template import files
from callserver.model.errors import ConfigError
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]


def leaves(value: Mapping[str, Any], at: str = "") -> Iterator[tuple[str, Any]]:
    for key, part in value.items():
        if isinstance(part, dict) and part:
            yield from leaves(part, f"{at}{key}.")
        else:
            yield f"{at}{key}", part


def options(section: type[BaseModel]) -> Iterator[tuple[str, str]]:
    for name, field in section.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from ((f"{name}.{key}", why) for key, why in options(kind))
        elif not (section is Config and name in BESIDE):
            yield name, field.description or ""


def test_the_shipped_file_has_every_option_with_its_default() -> None:
    text = (ROOT / "config" / "callserver.yaml").read_text()
    shipped = dict(leaves(yaml.safe_load(text)))
    assert list(shipped) == [name for name, _ in options(Config)]
    defaults = Config().model_dump(mode="json", exclude=set(BESIDE))
    assert shipped == dict(leaves(defaults))


@pytest.mark.parametrize("section", [Config, Trunk, Line, Queue])
def test_every_option_has_a_sentence(section: type[BaseModel]) -> None:
    assert [name for name, why in options(section) if not why.endswith(".")] == []


def test_every_option_of_a_shipped_file_has_a_comment_above_it() -> None:
    for name, text in files().items():
        lines = text.replace("# # ", "# ").splitlines()
        bare = [
            line
            for above, line in pairwise(lines)
            if line.startswith("  ") and not line.lstrip().startswith("#")
            if not above.lstrip().startswith("#")
        ]
        assert bare == [], name


@pytest.mark.parametrize("name", files())
def test_the_checkouts_own_files_are_those_that_init_writes(name: str) -> None:
    cure = "`python -m callserver.config.template config` writes them again"
    assert (ROOT / "config" / name).read_text() == files()[name], cure


@pytest.mark.parametrize("name", ["support.yaml", "README.md"])
def test_the_example_flow_of_init_is_that_of_the_checkout(name: str) -> None:
    packaged = ROOT / "callserver" / "cli" / "templates" / name
    assert packaged.read_text() == (ROOT / "ivr_flows" / name).read_text()


def test_the_trunk_in_the_example_is_one_when_its_comment_is_taken_off(tmp_path: Path) -> None:
    commented = files()["trunks.yaml"].partition("\n\n")[2]
    (tmp_path / "callserver.yaml").write_text("")
    (tmp_path / "trunks.yaml").write_text(commented.replace("# ", "", 1).replace("\n# ", "\n"))
    trunk = load(tmp_path / "callserver.yaml").trunks["provider"]
    assert trunk.hosts == ("sip.example.com",)


def write(folder: Path, **contents: str) -> Path:
    for name, text in contents.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder / "callserver.yaml"


def test_all_mistakes_are_told_at_once_with_file_and_key(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        callserver="sip: {port: 99999, colour: red}\nrtp: {first_port: 20001}\n",
        lines='"100": {title: Support}\n',
        trunks="provider: {addresses: [nonsense]}\n",
        queues="support: [",
    )
    with pytest.raises(ConfigError) as caught:
        load(file)
    told = str(caught.value).replace(f"{tmp_path}/", "").splitlines()
    assert sorted(told) == [
        "callserver.yaml: rtp: first_port must be even (RFC 3550 section 11)",
        "callserver.yaml: sip.colour: there is no such option; `callserver config show` lists all",
        "callserver.yaml: sip.port: Input should be less than or equal to 65535",
        "lines.yaml: 100.flow: is missing",
        next(line for line in told if line.startswith("queues.yaml: is no YAML: ")),
        next(line for line in told if line.startswith("trunks.yaml: provider.addresses: ")),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n", "must be a mapping"),
        ("{[a]: b}\n", "line 1: a key must be a word"),
        ("sip: {}\nlog: {}\nsip: {}\n", "line 3: `sip` stands here a second time"),
        ("sip: {port: 5060, port: 5062}\n", "`port` stands here a second time"),
        ("a: !!python/object/apply:os.system [ls]\n", "is no YAML"),
        ("lines: {}\n", "stands in .*lines.yaml too; keep one"),
    ],
)
def test_files_that_are_not_what_they_should_be(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load(write(tmp_path, callserver=text, lines=""))


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "callserver.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"callserver\.yaml: cannot be read"):
        load(tmp_path / "callserver.yaml")


def test_numbers_are_lines_as_they_are_written(tmp_path: Path) -> None:
    lines = "".join(f"{number}: {{flow: support}}\n" for number in ("100", "+37167000000", "0123"))
    config = load(write(tmp_path, callserver="", lines=lines))
    assert list(config.lines) == ["100", "+37167000000", "0123"]


def test_a_password_never_stands_in_a_message(tmp_path: Path) -> None:
    file = write(tmp_path, callserver="", trunks="p: {password: [hunter2], username: 5}\n")
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert "hunter2" not in str(caught.value)


def test_check_finds_what_only_the_disk_shows(made: Run, tmp_path: Path) -> None:
    write(
        tmp_path / "config",
        lines='"100": {flow: suport}\n',
        queues="support: {music: nothing.wav}\n",
        trunks="provider: {}\n",
        callserver="speech: {prompts_dir: nowhere, voice_pack: sounds, piper: {en: gone.onnx}}\n",
    )
    outcome = made("config", "check")
    assert outcome.code == 2
    for message in (
        "lines.100.flow: no file ivr_flows/suport.yaml; did you mean `support`?",
        "queues.support.music: no file nothing.wav",
        "trunks.provider: neither addresses nor hosts",
        "speech.prompts_dir: no folder nowhere",
        "speech.voice_pack: no folder sounds",
        "speech.piper.en: no files gone.onnx and gone.onnx.json",
    ):
        assert message in outcome.err


def test_check_finds_the_mistakes_in_flows(made: Run, tmp_path: Path) -> None:
    flow = tmp_path / "ivr_flows" / "support.yaml"
    flow.write_text(flow.read_text().replace("queue: support", "queue: sales"))
    outcome = made("config", "check")
    assert outcome.code == 2
    assert "step `wait`: no queue `sales`" in outcome.err


def test_check_warns_of_calls_outside_that_nobody_may_make(made: Run, tmp_path: Path) -> None:
    outcome = made("config", "check")
    assert outcome.code == 0
    assert "Warning: flow `support` (steps" in outcome.err
    assert "into outgoing.allow, as ['+371']; name the trunk" in outcome.err
    write(
        tmp_path / "config",
        trunks="provider: {hosts: [sip.example.com]}\n",
        callserver="outgoing: {allow: ['+371'], trunk: provider}\n",
    )
    assert "Warning" not in made("config", "check").err
    write(
        tmp_path / "config",
        callserver="",
        lines='"100": {flow: dials}\n',
        queues="support: {overflow: ['external:+37120000000']}\n",
    )
    flow = tmp_path / "ivr_flows" / "dials.yaml"
    flow.write_text("start: a\nsteps: {a: {transfer: 'external:+37120000000'}}\n")
    told = made("config", "check").err
    assert "flow `dials` (steps `a`); queue `support` (`overflow`)" in told
    write(
        tmp_path / "config",
        callserver="outgoing: {allow: ['+372'], trunk: provider}\n",
        trunks="provider: {hosts: [sip.example.com]}\n",
    )
    told = made("config", "check").err
    assert (
        "flow `dials` (steps `a`) calls +37120000000, which may not be dialled (not_allowed)"
        in told
    )
    assert "queue `support` (`overflow`) calls +37120000000" in told
    flow.write_text("start: a\nsteps: {a: {transfer: 'agent:anna'}}\n")
    write(tmp_path / "config", queues="support: {}\n")
    assert "Warning" not in made("config", "check").err


def test_show_tells_what_is_in_force_and_hides_passwords(made: Run, tmp_path: Path) -> None:
    write(
        tmp_path / "config",
        callserver="store: {url: 'postgresql+asyncpg://me:hunter2@127.0.0.1/calls'}\n",
        trunks="provider: {username: me, password: hunter2}\n",
    )
    outcome = made("config", "show")
    assert outcome.code == 0
    assert "hunter2" not in outcome.out
    store = "store: {url: 'postgresql+asyncpg://me%s@127.0.0.1/calls', password: hunter2}\n"
    write(tmp_path / "config", callserver=store % "")
    assert "hunter2" not in made("config", "show").out
    write(tmp_path / "config", callserver=store % ":hunter2")
    twice = made("config", "show")
    assert "store: password: there is one in url too" in twice.err and "hunter2" not in twice.err
    shown = yaml.safe_load(outcome.out)
    assert shown["trunks"]["provider"]["username"] == "me"
    assert shown["sip"]["port"] == 5060


def test_show_without_files_tells_the_defaults(run: Run) -> None:
    shown = yaml.safe_load(run("config", "show").out)
    assert shown["sip"] == Config().sip.model_dump(mode="json")
