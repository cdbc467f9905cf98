"""The words of an ontology as data: every class, property and individual with what is said of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode

from kg.data import ontology_folder
from kg.rdf.names import DCTERMS, NS, OWL, RDF, RDFS, SKOS
from kg.rdf.turtle import natural, read_turtle

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pyoxigraph import Triple

__all__ = ["KINDS", "Term", "Vocabulary", "alignment_files", "catalogue_files", "load_vocabulary", "module_files"]

KINDS: Final = {
    OWL + "Class": "class",
    OWL + "ObjectProperty": "object property",
    OWL + "DatatypeProperty": "datatype property",
    OWL + "AnnotationProperty": "annotation property",
    OWL + "NamedIndividual": "individual",
}
"""What OWL calls a declaration → what we call it; the order is that of the documentation."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word.

    Attributes:
        iri: its IRI.
        kind: one of the values of `KINDS`.
        module: IRI of the ontology that defines it; empty where it names none.
        label: its English or plain label; empty where it has none.
        definition: its definition; empty where it has none.
        sources: the clauses that it comes from.
        own: whether it says that no clause defines it.
        parents: IRIs of its named super-classes or super-properties, of its classes for an individual.
        domain: IRIs of its domain.
        range: IRIs of its range.
        open_domain: why it has no domain; empty where it gives no reason.
        open_range: why it has no range; empty where it gives no reason.
    """

    iri: str
    kind: str
    module: str = ""
    label: str = ""
    definition: str = ""
    sources: tuple[str, ...] = ()
    own: bool = False
    parents: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    range: tuple[str, ...] = ()
    open_domain: str = ""
    open_range: str = ""

    @property
    def name(self) -> str:
        """Return the part of the IRI after the last ``#`` or ``/``."""
        return self.iri.rpartition("#")[2] if "#" in self.iri else self.iri.rpartition("/")[2]


class Vocabulary:
    """The terms that some triples declare.

    Attributes:
        triples: all facts of the ontology, each once, in no order that means something.
        terms: IRI → term, in natural order of the IRI.
    """

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.triples = list(dict.fromkeys(triples))
        self.terms = _terms(self.triples)
        self._ours = {iri: term for iri, term in self.terms.items() if iri.startswith(NS)}

    def ours(self) -> dict[str, Term]:
        """Return the terms of our own namespace."""
        return self._ours

    def ntriples(self) -> bytes:
        """Return the facts as sorted N-Triples lines."""
        return "".join(sorted(f"{triple} .\n" for triple in self.triples)).encode()


def module_files() -> list[Path]:
    """Return the files of our ontology modules."""
    return sorted(ontology_folder().glob("*.ttl"))


def catalogue_files() -> list[Path]:
    """Return the files of the catalogues."""
    return sorted((ontology_folder() / "catalogue").glob("*.ttl"))


def alignment_files() -> list[Path]:
    """Return the files that align our words with those of others."""
    return sorted((ontology_folder() / "alignment").glob("*.ttl"))


def load_vocabulary(files: Sequence[Path] | None = None) -> Vocabulary:
    """Read Turtle files of ours into one vocabulary.

    Args:
        files: the files; None for the modules of the ontology.

    Raises:
        BrokenFile: a file is no Turtle.
    """
    paths = module_files() if files is None else files
    return Vocabulary(triple for path in paths for triple in read_turtle(path).triples)


def _terms(triples: list[Triple]) -> dict[str, Term]:
    facts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for triple in triples:
        subject, value = triple.subject, triple.object
        if isinstance(subject, NamedNode) and isinstance(value, NamedNode | Literal):
            facts[subject.value][triple.predicate.value].append(value.value)
    return {
        iri: _term(iri, kind, facts[iri])
        for iri in sorted(facts, key=natural)
        if (kind := _kind(facts[iri][RDF + "type"])) is not None
    }


def _kind(types: list[str]) -> str | None:
    return next((kind for declared, kind in KINDS.items() if declared in types), None)


def _term(iri: str, kind: str, facts: dict[str, list[str]]) -> Term:
    def first(name: str) -> str:
        return min(facts[name], default="")

    def each(*names: str) -> tuple[str, ...]:
        return tuple(sorted((value for name in names for value in facts[name]), key=natural))

    parents = each(RDFS + "subClassOf", RDFS + "subPropertyOf")
    if kind == "individual":
        parents = tuple(iri for iri in each(RDF + "type") if iri not in KINDS)
    return Term(
        iri=iri,
        kind=kind,
        module=first(RDFS + "isDefinedBy"),
        label=first(RDFS + "label"),
        definition=first(SKOS + "definition"),
        sources=each(DCTERMS + "source"),
        own="true" in facts[NS + "ownTerm"],
        parents=parents,
        domain=each(RDFS + "domain"),
        range=each(RDFS + "range"),
        open_domain=first(NS + "openDomainBecause"),
        open_range=first(NS + "openRangeBecause"),
    )
