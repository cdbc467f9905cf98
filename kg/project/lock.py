"""One commit at a time: the lock of a project, which goes with the process that holds it."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from kg.errors import Busy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["hold"]

_PAUSE: Final = 0.02


@contextmanager
def hold(path: Path, wait: float) -> Iterator[None]:
    """Hold the lock `path` for the time of a ``with`` block.

    Args:
        path: the lock's file, made if it is missing.
        wait: how long to wait for another process, in seconds (setting ``lock-wait-seconds``).

    Raises:
        Busy: another process did not let go in time.
    """
    deadline = time.monotonic() + wait
    turn = _await(path.with_name(f"{path.name}.turn"), deadline, path, wait)
    try:
        handle = _await(path, deadline, path, wait)
    finally:
        os.close(turn)
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


def _await(path: Path, deadline: float, lock: Path, wait: float) -> int:
    """Return the handle of a file once it is locked.

    Only one process at a time waits for the lock itself; the others wait for their turn to do so. So a process that
    commits again and again can't take the lock back before those who wait had it.
    """
    while (handle := _try(path)) is None:
        if time.monotonic() >= deadline:
            raise Busy(
                f"{lock} is held by {_holder(lock)}, which did not let go in {wait:g} s (setting lock-wait-seconds):"
                " try again when it is done"
            )
        time.sleep(_PAUSE)
    return handle


def _try(path: Path) -> int | None:
    path.parent.mkdir(exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(handle), path.stat()):  # .interlock may have been deleted meanwhile
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(handle)
    return None


def _holder(path: Path) -> str:
    try:
        pid = path.read_text().strip()
    except OSError:
        pid = ""
    return f"process {pid}" if pid else "another process"
