"""Small models for the spread of suspicion, with the real ontology and catalogues around them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from pyoxigraph import RdfFormat, parse

from kg.project.builtin import builtin_files, read_builtin
from kg.rdf.skolem import skolemise
from kg.store import memory_reader

if TYPE_CHECKING:
    from kg.derive.spread import Reached
    from kg.store import EmbeddedReader

CASE: Final = "https://example.org/case/"
NS: Final = "https://w3id.org/interlock/ns#"

HEAD: Final = """
@base <https://example.org/case/> .
@prefix : <https://example.org/case/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix fr: <https://w3id.org/interlock/id/iec62443-1-1-2009/> .
@prefix sr: <https://w3id.org/interlock/id/iec62443-3-3-2013/> .
@prefix cr: <https://w3id.org/interlock/id/iec62443-4-2-2019/> .
@prefix il: <https://w3id.org/interlock/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

THREE_THREATS: Final = """
# T1 asks least of use control, T3 most; T3 alone asks identification and authentication control.
:T1 a il:ThreatScenario . :T2 a il:ThreatScenario . :T3 a il:ThreatScenario .
:R1 a il:RiskResult ; il:derivedFrom :T1 ; il:affectsScope :Z ;
  il:asks [ il:foundationalRequirement fr:UC ; il:level 1 ] .
:R2 a il:RiskResult ; il:derivedFrom :T2 ; il:affectsScope :Z ;
  il:asks [ il:foundationalRequirement fr:UC ; il:level 2 ] .
:R3 a il:RiskResult ; il:derivedFrom :T3 ; il:affectsScope :Z ;
  il:asks [ il:foundationalRequirement fr:UC ; il:level 3 ], [ il:foundationalRequirement fr:IAC ; il:level 1 ] .
:Z a il:Zone .
:TL-UC a il:TargetLevel ; il:targetFor :Z ; il:foundationalRequirement fr:UC ; il:level 3 ;
  il:derivedFrom :R1, :R2, :R3 .
:TL-IAC a il:TargetLevel ; il:targetFor :Z ; il:foundationalRequirement fr:IAC ; il:level 1 ; il:derivedFrom :R3 .
# The catalogue asks for them from levels 1, 2, 2 and 3 of UC, and 1 and 2 of IAC.
:SR-2.1 a il:SystemRequirement ; il:instantiates sr:SR-2.1 ; il:derivedFrom :TL-UC ; il:requiredOf :Z .
:SR-2.1-RE-1 a il:SystemRequirement ; il:instantiates sr:SR-2.1-RE-1 ; il:derivedFrom :TL-UC ; il:requiredOf :Z .
:SR-2.1-RE-3 a il:SystemRequirement ; il:instantiates sr:SR-2.1-RE-3 ; il:derivedFrom :TL-UC ; il:requiredOf :Z .
:SR-1.1 a il:SystemRequirement ; il:instantiates sr:SR-1.1 ; il:derivedFrom :TL-IAC ; il:requiredOf :Z .
# Below them: a component's, what refines that, a proof, a measure that answers two of different level.
:CR-2.1 a il:ComponentRequirement ; il:instantiates cr:CR-2.1 ; il:derivedFrom :SR-2.1 ; il:requiredOf :C .
:DES a il:SecurityRequirement ; il:refines :CR-2.1 .
:V-CR a il:Verification ; il:verifies :CR-2.1 ; il:verifiedOn :C ; il:evidencedBy :EV .
:EV a il:TestReport ; il:evidenceAbout :C .
:V-RE-3 a il:Verification ; il:verifies :SR-2.1-RE-3 .
:M a il:Countermeasure ; il:answers :SR-2.1, :SR-2.1-RE-3 ; il:deployedOn :C .
:C a il:Component ; il:locatedIn :Z .
:C2 a il:Component ; il:locatedIn :Z .
:CR2 a il:ComponentRequirement ; il:derivedFrom :SR-2.1-RE-1 ; il:requiredOf :C2 .
"""


@cache
def builtin() -> bytes:
    """Ontology and catalogues as N-Triples."""
    return b"".join(line for path in builtin_files().values() for line in read_builtin(path))


def lines_of(turtle: str) -> list[bytes]:
    """The facts of a model, blank nodes named as a project names them."""
    triples = (q.triple for q in parse((HEAD + turtle).encode(), format=RdfFormat.TURTLE))
    return skolemise([f"{triple} .\n".encode() for triple in triples], CASE)


def reader_of(turtle: str) -> EmbeddedReader:
    """The facts of a model with ontology and catalogues."""
    return memory_reader([builtin(), *lines_of(turtle)])


def short(iri: str) -> str:
    """The name of an item or term without where it comes from."""
    return iri.removeprefix(CASE).removeprefix(NS)


def names(reached: dict[str, Reached]) -> set[str]:
    """The items reached, by name."""
    return {short(iri) for iri in reached}
