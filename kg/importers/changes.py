"""What an import of one file did to the items of its source."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from kg.rdf.names import DCTERMS, NS, RDF
from kg.rdf.terms import parse_lines
from kg.values import Item

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.importers.conversion import Caveat
    from kg.project.delta import ItemChange

__all__ = ["ImportReport", "described"]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import of one file did, or would do.

    Attributes:
        source: name of the source.
        path: the file as it lies in the project.
        kind: name of the importer that read it.
        change: items added, modified, retired, by IRI, and how many are unchanged.
        items: IRI → item, for those that were asked for.
        caveats: what was left out or read with a guess.
    """

    source: str
    path: str
    kind: str
    change: ItemChange
    items: dict[str, Item] = field(default_factory=dict)
    caveats: tuple[Caveat, ...] = ()


def described(iris: Iterable[str], lines: Iterable[bytes]) -> dict[str, Item]:
    """Return IRI → item for `iris`, by what N-Triples `lines` say of them."""
    subjects = {f"<{iri}>".encode() for iri in iris}
    facts: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for triple in parse_lines([line for line in lines if line.partition(b" ")[0] in subjects]):
        if isinstance(triple.object, Literal | NamedNode) and isinstance(triple.subject, NamedNode):
            facts[triple.subject.value].setdefault(triple.predicate.value, triple.object.value)
    return {
        iri: Item(
            iri=iri,
            id=known.get(f"{DCTERMS}identifier", iri),
            title=known.get(f"{DCTERMS}title", ""),
            kind=known.get(f"{RDF}type", "").removeprefix(NS),
        )
        for iri, known in facts.items()
    }
