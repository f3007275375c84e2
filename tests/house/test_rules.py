"""What STYLE asks of every file, checked over all of them."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = sorted((ROOT / "callserver").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
PACKAGES = sorted({file.parent for file in CODE})
MAX_LINES = 400


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_floors_and_fences_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(  # noqa: S603 - a fixed command
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout


def test_no_file_is_longer_than_the_limit() -> None:
    lengths = {name(file): len(file.read_text().splitlines()) for file in (*CODE, *TESTS)}
    assert {file: lines for file, lines in lengths.items() if lines > MAX_LINES} == {}


@pytest.mark.parametrize("package", PACKAGES, ids=name)
def test_every_package_says_what_lives_there(package: Path) -> None:
    tree = ast.parse((package / "__init__.py").read_text())
    assert len(ast.get_docstring(tree) or "") > 40


def test_every_module_has_a_docstring() -> None:
    assert [name(file) for file in CODE if not ast.get_docstring(parse(file))] == []


def test_network_input_is_never_checked_with_assert() -> None:
    """``python -O`` takes asserts out; only the phones and fakes of the tests may use them."""
    found = [
        f"{name(file)}:{node.lineno}"
        for file in CODE
        if "callserver/testing/" not in name(file)
        for node in ast.walk(parse(file))
        if isinstance(node, ast.Assert)
    ]
    assert found == []


def test_nothing_is_left_to_do() -> None:
    """A mark in the code is a promise to nobody."""
    mark = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b")
    found = [name(file) for file in (*CODE, *TESTS) if mark.search(file.read_text())]
    assert found == []


def test_the_lock_files_have_what_pyproject_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = project["optional-dependencies"]
    del optional["fuzz"]  # `make fuzz` installs it, nothing else needs it
    extras = [each for extra in optional.values() for each in extra]
    for named, file in (
        (project["dependencies"], "requirements.txt"),
        (extras, "requirements-dev.txt"),
    ):
        wanted = {normal(re.sub(r"\[.*\]", "", each)) for each in named}
        assert wanted - set(map(normal, locked(file))) == set()


def test_the_lock_files_are_what_is_installed() -> None:
    """Another version in .venv than in the lock would make every other test say little."""
    from importlib.metadata import version

    lines = [*locked("requirements.txt"), *locked("requirements-dev.txt")]
    wanted = dict(line.split("==") for line in lines)
    assert len(wanted) == len(lines)
    assert {package: version(package) for package in wanted} == wanted


def locked(file: str) -> list[str]:
    lines = (ROOT / file).read_text().splitlines()
    named = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in named if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
    return named


def normal(requirement: str) -> str:
    return requirement.lower().replace("_", "-")


def parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text(), str(file))
