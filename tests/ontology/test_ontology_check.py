"""The checks of words: ours are clean, and each planted fault is found with term and reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from kg.errors import BrokenFile, LimitExceeded
from kg.ontology.check import check_extension, check_ours
from kg.ontology.profile import check_profile
from kg.ontology.reasoner import reason
from kg.ontology.vocabulary import alignment_files, catalogue_files, load_vocabulary, module_files
from kg.rdf.guard import Request

if TYPE_CHECKING:
    from pathlib import Path

    from kg.values import Findings

Extension = Callable[[str], "Path"]
EX = "https://plant.example/words#"


def judged(path: Path) -> Findings:
    return check_extension([Request(path)])


def found(path: Path) -> set[tuple[str, str]]:
    """Rule without its folder, and local name of the focus."""
    return {(f.name.rpartition("/")[2], f.focus.iri.rpartition("#")[2] or f.focus.iri) for f in judged(path).items}


def test_our_words_are_in_order() -> None:
    result = check_ours()
    assert result.items == ()
    assert result.rules_run == 21


def test_everything_we_ship_is_in_the_profile_and_consistent() -> None:
    everything = load_vocabulary([*module_files(), *catalogue_files(), *alignment_files()])
    assert check_profile(everything.triples) == []
    verdict = reason(everything.triples)
    assert verdict.consistent
    assert verdict.unsatisfiable == ()


def test_a_good_extension_is_clean(extension: Extension) -> None:
    result = judged(extension(""))
    assert result.items == ()
    assert [note.code for note in result.notes] == ["terms-checked"]


def test_a_class_that_nothing_can_belong_to(extension: Extension) -> None:
    path = extension("ex:PaperPump a owl:Class ; rdfs:subClassOf il:Component, il:Requirement ; ABOUT .")
    assert found(path) == {("satisfiable", "PaperPump")}


def test_an_inconsistent_extension(extension: Extension) -> None:
    path = extension("ex:p1 a owl:NamedIndividual, il:Component, il:Requirement ; ABOUT .")
    assert found(path) == {("consistent", "p1")}


def test_a_contradiction_that_needs_reasoning(extension: Extension) -> None:
    """The range of il:locatedIn is a scope, and no scope is an asset."""
    path = extension("ex:p1 a owl:NamedIndividual, ex:Reactor ; ABOUT ; il:locatedIn ex:p1 .")
    assert not reason(load_vocabulary([*module_files(), path]).triples).consistent


OUTSIDE = """
ex:Union a owl:Class ; ABOUT ; rdfs:subClassOf [ a owl:Class ; owl:unionOf ( il:Zone il:Conduit ) ] .
ex:Some a owl:Class ; ABOUT ;
    rdfs:subClassOf [ a owl:Restriction ; owl:onProperty il:runs ; owl:someValuesFrom il:ProductVersion ] .
ex:Least a owl:Class ; ABOUT ;
    rdfs:subClassOf [ a owl:Restriction ; owl:onProperty il:runs ; owl:minCardinality 1 ] .
ex:built a owl:DatatypeProperty ; ABOUT ; rdfs:domain ex:Reactor ; rdfs:range xsd:date .
ex:weight a owl:DatatypeProperty, owl:ObjectProperty ; ABOUT ; rdfs:domain ex:Reactor ; rdfs:range ex:Reactor .
ex:Used a owl:Class ; ABOUT ; ex:undeclared ex:Reactor .
"""


@pytest.mark.parametrize(
    ("profile", "term", "reason"),
    [
        ("OWL 2 RL", "Union", "owl:unionOf"),
        ("OWL 2 RL", "Some", "owl:someValuesFrom"),
        ("OWL 2 RL", "Least", "owl:min-cardinality"),
        ("OWL 2 RL", "built", "xsd:date"),
        ("OWL 2 DL", "weight", "punning"),
        ("OWL 2 DL", "undeclared", "undeclared-property"),
    ],
)
def test_what_leaves_the_profile(extension: Extension, profile: str, term: str, reason: str) -> None:
    """An anonymous class is reported at the term that it hangs on."""
    violations = check_profile(load_vocabulary([*module_files(), extension(OUTSIDE)]).triples)
    terms = {v.term.removeprefix(EX) for v in violations}
    assert terms == {"Union", "Some", "Least", "built", "weight", "undeclared"}
    assert any(v.profile == profile and v.term == EX + term and reason in v.reason for v in violations)


@pytest.mark.usefixtures("no_reasoner")
def test_owl_full_punning_names_the_term_and_the_reason(extension: Extension) -> None:
    path = extension(
        "ex:weighs a owl:DatatypeProperty, owl:ObjectProperty ; ABOUT ; rdfs:domain il:Asset ; rdfs:range ex:Reactor ."
    )
    (finding,) = [f for f in judged(path).items if f.name == "ontology/owl-2-dl"]
    assert finding.focus.iri == EX + "weighs"
    assert "punning" in finding.message
    assert "\n" not in finding.message


FAULTS = """
ex:NoLabel a owl:Class ; skos:definition "It pumps." ; il:ownTerm true ;
    rdfs:isDefinedBy <https://plant.example/words> .
ex:TwiceLabelled a owl:Class ; ABOUT ; rdfs:label "x"@en, "y"@en .
ex:NoMeaning a owl:Class ; rdfs:label "a" ; il:ownTerm true ; rdfs:isDefinedBy <https://plant.example/words> .
ex:Copied a owl:Class ; rdfs:label "b" ; skos:definition "The pump shall pump." ; il:ownTerm true ;
    rdfs:isDefinedBy <https://plant.example/words> .
ex:NoSource a owl:Class ; rdfs:label "c" ; skos:definition "It pumps." ;
    rdfs:isDefinedBy <https://plant.example/words> .
