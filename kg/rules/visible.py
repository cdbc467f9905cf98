"""What rules see of a state: all facts but those that a retired item says or that are said of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode

from kg.rdf.names import NS

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from kg.rdf.terms import Node, Term
    from kg.store import Reader

__all__ = ["Visible"]

_STATUS: Final = NamedNode(NS + "status")
_RETIRED: Final = NamedNode(NS + "retired")


class Visible:
    """A reader's default graph as `kg.rules.facts.fact_file` leaves it; it remembers what is retired.

    Args:
        reader: the facts; they must not change while this is in use.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[Term, bool] = {}

    def retired(self, node: Term) -> bool:
        """Tell whether `node` is an item out of the case."""
        if not isinstance(node, NamedNode):
            return False
        known = self._known.get(node)
        if known is None:
            known = self._known[node] = _RETIRED in self._reader.objects(node, _STATUS)
        return known

    def outgoing(self, node: Node, among: Container[NamedNode] | None = None) -> Iterator[tuple[NamedNode, Term]]:
        """Yield property and object of each triple whose subject is `node`; only of properties `among`, if given."""
        if not self.retired(node):
            for property_, value in self._reader.outgoing(node):
                if (among is None or property_ in among) and not self.retired(value):
                    yield property_, value

    def incoming(self, node: Term) -> Iterator[tuple[Node, NamedNode]]:
        """Yield subject and property of each triple whose object is `node`."""
        if not self.retired(node):
            for subject, property_ in self._reader.incoming(node):
                if not self.retired(subject):
                    yield subject, property_

    def objects(self, node: Node, property_: NamedNode) -> Iterator[Term]:
        """Yield the object of each triple with that subject and property."""
        if not self.retired(node):
            yield from (value for value in self._reader.objects(node, property_) if not self.retired(value))

    def subjects(self, property_: NamedNode, node: Term) -> Iterator[Node]:
        """Yield the subject of each triple with that property and object."""
        if not self.retired(node):
            yield from (one for one in self._reader.subjects(property_, node) if not self.retired(one))

    def using(self, property_: NamedNode) -> Iterator[Term]:
        """Yield the subject of each triple with that property."""
        for subject, value in self._reader.select(f"SELECT ?s ?o WHERE {{ ?s {property_} ?o }}"):
            if subject is not None and value is not None and not self.retired(subject) and not self.retired(value):
                yield subject
