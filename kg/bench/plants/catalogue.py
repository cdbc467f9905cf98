"""What the generator has to know of the catalogues: entries with their levels, and identifiers of techniques."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from kg.data import ontology_folder
from kg.rdf.names import DCTERMS, NS, RDF

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FOUNDATIONAL", "Catalogue", "Entry"]

FOUNDATIONAL: Final = ("IAC", "UC", "SI", "DC", "RDF", "TRE", "RA")
"""Short names of the seven foundational requirements, in their order."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A system or component requirement of the catalogue.

    Attributes:
        node: its IRI in N-Triples syntax.
        local: last segment of its IRI.
        identifier: its published identifier.
        title: its short title.
        demand: short name of its foundational requirement.
        level: the lowest security level that asks for it.
        mode: default allocation mode; empty for component requirements.
        types: component types that it applies to; empty for system requirements.
        counterpart: local name of the system requirement that it corresponds to; empty where there is none.
        triggers: local names of the triggers without which it does not apply.
    """

    node: str
    local: str
    identifier: str
    title: str
    demand: str
    level: int
    mode: str
    types: frozenset[str]
    counterpart: str
    triggers: tuple[str, ...]


class Catalogue:
    """The packaged catalogues, read once per run."""

    def __init__(self) -> None:
        self._folder = ontology_folder() / "catalogue"

    @cached_property
    def system_requirements(self) -> tuple[Entry, ...]:
        """SRs and REs of IEC 62443-3-3, in the order of their IRIs."""
        return self._entries("iec62443-3-3-2013", "SystemRequirementEntry")

    @cached_property
    def component_requirements(self) -> tuple[Entry, ...]:
        """CRs and REs of IEC 62443-4-2, in the order of their IRIs."""
        return self._entries("iec62443-4-2-2019", "ComponentRequirementEntry")

    @cached_property
    def techniques(self) -> tuple[str, ...]:
        """Nodes of the techniques of ATT&CK for ICS that are not withdrawn."""
        return self._nodes("attack-ics", "AttackTechnique")

    @cached_property
    def mitigations(self) -> tuple[str, ...]:
        """Nodes of the mitigations of ATT&CK for ICS that are not withdrawn."""
        return self._nodes("attack-ics", "AttackMitigation")

    def _nodes(self, document: str, kind: str) -> tuple[str, ...]:
        found = _read(self._folder / f"{document}.ttl")
        return tuple(
            f"<{iri}>"
            for iri, facts in sorted(found.items())
            if NS + kind in facts[RDF + "type"] and NS + "deprecatedEntry" not in facts
        )

    def _entries(self, document: str, kind: str) -> tuple[Entry, ...]:
        found = _read(self._folder / f"{document}.ttl")
        return tuple(
            Entry(
                node=f"<{iri}>",
                local=_local(iri),
                identifier=facts[DCTERMS + "identifier"][0],
                title=facts[DCTERMS + "title"][0],
                demand=_local(facts[NS + "foundationalRequirement"][0]),
                level=int(facts[NS + "lowestLevel"][0]),
                mode=_local(facts.get(NS + "defaultAllocation", [""])[0]),
                types=frozenset(map(_local, facts.get(NS + "appliesToType", ()))),
                counterpart=_local(facts.get(NS + "correspondsTo", [""])[0]),
                triggers=tuple(sorted(map(_local, facts.get(NS + "appliesWhen", ())))),
            )
            for iri, facts in sorted(found.items())
            if NS + kind in facts[RDF + "type"]
        )


def _local(iri: str) -> str:
    return iri.replace("#", "/").rpartition("/")[2]


def _read(path: Path) -> dict[str, dict[str, list[str]]]:
    """Return subject → property → values, sorted, of a small Turtle file of ours."""
    from pyoxigraph import Literal, NamedNode, RdfFormat, parse

    facts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in parse(input=path.read_bytes(), format=RdfFormat.TURTLE):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            facts[quad.subject.value][quad.predicate.value].append(quad.object.value)
    return {subject: {name: sorted(values) for name, values in named.items()} for subject, named in facts.items()}
