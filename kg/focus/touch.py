"""From what came and went to the focus nodes that must be looked at again: walks an automaton backwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode

from kg.focus.footprint import FOCUS
from kg.focus.view import Crowded
from kg.rdf.names import RDFS
from kg.rdf.terms import to_ntriples

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Triple

    from kg.focus.footprint import Edge, Footprint
    from kg.focus.view import View
    from kg.rdf.terms import Term

__all__ = ["LIMIT", "Everything", "foci", "name_of"]

LIMIT: Final = 20_000
"""Pairs of node and state that one walk visits at most."""

_SUBCLASS: Final = RDFS + "subClassOf"


@dataclass(frozen=True, slots=True)
class Everything:
    """Every focus node may be concerned: the unit must be run in full.

    Attributes:
        reason: why, for people: ``the class tree changed``.
    """

    reason: str


def foci(footprint: Footprint, view: View, triples: Iterable[Triple], limit: int = LIMIT) -> set[str] | Everything:
    """Return the focus nodes for which a unit may give another result than before.

    Args:
        footprint: what the unit reads.
        view: the present state: ``View(reader, touched, …)``.
        triples: what came and went for the unit: ``view.visible()``.
        limit: how many pairs of node and state to visit at most.

    Returns:
        A superset of them, IRIs without brackets and literals in N-Triples syntax, as `name_of` gives them, some no
        focus of the unit at all; or `Everything`.
    """
    walk = _Walk(footprint, view, limit)
    try:
        for triple in triples:
            found = walk.enter(triple)
            if found is not None:
                return found
        return walk.run()
    except Crowded:
        return Everything(f"more than {limit} statements would have to be followed back from what changed")


def name_of(node: Term) -> str:
    """Return how a focus node is called: an IRI without brackets, a literal or blank node in N-Triples syntax."""
    return node.value if isinstance(node, NamedNode) else to_ntriples(node)


class _Walk:
    def __init__(self, footprint: Footprint, view: View, limit: int) -> None:
        self._footprint, self._view, self._limit = footprint, view, limit
        self._open = frozenset(footprint.open)
        self._roots = {(text, state) for text, states in footprint.roots for state in states}
        self._rooted = frozenset(state for _, state in self._roots)
        self._seen: set[tuple[Term, int]] = set()
        self._todo: list[tuple[Term, int]] = []

    def enter(self, triple: Triple) -> Everything | None:
        """Begin at each edge that reads `triple`."""
        for edge in self._reading(triple.predicate):
            if edge.property == _SUBCLASS:
                return Everything("the tree of classes changed")
            node, other = (triple.object, triple.subject) if edge.inverse else (triple.subject, triple.object)
            if not edge.ends or to_ntriples(other) in edge.ends:
                self._push(node, edge.source)
        return None

    def run(self) -> set[str] | Everything:
        """Walk on until nothing is new."""
        found: set[str] = set()
        into = self._footprint.into
        while self._todo:
            node, state = self._todo.pop()
            if state == FOCUS:
                found.add(name_of(node))
            if state in self._open:
                return Everything("it reads statements that nothing ties to one item")
            if state in self._rooted and (to_ntriples(node), state) in self._roots:
                return Everything(f"what it reads from {to_ntriples(node)} for every item changed")
            for edge in into.get(state, ()):
                if not edge.ends or to_ntriples(node) in edge.ends:
                    for before in self._view.step(node, edge.property, not edge.inverse, self._limit):
                        self._push(before, edge.source)
            if len(self._seen) > self._limit:
                raise Crowded
        return found

    def _reading(self, property_: NamedNode) -> Iterator[Edge]:
        yield from self._footprint.by_property.get(property_.value, ())
        yield from self._footprint.by_property.get(None, ())

    def _push(self, node: Term, state: int) -> None:
        pair = (node, state)
        if pair not in self._seen:
            self._seen.add(pair)
            self._todo.append(pair)
