"""The facts that a standing check needs: as a whole, looked up, and what changed in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from kg.store import current_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.store import Reader, SnapshotReader, Touched

__all__ = ["SnapshotSource", "Source"]


class Source(Protocol):
    """One state of the facts."""

    @property
    def id(self) -> str:
        """Tell this state from any other."""

    @property
    def sequence(self) -> int:
        """Number of the commit that led to it."""

    @property
    def reader(self) -> Reader:
        """Look facts up."""

    def newest(self) -> bool:
        """Tell whether no other state is newer."""

    def facts(self) -> Iterable[bytes]:
        """Give all facts as chunks of N-Triples, as their sources write them."""

    def since(self, state: str) -> Touched | None:
        """Tell what came and went since an earlier state; None where nobody knows."""

    def written(self, lines: Iterable[bytes]) -> Iterable[bytes]:
        """Give lines as their sources write them for lines as the reader gives them."""


class SnapshotSource:
    """A snapshot of a project.

    Args:
        reader: reads it.

    Attributes:
        reader: the same.
    """

    def __init__(self, reader: SnapshotReader) -> None:
        self.reader = reader

    @property
    def id(self) -> str:
        """The snapshot's id."""
        return self.reader.manifest.id

    @property
    def sequence(self) -> int:
        """Number of the commit that published it."""
        return self.reader.manifest.sequence

    def newest(self) -> bool:
        """Tell whether the snapshot is still the current one."""
        return current_snapshot(self.reader.path.parent.parent) == self.reader.path

    def facts(self) -> Iterator[bytes]:
        """Yield all facts as chunks of N-Triples, as their sources write them."""
        return self.reader.facts()

    def since(self, state: str) -> Touched | None:
        """Return what came and went since an earlier state; None where the log does not tell."""
        return self.reader.since(state)

    def written(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Yield lines as their sources write them for lines as the reader gives them."""
        return self.reader.written(lines)
