"""Cuts out of the present state all that some units can read from some focus nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, NamedNode

from kg.focus.footprint import FOCUS
from kg.focus.view import Crowded
from kg.rdf.terms import line, parse_term

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.focus.footprint import Edge, Footprint
    from kg.focus.view import View
    from kg.rdf.terms import Term

__all__ = ["LIMIT", "TooMuch", "neighbourhood", "node_of"]

LIMIT: Final = 50_000
"""Statements that one cut holds at most."""


@dataclass(frozen=True, slots=True)
class TooMuch:
    """What the units can read can't be cut out of the whole, or is so much that a full run is cheaper.

    Attributes:
        reason: why, for people.
    """

    reason: str


def neighbourhood(
    units: Iterable[tuple[Footprint, Iterable[str]]], view: View, limit: int = LIMIT
) -> list[bytes] | TooMuch:
    """Return every statement that units can read from their focus nodes.

    Args:
        units: footprints, each with the focus nodes to judge as `kg.focus.touch.foci` gives them.
        view: the present state: ``View(reader, hide_retired=…)``.
        limit: how many statements to return at most.

    Returns:
        N-Triples lines, each once, in no order. What it holds of nodes that are no focus node of a unit is not whole:
        of what the unit finds, only that at the focus nodes given counts.
    """
    cut = _Cut(view, limit)
    try:
        for footprint, names in units:
            if footprint.open:
                return TooMuch("it reads statements that nothing ties to one item")
            if footprint.graphs:
                return TooMuch("it asks in which graph a statement is")
            cut.take(footprint, names)
    except Crowded:
        return TooMuch(f"more than {limit} statements can be read from what changed")
    return cut.lines()


class _Cut:
    def __init__(self, view: View, limit: int) -> None:
        self._view, self._limit = view, limit
        self._found: dict[tuple[Term, str, Term], None] = {}
        self._taken: set[tuple[Term, str | None, bool]] = set()

    def take(self, footprint: Footprint, names: Iterable[str]) -> None:
        """Take all that one unit can read from its focus nodes."""
        seen = {(node_of(name), FOCUS) for name in names}
        seen |= {(parse_term(text), state) for text, states in footprint.roots for state in states}
        todo = list(seen)
        out_of = footprint.out_of
        while todo:
            node, state = todo.pop()
            for edge in out_of.get(state, ()):
                others = self._read(node, edge)
                if edge.target in out_of:
                    for other in others:
                        pair = (other, edge.target)
                        if pair not in seen:
                            seen.add(pair)
                            todo.append(pair)

    def lines(self) -> list[bytes]:
        """Return what was taken."""
        return [
            line(subject, NamedNode(name), object_)
            for subject, name, object_ in self._found
            if isinstance(subject, NamedNode | BlankNode)
        ]

    def _read(self, node: Term, edge: Edge) -> list[Term]:
        """Take what one edge reads of a node; return the nodes at the other ends."""
        if edge.property is None:
            pairs = self._view.statements(node, edge.inverse, self._limit)
            self._put((node, name, other, edge.inverse) for name, other in pairs)
            return [other for _, other in pairs]
        others = self._view.step(node, edge.property, edge.inverse, self._limit)
        if edge.ends:
            others = [other for other in others if str(other) in edge.ends]
        key = (node, edge.property, edge.inverse)
        if key not in self._taken:
            if not edge.ends:
                self._taken.add(key)
            self._put((node, edge.property, other, edge.inverse) for other in others)
        return others

    def _put(self, statements: Iterable[tuple[Term, str, Term, bool]]) -> None:
        for node, name, other, inverse in statements:
            self._found[(other, name, node) if inverse else (node, name, other)] = None
        if len(self._found) > self._limit:
            raise Crowded


def node_of(name: str) -> Term:
    """Return the node that `kg.focus.touch.name_of` calls so."""
    return parse_term(name) if name.startswith(('"', "_:")) else NamedNode(name)
