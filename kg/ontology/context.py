"""The JSON-LD context of our vocabulary, made from the ontology."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kg.data import ontology_folder
from kg.errors import InputError
from kg.rdf.names import DCTERMS, NS, PREFIXES, RDF, RDFS, XSD

if TYPE_CHECKING:
    from pathlib import Path

    from kg.ontology.vocabulary import Term, Vocabulary

__all__ = ["context_file", "context_text"]

_PLAIN = frozenset({XSD + "string", RDF + "langString", RDFS + "Literal"})


def context_file() -> Path:
    """Return where the context is kept."""
    return ontology_folder() / "context.jsonld"


def context_text(vocabulary: Vocabulary) -> str:
    """Return the JSON-LD 1.1 context: a key for each class, property and individual of ours.

    ``id``, ``type``, ``identifier`` and ``title`` are short for what every item has. The value of an object property
    is an IRI in full, a CURIE or relative to the document; where only the choices of an enumeration are values, their
    bare names such as ``lowDemand`` do. A literal has the datatype of the property's range. The same ontology gives
    the same bytes.

    Raises:
        InputError: a term has the name of a prefix or of one of those short keys.
    """
    choices = _enumerations(vocabulary)
    names: dict[str, Any] = {
        "@version": 1.1,
        "@vocab": NS,
        "id": "@id",
        "type": "@type",
        "identifier": DCTERMS + "identifier",
        "title": DCTERMS + "title",
        "source": DCTERMS + "source",
    }
    names |= {p: {"@id": ns, "@prefix": True} for p, ns in sorted(PREFIXES.items()) if p not in names}
    for term in vocabulary.ours().values():
        if term.kind == "annotation property":
            continue
        if term.name in names:
            raise InputError(f"il:{term.name} has a name that the JSON-LD context needs for itself; rename the term")
        names[term.name] = _definition(term, choices)
    context = {"@context": names}
    return json.dumps(context, indent=2, ensure_ascii=False) + "\n"


def _enumerations(vocabulary: Vocabulary) -> frozenset[str]:
    """Return the IRIs of the classes below il:Enumeration."""
    found = {NS + "Enumeration"}
    while more := {t.iri for t in vocabulary.terms.values() if found.intersection(t.parents)} - found:
        found |= more
    return frozenset(found)


def _definition(term: Term, choices: frozenset[str]) -> Any:
    if term.kind == "object property":
        return {"@id": term.iri, "@type": "@vocab" if choices.intersection(term.range) else "@id"}
    if term.kind == "datatype property" and len(term.range) == 1 and term.range[0] not in _PLAIN:
        return {"@id": term.iri, "@type": term.range[0]}
    if term.open_range.startswith("xsd:date "):
        return {"@id": term.iri, "@type": XSD + "date"}
    return term.iri
