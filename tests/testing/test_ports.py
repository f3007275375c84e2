import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from callserver.testing.ports import free_port, free_range, give_back, udp_ports

GREEDY = """
from callserver.testing.ports import free_port, free_range
ports = [free_port() for _ in range(150)]
first = free_range(250)
print(*ports, *range(first, first + 250), flush=True)
input()
"""


def test_no_port_is_given_twice_in_one_process() -> None:
    ports = [free_port() for _ in range(20)]
    first = free_range(16)
    assert len({*ports, *range(first, first + 16)}) == 36
    assert first % 2 == 0


def test_a_process_may_ask_for_thousands_of_ports_one_after_another() -> None:
    ports = [free_port() for _ in range(2000)]
    assert len(set(ports)) <= 500
    for recent in range(0, 1600, 400):
        assert len(set(ports[recent : recent + 400])) == 400


def test_a_process_may_ask_for_hundreds_of_rows_one_after_another() -> None:
    rows = [free_range(100) for _ in range(300)]
    assert len(set(rows)) <= 12
    assert all(len(set(rows[at : at + 8])) == 8 for at in range(0, 292, 8))
    kept = free_range(250)
    give_back(kept, 250)
    assert all(first % 100 == 0 for first in (*rows, kept))


def test_processes_at_once_never_get_the_same_ports() -> None:
    def greedy(_: int) -> tuple[subprocess.Popen[str], set[str]]:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", GREEDY],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        return process, set(process.stdout.readline().split())

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(greedy, range(4)))
    for process, _ in found:
        process.communicate("\n", timeout=10)
    assert len(set.union(*(ports for _, ports in found))) == 4 * 400


def test_a_port_somebody_has_is_not_given() -> None:
    taken = []
    for _ in range(3):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind(("127.0.0.1", free_port() + 1))
            taken.append(stranger.getsockname()[1])
            assert taken[-1] in udp_ports()
            assert free_port() not in taken
