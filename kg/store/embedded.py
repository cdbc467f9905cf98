"""The embedded adapter: pyoxigraph, in memory or on a snapshot on disk."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
)

from kg.errors import InputError, InterlockError
from kg.store.port import Rows
from kg.store.stream import byte_stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.rdf.terms import Node, Term

__all__ = ["EmbeddedReader", "memory_reader"]

Result = TypeVar("Result")
_DEFAULT = DefaultGraph()


class EmbeddedReader:
    """Reads a pyoxigraph store that nobody writes to."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def select(self, query: str) -> Rows:
        """Return the rows of a SELECT query, computed as they are walked."""
        result = self._query(query)
        if not isinstance(result, QuerySolutions):
            raise InputError("a SELECT query is needed here")
        return Rows(tuple(v.value for v in result.variables), map(tuple, _guarded(result)))

    def ask(self, query: str) -> bool:
        """Return the answer of an ASK query."""
        result = self._query(query)
        if not isinstance(result, QueryBoolean):
            raise InputError("an ASK query is needed here")
        return bool(result)

    def construct(self, query: str) -> Iterator[Triple]:
        """Yield the triples of a CONSTRUCT or DESCRIBE query."""
        result = self._query(query)
        if not isinstance(result, QueryTriples):
            raise InputError("a CONSTRUCT or DESCRIBE query is needed here")
        return _guarded(result)

    def outgoing(self, node: Node) -> Iterator[tuple[NamedNode, Term]]:
        """Yield property and object of each triple of the default graph whose subject is `node`."""
        for quad in self._store.quads_for_pattern(node, None, None, _DEFAULT):
            yield quad.predicate, quad.object

    def incoming(self, node: Term) -> Iterator[tuple[Node, NamedNode]]:
        """Yield subject and property of each triple of the default graph whose object is `node`."""
        for quad in self._store.quads_for_pattern(None, None, node, _DEFAULT):
            if not isinstance(quad.subject, Triple):  # RDF 1.2 dropped them as subjects, the type hints did not
                yield quad.subject, quad.predicate

    def objects(self, node: Node, property_: NamedNode) -> Iterator[Term]:
        """Yield the object of each triple of the default graph with that subject and property."""
        for quad in self._store.quads_for_pattern(node, property_, None, _DEFAULT):
            yield quad.object

    def subjects(self, property_: NamedNode, node: Term) -> Iterator[Node]:
        """Yield the subject of each triple of the default graph with that property and object."""
        for quad in self._store.quads_for_pattern(None, property_, node, _DEFAULT):
            if not isinstance(quad.subject, Triple):
                yield quad.subject

    def graphs_with(self, node: Node, property_: NamedNode) -> set[str]:
        """Return the IRIs of the named graphs that hold a triple with that subject and property."""
        quads = self._store.quads_for_pattern(node, property_, None, None)
        return {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, NamedNode)}

    def let_go(self) -> None:
        """Give up the store, so that it can be closed although somebody kept this reader; it can't be used any more."""
        del self._store

    def _query(self, query: str) -> QuerySolutions | QueryBoolean | QueryTriples:
        with _errors():
            return self._store.query(query)


def memory_reader(facts: bytes | Iterable[bytes | Triple | Quad]) -> EmbeddedReader:
    """Return a reader of a state that is held in memory.

    Args:
        facts: N-Triples as bytes; or any mix of triples, quads and N-Triples chunks that end at the end of a line. A
            triple goes to the default graph, a quad to its graph and to the default graph.

    Raises:
        InputError: the bytes are no N-Triples.
    """
    store = Store()
    chunks = [facts] if isinstance(facts, bytes) else facts
    terms: list[Quad] = []

    def texts() -> Iterator[bytes]:
        for chunk in chunks:
            if isinstance(chunk, bytes):
                yield chunk
            elif isinstance(chunk, Triple):
                terms.append(Quad(chunk.subject, chunk.predicate, chunk.object))
            else:
                terms.append(chunk)
                terms.append(Quad(chunk.subject, chunk.predicate, chunk.object))

    try:
        store.bulk_load(byte_stream(texts()), RdfFormat.N_TRIPLES)
    except SyntaxError as error:
        raise InputError(f"not valid N-Triples: {error}") from error
    store.bulk_extend(terms)
    return EmbeddedReader(store)


def _guarded(results: Iterable[Result]) -> Iterator[Result]:
    """Walk lazy results so that an error on the way is one of ours."""
    with _errors():
        yield from results


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except SyntaxError as error:
        raise InputError(f"not a valid SPARQL query: {_short(str(error))}") from error
    except (OSError, RuntimeError, ValueError) as error:
        raise InterlockError(f"the store could not answer: {error}") from error


def _short(message: str) -> str:
    """Cut the engine's list of every token that it would have taken."""
    place = re.search(r"at (\d+):(\d+)", message)
    if "expected" in message and place:
        return f"syntax error at line {place[1]}, column {place[2]}"
    return message
