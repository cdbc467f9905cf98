"""Extensions of our ontology, good and broken, as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kg.ontology.reasoner import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAD = """@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix ex: <https://plant.example/words#> .
@prefix il: <https://w3id.org/interlock/ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<https://plant.example/words> a owl:Ontology ;
    dcterms:title "Words of a plant" ;
    dcterms:description "What this plant says beside Interlock." ;
    dcterms:license <https://creativecommons.org/licenses/by/4.0/> ;
    owl:versionIRI <https://plant.example/words/1> .

ex:Reactor a owl:Class ;
    rdfs:label "reactor" ;
    skos:definition "A vessel in which a reaction runs." ;
    rdfs:subClassOf il:Asset ;
    il:ownTerm true ;
    rdfs:isDefinedBy <https://plant.example/words> .

ex:coolsReactor a owl:ObjectProperty ;
    rdfs:label "cools reactor" ;
    skos:definition "The reactor that the asset keeps cool." ;
    rdfs:domain il:Asset ;
    rdfs:range ex:Reactor ;
    il:ownTerm true ;
    rdfs:isDefinedBy <https://plant.example/words> .
"""

ABOUT = """rdfs:label "planted {0}" ; skos:definition "Something planted." ; il:ownTerm true ;
    rdfs:isDefinedBy <https://plant.example/words>"""


def with_planted(planted: str) -> str:
    """Return a good extension and after it what a test plants; each ``ABOUT`` in it stands for a good description."""
    first, *rest = planted.split("ABOUT")
    return HEAD + first + "".join(ABOUT.format(number) + part for number, part in enumerate(rest))


@pytest.fixture
def extension(tmp_path: Path) -> Callable[[str], Path]:
    """Write an extension with something planted in it."""

    def write(planted: str = "") -> Path:
        path = tmp_path / "words.ttl"
        path.write_text(with_planted(planted), encoding="utf-8")
        return path

    return write


@pytest.fixture
def no_reasoner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the reasoner, which takes seconds, where a test is about something else."""
    monkeypatch.setattr("kg.ontology.check.reason", lambda *_, **__: Verdict(consistent=True, unsatisfiable=()))
