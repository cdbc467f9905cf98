"""How words are written: labels, definitions, sources, domains, names. The demands are SHACL in ``shapes/ontology``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode

from kg.data import shapes_folder
from kg.ontology.vocabulary import KINDS, alignment_files
from kg.rdf.names import BASE, NS, OWL, PREFIXES, RDF
from kg.rdf.turtle import read_turtle
from kg.rules import judge_by_files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pyoxigraph import Triple

    from kg.ontology.vocabulary import Vocabulary
    from kg.values import Finding

__all__ = ["hygiene", "own_terms", "rule_files"]

_TYPE: Final = NamedNode(RDF + "type")
_DECLARED: Final = frozenset(KINDS) | {OWL + "Ontology"}


def own_terms(triples: Iterable[Triple], ours: Vocabulary | None = None) -> set[str]:
    """Return the IRIs of the terms and ontologies that `triples` declare as their own.

    A term of a known vocabulary (those of our prefixes and alignments) is not their own: OWL 2 DL wants everything
    declared that is used.

    Args:
        triples: the files to be judged.
        ours: our ontology, where `triples` extend it; None where `triples` are our ontology.
    """
    foreign = () if ours is None else tuple(_namespaces())
    known = () if ours is None else ours.terms
    found = {
        t.subject.value
        for t in triples
        if t.predicate == _TYPE
        and isinstance(t.subject, NamedNode)
        and isinstance(t.object, NamedNode)
        and t.object.value in _DECLARED
    }
    if ours is None:
        return {iri for iri in found if iri.startswith((NS, BASE))}
    return {iri for iri in found if iri not in known and not iri.startswith(foreign)}


def _namespaces() -> set[str]:
    """Return the namespaces of the vocabularies of others that we know."""
    aligned = (ns for file in alignment_files() for ns in read_turtle(file).prefixes.values())
    return {ns for ns in (*PREFIXES.values(), *aligned) if not ns.startswith(BASE)}


def rule_files() -> list[Path]:
    """Return the files of the shapes about words."""
    return sorted((shapes_folder() / "ontology").rglob("*.ttl"))


def hygiene(facts: bytes, own: set[str]) -> list[Finding]:
    """Return what is wrong with how the terms `own` are written, worst first.

    Args:
        facts: the ontology as N-Triples, merged with what it builds on.
        own: IRIs of the terms and ontologies to judge; findings about others are dropped.
    """
    return [finding for finding in judge_by_files(rule_files(), facts) if finding.focus.iri in own]
