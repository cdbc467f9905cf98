"""A reader that remembers what nodes say, while many questions are asked of one state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kg.review.content import pairs_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import NamedNode

    from kg.rdf.terms import Node, Term
    from kg.review.content import Pair
    from kg.store import Reader

__all__ = ["Memo"]

_MOST: Final = 20_000
"""Nodes that are remembered; then it begins anew."""


class Memo:
    """Reads single nodes; what one says is read once.

    Args:
        reader: the state, which must not change.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._outgoing: dict[str, list[tuple[NamedNode, Term]]] = {}
        self._pairs: dict[bytes, list[Pair]] = {}

    def outgoing(self, node: Node) -> Iterator[tuple[NamedNode, Term]]:
        """Yield property and object of each statement with that subject."""
        return iter(self._said(node))

    def incoming(self, node: Term) -> Iterator[tuple[Node, NamedNode]]:
        """Yield subject and property of each statement with that object."""
        return self._reader.incoming(node)

    def objects(self, node: Node, property_: NamedNode) -> Iterator[Term]:
        """Yield the object of each statement with that subject and property."""
        known = self._outgoing.get(str(node))
        if known is None:
            return self._reader.objects(node, property_)
        return (value for one, value in known if one == property_)

    def pairs(self, node: bytes) -> list[Pair]:
        """Return the statements about a node in N-Triples."""
        found = self._pairs.get(node)
        if found is None:
            if len(self._pairs) >= _MOST:
                self._pairs.clear()
            found = self._pairs[node] = pairs_of(self, node)
        return found

    def _said(self, node: Node) -> list[tuple[NamedNode, Term]]:
        name = str(node)
        found = self._outgoing.get(name)
        if found is None:
            if len(self._outgoing) >= _MOST:
                self._outgoing.clear()
            found = self._outgoing[name] = list(self._reader.outgoing(node))
        return found
