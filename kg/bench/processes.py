"""A command in a process of its own: how long it took, its CPU time, and the memory of its largest process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kg.errors import InterlockError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Run", "run_process"]

_CODE: Final = """
import json, os, sys, time
start = time.perf_counter()
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, used = os.wait4(child, 0)
taken = time.perf_counter() - start
unit = 1 if sys.platform == "darwin" else 1024
with open(sys.argv[1], "w") as file:
    json.dump([taken, used.ru_utime + used.ru_stime, used.ru_maxrss * unit, os.waitstatus_to_exitcode(status)], file)
"""
"""A process begins with the peak of the one that it was forked from, so this small one stands between."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a command and all processes that it waited for used.

    Attributes:
        seconds: from its start to its end.
        cpu: CPU seconds of all its processes, user and system.
        peak: most memory that one of its processes had resident, in bytes.
        code: its exit code.
        output: what it printed, to standard output and standard error.
        finished: whether it ended by itself; `seconds` is a lower bound where it was stopped.
    """

    seconds: float
    cpu: float
    peak: int
    code: int
    output: str
    finished: bool = True


def run_process(command: Sequence[str], folder: Path, longest: float = 3600.0) -> Run:
    """Run a command and wait for its end.

    Args:
        command: the path of a program and its arguments.
        folder: its working folder.
        longest: seconds after which it is stopped with all that it started; CPU and memory are not known then.

    Raises:
        InterlockError: the program can't be started.
    """
    with tempfile.TemporaryDirectory() as scratch, Path(scratch, "output").open("w+b") as output:
        used = Path(scratch, "used")
        launcher = subprocess.Popen(  # noqa: S603 - our own interpreter and our own code
            [sys.executable, "-I", "-S", "-c", _CODE, str(used), *command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            launcher.wait(longest)
        except subprocess.TimeoutExpired:
            os.killpg(launcher.pid, signal.SIGKILL)
            launcher.wait()
        output.seek(0)
        said = output.read().decode("utf-8", "replace")
        if used.exists():
            seconds, cpu, peak, code = json.loads(used.read_text("utf-8"))
            return Run(seconds, cpu, peak, code, said)
    if launcher.returncode == -signal.SIGKILL:
        return Run(longest, 0.0, 0, launcher.returncode, said, finished=False)
    raise InterlockError(f"{command[0]} can't be started: {said.strip().splitlines()[-1:]}")
