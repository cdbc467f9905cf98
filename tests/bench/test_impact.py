"""Q1 three ways: the stored question, compressed sparse rows, and a plain breadth-first walk over dictionaries."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, RdfFormat, parse

from kg.bench.adjacency import Adjacency
from kg.bench.asking import reached_by, threats_of
from kg.bench.impact import ImpactReference
from kg.bench.workspace import Workspace, workspace
from kg.questions import Asker, find_question
from kg.rdf.names import NS, RDF, RDFS
from kg.values import Trace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.bench.impact import Reached

pytest.importorskip("numpy")


@pytest.fixture(scope="module")
def plant() -> Iterator[Workspace]:
    with workspace(20_000, seed=11) as made:
        yield made


@pytest.fixture(scope="module")
def facts(plant: Workspace) -> bytes:
    return b"".join(plant.project.facts())


class Plain:
    """The facts in dictionaries, and Q1 as its description reads."""

    def __init__(self, facts: bytes) -> None:
        self.out: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.into: dict[tuple[str, str], set[str]] = defaultdict(set)
        for quad in parse(input=facts, format=RdfFormat.N_TRIPLES):
            subject, name = str(quad.subject)[1:-1], quad.predicate.value
            object_ = quad.object.value if isinstance(quad.object, Literal) else str(quad.object)[1:-1]
            self.out[subject, name].add(object_)
            self.into[object_, name].add(subject)

    def ahead(self, node: str, *names: str) -> set[str]:
        return {other for name in names for other in self.out[node, NS + name]}

    def back(self, node: str, *names: str) -> set[str]:
        return {other for name in names for other in self.into[node, NS + name]}

    def is_a(self, node: str, kind: str) -> bool:
        waiting, seen = list(self.out[node, RDF + "type"]), set[str]()
        while waiting:
            one = waiting.pop()
            if one == NS + kind:
                return True
            if one not in seen:
                seen.add(one)
                waiting += self.out[one, RDFS + "subClassOf"]
        return False

    def governs(self, result: str, target: str, requirement: str) -> bool:
        part = self.ahead(target, "foundationalRequirement")
        asked = [
            int(level)
            for demand in self.ahead(result, "asks")
            if self.ahead(demand, "foundationalRequirement") & part
            for level in self.ahead(demand, "level")
        ]
        needed = [int(n) for entry in self.ahead(requirement, "instantiates") for n in self.ahead(entry, "lowestLevel")]
        return any(ask >= need for ask in asked for need in needed or [0])

    def requirements(self, threat: str) -> dict[str, bool]:
        found: dict[str, bool] = {}
        for result in self.back(threat, "derivedFrom"):
            for target in self.back(result, "derivedFrom"):
                for requirement in self.back(target, "derivedFrom"):
                    found[requirement] = found.get(requirement, False) or self.governs(result, target, requirement)
        for mark in (True, False):
            waiting = [requirement for requirement, governed in found.items() if governed is mark]
            while waiting:
                for below in self.back(waiting.pop(), "derivedFrom", "refines"):
                    if self.is_a(below, "Requirement") and found.get(below) not in {True, mark}:
                        found[below] = mark
                        waiting.append(below)
        return found

    def answer(self, threat: str) -> dict[str, dict[str, bool]]:
        requirements = self.requirements(threat)
        governed = {node for node, on in requirements.items() if on}
        system = {node for node in governed if self.is_a(node, "SystemRequirement")}
        allocated = {
            place
            for node in system
            for part in self.ahead(node, "hasAllocation")
            for place in self.ahead(part, "allocatedTo", "providedBy", "pathOver")
        }
        measures = {m for m in allocated if self.is_a(m, "Countermeasure")}
        measures |= {m for node in governed for m in self.back(node, "answers")}
        places = allocated | {p for m in measures for p in self.ahead(m, "deployedOn", "runsOn")}
        places = {p for p in places if self.is_a(p, "Component") or self.is_a(p, "Conduit")}
        functions = {
            function
            for place in places
            for element in self.back(place, "realisedBy")
            for subsystem in self.ahead(element, "partOfSubsystem")
            for function in self.ahead(subsystem, "partOfFunction")
        }
        verifications = {v for node in governed for v in self.back(node, "verifies")}
        naming = self.back(threat, "mitigates")
        plain = {
            "risk_results": self.back(threat, "derivedFrom"),
            "countermeasures": measures,
            "components": {p for p in places if self.is_a(p, "Component")},
            "conduits": {p for p in places if self.is_a(p, "Conduit")},
            "safety_functions": functions,
            "verifications": verifications,
            "evidence": {e for v in verifications for e in self.ahead(v, "evidencedBy")},
            "asked_of": {p for node in governed - system for p in self.ahead(node, "requiredOf")},
            "mitigated_by": naming,
            "via_countermeasures": {r for m in naming for r in self.ahead(m, "answers")},
        }
        return {"requirements": requirements, **{name: dict.fromkeys(nodes, True) for name, nodes in plain.items()}}


def asked(plant: Workspace, threat: str) -> Reached:
    with plant.project.reader() as reader:
        trace = Asker(reader).answer(find_question("Q1"), {"item": threat})
    assert isinstance(trace, Trace)
    return reached_by(trace)


def test_the_stored_question_the_reference_and_a_plain_walk_agree(plant: Workspace, facts: bytes) -> None:
    reference, plain = ImpactReference(facts.splitlines(keepends=True)), Plain(facts)
    threats = threats_of([facts])
    assert len(threats) >= 4
    reached = [reference.reached(threat) for threat in threats]
    for threat, found in zip(threats, reached, strict=True):
        assert found == asked(plant, threat)
        walked = plain.answer(threat)
        assert {name: found[name] for name in walked} == walked
    for bucket in ("countermeasures", "components", "conduits", "safety_functions", "shared_parts", "evidence"):
        assert any(found[bucket] for found in reached), f"no scenario reaches {bucket}: the comparison is empty there"
    marks = {mark for found in reached for mark in found["requirements"].values()}
    assert marks == {True, False}, "governing and contributing requirements must both occur"


def test_the_answer_of_the_reference_names_what_it_reaches(facts: bytes) -> None:
    reference = ImpactReference(facts.splitlines(keepends=True))
    threat = threats_of([facts])[0]
    named = reference.answer(threat)
    assert {name: {entry[0]: entry[3] for entry in entries} for name, entries in named.items()} == reference.reached(
        threat
    )
    assert all(identifier and title for entries in named.values() for _, identifier, title, _ in entries)


def test_hops_follow_each_link_once_in_both_directions() -> None:
    lines = [f"<x:{a}> <x:p> <x:{b}> .\n".encode() for a, b in ("ab", "ac", "bc", "ca", "ab")]
    graph = Adjacency([*lines, b'<x:a> <x:n> "7"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'], ["x:p"], ["x:n"])
    at = {name: graph.number(f"<x:{name}>") for name in "abc"}
    import numpy as np

    ahead = graph.ahead("x:p").hop(np.array([at["a"], at["c"]]))
    assert [array.tolist() for array in ahead] == [[0, 0, 1], [at["b"], at["c"], at["a"]]]
    assert sorted(graph.back("x:p").reached(np.array([at["c"]])).tolist()) == sorted([at["a"], at["b"]])
    assert graph.back("x:p").reached(np.array([], dtype=int)).tolist() == []
    assert [graph.values("x:n")[at[name]] for name in "abc"] == [7, -1, -1]
