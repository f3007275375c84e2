"""Run as a program by ``callserver doctor``: the codecs PJSIP has, their names in one line.

A process of its own, because a broken PJSIP ends the process that asks it.
"""

import os
import sys

from pjsua2 import pjsua2 as pj


def main() -> None:
    """Print and leave at once: PJSIP's own way out may end in an assertion."""
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.logConfig.level = 0
    config.logConfig.consoleLevel = 0
    config.uaConfig.threadCnt = 0
    endpoint.libInit(config)
    found = endpoint.codecEnum2()  # kept: its elements live no longer than the list
    names = sorted({codec.codecId.partition("/")[0] for codec in found})
    sys.stdout.write(f"\n{' '.join(names)}\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
