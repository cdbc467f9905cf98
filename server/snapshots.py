"""The state that requests are answered from: the current snapshot, opened once and leased while anybody reads it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from werkzeug.exceptions import ServiceUnavailable

from kg.errors import InterlockError
from kg.store import current_snapshot, open_snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from kg.store import SnapshotReader

__all__ = ["Snapshots"]

_TRIES: Final = 5


class Snapshots:
    """Gives readers of the current snapshot; it never opens the index for writing, nor waits for who does.

    A reader keeps its lease until the last request that holds it is done and a newer one has taken its place.

    Args:
        folder: the project's folder ``.interlock``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._held: SnapshotReader | None = None
        self._held_inode = 0

    def current(self) -> str:
        """Return the id of the current snapshot; reads one line from a file.

        Raises:
            ServiceUnavailable: there is none.
        """
        return self._path().name

    def reader(self) -> SnapshotReader:
        """Return a reader of the current snapshot, which other requests may share.

        Raises:
            ServiceUnavailable: there is none.
            InterlockError: it is damaged.
        """
        with self._lock:
            for attempt in range(_TRIES):
                path = self._path()
                try:
                    # An index that was deleted and built again has the same ids, and other files behind them.
                    inode = path.stat().st_ino
                    if self._held is None or (self._held.path, self._held_inode) != (path, inode):
                        self._held, self._held_inode = open_snapshot(path), inode
                except (FileNotFoundError, InterlockError):  # pruned between the lines; another one is current then
                    if attempt == _TRIES - 1 or self._path() == path:
                        raise
                else:
                    return self._held
        raise self._missing()

    def _path(self) -> Path:
        path = current_snapshot(self._folder)
        if path is None:
            raise self._missing()
        return path

    @staticmethod
    def _missing() -> ServiceUnavailable:
        text = "the project has no index now: any command inside it, such as interlock check, builds it"
        return ServiceUnavailable(text, retry_after=1)
