"""What the questions must answer, held against the plant by walking its triples: no query of ours is in between."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kg.rdf.names import NS

if TYPE_CHECKING:
    from conftest import Model

EXPECTED = Path(__file__).parent / "expected-impact.toml"


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return tomllib.loads(EXPECTED.read_text("utf-8"))


@pytest.fixture(scope="module")
def lowest(shared: Path) -> dict[str, int]:
    """Local name of each SR, CR or RE → the level that first asks for it."""
    found: dict[str, int] = {}
    for name in ("sr_3_3.csv", "cr_4_2.csv"):
        with (shared / "catalogue" / name).open(newline="", encoding="utf-8") as file:
            found |= {row["id"].replace(" ", "-"): int(row["sl"]) for row in csv.DictReader(file)}
    return found


def requirements(plant: Model, threat: str, lowest: dict[str, int]) -> dict[str, dict[str, bool]]:
    """Return SystemRequirement and ComponentRequirement → identifier → whether the threat governs it."""
    answer: dict[str, dict[str, bool]] = {"SystemRequirement": {}, "ComponentRequirement": {}}
    kinds = {node: kind for kind in answer for node in plant.all(kind)}
    for result in plant.naming(threat, "derivedFrom"):
        asked = {
            plant.value(demand, "foundationalRequirement"): int(plant.value(demand, "level"))
            for demand in plant.values(result, "asks")
        }
        for target in plant.naming(result, "derivedFrom"):
            most = asked.get(plant.value(target, "foundationalRequirement"), 0)
            for child in plant.naming(target, "derivedFrom"):
                entry = plant.value(child, "instantiates").rpartition("/")[2]
                governed = most >= lowest[entry]
                answer[kinds[child]][plant.id(child)] = governed
                for grandchild in plant.naming(child, "derivedFrom"):
                    answer[kinds[grandchild]][plant.id(grandchild)] = governed
    return answer


def split(found: dict[str, bool]) -> tuple[set[str], set[str]]:
    return {name for name, governed in found.items() if governed}, {n for n, governed in found.items() if not governed}


def places(plant: Model, measures: set[str], kind: str) -> set[str]:
    nodes = {
        place
        for measure in measures
        for property_ in ("deployedOn", "runsOn")
        for place in plant.values(plant.named(measure), property_)
    }
    return {plant.id(node) for node in nodes & set(plant.all(kind))}


def functions_on(plant: Model, components: set[str]) -> set[str]:
    return {
        plant.id(function)
        for component in components
        for element in plant.naming(plant.named(component), "realisedBy")
        if element in set(plant.all("Element"))
        for subsystem in plant.values(element, "partOfSubsystem")
        for function in plant.values(subsystem, "partOfFunction")
    }


@pytest.mark.parametrize("section", ["threat-impact", "small-threat-impact"])
def test_requirements_of_a_threat(plant: Model, expected: dict[str, Any], lowest: dict[str, int], section: str) -> None:
    answer = expected[section]
    found = requirements(plant, plant.named(answer["item"]), lowest)
    governing, contributing = split(found["SystemRequirement"])
    assert governing == set(answer["governing_system_requirements"])
    assert contributing == set(answer["contributing_system_requirements"])
    governing, contributing = split(found["ComponentRequirement"])
    assert governing == set(answer.get("governing_component_requirements", ()))
    assert contributing == set(answer.get("contributing_component_requirements", ()))


@pytest.mark.parametrize("section", ["threat-impact", "small-threat-impact"])
def test_countermeasures_that_answer_what_it_governs(plant: Model, expected: dict[str, Any], section: str) -> None:
    answer = expected[section]
    measures = {
        plant.id(measure)
        for requirement in answer["governing_system_requirements"]
        for measure in plant.naming(plant.named(requirement), "answers")
    }
    assert measures == set(answer["countermeasures"])


def test_where_they_run_and_which_safety_functions_share_it(plant: Model, expected: dict[str, Any]) -> None:
    answer = expected["threat-impact"]
    measures = set(answer["countermeasures"])
    assert places(plant, measures, "Component") == set(answer["components"])
    assert places(plant, measures, "Conduit") == set(answer["conduits"])
    assert functions_on(plant, set(answer["components"])) == set(answer["safety_functions"])


def test_what_only_an_allocation_names(plant: Model, expected: dict[str, Any]) -> None:
    answer = expected["threat-impact"]
    named = {
        plant.id(component)
        for requirement in answer["governing_system_requirements"]
        for allocation in plant.values(plant.named(requirement), "hasAllocation")
        for component in set(plant.values(allocation, "allocatedTo")) & set(plant.all("Component"))
    }
    assert named - set(answer["components"]) == set(answer["allocated_components"])


def test_second_route_from_threat_to_countermeasure(plant: Model, expected: dict[str, Any]) -> None:
    threat, answer = plant.named(expected["threat-impact"]["item"]), expected["threat-impact"]["direct"]
    measures = {plant.id(measure) for measure in plant.naming(threat, "mitigates")}
    assert measures == set(answer["countermeasures"])
    assert places(plant, measures, "Component") == set(answer["components"])
    assert places(plant, measures, "Conduit") == set(answer["conduits"])


def test_risk_results_and_targets_on_the_way(plant: Model, expected: dict[str, Any]) -> None:
    answer = expected["threat-impact"]
    results = plant.naming(plant.named(answer["item"]), "derivedFrom")
    assert {plant.id(result) for result in results} == set(answer["risk_results"])
    targets = {plant.id(target) for result in results for target in plant.naming(result, "derivedFrom")}
    assert targets - {"RT-01"} == set(answer["targets"])


@pytest.mark.parametrize(("name", "outcome"), [("requirement-passed", "passed"), ("requirement-failed", "failed")])
def test_proof_of_a_requirement(plant: Model, expected: dict[str, Any], name: str, outcome: str) -> None:
    answer = expected["proof"][name]
    acts = plant.naming(plant.named(answer["item"]), "verifies")
    assert {plant.id(act) for act in acts} == set(answer["verifications"])
    assert {plant.value(act, "outcome") for act in acts} == {NS + outcome}
    assert {plant.id(e) for act in acts for e in plant.values(act, "evidencedBy")} == set(answer["evidence"])


def test_proof_of_a_target(plant: Model, expected: dict[str, Any]) -> None:
    answer = expected["proof"]["target"]
    sorted_by: dict[str, set[str]] = {"passed": set(), "failed": set(), "unverified": set()}
    for requirement in set(plant.naming(plant.named(answer["item"]), "derivedFrom")) & set(
        plant.all("SystemRequirement")
    ):
        outcomes = {plant.value(act, "outcome") for act in plant.naming(requirement, "verifies")} or {NS + "unverified"}
        for outcome in outcomes:
            sorted_by[outcome.removeprefix(NS)].add(plant.id(requirement))
    assert sorted_by == {name: set(answer[name]) for name in sorted_by}


def test_what_hangs_on_the_safety_controller(plant: Model, expected: dict[str, Any]) -> None:
    answer = expected["component-impact"]
    component = plant.named(answer["item"])
    own = set(plant.naming(component, "requiredOf")) & set(plant.all("ComponentRequirement"))
    assert len(own) == answer["component_requirements"]
    version = plant.value(component, "runs")
    claims = plant.naming(version, "claimsFor")
    acts = plant.naming(component, "verifiedOn")
    ids = {
        "claims": claims,
        "verifications": acts,
        "evidence": [e for act in [*claims, *acts] for e in plant.values(act, "evidencedBy")],
        "countermeasures": plant.naming(component, "deployedOn"),
        "settings": plant.naming(component, "settingOf"),
        "integrations": plant.naming(component, "integrates"),
        "essential_functions": plant.naming(component, "servedBy"),
    }
    assert {key: {plant.id(node) for node in nodes} for key, nodes in ids.items()} == {
        key: set(answer[key]) for key in ids
    }
    assert functions_on(plant, {answer["item"]}) == set(answer["safety_functions"])
