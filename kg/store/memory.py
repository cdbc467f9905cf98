"""A state held in memory that changes like the index does: for tests, benchmarks and what-if."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyoxigraph import Store

from kg.rdf.ntriples import sort_unique
from kg.store.touched import Touched
from kg.store.writer import StoreWriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kg.store.delta import Delta

__all__ = ["MemoryState", "memory_state"]

_GRAPH: Final = "urn:memory"


class _Lines:
    def __init__(self, lines: list[bytes]) -> None:
        self._text = b"".join(lines)

    def chunks(self) -> Iterator[bytes]:
        yield self._text


class MemoryState:
    """Graphs in memory, and the RDF merge of them all as default graph, each triple once.

    Args:
        graphs: IRI of each graph → its N-Triples lines.

    Attributes:
        reader: reads the state as it is at each moment; what it yields lazily must be walked before the next `apply`.
    """

    def __init__(self, graphs: Mapping[str, Iterable[bytes]]) -> None:
        self._graphs: dict[str, dict[bytes, set[bytes]]] = {}
        self._writer = StoreWriter(Store())
        self.reader = self._writer.reader
        for graph, lines in graphs.items():
            self._put(graph, lines)
        self._writer.load({graph: _Lines(self.lines(graph)) for graph in self._graphs})

    @property
    def graphs(self) -> tuple[str, ...]:
        """The IRIs of its graphs, sorted."""
        return tuple(sorted(self._graphs))

    def lines(self, graph: str) -> list[bytes]:
        """Return the lines of one graph, sorted; none where there is no such graph."""
        return sort_unique(line for lines in self._graphs.get(graph, {}).values() for line in lines)

    def facts(self) -> list[bytes]:
        """Return the lines of the default graph, sorted, each once."""
        return sort_unique(line for graph in self._graphs for line in self.lines(graph))

    def apply(self, deltas: Mapping[str, Delta]) -> Touched:
        """Change graphs, and return what that touched.

        Args:
            deltas: IRI of each graph that changes → how. A line to add that is there, and one to remove that is not, do
                no harm.
        """
        for graph, delta in deltas.items():
            subjects = self._graphs.setdefault(graph, {})
            for line in delta.removed:
                of = subjects.get(line.split(b" ", 1)[0])
                if of is not None:
                    of.discard(line)
            self._put(graph, delta.added)
        self._writer.apply(
            {graph: delta.added for graph, delta in deltas.items()},
            {graph: delta.removed for graph, delta in deltas.items()},
            self._starting,
        )
        return Touched.by(deltas)

    def _put(self, graph: str, lines: Iterable[bytes]) -> None:
        subjects = self._graphs.setdefault(graph, {})
        for line in lines:
            subjects.setdefault(line.split(b" ", 1)[0], set()).add(line)

    def _starting(self, graph: str, prefix: bytes) -> list[bytes]:
        of = self._graphs.get(graph, {}).get(prefix.split(b" ", 1)[0], set())
        return [line for line in of if line.startswith(prefix)]


def memory_state(lines: Iterable[bytes] | Mapping[str, Iterable[bytes]]) -> MemoryState:
    """Return a state in memory that can be changed.

    Args:
        lines: N-Triples lines, which go to one graph ``urn:memory``; or IRI of each graph → its lines.
    """
    from collections.abc import Mapping

    return MemoryState(lines if isinstance(lines, Mapping) else {_GRAPH: lines})
