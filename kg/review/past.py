"""What items said at an earlier state, and their fingerprints then, at a cost that follows what was recorded since."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from kg.project.past import Past
from kg.rdf.terms import iri_values, to_ntriples
from kg.review.content import GENID, Canonical, ContentRules, Pair, pairs_of_reader
from kg.review.fingerprint import Printer
from kg.review.links import Link, Links

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from kg.project.history import History
    from kg.store import Reader

__all__ = ["Earlier"]


@dataclass
class Earlier:
    """The items as they were after some changes.

    What is read-only, the catalogues and the ontology, counts as it is now: nothing about it is recorded.

    Args:
        reader: the present state.
        rules: what counts now.
        history: all that is recorded.
        at: ids of the changes.
    """

    reader: Reader
    rules: ContentRules
    history: History
    at: tuple[str, ...]
    _canonical: Canonical = field(default_factory=Canonical)
    _known: dict[bytes, list[Pair]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._past = Past(self.history, self.at)
        self._touched: set[bytes] = set()
        self._naming: defaultdict[bytes, set[bytes]] = defaultdict(set)
        self._leaving: dict[str, set[Link]] = {}
        for id_ in self._past.since:
            self._take(id_)
        self._now = pairs_of_reader(self.reader)
        self._printer = Printer(self.pairs, self.rules)

    @property
    def touched(self) -> AbstractSet[bytes]:
        """The subjects of all facts that came or went since, as ``<IRI>``."""
        return self._touched

    def print(self, iri: str) -> str:
        """Return the fingerprint of an item then."""
        return self._printer.of(iri)

    def pairs(self, node: bytes) -> list[Pair]:
        """Return what a node said then, literals in canonical form."""
        if node not in self._touched:
            return self._now(node)
        if node not in self._known:
            self._known[node] = list(dict.fromkeys(pair for _, pair in self._facts(node[1:-1].decode())))
        return self._known[node]

    def leaving(self, iri: str) -> set[Link]:
        """Return the links that an item or a part of it said then."""
        if iri not in self._leaving:
            self._leaving[iri] = set(self._links(iri))
        return self._leaving[iri]

    def naming(self, iri: str) -> set[str]:
        """Return items that may have said a link to an item then and do not say it now."""
        found: set[str] = set()
        todo = [f"<{iri}>".encode()]
        seen = set(todo)
        while todo:
            for subject in self._naming.get(todo.pop(), ()):
                if GENID not in subject:
                    found.add(subject[1:-1].decode())
                elif subject not in seen:
                    seen.add(subject)
                    todo.append(subject)
        return found

    def _links(self, iri: str) -> Iterator[Link]:
        links = Links(self.reader, self.rules)
        todo, seen = [f"<{iri}>".encode()], {f"<{iri}>".encode()}
        while todo:
            for property_, value in self.pairs(todo.pop()):
                if self._printer.folds(property_, value) and value not in seen:
                    seen.add(value)
                    todo.append(value)
                if property_ in self.rules.suspicion and value.startswith(b"<") and GENID not in value:
                    for owner in links.owners(value[1:-1].decode()) - {iri}:
                        yield Link(iri, property_[1:-1].decode(), owner)

    def _facts(self, iri: str) -> Iterable[tuple[str, Pair]]:
        """Return the graph, property and object of each statement about a node then."""
        (block,) = iri_values("s", [iri])
        rows = self.reader.select(f"SELECT ?g ?p ?o WHERE {{ {block} GRAPH ?g {{ ?s ?p ?o }} }}")
        facts = {
            (graph.value, (str(property_).encode(), to_ntriples(value).encode())): None
            for graph, property_, value in rows
            if isinstance(graph, NamedNode) and value is not None
        }
        for (graph, line), there in self._past.moved([iri]).items():
            _, property_, rest = line.split(b" ", 2)
            fact = (graph, (property_, self._canonical.of(rest[:-3])))
            if there:
                facts[fact] = None
            else:
                facts.pop(fact, None)
        return facts

    def _take(self, id_: str) -> None:
        """Note whom a change concerns: the subjects of its facts, and who was named by those that went."""
        for delta in self._past.change(id_).values():
            self._touched.update(line[: line.index(b" ")] for line in (*delta.added, *delta.removed))
            for line in delta.removed:
                subject, property_, rest = line.split(b" ", 2)
                if property_ in self.rules.suspicion or GENID in rest:
                    self._naming[rest[:-3]].add(subject)
