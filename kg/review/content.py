"""What counts as the authored content of an item, as the ontology declares it.

Every outgoing statement of an item counts, its links among them, except those with a property that is declared as not
counting (``il:notContent``), unless one of the item's classes names the property (``il:authoredContent``, inherited).
Of some properties one value counts alone (``il:contentOnlyAs``: of a status that the item is retired). So a property
that nobody declared counts: that somebody wrote it down is reason enough to look again, and a user's own ontology need
not know of this. A part is content of whoever it belongs to, by what it says and never by its name.

A part is a node of a class below ``il:Part``, or one that was a blank node. One that has a name of its own and is
reached over a link along which suspicion spreads is another item's: it counts by its name.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from kg.rdf.names import CATALOGUE, NS, OWL, RDF, RDFS
from kg.rdf.terms import to_ntriples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kg.rdf.terms import Node, Term
    from kg.store import Reader

__all__ = [
    "GENID",
    "NAMED",
    "TYPE",
    "Canonical",
    "ContentRules",
    "Pair",
    "pairs_of",
    "pairs_of_lines",
    "pairs_of_reader",
]


class Says(Protocol):
    """What statements are read from, one node at a time."""

    def outgoing(self, node: Node) -> Iterator[tuple[NamedNode, Term]]:
        """Yield property and object of each statement with that subject."""


Pair: TypeAlias = tuple[bytes, bytes]
"""Property and object of a statement in N-Triples, literals in the store's canonical form."""

GENID: Final = b"/.well-known/genid/"
TYPE: Final = f"<{RDF}type>".encode()
NAMED: Final = f"<{OWL}NamedIndividual>".encode()
"""A class that says nothing of its members; it does not count."""

_OURS: Final = (f"<{NS}".encode(), f"<{CATALOGUE}".encode())
_NONE: Final[frozenset[bytes]] = frozenset()


@dataclass(frozen=True)
class ContentRules:
    """The declarations of one state of the graph; terms in N-Triples.

    Attributes:
        excluded: properties that do not count.
        only: property → the one value of it that counts.
        named: class → the excluded properties that count for its members, what it inherits included.
        parts: the classes of parts.
        suspicion: property → ``subject``, ``object`` or ``both``: the ends that become suspect when the other changes.
    """

    excluded: frozenset[bytes]
    only: dict[bytes, bytes]
    named: dict[bytes, frozenset[bytes]]
    parts: frozenset[bytes]
    suspicion: dict[bytes, str]

    @classmethod
    def of(cls, reader: Reader) -> ContentRules:
        """Return what the ontologies in a state declare; costs some milliseconds, so keep it."""
        above: dict[bytes, set[bytes]] = defaultdict(set)
        for lower, upper in _rows(reader, RDFS + "subClassOf"):
            above[lower].add(upper)
        excluded = frozenset(property_ for property_, _ in _rows(reader, NS + "notContent"))
        declared: dict[bytes, set[bytes]] = defaultdict(set)
        for class_, property_ in _rows(reader, NS + "authoredContent"):
            if property_ in excluded:
                declared[class_].add(property_)
        lines = {class_: _closure(class_, above) for class_ in {*above, *declared}}
        named = {
            class_: frozenset().union(*(declared[up] for up in ups if up in declared))
            for class_, ups in lines.items()
            if not ups.isdisjoint(declared)
        }
        part = f"<{NS}Part>".encode()
        suspicion = {
            property_: ends[1 : ends.index(b'"', 1)].decode() for property_, ends in _rows(reader, NS + "suspicion")
        }
        return cls(
            excluded,
            dict(_rows(reader, NS + "contentOnlyAs")),
            named,
            frozenset(class_ for class_, ups in lines.items() if part in ups) | {part},
            suspicion,
        )

    def counting(self, pairs: Iterable[Pair]) -> list[Pair]:
        """Return the statements about one node that count.

        Args:
            pairs: all of them, each once.
        """
        found = list(pairs)
        excluded, only = self.excluded, self.only
        if excluded.isdisjoint([property_ for property_, _ in found]):
            return [pair for pair in found if pair[1] != NAMED]
        more = self._named(found) if self.named else _NONE
        return [
            (property_, value)
            for property_, value in found
            if value != NAMED and (property_ not in excluded or property_ in more or only.get(property_) == value)
        ]

    def is_part(self, classes: Iterable[bytes]) -> bool:
        """Tell whether a node that is not called by a blank node is a part, by its classes."""
        return not self.parts.isdisjoint(classes)

    def may_be_part(self, value: bytes) -> bool:
        """Tell whether an object may be a part that has a name: nothing of ours is, nor a literal."""
        return value.startswith(b"<") and not value.startswith(_OURS)

    def dependents(self, property_: bytes) -> tuple[bool, bool]:
        """Tell which ends of a link become suspect when the other one changes: the subject, the object."""
        ends = self.suspicion.get(property_, "")
        return ends in {"subject", "both"}, ends in {"object", "both"}

    def _named(self, pairs: list[Pair]) -> frozenset[bytes]:
        own = [self.named[value] for property_, value in pairs if property_ == TYPE and value in self.named]
        return frozenset().union(*own)


@dataclass
class Canonical:
    """Brings literals into the form in which a store gives them back: ``4.00`` is ``4``, ``"1"^^xsd:boolean`` true."""

    known: dict[bytes, bytes] = field(default_factory=dict)

    @cached_property
    def _store(self) -> Store:
        return Store()

    def of(self, value: bytes) -> bytes:
        """Return an object in that form.

        Args:
            value: the object in N-Triples.
        """
        if not value.startswith(b'"') or value.endswith(b'"'):
            return value
        found = self.known.get(value)
        if found is None:
            store = self._store
            store.clear()
            store.load(b"<urn:s> <urn:p> " + value + b" .\n", RdfFormat.N_TRIPLES, lenient=True)
            found = self.known[value] = to_ntriples(next(iter(store)).object).encode()
        return found


def pairs_of_reader(reader: Reader) -> Callable[[bytes], list[Pair]]:
    """Return what gives the statements about a node from a reader."""
    return lambda node: pairs_of(reader, node)


def pairs_of(nodes: Says, node: bytes) -> list[Pair]:
    """Return the statements about a node in N-Triples."""
    return [
        (str(property_).encode(), to_ntriples(value).encode())
        for property_, value in nodes.outgoing(NamedNode(node[1:-1].decode()))
    ]


def pairs_of_lines(lines: Iterable[bytes], canonical: Canonical) -> list[Pair]:
    """Return the statements of N-Triples lines about one node, each once."""
    found: dict[Pair, None] = {}
    for line in lines:
        _, property_, rest = line.split(b" ", 2)
        found[property_, canonical.of(rest[:-3])] = None
    return list(found)


def _rows(reader: Reader, property_: str) -> list[Pair]:
    query = f"SELECT ?s ?o WHERE {{ ?s <{property_}> ?o }}"
    return [
        (str(subject).encode(), to_ntriples(value).encode())
        for subject, value in reader.select(query)
        if isinstance(subject, NamedNode) and isinstance(value, NamedNode | Literal)
    ]


def _closure(class_: bytes, above: dict[bytes, set[bytes]]) -> set[bytes]:
    found = {class_}
    todo = [class_]
    while todo:
        new = above.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found
