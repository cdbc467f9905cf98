from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from kg.data import examples_folder
from kg.rdf.names import BASE, CATALOGUE, DCTERMS, RDF

if TYPE_CHECKING:
    from conftest import Model

ADVISED = "vulnerability/"


@pytest.mark.parametrize(
    ("class_", "least"),
    [
        ("AccessPoint", 5),
        ("DataFlow", 25),
        ("Component", 45),
        ("ThreatScenario", 15),
        ("Hazard", 8),
        ("LopaScenario", 8),
        ("ProtectionLayer", 8),
        ("DiagnosticTest", 8),
        ("ProofTest", 8),
        ("Bypass", 2),
        ("Interaction", 5),
        ("CapabilityClaim", 10),
        ("Verification", 10),
        ("Approval", 10),
        ("Evidence", 5),
    ],
)
def test_the_plant_is_as_large_as_promised(plant: Model, class_: str, least: int) -> None:
    assert len(plant.all(class_)) >= least


def test_at_least_seven_zones_and_nine_conduits_belong_to_the_system(plant: Model) -> None:
    inside = set(plant.naming(plant.of("system/te-plant"), "partOfSystem"))
    assert len(inside & set(plant.all("Zone"))) >= 7
    assert len(inside & set(plant.all("Conduit"))) >= 9


def test_at_least_twenty_five_countermeasures(plant: Model) -> None:
    kinds = ("Countermeasure", "CompensatingCountermeasure", "SecurityService")
    assert len({node for kind in kinds for node in plant.all(kind)}) >= 25


def test_eight_safety_functions_of_sil_1_to_3(plant: Model) -> None:
    levels = Counter(int(plant.value(function, "targetSil")) for function in plant.all("SafetyFunction"))
    assert levels.total() == 8
    assert set(levels) == {1, 2, 3}


def test_every_component_is_an_instance_of_a_product_and_runs_a_version_of_it(plant: Model) -> None:
    for component in plant.all("Component"):
        product = plant.value(component, "instanceOf")
        versions = plant.values(component, "runs")
        assert product in {owner for version in versions for owner in plant.values(version, "versionOf")}, component


def test_every_conduit_has_an_end_at_each_zone_and_assets_of_its_own(plant: Model) -> None:
    for conduit in plant.all("Conduit"):
        ends = [plant.value(end, "atZone") for end in plant.values(conduit, "hasEnd")]
        assert sorted(ends) == sorted(plant.values(conduit, "connects"))
        assert plant.naming(conduit, "locatedIn"), conduit


def test_only_words_that_the_ontology_knows(plant: Model, words: frozenset[str]) -> None:
    used = {
        term.value
        for triple in plant.triples
        for term in (triple.subject, triple.predicate, triple.object)
        if isinstance(term, ox.NamedNode) and term.value.startswith(BASE)
    }
    assert used - words == set()


def test_nothing_dangles_but_what_advisories_describe(plant: Model) -> None:
    described = {triple.subject.value for triple in plant.triples}
    named = {
        triple.object.value
        for triple in plant.triples
        if isinstance(triple.object, ox.NamedNode) and triple.object.value.startswith(plant.base)
    }
    assert {iri for iri in named - described if not iri.startswith(plant.of(ADVISED))} == set()


def test_every_item_has_one_identifier_and_one_title(plant: Model) -> None:
    typed = {t.subject for t in plant.triples if t.predicate.value == f"{RDF}type"}
    for name in ("identifier", "title"):
        count = Counter(t.subject for t in plant.triples if t.predicate.value == DCTERMS + name)
        assert {node for node in typed if isinstance(node, ox.NamedNode) and count[node] != 1} == set()


def test_files_name_things_relative_to_the_base_of_the_project() -> None:
    for file in sorted((examples_folder() / "plant" / "model").glob("*.ttl")):
        text = file.read_text("utf-8")
        assert "@base" not in text
        assert "example.org" not in text, file.name


def test_techniques_and_mitigations_are_of_attack_for_ics_and_belong_together(plant: Model) -> None:
    from kg.data import ontology_folder

    file = ontology_folder() / "catalogue" / "attack-ics.ttl"
    counters = {
        (quad.subject.value, quad.object.value)
        for quad in ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE)
        if quad.predicate.value.endswith("#countersTechnique")
    }
    for measure in plant.all("Countermeasure"):
        for mitigation in plant.values(measure, "appliesMitigation"):
            used = {t for s in plant.values(measure, "mitigates") for t in plant.values(s, "usesTechnique")}
            assert any((mitigation, technique) in counters for technique in used), measure


def test_evidence_carries_digests(plant: Model) -> None:
    for kind in ("Evidence", "Certificate", "TestReport", "AuditRecord"):
        for evidence in plant.all(kind):
            assert re.fullmatch("[0-9a-f]{64}", plant.value(evidence, "sha256"))
    assert plant.value(plant.of("evidence/hazop-report"), "sha256") == hashlib.sha256(b"hazop-report").hexdigest()


def test_every_planted_fault_is_marked_where_it_sits() -> None:
    import csv
    from pathlib import Path

    with (Path(__file__).parent / "expected-findings.csv").open(newline="") as file:
        planned = {row["fault"] for row in csv.DictReader(file)}
    marked: set[str] = set()
    for file_ in (examples_folder() / "plant" / "model").glob("*.ttl"):
        for line in file_.read_text("utf-8").splitlines():
            if line.startswith("#"):
                first_to_last = re.findall(r"PF-(\d\d) to PF-(\d\d)", line)
                marked.update(f"PF-{n:02}" for a, b in first_to_last for n in range(int(a), int(b) + 1))
                marked.update(re.findall(r"PF-\d\d", line))
    assert marked == planned


def test_catalogue_entries_are_those_of_the_right_document(plant: Model) -> None:
    documents = {
        "SystemRequirement": "iec62443-3-3-2013",
        "ComponentRequirement": "iec62443-4-2-2019",
    }
    for class_, document in documents.items():
        for requirement in plant.all(class_):
            assert plant.value(requirement, "instantiates").startswith(f"{CATALOGUE}{document}/")
