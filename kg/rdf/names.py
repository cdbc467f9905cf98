"""The IRIs of Interlock and the prefixes under which people see them."""

from __future__ import annotations

from typing import Final

__all__ = [
    "BASE",
    "CATALOGUE",
    "DCTERMS",
    "GRAPH",
    "NS",
    "OWL",
    "PREFIXES",
    "QUESTION",
    "RDF",
    "RDFS",
    "RULE",
    "SH",
    "SKOS",
    "XSD",
    "curie",
    "expand",
]

BASE: Final = "https://w3id.org/interlock/"
NS: Final = BASE + "ns#"
CATALOGUE: Final = BASE + "id/"
RULE: Final = BASE + "rule/"
QUESTION: Final = BASE + "question/"
GRAPH: Final = BASE + "graph/"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SH: Final = "http://www.w3.org/ns/shacl#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
DCTERMS: Final = "http://purl.org/dc/terms/"

PREFIXES: Final[dict[str, str]] = {
    "il": NS,
    "id": CATALOGUE,
    "fr": CATALOGUE + "iec62443-1-1-2009/",
    "iec62443-2-4": CATALOGUE + "iec62443-2-4-2015/",
    "iec62443-3-2": CATALOGUE + "iec62443-3-2-2020/",
    "iec62443-3-3": CATALOGUE + "iec62443-3-3-2013/",
    "iec62443-4-1": CATALOGUE + "iec62443-4-1-2018/",
    "iec62443-4-2": CATALOGUE + "iec62443-4-2-2019/",
    "iec61508-1": CATALOGUE + "iec61508-1-2010/",
    "iec61508-2": CATALOGUE + "iec61508-2-2010/",
    "iec61511-1": CATALOGUE + "iec61511-1-2016/",
    "iec62061": CATALOGUE + "iec62061-2021/",
    "attack-ics": CATALOGUE + "attack-ics/",
    "rule": RULE,
    "question": QUESTION,
    "dcterms": DCTERMS,
    "owl": OWL,
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": RDF,
    "rdfs": RDFS,
    "sh": SH,
    "skos": SKOS,
    "xsd": XSD,
}
"""Prefix → namespace, for output, for questions and for the CURIEs that people type."""


def curie(iri: str, prefixes: dict[str, str] = PREFIXES) -> str:
    """Return `iri` under its longest matching prefix, or unchanged where none matches."""
    matching = [p for p, namespace in prefixes.items() if iri.startswith(namespace) and len(iri) > len(namespace)]
    if not matching:
        return iri
    best = max(matching, key=lambda p: len(prefixes[p]))
    local = iri[len(prefixes[best]) :]
    return iri if "/" in local or "#" in local else f"{best}:{local}"


def expand(name: str, prefixes: dict[str, str] = PREFIXES) -> str | None:
    """Return the IRI that the CURIE `name` stands for, or None where its prefix is unknown."""
    prefix, colon, local = name.partition(":")
    namespace = prefixes.get(prefix) if colon else None
    return None if namespace is None else namespace + local
