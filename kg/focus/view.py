"""What a walk sees: the present state, with or without what is retired.

The present state is enough to find whom a change concerns. A unit can find something else for a focus node only if a
statement came or went that lies on a way from that node, in the past state or in the present one. Take the first such
statement on the way: what lies before it neither came nor went, so it is there still and leads back to the focus node.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.rdf.names import NS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.rdf.terms import Node, Term
    from kg.store import Reader
    from kg.store.touched import Touched

__all__ = ["Crowded", "View"]

_STATUS: Final = NamedNode(NS + "status")
_RETIRED: Final = NamedNode(NS + "retired")
_WHOLE: Final = 64
"""Nodes with up to so many statements are read whole and at once; larger ones property by property."""


class Crowded(Exception):  # a signal between a walk and what it walks in, never seen by anybody else
    """More statements than a walk may look at hang on one node."""


class View:
    """A state of the facts to walk in; what it has read once it keeps, so several walks share it.

    Args:
        reader: the present state.
        touched: what came and went since a past state, for `visible`.
        hide_retired: whether statements from and to an item with the status retired are out of sight, as they are for
            rules.
    """

    def __init__(self, reader: Reader, touched: Touched | None = None, *, hide_retired: bool = False) -> None:
        self._reader, self._hide = reader, hide_retired
        self._touched = tuple(dict.fromkeys(touched.triples())) if touched else ()
        self._moved = {t.subject for t in self._touched if t.predicate == _STATUS and t.object == _RETIRED}
        self._hidden: dict[Term, bool] = {}
        self._whole: dict[tuple[Term, bool], dict[str, list[Term]] | None] = {}
        self._steps: dict[tuple[Term, str | None, bool], list[Term]] = {}
        self._crowds: dict[tuple[Term, str | None, bool], int] = {}

    def visible(self) -> list[Triple]:
        """Return the statements that came or went for who looks through this view.

        Where what is retired is hidden, an item that becomes retired, or ceases to be, takes all statements from and to
        it along.
        """
        found = dict.fromkeys(t for t in self._touched if not (self._stays(t.subject) or self._stays(t.object)))
        if self._hide:
            for item in self._moved:
                if isinstance(item, NamedNode | BlankNode):
                    found |= dict.fromkeys(self._around(item))
        return list(found)

    def hides(self, node: Term) -> bool:
        """Tell whether `node` is out of sight."""
        if not self._hide or not isinstance(node, NamedNode | BlankNode):
            return False
        known = self._hidden.get(node)
        if known is None:
            known = _RETIRED in self._reader.objects(node, _STATUS)
            self._hidden[node] = known
        return known

    def step(self, node: Term, property_: str | None, inverse: bool, most: int) -> list[Term]:
        """Return the nodes at the other end of the visible statements that a node has with a property.

        Args:
            node: where to start.
            property_: IRI of the property; None for any.
            inverse: whether `node` is the object of the statements.
            most: how many statements to look at.

        Raises:
            Crowded: there are more.
        """
        key = (node, property_, inverse)
        known = self._steps.get(key)
        if known is None:
            if self._crowds.get(key, -1) >= most:
                raise Crowded
            known = self._read(node, property_, inverse, most)
            self._steps[key] = known
        if len(known) > most:
            raise Crowded
        return known

    def statements(self, node: Term, inverse: bool, most: int) -> list[tuple[str, Term]]:
        """Return property and other end of all visible statements of which a node is the subject, or the object.

        Raises:
            Crowded: there are more than `most`.
        """
        if self.hides(node):
            return []
        found = list(islice(self._pairs(node, inverse), most + 1))
        if len(found) > most:
            raise Crowded
        return [(name, other) for name, other in found if not self.hides(other)]

    def _stays(self, node: Term) -> bool:
        """Tell whether `node` is out of sight, and was in the past state."""
        return self.hides(node) and node not in self._moved

    def _around(self, item: Node) -> Iterator[Triple]:
        """Yield the statements from and to an item that were or will be out of sight with it."""
        for predicate, object_ in self._reader.outgoing(item):
            if not self._stays(object_):
                yield Triple(item, predicate, object_)
        for subject, predicate in self._reader.incoming(item):
            if not self._stays(subject):
                yield Triple(subject, predicate, item)

    def _read(self, node: Term, property_: str | None, inverse: bool, most: int) -> list[Term]:
        if self.hides(node):
            return []
        if property_ is None:
            return list(dict.fromkeys(other for _, other in self.statements(node, inverse, most)))
        whole = self._all_of(node, inverse)
        if whole is not None:
            found = whole.get(property_, [])
        else:
            found = list(islice(self._ends(node, property_, inverse), most + 1))
            if len(found) > most:
                self._crowds[node, property_, inverse] = most
                raise Crowded
        return [other for other in found if not self.hides(other)] if self._hide else found

    def _all_of(self, node: Term, inverse: bool) -> dict[str, list[Term]] | None:
        """Return property → other ends of a small node, None for a large one."""
        key = (node, inverse)
        if key not in self._whole:
            pairs = list(islice(self._pairs(node, inverse), _WHOLE + 1))
            if len(pairs) > _WHOLE:
                self._whole[key] = None
            else:
                grouped: dict[str, list[Term]] = {}
                for name, other in pairs:
                    grouped.setdefault(name, []).append(other)
                self._whole[key] = grouped
        return self._whole[key]

    def _pairs(self, node: Term, inverse: bool) -> Iterator[tuple[str, Term]]:
        if inverse:
            for subject, predicate in self._reader.incoming(node):
                yield predicate.value, subject
        elif isinstance(node, NamedNode | BlankNode):
            for predicate, object_ in self._reader.outgoing(node):
                yield predicate.value, object_

    def _ends(self, node: Term, property_: str, inverse: bool) -> Iterable[Term]:
        if inverse:
            return self._reader.subjects(NamedNode(property_), node)
        return () if isinstance(node, Literal | Triple) else self._reader.objects(node, NamedNode(property_))
