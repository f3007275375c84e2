"""Codecs, converter, voices. Native code is asked in a child process: the question may end it."""

import subprocess
import sys

from callserver.cli.checks.finding import Finding, fail, ok
from callserver.config import Config

TIMEOUT_S = 20.0
NEEDED_CODECS = frozenset({"PCMU", "PCMA", "G722"})


def codecs(_config: Config) -> Finding:
    """What PJSIP can speak."""
    said, error = _child("callserver.media.pj.codecs")
    if error:
        return fail("codecs", f"pjsua2 does not start: {error}", "install `pjsua2-python` again")
    there = frozenset(said.split())
    if missing := NEEDED_CODECS - there:
        return fail(
            "codecs", f"missing: {', '.join(sorted(missing))}", "install `pjsua2-python` again"
        )
    return ok("codecs", ", ".join(sorted(there)))


def ffmpeg(_config: Config) -> Finding:
    """Reads foreign recordings of prompts, writes what people download."""
    import imageio_ffmpeg

    try:
        binary = imageio_ffmpeg.get_ffmpeg_exe()
        said = subprocess.run(  # noqa: S603 - a fixed command
            [binary, "-version"], capture_output=True, text=True, timeout=TIMEOUT_S, check=True
        ).stdout
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        return fail("ffmpeg", f"does not run: {error}", "install `imageio-ffmpeg` again")
    return ok("ffmpeg", said.partition(" Copyright")[0])


def voices(_config: Config) -> Finding:
    """Whether every language can be spoken; each says a word."""
    said, error = _child("callserver.cli.checks.voices")
    if error:
        return fail("voices", error, "install `espeakng-loader` again")
    return ok("voices", said)


def _child(module: str) -> tuple[str, str]:
    """(the last line it printed, what went wrong). PJSIP prints about itself before that."""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command
            [sys.executable, "-m", module],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return "", str(error)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        return "", lines[-1] if lines else f"it ended with {done.returncode}"
    return done.stdout.strip().rpartition("\n")[2], ""
