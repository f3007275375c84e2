"""The command line: ``callserver COMMAND``.

Each command is a file of its name; ``root`` hangs them together and turns errors into one line and
an exit code. ``shared`` is what they have in common, ``checks`` what ``doctor`` looks at. Nobody
comes in; this room sees all others, but imports them inside the commands: help must come at once.
"""

from callserver.cli.root import main

__all__ = ["main"]