ex:Denied a owl:Class ; rdfs:label "d" ; skos:definition "It pumps." ; il:ownTerm false ;
    rdfs:isDefinedBy <https://plant.example/words> .
ex:noDomain a owl:ObjectProperty ; ABOUT ; rdfs:range ex:Reactor .
ex:noRange a owl:DatatypeProperty ; ABOUT ; rdfs:domain il:Asset .
ex:twoDomains a owl:ObjectProperty ; ABOUT ; rdfs:domain il:Asset, ex:Reactor ; rdfs:range ex:Reactor .
ex:smallPump a owl:Class ; ABOUT .
ex:Big_Pump a owl:Class ; ABOUT .
ex:Pumps a owl:Class ; ABOUT .
ex:Feeds a owl:ObjectProperty ; ABOUT ; rdfs:domain il:Asset ; rdfs:range ex:Reactor .
ex:Big a owl:NamedIndividual, ex:Reactor ; ABOUT .
ex:alone a owl:NamedIndividual ; ABOUT .
ex:NoModule a owl:Class ; rdfs:label "e" ; skos:definition "It pumps." ; il:ownTerm true .
ex:SameLabel a owl:Class ; rdfs:label "reactor" ; skos:definition "It pumps." ; il:ownTerm true ;
    rdfs:isDefinedBy <https://plant.example/words> .
ex:Misspelt a owl:Class ; ABOUT ; rdfs:subClassOf il:Componnent .
"""

FOUND = {
    ("label", "NoLabel"),
    ("label", "TwiceLabelled"),
    ("definition", "NoMeaning"),
    ("own-words", "Copied"),
    ("source", "NoSource"),
    ("source", "Denied"),
    ("domain", "noDomain"),
    ("range", "noRange"),
    ("one-domain", "twoDomains"),
    ("class-name", "smallPump"),
    ("class-name", "Big_Pump"),
    ("class-singular", "Pumps"),
    ("property-name", "Feeds"),
    ("individual-name", "Big"),
    ("individual-class", "alone"),
    ("module", "NoModule"),
    ("same-label", "SameLabel"),
    ("same-label", "Reactor"),
    ("known-term", "Misspelt"),
}


@pytest.mark.usefixtures("no_reasoner")
def test_planted_faults_of_wording_and_no_others(extension: Extension) -> None:
    assert found(extension(FAULTS)) == FOUND


@pytest.mark.usefixtures("no_reasoner")
def test_a_reason_stands_in_for_domain_and_range(extension: Extension) -> None:
    path = extension(
        "ex:feeds a owl:ObjectProperty ; ABOUT ; il:openDomainBecause 'anything feeds' ; "
        "il:openRangeBecause 'or is fed' ."
    )
    assert found(path) == set()


@pytest.mark.usefixtures("no_reasoner")
@pytest.mark.parametrize("name", ["title", "description", "license"])
def test_an_ontology_says_what_it_is(extension: Extension, name: str) -> None:
    path = extension("")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if f"dcterms:{name} " not in line), encoding="utf-8")
    assert found(path) == {("header", "https://plant.example/words")}


@pytest.mark.usefixtures("no_reasoner")
def test_an_unknown_term_of_ours_is_flagged_with_the_nearest(extension: Extension) -> None:
    (finding,) = judged(extension("ex:Pump a owl:Class ; ABOUT ; rdfs:subClassOf il:Componnent .")).items
    assert "il:Componnent" in finding.message
    assert "nearest: il:Component" in finding.message
    assert finding.value == "<https://w3id.org/interlock/ns#Componnent>"


@pytest.mark.usefixtures("no_reasoner")
def test_only_their_terms_are_judged(extension: Extension) -> None:
    """A word of a known vocabulary that they declare, as OWL 2 DL wants it, is not theirs; nor is ours."""
    path = extension("skos:scopeNote a owl:AnnotationProperty . il:Zone a owl:Class . ex:Reactor skos:scopeNote 'x' .")
    assert found(path) == set()


@pytest.mark.usefixtures("no_reasoner")
def test_files_without_own_terms_and_header_say_so(tmp_path: Path) -> None:
    path = tmp_path / "use.ttl"
    path.write_text("<https://plant.example/z1> a <https://w3id.org/interlock/ns#Zone> .", encoding="utf-8")
    assert [note.code for note in judged(path).notes] == ["terms-checked", "no-own-terms"]
    path.write_text("<https://plant.example/words#Tank> a <http://www.w3.org/2002/07/owl#Class> .", encoding="utf-8")
    assert [note.code for note in judged(path).notes] == ["terms-checked", "no-header"]


def test_imports_are_never_fetched(extension: Extension) -> None:
    """Nothing listens there: a reasoner that followed the import would fail or wait."""
    path = extension("<https://plant.example/words> owl:imports <http://127.0.0.1:9/never.owl> .")
    assert judged(path).items == ()


def test_the_reasoner_is_stopped_at_its_limit() -> None:
    with pytest.raises(LimitExceeded, match=r"did not finish within 0\.05 s"):
        reason(load_vocabulary().triples, seconds=0.05)


def test_several_files_are_judged_together(extension: Extension, tmp_path: Path) -> None:
    second = tmp_path / "more.ttl"
    second.write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        f"<{EX}Reactor> rdfs:subClassOf <https://w3id.org/interlock/ns#Requirement> .",
        encoding="utf-8",
    )
    result = check_extension([Request(extension("")), Request(second)])
    assert [f.name for f in result.items] == ["ontology/satisfiable"]


def test_a_broken_file_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.ttl"
    path.write_text("<https://plant.example/a> a\n  nonsense nonsense .\n", encoding="utf-8")
    with pytest.raises(BrokenFile) as caught:
        check_extension([Request(path)])
    assert caught.value.line == 2
