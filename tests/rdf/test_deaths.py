"""What a dead worker died of, told from exit code and last words."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from kg.rdf.deaths import Death, cause_of_death, kill_late


@pytest.mark.parametrize(
    ("code", "complaint", "late", "death"),
    [
        (-signal.SIGKILL, b"", True, Death("seconds")),
        (-signal.SIGXCPU, b"", False, Death("seconds")),
        (-signal.SIGKILL, b"", False, Death("memory")),
        (-signal.SIGABRT, b"memory allocation of 8 bytes failed\n", False, Death("memory")),
        (1, b"Traceback\nMemoryError\n", False, Death("memory")),
        (-signal.SIGSEGV, b"", False, Death(why="signal 11")),
        (1, b"Traceback\nValueError: no\n", False, Death(why="exit 1: ValueError: no")),
        (1, b"\xff" * 500, False, Death(why="exit 1: " + "\N{REPLACEMENT CHARACTER}" * 200)),
    ],
)
def test_the_cause_is_told_from_code_and_complaint(code: int, complaint: bytes, late: bool, death: Death) -> None:
    assert cause_of_death(code, complaint, late=late) == death


def test_a_late_worker_is_killed_and_known_to_be_late() -> None:
    late = threading.Event()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as worker:
        kill_late(worker, late)
        assert worker.wait(10) == -signal.SIGKILL
    assert late.is_set()
