"""What the README tells people to copy works as printed."""

import re
import time
from pathlib import Path
from typing import Any

from callserver.crm import signing

README = Path(__file__).parents[2] / "README.md"


def test_the_snippet_believes_what_is_genuine_and_nothing_else() -> None:
    (snippet,) = (
        block
        for block in re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
        if "def genuine" in block
    )
    names: dict[str, Any] = {}
    exec(snippet, names)  # noqa: S102 - our own README
    genuine, now = names["genuine"], time.time()
    given = signing.headers("msg_1", now, b"{}", [b"new", b"old"])
    for secret in (b"new", b"old"):
        assert genuine(given, b"{}", signing.shown(secret))
    assert not genuine(given, b"{} ", signing.shown(b"new"))
    assert not genuine(given, b"{}", signing.shown(b"other"))
    late = signing.headers("msg_1", now - 400, b"{}", [b"new"])
    assert not genuine(late, b"{}", signing.shown(b"new"))
