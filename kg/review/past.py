"""What items said at an earlier state, their fingerprints and links then, at a cost that follows what came since."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from kg.project.past import Past
from kg.rdf.terms import iri_values, to_ntriples
from kg.review.content import GENID, Canonical, ContentRules, Pair
from kg.review.fingerprint import GONE, Printer
from kg.review.links import Link, Links
from kg.review.memo import Memo
from kg.review.since import Since

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from kg.project.history import History
    from kg.rdf.terms import Node, Term
    from kg.store import Reader

__all__ = ["Earlier"]


@dataclass
class Earlier:
    """The items as they were after some changes.

    What is read-only, the catalogues and the ontology, counts as it is now: nothing about it is recorded. A literal
    that one graph writes in two forms, ``4.0`` and ``4.00``, is taken for new where one of the two is.

    Args:
        reader: the present state.
        rules: what counts now.
        history: all that is recorded.
        at: ids of the changes.
        folder: where to keep what was read of the records, from commit to commit; None keeps nothing.
        memo: what remembers the present state; None for one of its own.
    """

    reader: Reader
    rules: ContentRules
    history: History
    at: tuple[str, ...]
    folder: Path | None = None
    memo: Memo | None = None
    _canonical: Canonical = field(default_factory=Canonical)
    _known: dict[bytes, list[Pair]] = field(default_factory=dict)
    _prints: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._past = Past(self.history, self.at)
        memo = self.memo or Memo(self.reader)
        self._now = memo.pairs
        self._links_now = Links(memo, self.rules)
        self._printer = Printer(self.pairs, self.rules)
        self._links = Links(_Then(self), self.rules)
        self._since = Since.of(self._past, self.at, self.rules, self._links_now.is_part, self.folder)
        self._leaving: dict[str, set[Link]] = {}

    @property
    def touched(self) -> AbstractSet[bytes]:
        """The subjects of all facts that came or went since, as ``<IRI>``."""
        return self._since.by.keys()

    @property
    def reowned(self) -> bool:
        """Whether a part that has a name of its own may have belonged to another item, or been none."""
        return self._since.reowned

    def print(self, iri: str) -> str:
        """Return the fingerprint of an item then; what was a part said nothing of its own."""
        if iri not in self._prints:
            self._prints[iri] = GONE if self._links.is_part(iri) else self._printer.of(iri)
        return self._prints[iri]

    def pairs(self, node: bytes) -> list[Pair]:
        """Return what a node said then, literals in canonical form."""
        if node not in self._since.by:
            return self._now(node)
        if node not in self._known:
            self._known[node] = list(dict.fromkeys(pair for _, pair in self._facts(node[1:-1].decode())))
        return self._known[node]

    def leaving(self, iri: str) -> set[Link]:
        """Return the links that an item or a part of it said then."""
        if iri not in self._leaving:
            self._leaving[iri] = set(self._links.leaving(iri))
        return self._leaving[iri]

    def naming(self, iri: str) -> set[str]:
        """Return items that may have said a link to an item then and do not say it now."""
        if self.reowned:
            return {link.source for link in self._links.arriving(iri)}
        found: set[str] = set()
        todo = [f"<{iri}>".encode()]
        seen = set(todo)
        while todo:
            for subject, _ in self._since.naming.get(todo.pop(), ()):
                if GENID not in subject:
                    found |= self._links_now.owners(subject[1:-1].decode())
                elif subject not in seen:
                    seen.add(subject)
                    todo.append(subject)
        return found

    def named_by(self, node: bytes) -> set[tuple[bytes, bytes]]:
        """Return subject and property of each statement that had a node as its object then."""
        found = set(self._since.naming.get(node, ()))
        for subject, property_ in self.reader.incoming(NamedNode(node[1:-1].decode())):
            found.add((str(subject).encode(), str(property_).encode()))
        return {
            (subject, property_)
            for subject, property_ in found
            if subject not in self._since.by or (property_, node) in self.pairs(subject)
        }

    def _facts(self, iri: str) -> Iterable[tuple[str, Pair]]:
        """Return the graph, property and object of each statement about a node then."""
        (block,) = iri_values("s", [iri])
        rows = self.reader.select(f"SELECT ?g ?p ?o WHERE {{ {block} GRAPH ?g {{ ?s ?p ?o }} }}")
        facts = {
            (graph.value, (str(property_).encode(), to_ntriples(value).encode())): None
            for graph, property_, value in rows
            if isinstance(graph, NamedNode) and value is not None
        }
        moved = self._past.moved([iri], self._since.by[f"<{iri}>".encode()]).items()
        # What was not there goes first: where 4.00 stands for 4.0 now, both are the same in canonical form.
        for (graph, line), there in sorted(moved, key=lambda fact: fact[1]):
            _, property_, rest = line.split(b" ", 2)
            fact = (graph, (property_, self._canonical.of(rest[:-3])))
            if there:
                facts[fact] = None
            else:
                facts.pop(fact, None)
        return facts


class _Then:
    """The nodes of an earlier state; literals are left out, since no link leads to one."""

    def __init__(self, earlier: Earlier) -> None:
        self._earlier = earlier

    def outgoing(self, node: Node) -> Iterator[tuple[NamedNode, Term]]:
        for property_, value in self._earlier.pairs(str(node).encode()):
            if value.startswith(b"<") and not value.startswith(b"<<"):
                yield _node(property_), _node(value)

    def incoming(self, node: Term) -> Iterator[tuple[Node, NamedNode]]:
        for subject, property_ in self._earlier.named_by(str(node).encode()):
            yield _node(subject), _node(property_)

    def objects(self, node: Node, property_: NamedNode) -> Iterator[Term]:
        return (value for one, value in self.outgoing(node) if one == property_)


def _node(iri: bytes) -> NamedNode:
    return NamedNode(iri[1:-1].decode())
