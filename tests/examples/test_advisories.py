"""The advisories of the example plant, and how they and those of CISA meet its components."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest

from kg.data import examples_folder
from kg.importers.csaf import convert
from kg.rdf.names import DCTERMS, NS

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Model

FILES = sorted((examples_folder() / "plant" / "advisories").glob("*.json"))

# Advisory → tags of the components that it speaks of, from the product tables of the advisories by hand.
OWN = {
    "INTERLOCK-EX-2026-001": {"SIS-401"},
    "INTERLOCK-EX-2026-002": {"PLC-101", "PLC-102", "DRV-103", "PLC-201", "ANA-203", "ENG-503"},
    "INTERLOCK-EX-2026-003": {"THN-01"},
    "INTERLOCK-EX-2026-004": {"APP-01", "APP-02", "OPS-01", "OPS-02", "OPS-03", "HIS-01", "HIS-02"},
    "INTERLOCK-EX-2026-005": {"PLC-301"},
    "INTERLOCK-EX-2026-006": {"SWI-907", "SWI-908"},
    "INTERLOCK-EX-2026-007": {"RAD-703", "RAD-913"},
    "INTERLOCK-EX-2026-008": {"REL-801", "REL-802"},
}
CISA = {
    "icsa-19-024-02": {"SWI-914"},
    "icsa-21-208-05": {"ENG-507"},
    "icsa-22-041-01": {"PLC-101", "PLC-102", "DRV-103", "PLC-201", "ANA-203", "ENG-503"},
    "icsa-22-055-03": {"REL-801", "REL-802"},
    "icsa-22-090-06": {"RAD-703", "RAD-913"},
    "icsa-22-130-03": {"UPS-803"},
    "icsa-22-172-05": {"PLC-301"},
    "icsa-22-202-01": {"ENG-506"},
    "icsa-22-207-02": {"SIS-401"},
    "icsa-23-026-07": {"MTR-806"},
    "icsa-23-073-01": {"PLC-202"},
    "icsa-23-080-02": {"MON-805"},
    "icsa-23-080-06": {"THN-01"},
    "icsa-23-236-05": {"ENG-505"},
    "icsa-23-243-04": {"RTR-902", "SER-918"},
    "icsa-23-269-03": {"ENG-504"},
    "icsa-23-313-01": {"CHL-804"},
    "icsa-23-318-01": {"APP-01", "APP-02", "OPS-01", "OPS-02", "OPS-03", "HIS-01", "HIS-02"},
    "icsa-24-023-04": {"SWI-907", "SWI-908"},
    "icsa-24-289-02": {"DCE-807"},
}


def load(file: Path) -> Any:
    return json.loads(file.read_text("utf-8"))


def imported(file: Path, base: str) -> list[ox.Triple]:
    lines = b"".join(convert(load(file), file.name, base).lines)
    return [quad.triple for quad in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)]


def hit(plant: Model, triples: list[ox.Triple]) -> set[str]:
    """Return the tags of the components whose product, version or a range of whose product is known to be affected."""
    out: dict[tuple[str, str], set[str]] = defaultdict(set)
    for triple in triples:
        out[triple.subject.value, triple.predicate.value].add(triple.object.value)
    affected = set()
    for (subject, predicate), values in out.items():
        if predicate == NS + "statusValue" and NS + "knownAffected" in values:
            for product in out[subject, NS + "forProduct"]:
                affected.add(product)
                if (product, NS + "rangeExpression") in out:
                    affected |= out[product, NS + "versionOf"]
    return {
        plant.id(component)
        for component in plant.all("Component")
        if affected & {*plant.values(component, "instanceOf"), *plant.values(component, "runs")}
    }


def test_at_least_six_advisories() -> None:
    assert len(FILES) >= 6
    assert {load(file)["document"]["tracking"]["id"] for file in FILES} == set(OWN)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_is_csaf_2_0_by_the_schema_of_oasis(file: Path, shared: Path) -> None:
    from jsonschema import Draft202012Validator
    from referencing import Registry, Resource

    folder = shared / "testdata" / "csaf" / "oasis-2.0"
    schema = load(folder / "json_schema" / "csaf_json_schema.json")
    named: list[tuple[str, Resource[Any]]] = []
    for other in sorted((folder / "referenced_schema" / "first").glob("*.json")):
        contents = load(other)
        named.append((f"https://www.first.org/cvss/{other.name}", Resource.from_contents(contents)))
    validator = Draft202012Validator(schema, registry=Registry().with_resources(named))
    assert [error.message for error in validator.iter_errors(load(file))] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_is_called_after_its_tracking_id_and_names_the_real_one(file: Path) -> None:
    document = load(file)["document"]
    assert file.stem == document["tracking"]["id"].lower()
    assert document["publisher"]["name"] == "Interlock example"
    (reference,) = document["references"]
    assert reference["url"].startswith("https://www.cisa.gov/news-events/ics-advisories/icsa-")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_states_the_public_facts_of_the_real_one(file: Path, shared: Path) -> None:
    ours = load(file)
    real = ours["document"]["references"][0]["url"].rpartition("/")[2]
    theirs = {v["cve"]: v for v in load(shared / "testdata" / "csaf" / "cisa" / f"{real}.json")["vulnerabilities"]}
    for vulnerability in ours["vulnerabilities"]:
        other = theirs[vulnerability["cve"]]
        assert vulnerability["cwe"] == other["cwe"]
        score, original = (v["scores"][0]["cvss_v3"] for v in (vulnerability, other))
        assert original["vectorString"].startswith(score["vectorString"])
        assert score["baseScore"] == original["baseScore"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_own_advisories_hit_the_components_that_the_plan_names(file: Path, plant: Model) -> None:
    assert hit(plant, imported(file, plant.base)) == OWN[file.stem.upper()]


@pytest.mark.parametrize("name", sorted(CISA))
def test_cisa_advisories_hit_the_components_that_the_plan_names(name: str, plant: Model, shared: Path) -> None:
    file = shared / "testdata" / "csaf" / "cisa" / f"{name}.json"
    assert hit(plant, imported(file, plant.base)) == CISA[name]


def test_model_and_advisories_describe_a_product_in_the_same_words(plant: Model, shared: Path) -> None:
    said: dict[tuple[str, str], set[str]] = defaultdict(set)
    files = [*FILES, *(shared / "testdata" / "csaf" / "cisa" / f"{name}.json" for name in CISA)]
    ours = {triple.subject.value for triple in plant.triples}
    for triple in [*plant.triples, *(t for file in files for t in imported(file, plant.base))]:
        if triple.predicate.value in {f"{DCTERMS}identifier", f"{DCTERMS}title"} and triple.subject.value in ours:
            said[triple.subject.value, triple.predicate.value].add(triple.object.value)
    assert {key: texts for key, texts in said.items() if len(texts) > 1} == {}


def test_every_vulnerability_that_the_model_names_is_described_by_an_advisory(plant: Model) -> None:
    described = {t.subject.value for file in FILES for t in imported(file, plant.base)}
    named = {
        t.object.value
        for t in plant.triples
        if isinstance(t.object, ox.NamedNode) and t.object.value.startswith(plant.of("vulnerability/"))
    }
    assert named
    assert named <= described


def test_only_the_planned_hits_are_without_an_assessment(plant: Model) -> None:
    assessed = {
        (vulnerability, component)
        for act in plant.all("VulnerabilityAssessment")
        for vulnerability in plant.values(act, "assessesVulnerability")
        for component in plant.values(act, "onComponent")
    }
    missing = set()
    for file in FILES:
        triples = imported(file, plant.base)
        for vulnerability in {t.object.value for t in triples if t.predicate.value == NS + "statusOf"}:
            about = {
                t.subject.value
                for t in triples
                if t.predicate.value == NS + "statusOf" and t.object.value == vulnerability
            }
            others = {t.subject.value for t in triples if t.predicate.value == NS + "statusOf"} - about
            for tag in hit(plant, [t for t in triples if t.subject.value not in others]):
                if (vulnerability, plant.named(tag)) not in assessed:
                    missing.add((tag, vulnerability.rpartition("/")[2]))
    assert missing == {("SIS-401", "CVE-2022-30316"), ("PLC-102", "CVE-2021-37205"), ("PLC-301", "CVE-2019-9201")}
