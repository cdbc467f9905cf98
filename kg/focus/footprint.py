"""What a unit reads, as a finite automaton: from a focus node, along which properties, how far."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FOCUS", "Edge", "Footprint", "Opaque"]

FOCUS: Final = 0
"""The state of the focus node."""


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """One read: of a node in state `source`, the statements with `property`; what they lead to is in state `target`.

    Attributes:
        source: state of the node that is read.
        property: IRI of the property; None for any.
        inverse: whether the node is the object of the statements rather than their subject.
        target: state of the nodes at the other end.
        ends: N-Triples of the only nodes at the other end that count; empty where any does.
    """

    source: int
    property: str | None
    inverse: bool
    target: int
    ends: tuple[str, ...] = ()


@dataclass(frozen=True)
class Footprint:
    """What a unit (a rule, a derivation, a question) reads from each of its focus nodes; a superset, never less.

    Attributes:
        edges: the automaton; a focus node is in state `FOCUS`.
        roots: N-Triples of a constant → states in which it is, whatever the focus node: ``il:thisCheck``, a class of
            which all instances are read.
        open: states in which every node is, bound to nothing: what is touched there concerns every focus node.
        graphs: whether the unit asks in which graph a statement is, which N-Triples can't tell.
    """

    edges: tuple[Edge, ...] = ()
    roots: tuple[tuple[str, tuple[int, ...]], ...] = ()
    open: tuple[int, ...] = ()
    graphs: bool = False

    @cached_property
    def properties(self) -> frozenset[str | None]:
        """The IRIs of the properties that it reads; None among them stands for any."""
        return frozenset(edge.property for edge in self.edges)

    @cached_property
    def by_property(self) -> Mapping[str | None, tuple[Edge, ...]]:
        """The edges by property."""
        return _grouped(self.edges, "property")

    @cached_property
    def into(self) -> Mapping[int, tuple[Edge, ...]]:
        """The edges by the state that they lead to."""
        return _grouped(self.edges, "target")

    @cached_property
    def out_of(self) -> Mapping[int, tuple[Edge, ...]]:
        """The edges by the state that they start from."""
        return _grouped(self.edges, "source")

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "edges": [[e.source, e.property, e.inverse, e.target, list(e.ends)] for e in self.edges],
            "roots": [[text, list(states)] for text, states in self.roots],
            "open": list(self.open),
            "graphs": self.graphs,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Footprint:
        """Return what `to_json` wrote."""
        return cls(
            tuple(Edge(source, name, inverse, to, tuple(ends)) for source, name, inverse, to, ends in data["edges"]),
            tuple((text, tuple(states)) for text, states in data["roots"]),
            tuple(data["open"]),
            data["graphs"],
        )


@dataclass(frozen=True, slots=True)
class Opaque:
    """A unit of which nobody can tell what it reads: it must be run in full after each change.

    Attributes:
        reason: why, for people: ``it asks another service``.
    """

    reason: str


def _grouped(edges: tuple[Edge, ...], key: str) -> Mapping[Any, tuple[Edge, ...]]:
    found: dict[Any, list[Edge]] = defaultdict(list)
    for edge in edges:
        found[getattr(edge, key)].append(edge)
    return {value: tuple(of) for value, of in found.items()}
