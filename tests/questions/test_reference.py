"""Q1 and its kin on the example plant: against a walk in plain Python over its triples, and the written plan."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import RdfFormat, parse
from question_cases import builtin

from kg.data import examples_folder
from kg.questions import Asker, find_question
from kg.rdf.names import DCTERMS, NS, PREFIXES, RDF, RDFS
from kg.rdf.skolem import skolemise
from kg.store import memory_reader
from kg.values import Trace

BASE = "https://example.org/te-plant/"
PLAN = tomllib.loads((Path(__file__).parents[1] / "examples" / "expected-impact.toml").read_text("utf-8"))


@cache
def facts() -> bytes:
    lines = [
        line
        for file in sorted((examples_folder() / "plant" / "model").glob("*.ttl"))
        for line in skolemise(
            [
                f"{quad.triple} .\n".encode()
                for quad in parse(file.read_bytes(), format=RdfFormat.TURTLE, base_iri=BASE, rename_blank_nodes=True)
            ],
            BASE,
        )
    ]
    return b"".join(lines)


@cache
def asker() -> Asker:
    return Asker(memory_reader([builtin(), facts()]), {**PREFIXES, "": BASE})


class Graph:
    """Triples both ways, and the class tree."""

    def __init__(self, data: bytes) -> None:
        self.out: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.back: dict[tuple[str, str], set[str]] = defaultdict(set)
        for quad in parse(data, format=RdfFormat.N_TRIPLES):
            s, p, o = quad.subject.value, quad.predicate.value, quad.object.value
            self.out[s, p].add(o)
            self.back[o, p].add(s)

    def a(self, node: str, class_: str) -> bool:
        todo, seen = set(self.out[node, RDF + "type"]), set()
        while todo:
            one = todo.pop()
            seen.add(one)
            todo |= self.out[one, RDFS + "subClassOf"] - seen
        return NS + class_ in seen

    def go(self, node: str, *names: str) -> set[str]:
        return {o for name in names for o in self.out[node, NS + name]}

    def come(self, node: str, *names: str) -> set[str]:
        return {s for name in names for s in self.back[node, NS + name]}

    def id(self, node: str) -> str:
        return next(iter(self.out[node, DCTERMS + "identifier"]))


@cache
def graph() -> Graph:
    return Graph(builtin() + facts())


def level(g: Graph, result: str, part: str) -> int | None:
    asked = [d for d in g.go(result, "asks") if part in g.go(d, "foundationalRequirement")]
    return max((int(one) for d in asked for one in g.go(d, "level")), default=None)


def reference(threat: str) -> dict[str, set[str]]:
    """Q1 as `kg/questions/threat-impact.rq` describes it, one node at a time."""
    g = graph()
    results = {r for r in g.come(threat, "derivedFrom") if g.a(r, "RiskResult")}
    targets = {t for r in results for t in g.come(r, "derivedFrom") if g.a(t, "TargetLevel")}
    governing, contributing = set(), set()
    for target in targets:
        (part,) = g.go(target, "foundationalRequirement")
        for child in {c for c in g.come(target, "derivedFrom") if g.a(c, "Requirement")}:
            needed = min((int(n) for e in g.go(child, "instantiates") for n in g.go(e, "lowestLevel")), default=None)
            asked = [level(g, result, part) for result in results & g.go(target, "derivedFrom")]
            governs = any(a is not None and (needed is None or a >= needed) for a in asked)
            (governing if governs else contributing).add(child)
    governing = below(g, governing)
    contributing = below(g, contributing) - governing
    systems = {r for r in governing if g.a(r, "SystemRequirement")}
    places = {p for r in systems for part in g.go(r, "hasAllocation") for p in g.go(part, "allocatedTo", "pathOver")}
    provided = {s for r in systems for part in g.go(r, "hasAllocation") for s in g.go(part, "providedBy")} | places
    measures = {m for r in governing for m in g.come(r, "answers")} | {p for p in provided if g.a(p, "Countermeasure")}
    places |= {p for m in measures for p in g.go(m, "deployedOn", "runsOn")}
    components = {p for p in places if g.a(p, "Component")}
    conduits = {p for p in places if g.a(p, "Conduit")}
    judgements = {v for r in governing for v in g.come(r, "verifies")}
    naming = g.come(threat, "mitigates")
    return {
        "risk_results": results,
        "targets": targets,
        "requirements": governing | contributing,
        "governing": governing,
        "countermeasures": measures,
        "components": components,
        "conduits": conduits,
        "safety_functions": functions(g, components | conduits),
        "verifications": judgements,
        "evidence": {e for v in judgements for e in g.go(v, "evidencedBy")},
        "mitigated_by": naming,
        "via_countermeasures": {r for m in naming for r in g.go(m, "answers")},
        "asked_of": {c for r in governing - systems for c in g.go(r, "requiredOf") if g.a(c, "Component")},
    }


def below(g: Graph, requirements: set[str]) -> set[str]:
    found, todo = set(requirements), list(requirements)
    while todo:
        new = {c for c in g.come(todo.pop(), "derivedFrom", "refines") if g.a(c, "Requirement")} - found
        found |= new
        todo += new
    return found


def functions(g: Graph, places: set[str]) -> set[str]:
    found = set()
    for place in places:
        users = g.come(place, "realisedBy", "carriedBy", "dependsOn")
        elements = {u for u in users if g.a(u, "Element")} | {
            e for t in users if g.a(t, "DiagnosticTest") for e in g.go(t, "diagnoses")
        }
        subsystems = {s for e in elements for s in g.go(e, "partOfSubsystem")} | {
            u for u in users if g.a(u, "Subsystem")
        }
        found |= {f for s in subsystems for f in g.go(s, "partOfFunction")}
        found |= {f for layer in users if g.a(layer, "ProtectionLayer") for f in g.go(layer, "layerFunction")}
        found |= {f for flow in users if g.a(flow, "DataFlow") for f in g.come(flow, "usesFlow")}
        found |= {u for u in users if g.a(u, "SafetyFunction")}
    return found


def threats() -> list[str]:
    return sorted(graph().back[NS + "ThreatScenario", RDF + "type"])


@pytest.mark.parametrize("threat", threats(), ids=lambda iri: iri.rpartition("/")[2])
def test_q1_is_what_a_plain_walk_finds(threat: str) -> None:
    found = asker().walk(find_question("Q1"), threat).reached
    expected = reference(threat)
    governing = expected.pop("governing")
    assert {name: set(found[name]) for name in expected} == expected
    assert {iri for iri, on in found["requirements"].items() if on} == governing


def ask(number: str, item: str) -> dict[str, dict[str, Any]]:
    found = asker().answer(find_question(number), {"item": item})
    assert isinstance(found, Trace)
    return {name: {entry.item.id: entry for entry in entries} for name, entries in found.buckets}


@pytest.mark.parametrize("section", ["threat-impact", "small-threat-impact"])
def test_q1_is_what_was_planned(section: str) -> None:
    plan = PLAN[section]
    found = ask("Q1", plan["item"])
    kinds = ("system", "component")
    for mark, governs in (("governing", True), ("contributing", False)):
        planned = {one for kind in kinds for one in plan.get(f"{mark}_{kind}_requirements", ())}
        assert {name for name, entry in found["requirements"].items() if entry.governing is governs} == planned
    for bucket in ("risk_results", "targets", "countermeasures", "conduits", "safety_functions"):
        if bucket in plan:
            assert set(found[bucket]) == set(plan[bucket])
    if "direct" in plan:
        assert set(found["mitigated_by"]) == set(plan["direct"]["countermeasures"])


def test_q1_components_are_those_planned_and_those_allocated() -> None:
    plan = PLAN["threat-impact"]
    found = asker().answer(find_question("Q1"), {"item": plan["item"]})
    assert isinstance(found, Trace)
    by_link = defaultdict(set)
    for step in found.steps:
        if step.bucket == "components":
            by_link[step.link].add(graph().id(step.target))
    assert by_link["il:deployedOn"] == set(plan["components"])
    assert by_link.keys() <= {"il:deployedOn", "il:allocatedTo"}


def test_q4_is_what_was_planned() -> None:
    plan = PLAN["component-impact"]
    found = ask("Q4", plan["item"])
    for bucket in ("claims", "verifications", "countermeasures", "essential_functions", "safety_functions"):
        assert set(found[bucket]) == set(plan[bucket])
    assert set(found["evidence"]) >= set(plan["evidence"])
    own = [entry for entry in found["requirements"].values() if entry.item.kind == "ComponentRequirement"]
    assert len(own) == plan["component_requirements"]


@pytest.mark.parametrize("name", ["requirement-passed", "requirement-failed"])
def test_q3_is_what_was_planned(name: str) -> None:
    plan = PLAN["proof"][name]
    found = asker().answer(find_question("Q3"), {"item": plan["item"], "as_of": "2026-06-30"})
    assert isinstance(found, Trace)
    own = {
        graph().id(step.target)
        for step in found.steps
        if step.source == found.start.iri and step.bucket == "verifications"
    }
    assert own == set(plan["verifications"])
    evidence = {e.item.id for bucket, entries in found.buckets for e in entries if bucket == "evidence"}
    assert evidence == (set(plan["evidence"]) if name == "requirement-passed" else set())


def test_q3_of_a_target_is_what_was_planned() -> None:
    plan = PLAN["proof"]["target"]
    found = asker().answer(find_question("Q3"), {"item": plan["item"], "as_of": "2026-06-30"})
    assert isinstance(found, Trace)
    entries = {e.item.id: dict(e.facts) for name, several in found.buckets for e in several if name == "requirements"}
    verified = {graph().id(s.source) for s in found.steps if s.bucket == "verifications" and s.link == "il:verifies"}
    planned = {*plan["passed"], *plan["failed"], *plan["unverified"]}
    assert planned <= entries.keys()
    assert verified & planned == {*plan["passed"], *plan["failed"]}
