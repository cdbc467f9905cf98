"""What came and went between two states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import Triple

    from kg.store.delta import Delta

__all__ = ["Touched"]


@dataclass(frozen=True, slots=True)
class Touched:
    """What came and went between two states, in any graph.

    It is a superset of what changed in the default graph: a triple that came to one graph may have been in another all
    the while. Literals are written as a reader gives them, in the store's canonical form.

    Attributes:
        added: triples that came; one that went again afterwards is in `removed` too.
        removed: triples that went; one that came back is in `added` too.
        graphs: IRIs of the graphs in which they came and went.
    """

    added: tuple[Triple, ...] = ()
    removed: tuple[Triple, ...] = ()
    graphs: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.added) + len(self.removed)

    def triples(self) -> Iterator[Triple]:
        """Yield what came, then what went; a triple that did both comes twice."""
        yield from self.added
        yield from self.removed

    def and_then(self, later: Touched) -> Touched:
        """Return what came and went in both, one after the other."""
        return Touched(
            tuple(dict.fromkeys((*self.added, *later.added))),
            tuple(dict.fromkeys((*self.removed, *later.removed))),
            self.graphs | later.graphs,
        )

    @classmethod
    def by(cls, *changes: Mapping[str, Delta]) -> Touched:
        """Return what some changes touch that followed each other: of each, IRI of a graph → what changes in it."""
        graphs = {graph: None for change in changes for graph, delta in change.items() if delta}
        deltas = [delta for change in changes for delta in change.values()]
        added = _triples(line for delta in deltas for line in delta.added)
        removed = _triples(line for delta in deltas for line in delta.removed)
        return cls(added, removed, frozenset(graphs))


def _triples(lines: Iterable[bytes]) -> tuple[Triple, ...]:
    """Return the triples of N-Triples lines as a store gives them back."""
    text = b"".join(lines)
    if not text:
        return ()
    store = Store()
    store.load(text, RdfFormat.N_TRIPLES, lenient=True)
    return tuple(quad.triple for quad in store)
