"""The port through which everything else reads RDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import NamedNode, Triple

    from kg.rdf.terms import Node, Term

__all__ = ["Reader", "Rows"]


class Rows:
    """The rows of a SELECT query, to be walked once.

    Attributes:
        variables: names of the columns, without ``?``.
    """

    def __init__(self, variables: tuple[str, ...], rows: Iterable[tuple[Term | None, ...]]) -> None:
        self.variables = variables
        self._rows = iter(rows)

    def __iter__(self) -> Iterator[tuple[Term | None, ...]]:
        """Return the rows; a cell is None where its variable is unbound."""
        return self._rows


class Reader(Protocol):
    """Read access to one state of a graph; the default graph is the RDF merge of all current facts.

    A query that is no valid SPARQL, or not of the form asked for, raises InputError; an engine that could not answer
    raises InterlockError.
    """

    def select(self, query: str) -> Rows:
        """Return the rows of a SELECT query."""

    def ask(self, query: str) -> bool:
        """Return the answer of an ASK query."""

    def construct(self, query: str) -> Iterator[Triple]:
        """Yield the triples of a CONSTRUCT or DESCRIBE query; one may come more than once."""

    def outgoing(self, node: Node) -> Iterator[tuple[NamedNode, Term]]:
        """Yield property and object of each triple of the default graph whose subject is `node`."""

    def incoming(self, node: Term) -> Iterator[tuple[Node, NamedNode]]:
        """Yield subject and property of each triple of the default graph whose object is `node`."""

    def objects(self, node: Node, property_: NamedNode) -> Iterator[Term]:
        """Yield the object of each triple of the default graph with that subject and property."""

    def subjects(self, property_: NamedNode, node: Term) -> Iterator[Node]:
        """Yield the subject of each triple of the default graph with that property and object."""
