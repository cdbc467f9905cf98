"""The state in the middle of a commit: what was committed is in the store already, what follows from it comes now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from kg.rdf.ntriples import merge
from kg.store.delta import Delta
from kg.store.touched import Touched

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kg.store.graphs import GraphFile
    from kg.store.port import Reader
    from kg.store.writer import StoreWriter

__all__ = ["Changeable", "Follow", "LiveState"]


class Changeable(Protocol):
    """A state that can be read and changed: `LiveState` in a commit, `kg.store.MemoryState` in memory."""

    @property
    def reader(self) -> Reader:
        """What it holds at each moment; what it yields lazily must be walked before the next `apply`."""

    def lines(self, graph: str) -> Iterable[bytes]:
        """Return the lines of one graph, sorted; none where there is no such graph."""

    def apply(self, deltas: Mapping[str, Delta]) -> Touched:
        """Change graphs, and return what that touched."""


class Follow(Protocol):
    """Brings forward what follows from the facts, within the commit that changes them.

    Attributes:
        graph: IRI of the only graph that it changes.
    """

    graph: str

    def __call__(self, state: Changeable, deltas: Mapping[str, Delta] | None) -> dict[str, Any]:
        """Bring the graph forward.

        Args:
            state: the state with the change in it, in which only `graph` may be changed.
            deltas: IRI of each graph that changed → how; None where the store was loaded anew.

        Returns:
            What to note with the state.
        """


class LiveState:
    """The state of an index in the middle of a commit.

    Args:
        writer: of the store; the change is in it.
        graph: IRI of the only graph that may be changed.
        file: the lines of that graph; None where there is no such graph yet.

    Attributes:
        growth: by how many triples the merge grew through `apply`.
    """

    def __init__(self, writer: StoreWriter, graph: str, file: GraphFile | None) -> None:
        self._writer, self._graph, self._file = writer, graph, file
        self._come: set[bytes] = set()
        self._gone: set[bytes] = set()
        self.growth = 0

    @property
    def reader(self) -> Reader:
        """What the store holds at each moment."""
        return self._writer.reader

    def lines(self, graph: str) -> Iterable[bytes]:
        """Return the lines of the graph that follows, sorted."""
        self._hold(graph)
        return merge(self._file.lines() if self._file else (), sorted(self._come), self._gone)

    def apply(self, deltas: Mapping[str, Delta]) -> Touched:
        """Change the graph that follows, and return what that touched."""
        for graph, delta in deltas.items():
            self._hold(graph)
            for line in delta.removed:
                self._come.discard(line)
                if self._in_file(line):
                    self._gone.add(line)
            for line in delta.added:
                self._gone.discard(line)
                if not self._in_file(line):
                    self._come.add(line)
            self.growth += self._writer.apply({graph: delta.added}, {graph: delta.removed}, self._starting)
        return Touched.by(deltas)

    def delta(self) -> Delta:
        """Return how the graph changed in all."""
        return Delta(sorted(self._come), sorted(self._gone))

    def _hold(self, graph: str) -> None:
        if graph != self._graph:
            raise ValueError(f"only {self._graph} may be changed here, not {graph}")

    def _in_file(self, line: bytes) -> bool:
        return self._file is not None and self._file.has(line)

    def _starting(self, _: str, prefix: bytes) -> list[bytes]:
        found = self._file.starting(prefix) if self._file else []
        return [line for line in found if line not in self._gone] + [
            line for line in self._come if line.startswith(prefix)
        ]
