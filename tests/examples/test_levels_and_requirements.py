"""Targets and requirements of the example plant, worked out again from the standards' tables."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from kg.rdf.names import CATALOGUE, NS

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Model

FR = f"{CATALOGUE}iec62443-1-1-2009/"
SR = f"{CATALOGUE}iec62443-3-3-2013/"
CR = f"{CATALOGUE}iec62443-4-2-2019/"
CHAINED = ("zone/reactor-control", "zone/safety", "zone/compressor-package")
TYPES = {"SAR": "softwareApplication", "EDR": "embeddedDevice", "HDR": "hostDevice", "NDR": "networkDevice"}

# What the plan of faults says is missing.
FORGOTTEN = {("zone/reactor-control", "SR-7.8"), ("component/safety-controller", "CR-6.2")}
FORGOTTEN_TARGET = ("conduit/maintenance-transfer", "TRE")
WRONG_TARGET = ("zone/dmz", "DC")


def table(shared: Path, name: str) -> list[dict[str, str]]:
    with (shared / "catalogue" / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def parts(shared: Path) -> dict[str, str]:
    """FR1 → IAC."""
    return {row["id"]: row["abbreviation"] for row in table(shared, "fr.csv")}


def scopes(plant: Model) -> list[str]:
    inside = set(plant.naming(plant.of("system/te-plant"), "partOfSystem"))
    return [scope for scope in [*plant.all("Zone"), *plant.all("Conduit")] if scope in inside]


def target(plant: Model, scope: str, part: str) -> str | None:
    found = [t for t in plant.naming(scope, "targetFor") if plant.value(t, "foundationalRequirement") == FR + part]
    assert len(found) <= 1
    return found[0] if found else None


def level(plant: Model, scope: str, part: str) -> int:
    node = target(plant, scope, part)
    return 0 if node is None else int(plant.value(node, "level"))


def exempted(plant: Model, node: str) -> set[str]:
    return {entry for act in plant.naming(node, "exemptedFor") for entry in plant.values(act, "exempts")}


def test_risk_is_what_the_matrix_says_and_asks_for_the_level_of_the_table(plant: Model) -> None:
    (method,) = plant.all("RiskMethod")
    rank = {
        (plant.value(cell, "consequenceRank"), plant.value(cell, "likelihoodRank")): plant.value(cell, "riskRank")
        for cell in plant.values(method, "hasMatrixEntry")
    }
    asked = {plant.value(row, "riskRank"): plant.value(row, "level") for row in plant.values(method, "hasLevelEntry")}
    assert len(rank) == 25
    for result in plant.all("RiskResult"):
        (consequence,) = plant.values(result, "hasConsequence")
        at = (plant.value(consequence, "consequenceRank"), plant.value(result, "likelihoodRank"))
        assert plant.value(result, "unmitigatedRisk") == rank[at], result
        most = max(plant.value(demand, "level") for demand in plant.values(result, "asks"))
        assert most == asked[plant.value(result, "unmitigatedRisk")], result


def test_risk_does_not_grow_by_treatment(plant: Model) -> None:
    for result in plant.all("RiskResult"):
        before, after = plant.number(result, "unmitigatedRisk"), plant.number(result, "mitigatedRisk")
        assert plant.number(result, "residualRisk", 0) <= after <= before, result


def test_every_scope_has_seven_targets(plant: Model, parts: dict[str, str]) -> None:
    missing = {
        (scope.removeprefix(plant.base), part)
        for scope in scopes(plant)
        for part in parts.values()
        if target(plant, scope, part) is None
    }
    assert missing == {FORGOTTEN_TARGET}


def test_targets_are_the_greatest_demand_or_rest_on_something_else(plant: Model, parts: dict[str, str]) -> None:
    """From the risk results of the scope, not from those that the target names."""
    wrong = set()
    for scope in scopes(plant):
        for part in parts.values():
            node = target(plant, scope, part)
            if node is None:
                continue
            demands = [
                int(plant.value(demand, "level"))
                for result in plant.naming(scope, "affectsScope")
                for demand in plant.values(result, "asks")
                if plant.value(demand, "foundationalRequirement") == FR + part
            ]
            basis = plant.value(node, "basis").removeprefix(NS)
            if basis in {"override", "prescribed"}:
                continue
            assert (basis == "detailedAssessment") == bool(demands), node
            if int(plant.value(node, "level")) != max(demands, default=0):
                wrong.add((scope.removeprefix(plant.base), part))
    assert wrong == {WRONG_TARGET}


def test_overridden_and_prescribed_targets_are_few_and_say_why(plant: Model) -> None:
    special = {}
    for node in plant.all("TargetLevel"):
        basis = plant.value(node, "basis").removeprefix(NS)
        if basis == "override":
            assert plant.value(node, "reason")
            assert plant.value(node, "validUntil")
            assert plant.naming(node, "approves")
        if basis in {"override", "prescribed"}:
            special[node.removeprefix(plant.base)] = basis
    assert special == {
        "target/supervisory/TRE": "override",
        "target/wireless-backhaul/RA": "override",
        "target/compressor-link/TRE": "prescribed",
    }


def test_vectors_vary(plant: Model, parts: dict[str, str]) -> None:
    vectors = [tuple(level(plant, scope, part) for part in parts.values()) for scope in scopes(plant)]
    assert len(set(vectors)) == len(vectors) - 1  # compressor package and field wireless zone: planted
    assert len({max(vector) for vector in vectors}) == 3


def test_system_requirements_are_those_that_the_targets_call_for(
    plant: Model, shared: Path, parts: dict[str, str]
) -> None:
    forgotten = set()
    for scope in scopes(plant):
        called = {
            SR + row["id"].replace(" ", "-")
            for row in table(shared, "sr_3_3.csv")
            if int(row["sl"]) <= level(plant, scope, parts[row["fr"]])
        }
        modelled = [
            plant.value(requirement, "instantiates")
            for requirement in plant.naming(scope, "requiredOf")
            if requirement in set(plant.all("SystemRequirement"))
        ]
        assert len(modelled) == len(set(modelled)), scope
        out = exempted(plant, scope)
        assert set(modelled).isdisjoint(out)
        assert set(modelled) | out <= called, scope
        forgotten |= {
            (scope.removeprefix(plant.base), entry.removeprefix(SR)) for entry in called - set(modelled) - out
        }
    assert forgotten == {pair for pair in FORGOTTEN if pair[1].startswith("SR")}


def test_worked_count_of_the_standard_with_the_vectors_of_the_plant(plant: Model, shared: Path) -> None:
    """Reactor control {2 2 3 1 3 1 3}: 16 + 12 + 16 + 2 + 10 + 1 + 13 = 70 by Annex B."""
    scope = plant.of("zone/reactor-control")
    vector = [level(plant, scope, part) for part in ("IAC", "UC", "SI", "DC", "RDF", "TRE", "RA")]
    assert vector == [2, 2, 3, 1, 3, 1, 3]
    rows = table(shared, "sr_3_3.csv")
    assert sum(int(row["sl"]) <= vector[int(row["fr"][2]) - 1] for row in rows) == 70
    modelled = [r for r in plant.naming(scope, "requiredOf") if r in set(plant.all("SystemRequirement"))]
    assert len(modelled) == 70 - 1 - 3  # SR 7.8 forgotten; SR 1.6, 1.6 RE 1, 2.2 not applicable


def test_allocation_is_the_default_or_says_why(plant: Model, shared: Path) -> None:
    modes = {SR + row["id"].replace(" ", "-"): row["modes"].split("|") for row in table(shared, "allocation_3_3.csv")}
    without, off_default = set(), set()
    for requirement in plant.all("SystemRequirement"):
        allocations = plant.values(requirement, "hasAllocation")
        if not allocations:
            without.add(requirement.removeprefix(plant.base))
            continue
        (allocation,) = allocations
        mode = plant.value(allocation, "allocationMode").removeprefix(NS)
        permitted = modes[plant.value(requirement, "instantiates")]
        assert mode in permitted, requirement
        if mode != permitted[0] and not plant.values(allocation, "reason"):
            off_default.add(requirement.removeprefix(plant.base))
        if mode != "each":
            assert plant.values(allocation, "allocatedTo") or plant.values(allocation, "providedBy"), requirement
    assert without == {"sr/supervisory/SR-2.8"}
    assert off_default == {"sr/engineering/SR-6.1"}


@pytest.mark.parametrize("zone", CHAINED)
def test_component_requirements_are_complete_for_every_typed_component(
    plant: Model, shared: Path, parts: dict[str, str], zone: str
) -> None:
    scope = plant.of(zone)
    rows = table(shared, "cr_4_2.csv")
    forgotten = set()
    components = [c for c in plant.naming(scope, "locatedIn") if plant.values(c, "componentType")]
    assert len(components) >= 3
    for component in components:
        types = {value.removeprefix(NS) for value in plant.values(component, "componentType")}
        called = {
            CR + row["id"].replace(" ", "-")
            for row in rows
            if int(row["sl"]) <= level(plant, scope, parts[row["fr"]])
            and (row["applies_to"] == "all" or TYPES[row["applies_to"]] in types)
        }
        modelled = {
            plant.value(requirement, "instantiates")
            for requirement in plant.naming(component, "requiredOf")
            if requirement in set(plant.all("ComponentRequirement"))
        }
        out = exempted(plant, component)
        assert modelled <= called, component
        forgotten |= {(component.removeprefix(plant.base), entry.removeprefix(CR)) for entry in called - modelled - out}
    assert forgotten == {pair for pair in FORGOTTEN if pair[1].startswith("CR") and zone == "zone/safety"}


def test_component_requirements_hang_on_their_counterpart_where_there_is_one(plant: Model, shared: Path) -> None:
    counterpart = {
        CR + row["id"].replace(" ", "-"): SR + row["corresponding_sr"].replace(" ", "-")
        for row in table(shared, "cr_4_2.csv")
        if row["corresponding_sr"]
    }
    from_target = 0
    for requirement in plant.all("ComponentRequirement"):
        entry = plant.value(requirement, "instantiates")
        parent = plant.value(requirement, "derivedFrom")
        scope = plant.value(plant.value(requirement, "requiredOf"), "locatedIn")
        same = [
            r for r in plant.naming(scope, "requiredOf") if plant.values(r, "instantiates") == [counterpart.get(entry)]
        ]
        if same:
            assert parent == same[0], requirement
        else:
            from_target += 1
            assert plant.value(parent, "targetFor") == scope, requirement
    assert from_target > 50  # half of what is asked of devices has no counterpart in 3-3
