"""The one writer: opens the index store of pyoxigraph and changes it.

The store holds each graph under its name and, in its default graph, the RDF merge of them all. Writing is idempotent: a
change that was cut off is simply written again.
"""

from __future__ import annotations

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions, RdfFormat, Store

from kg.errors import InterlockError
from kg.rdf.terms import parse_lines
from kg.store.embedded import EmbeddedReader
from kg.store.stream import byte_stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from pyoxigraph import Triple

__all__ = ["Loadable", "StoreWriter", "open_writer"]

_DEFAULT = DefaultGraph()


class Loadable(Protocol):
    """The lines of a graph."""

    def chunks(self) -> Iterator[bytes]:
        """Yield the lines, many at a time; each call yields them all."""


def open_writer(folder: Path) -> StoreWriter:
    """Return the writer of the store in `folder`, made if it is missing; there may be one at a time.

    Raises:
        InterlockError: the folder holds no store, or a damaged one.
        OSError: the disk is full.
    """
    try:
        return StoreWriter(Store(folder))
    except (OSError, RuntimeError) as error:
        if (full := os.strerror(errno.ENOSPC)) in str(error):  # the store is sound: deleting it would be no remedy
            raise OSError(errno.ENOSPC, full, str(folder)) from error
        raise InterlockError(f"the index can't be opened, delete .interlock to build it anew: {error}") from error


class StoreWriter:
    """Writes a store.

    Args:
        store: of pyoxigraph, on disk or in memory.

    Attributes:
        reader: reads what was written so far; nothing that it yields lazily may be walked across a write.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.reader = EmbeddedReader(store)

    def load(self, graphs: Mapping[str, Loadable]) -> None:
        """Load whole graphs into an empty store: the merge and the named graphs side by side, one thread each.

        The loader does not hold Python's lock, and each of the two adds finished files to the store on its own.

        Args:
            graphs: IRI of each graph → its lines.
        """
        with ThreadPoolExecutor(1) as pool:
            merge = (chunk for file in graphs.values() for chunk in file.chunks())
            merging = pool.submit(self._store.bulk_load, byte_stream(merge), RdfFormat.N_TRIPLES, lenient=True)
            self._store.bulk_load(byte_stream(_quads(graphs)), RdfFormat.N_QUADS, lenient=True)
            merging.result()

    def apply(
        self,
        added: Mapping[str, list[bytes]],
        removed: Mapping[str, list[bytes]],
        remaining: Callable[[str, bytes], list[bytes]],
    ) -> int:
        """Change graphs and the merge, and return by how many triples the merge grew; negative if it shrank.

        Args:
            added: IRI of each graph → lines that come to it.
            removed: IRI of each graph → lines that go from it.
            remaining: given a graph and the first bytes of a line, the lines that the graph has afterwards.
        """
        gone: set[Triple] = set()
        come: dict[str, set[Triple]] = {graph: set(parse_lines(lines)) for graph, lines in added.items()}
        for graph, lines in removed.items():
            name = NamedNode(graph)
            triples = list(parse_lines(lines))
            for triple in triples:
                self._store.remove(Quad(triple.subject, triple.predicate, triple.object, name))
            gone.update(triples)
            come.setdefault(graph, set()).update(parse_lines(_same_value(graph, lines, remaining)))
        merged = set().union(*come.values())
        fresh = [t for t in merged if Quad(t.subject, t.predicate, t.object) not in self._store]
        self._store.extend(
            [
                *(Quad(t.subject, t.predicate, t.object, NamedNode(graph)) for graph, ts in come.items() for t in ts),
                *(Quad(t.subject, t.predicate, t.object) for t in merged),
            ]
        )
        growth = len({self._held(triple) for triple in fresh})
        return growth - sum(self._forget(triple) for triple in gone)

    def reset(self, graph: str, lines: Iterable[bytes]) -> None:
        """Make a small graph hold just `lines`, whatever it holds now."""
        name, wanted = NamedNode(graph), Store()
        wanted.extend(Quad(t.subject, t.predicate, t.object, name) for t in parse_lines(lines))
        for quad in list(self._store.quads_for_pattern(None, None, None, name)):
            if quad not in wanted:
                self._store.remove(quad)
                self._forget(quad.triple)
        for quad in wanted:
            self._store.extend([quad, Quad(quad.subject, quad.predicate, quad.object)])

    def count(self) -> int:
        """Return how many triples the merge has."""
        rows = self._store.query("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
        if not isinstance(rows, QuerySolutions):
            raise InterlockError("the index does not answer a SELECT query with rows")
        return int(next(rows)["n"].value)

    def flush(self) -> None:
        """Sync all to disk."""
        self._store.flush()

    def backup(self, target: Path) -> None:
        """Write the present state to `target`, which must not exist, by hard links where it can."""
        self._store.backup(target)

    def compact(self) -> None:
        """Give back the space of what was removed; costs about as much as loading."""
        self._store.optimize()

    def close(self) -> None:
        """Close the store; neither this nor its reader can be used any more."""
        self.reader.let_go()
        del self._store

    def _held(self, triple: Triple) -> Triple:
        """Return `triple` as the store holds it, in canonical form."""
        found = self._store.quads_for_pattern(triple.subject, triple.predicate, triple.object, _DEFAULT)
        return next(quad.triple for quad in found)

    def _forget(self, triple: Triple) -> bool:
        """Take `triple` out of the merge unless some graph still has it; return whether it was taken out."""
        quad = Quad(triple.subject, triple.predicate, triple.object)
        here = self._store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
        graphs = [found.graph_name for found in here]
        if graphs != [_DEFAULT]:
            return False
        self._store.remove(quad)
        return True


def _quads(graphs: Mapping[str, Loadable]) -> Iterator[bytes]:
    for graph, file in graphs.items():
        end = f" <{graph}> .\n".encode()
        for chunk in file.chunks():
            yield chunk.replace(b" .\n", end)


def _same_value(graph: str, lines: list[bytes], remaining: Callable[[str, bytes], list[bytes]]) -> Iterator[bytes]:
    """Yield lines of the graph that the store may hold as the same quad as one of `lines`.

    The store writes a literal of a known datatype in canonical form, so ``"1"`` and ``"01"`` as xsd:integer are one
    quad to it: when one of the two lines goes, the quad must stay.
    """
    for line in lines:
        subject, predicate, object_ = line.split(b" ", 2)
        if object_.startswith(b'"') and b'"^^<' in object_:
            yield from remaining(graph, b'%b %b "' % (subject, predicate))
