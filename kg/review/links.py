"""The links between items along which suspicion spreads.

A link that a part says is its owner's: an allocation's link to a component is the link of the requirement. Both ends
are lifted so. A part belongs to whoever points to it with a property along which no suspicion spreads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from pyoxigraph import NamedNode

from kg.rdf.names import RDF
from kg.review.content import GENID, ContentRules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.rdf.terms import Node, Term
    from kg.store import Reader

__all__ = ["Link", "Links", "Nodes", "links_of", "owners_of"]

_TYPE = NamedNode(RDF + "type")


class Nodes(Protocol):
    """What links are read from: one node at a time."""

    def outgoing(self, node: Node) -> Iterator[tuple[NamedNode, Term]]:
        """Yield property and object of each statement with that subject."""

    def incoming(self, node: Term) -> Iterator[tuple[Node, NamedNode]]:
        """Yield subject and property of each statement with that object."""

    def objects(self, node: Node, property_: NamedNode) -> Iterator[Term]:
        """Yield the object of each statement with that subject and property."""


class Link(NamedTuple):
    """A link between two items.

    Attributes:
        source: IRI of the item that says it.
        property: IRI of the property.
        target: IRI of the item that it names.
    """

    source: str
    property: str
    target: str


def links_of(reader: Reader, iri: str, rules: ContentRules | None = None) -> list[Link]:
    """Return the links of an item in both directions, sorted; see `Links.of`."""
    return Links(reader, rules or ContentRules.of(reader)).of(iri)


def owners_of(reader: Reader, part: str, rules: ContentRules | None = None) -> list[str]:
    """Return the items that a part belongs to, sorted; of what is no part, itself."""
    return sorted(Links(reader, rules or ContentRules.of(reader)).owners(part))


@dataclass
class Links:
    """Finds links in one state.

    Args:
        reader: the state.
        rules: along which properties suspicion spreads, and what is a part.
    """

    reader: Nodes
    rules: ContentRules
    _parts: dict[str, bool] = field(default_factory=dict)

    def of(self, iri: str) -> list[Link]:
        """Return the links of an item in both directions, sorted; a part has none of its own."""
        return sorted({*self.leaving(iri), *self.arriving(iri)})

    def leaving(self, iri: str) -> Iterator[Link]:
        """Yield the links that an item or a part of it says."""
        for node in () if self.is_part(iri) else self.with_parts(iri):
            for property_, value in self.reader.outgoing(NamedNode(node)):
                if isinstance(value, NamedNode) and self._spreads(property_):
                    for owner in self.owners(value.value):
                        if owner != iri:
                            yield Link(iri, property_.value, owner)

    def arriving(self, iri: str) -> Iterator[Link]:
        """Yield the links that name an item or a part of it."""
        for node in () if self.is_part(iri) else self.with_parts(iri):
            for subject, property_ in self.reader.incoming(NamedNode(node)):
                if isinstance(subject, NamedNode) and self._spreads(property_):
                    for owner in self.owners(subject.value):
                        if owner != iri:
                            yield Link(owner, property_.value, iri)

    def with_parts(self, iri: str) -> list[str]:
        """Return an item and the parts that belong to it, directly or through others."""
        found = {iri: None}
        todo = [iri]
        while todo:
            for property_, value in self.reader.outgoing(NamedNode(todo.pop())):
                if isinstance(value, NamedNode) and value.value not in found and self._owns(property_, value.value):
                    found[value.value] = None
                    todo.append(value.value)
        return list(found)

    def owners(self, iri: str) -> set[str]:
        """Return the items that a part belongs to; of what is no part, itself."""
        if not self.is_part(iri):
            return {iri}
        found: set[str] = set()
        seen = {iri}
        todo = [iri]
        while todo:
            part = todo.pop()
            for subject, property_ in self.reader.incoming(NamedNode(part)):
                if isinstance(subject, NamedNode) and subject.value not in seen and self._owns(property_, part):
                    seen.add(subject.value)
                    if self.is_part(subject.value):
                        todo.append(subject.value)
                    else:
                        found.add(subject.value)
        return found

    def is_part(self, iri: str) -> bool:
        """Tell whether a node is a part: it was a blank node, or is of a class of parts."""
        node = f"<{iri}>".encode()
        if GENID in node:
            return True
        if not self.rules.may_be_part(node):
            return False
        found = self._parts.get(iri)
        if found is None:
            classes = (str(class_).encode() for class_ in self.reader.objects(NamedNode(iri), _TYPE))
            found = self._parts[iri] = self.rules.is_part(classes)
        return found

    def _owns(self, property_: NamedNode, value: str) -> bool:
        """Tell whether who points to a part with a property owns it."""
        if property_ == _TYPE or not self.is_part(value):
            return False
        return GENID.decode() in value or not self._spreads(property_)

    def _spreads(self, property_: NamedNode) -> bool:
        return str(property_).encode() in self.rules.suspicion
