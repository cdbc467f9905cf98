"""Killing a worker process that is late, and telling what a dead one died of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import subprocess
    import threading

__all__ = ["Death", "cause_of_death", "kill_late"]

_OUT_OF_MEMORY: Final = (b"memory allocation of", b"MemoryError", b"bad_alloc", b"Cannot allocate memory")
_KILLED: Final = -9  # SIGKILL by the system, which is short of memory
_OUT_OF_TIME: Final = -24  # SIGXCPU, which Windows has no name for


@dataclass(frozen=True, slots=True)
class Death:
    """What a worker died of.

    Attributes:
        limit: the limit that it reached, ``seconds`` or ``memory``; empty where it died of its input.
        why: signal or exit code and last words, for people; empty where it reached a limit.
    """

    limit: str = ""
    why: str = ""


def kill_late(worker: subprocess.Popen[bytes], late: threading.Event) -> None:
    """Kill `worker` and note in `late` that it was because its time is over."""
    late.set()
    worker.kill()


def cause_of_death(code: int, complaint: bytes, *, late: bool) -> Death:
    """Return what a worker died of.

    Args:
        code: its exit code, negative for a signal.
        complaint: what it wrote to standard error.
        late: whether it was killed because its time was over.
    """
    if late or code == _OUT_OF_TIME:
        return Death("seconds")
    if code == _KILLED or any(sign in complaint for sign in _OUT_OF_MEMORY):
        return Death("memory")
    last = complaint.decode("utf-8", "replace").strip().splitlines()[-1:]
    return Death(why=f"signal {-code}" if code < 0 else f"exit {code}: {' '.join(last)[:200]}")
