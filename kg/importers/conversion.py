"""What comes out of an importer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from kg.rdf.names import DCTERMS, NS, RDF, XSD
from kg.rdf.terms import line

if TYPE_CHECKING:
    from kg.rdf.terms import Node, Term

__all__ = ["Caveat", "Conversion", "Facts", "dcterms", "il"]


@dataclass(frozen=True, slots=True)
class Caveat:
    """Something that was read in a way the user should know.

    Attributes:
        where: file and place in it.
        what: one sentence.
    """

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Conversion:
    """The facts of one source, in Interlock's words.

    Attributes:
        kind: name of the importer that read it.
        lines: sorted unique N-Triples lines, each with its newline; only RDF sources may have blank nodes.
        caveats: what was left out or read with a guess.
        prefixes: prefix to namespace, as an RDF source declares them.
    """

    kind: str
    lines: list[bytes]
    caveats: tuple[Caveat, ...] = ()
    prefixes: dict[str, str] = field(default_factory=dict)


def il(name: str) -> NamedNode:
    """Return the term of Interlock's vocabulary called `name`."""
    return NamedNode(NS + name)


def dcterms(name: str) -> NamedNode:
    """Return the Dublin Core term called `name`."""
    return NamedNode(DCTERMS + name)


class Facts:
    """Collects the facts of one source."""

    _TYPE = NamedNode(RDF + "type")
    _IDENTIFIER = dcterms("identifier")
    _TITLE = dcterms("title")

    def __init__(self) -> None:
        self._lines: set[bytes] = set()

    def add(self, subject: Node, predicate: NamedNode, value: Term) -> None:
        """Add one triple."""
        self._lines.add(line(subject, predicate, value))

    def text(self, subject: Node, predicate: NamedNode, value: str | None, datatype: str = "string") -> None:
        """Add a literal of an XSD `datatype`; nothing where `value` is None."""
        if value is not None:
            self.add(subject, predicate, Literal(value, datatype=NamedNode(XSD + datatype)))

    def item(self, iri: str, kind: str, identifier: str, title: str) -> NamedNode:
        """Add an item with class, identifier and title; return it."""
        node = NamedNode(iri)
        self.add(node, self._TYPE, il(kind))
        self.text(node, self._IDENTIFIER, identifier)
        self.text(node, self._TITLE, title)
        return node

    def part(self, iri: str, kind: str) -> NamedNode:
        """Add a part, which has a class only; return it."""
        node = NamedNode(iri)
        self.add(node, self._TYPE, il(kind))
        return node

    def lines(self) -> list[bytes]:
        """Return the facts as sorted unique N-Triples lines."""
        return sorted(self._lines)
