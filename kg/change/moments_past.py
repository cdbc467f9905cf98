"""Past states, each made once beside the index: from the present one, by taking back what was recorded since.

.interlock/past/<state id>/     an index of its own, with one snapshot; a few are kept, the last used ones
.interlock/past/.<…>.tmp/       one under way; its file ``making`` is locked by the process that makes it
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final

from kg.errors import InterlockError
from kg.project.commit import identity_of, notes_at, record_graph
from kg.project.derived import Context, Following
from kg.project.past import Past
from kg.store import Delta, fork, open_snapshot, take_lease

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.change.moments import Moment
    from kg.project.project import Project
    from kg.store import SnapshotReader

__all__ = ["open_at"]

_KEPT: Final = 4
_TRIES: Final = 5
_MAKING: Final = "making"


def open_at(project: Project, moment: Moment) -> SnapshotReader:
    """Return a reader of the facts of a moment, with the ontology and the catalogues of today and facts derived anew.

    Args:
        project: the project.
        moment: the moment.

    Returns:
        A reader, leased until it is closed; of the present state where the moment is that.

    Raises:
        InputError: a record is missing.
        BrokenFile: a record is damaged.
    """
    present = project.reader()
    if moment.is_now or sorted(present.manifest.notes["heads"]) == sorted(moment.heads):
        return present
    with present:
        state = _PastState(project, present, moment)
        for _ in range(_TRIES):
            for place in (project.index_folder / "snapshots" / state.id, _snapshot(state.folder)):
                reader = _open(place)
                if reader is not None:
                    return reader
            state.make()
    raise InterlockError(f"{state.folder.parent} is cleared faster than it is filled: try again")


def _snapshot(folder: Path) -> Path:
    """Return the one snapshot of a past state's folder."""
    return folder / "snapshots" / folder.name


def _open(place: Path) -> SnapshotReader | None:
    """Return a reader of a snapshot, None where there is none."""
    if not place.is_dir():
        return None
    try:
        reader = open_snapshot(place)
    except InterlockError:
        if place.is_dir():
            raise
        return None
    with suppress(OSError):  # it may be pruned from here on, which the lease outlives
        os.utime(place.parent.parent / "current")
    return reader


class _PastState:
    """A past state that is to be made from the present one.

    Args:
        project: the project.
        present: its present state.
        moment: which past state.

    Attributes:
        id: hash of its content.
        folder: where it is when it is made.
    """

    def __init__(self, project: Project, present: SnapshotReader, moment: Moment) -> None:
        self._project, self._present = project, present
        self._history = project.history().until(present.manifest.notes["heads"])
        self._back = Past(self._history, moment.heads)
        self._notes = {**present.manifest.notes, **notes_at(self._history, moment.heads)}
        self._notes.pop("derived", None)  # until it is derived anew
        self.id = identity_of(self._notes)
        self.folder = project.index_folder / "past" / self.id

    def make(self) -> None:
        """Make it, unless another process was faster, and remove those that nobody used for longest."""
        deltas = self._back.delta()
        deltas[record_graph(self._project.config.base)] = Delta(removed=self._history.facts(self._back.since))
        with _draft(self.folder.parent, self.id) as draft:
            index = fork(self._present, draft)
            try:
                index.commit(self.id, deltas, self._notes, self._following())
                index.publish(1)
            finally:
                index.close()
            with suppress(OSError):  # another process made the same
                draft.rename(self.folder)
        _prune(self.folder.parent, self.id)

    def _following(self) -> Following | None:
        """Return what derives the facts of that state, all of them."""
        derive, config = self._project.derive, self._project.config
        heads = tuple(self._notes["heads"])
        if derive is None:
            return None
        return Following(derive, Context(config, self._history.until(heads), heads), self._notes)


@contextmanager
def _draft(past: Path, id_: str) -> Iterator[Path]:
    """Make a folder that nobody removes while this process is at work in it; what is left of it goes at the end."""
    past.mkdir(exist_ok=True)
    draft = Path(mkdtemp(".tmp", f".{id_[:12]}.", past))
    handle = os.open(draft / _MAKING, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield draft
    finally:
        os.close(handle)
        shutil.rmtree(draft, ignore_errors=True)


def _prune(past: Path, made: str) -> None:
    """Remove past states beyond the few used last, and what processes that died left unfinished."""
    ready: list[tuple[float, Path]] = []
    for path in past.iterdir():
        if path.name.startswith("."):
            _sweep(path)
        elif path.name != made:
            with suppress(OSError):
                ready.append(((path / "current").stat().st_mtime, path))
    for _, path in sorted(ready, reverse=True)[_KEPT - 1 :]:
        lease = take_lease(_snapshot(path), fcntl.LOCK_EX | fcntl.LOCK_NB)
        if lease is not None:
            gone = path.with_name(f".{path.name}.old")
            with suppress(OSError):
                path.rename(gone)
            os.close(lease)
            shutil.rmtree(gone, ignore_errors=True)


def _sweep(path: Path) -> None:
    """Remove an unfinished past state unless a process is at work on it."""
    try:
        handle = os.open(path / _MAKING, os.O_RDWR)
    except FileNotFoundError:  # being begun, or what was left of one that is removed
        if path.suffix == ".old":
            shutil.rmtree(path, ignore_errors=True)
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)
    except BlockingIOError:
        pass
    finally:
        os.close(handle)
