"""What derivations along the chain read of single nodes: levels asked and needed, whether an item is still there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from pyoxigraph import Literal, NamedNode

from kg.rdf.names import NS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.rdf.terms import Node, Term

__all__ = ["DERIVED", "NodeReader", "asked", "is_gone", "level_of"]

_ASKS, _LEVEL, _FR = (NamedNode(NS + name) for name in ("asks", "level", "foundationalRequirement"))
_ENTRY, _LOWEST = (NamedNode(NS + name) for name in ("instantiates", "lowestLevel"))

DERIVED: Final = frozenset(NS + name for name in ("lostSource", "suspectBecauseOf", "unjustifiedBecauseOf"))
"""Properties of what is derived about items."""


class NodeReader(Protocol):
    """Reads single nodes, such as one that records what it reads."""

    def values(self, node: Node, property_: NamedNode) -> Iterable[Term]:
        """Return the objects of the statements about a node with one property."""

    def outgoing(self, node: Node) -> Iterable[tuple[NamedNode, Term]]:
        """Return property and object of each statement about a node."""

    def incoming(self, node: Term) -> Iterable[tuple[Node, NamedNode]]:
        """Return subject and property of each statement that names a node."""


def is_gone(reader: NodeReader, item: str) -> bool:
    """Tell whether no statement speaks of an item any more; what is derived about it is none."""
    return all(property_.value in DERIVED for property_, _ in reader.outgoing(NamedNode(item)))


def asked(reader: NodeReader, result: str) -> dict[str, int]:
    """Return what a risk result asks: foundational requirement → the highest level asked of it."""
    found: dict[str, int] = {}
    for demand in reader.values(NamedNode(result), _ASKS):
        if isinstance(demand, NamedNode):
            levels = [number for o in reader.values(demand, _LEVEL) if (number := _number(o)) is not None]
            for fr in reader.values(demand, _FR):
                if isinstance(fr, NamedNode) and levels:
                    found[fr.value] = max(found.get(fr.value, 0), *levels)
    return found


def level_of(reader: NodeReader, requirement: str) -> int | None:
    """Return the lowest level at which a catalogue asks for what a requirement is an instance of; None if none does."""
    levels = [
        level
        for entry in reader.values(NamedNode(requirement), _ENTRY)
        if isinstance(entry, NamedNode)
        for value in reader.values(entry, _LOWEST)
        if (level := _number(value)) is not None
    ]
    return min(levels, default=None)


def _number(term: Term) -> int | None:
    return int(term.value) if isinstance(term, Literal) and term.value.lstrip("-").isdigit() else None
