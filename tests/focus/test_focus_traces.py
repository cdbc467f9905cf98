"""What trace questions read, worked by hand; and against answers of stored questions about the example plant."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from focus_cases import HEAD, cut, touched
from pyoxigraph import NamedNode

from kg.data import examples_folder
from kg.focus.catalogued import Catalogued
from kg.focus.footprint import Footprint, Opaque
from kg.focus.touch import Everything, foci
from kg.focus.traces import TraceStep, footprint_of_trace
from kg.focus.view import View
from kg.project.standalone import Standalone
from kg.questions.classes import Classes
from kg.questions.library import all_questions
from kg.questions.walk import Plan, walk
from kg.rdf.names import NS, RDF
from kg.store import Delta
from kg.store.memory import memory_state

if TYPE_CHECKING:
    from kg.questions.header import Question
    from kg.store import Reader

UP = f"{HEAD} SELECT ?from ?to WHERE {{ VALUES ?from {{ }} ?to :p ?from }}"
ON = f"{HEAD} SELECT ?from ?to WHERE {{ VALUES ?from {{ }} ?from :q ?to }}"
LABEL = f"{HEAD} SELECT ?from ?label WHERE {{ VALUES ?from {{ }} OPTIONAL {{ ?from :label ?label }} }}"


def trace(*steps: TraceStep, facts: tuple[str, ...] = ()) -> Footprint | Opaque:
    return footprint_of_trace(steps, facts, Catalogued())


def test_one_step_after_the_other() -> None:
    footprint = trace(TraceStep(UP, (), ("one",)), TraceStep(ON, ("one",), ("two",)))
    facts = ":m :p :f ."
    assert touched(footprint, facts, ":n :p :f") == {"f"}
    assert touched(footprint, facts, ":m :q :x") == {"f", "m"}  # an item asked about counts as one of each bucket
    assert touched(footprint, facts, ":x :q :m") == {"x"}
    assert cut(footprint, facts + ":m :q :x . :x :q :y .", "f") == {"m p f", "m q x"}


def test_a_step_into_its_own_bucket_goes_on() -> None:
    footprint = trace(TraceStep(ON, (), ("all",)), TraceStep(ON, ("all",), ("all",)))
    assert touched(footprint, ":f :q :m . :m :q :n .", ":n :q :x") == {"f", "m", "n"}


def test_facts_are_asked_of_whatever_is_reached() -> None:
    footprint = trace(TraceStep(UP, (), ("one",)), facts=(LABEL,))
    assert touched(footprint, ":m :p :f .", ":m :label 'm'") == {"f", "m"}
    assert touched(footprint, ":m :p :f .", ":f :label 'f'") == {"f"}


def test_classes_decide_on_buckets_so_they_are_read() -> None:
    footprint = trace(TraceStep(UP, (), ("one",)))
    assert touched(footprint, ":m :p :f .", ":m a :C") == {"f", "m"}
    assert touched(footprint, ":m :p :f . :m a :C .", ":C rdfs:subClassOf :D") == "*"


def test_what_a_step_reaches_in_an_optional_is_reached() -> None:
    step = f"{HEAD} SELECT ?from ?to WHERE {{ VALUES ?from {{ }} ?from a ?kind OPTIONAL {{ ?from :q ?to }} }}"
    footprint = trace(TraceStep(step, (), ("one",)), TraceStep(ON, ("one",), ("two",)))
    assert touched(footprint, ":f a :C ; :q :m .", ":m :q :x") == {"f", "m"}


def test_what_nobody_can_tell() -> None:
    step = f"{HEAD} SELECT ?from ?to WHERE {{ VALUES ?from {{ }} SERVICE <urn:s> {{ ?from :q ?to }} }}"
    assert isinstance(trace(TraceStep(step, (), ("one",))), Opaque)


def answer(question: Question, reader: Reader, item: str) -> object:
    """Return all that a walk from an item reached."""
    classes = [one.value for one in reader.objects(*_typed(item)) if hasattr(one, "value")]
    found = walk(Plan(question, Classes(reader)), reader, item, classes)
    return {name: sorted(of.items()) for name, of in found.reached.items()}, sorted(found.links.items(), key=str)


def _typed(item: str) -> tuple[NamedNode, NamedNode]:
    return NamedNode(item), NamedNode(RDF + "type")


@pytest.fixture(scope="module")
def plant() -> Standalone:
    return Standalone([examples_folder() / "plant" / "model"])


@pytest.mark.parametrize("slug", ["threat-impact", "component-impact"])
def test_answers_that_change_are_named(plant: Standalone, slug: str) -> None:
    question = all_questions()[slug]
    steps = [TraceStep(s.query, () if s.start else s.sources, s.targets) for s in question.steps]
    footprint = footprint_of_trace(steps)
    assert isinstance(footprint, Footprint)
    draw = Random(7)  # noqa: S311 - repeatable edits, no secrets
    state = memory_state({graph: list(lines) for graph, lines in plant.graphs.items()})
    own = [graph for graph in state.graphs if "/graph/source/" in graph]
    kind = "ThreatScenario" if slug == "threat-impact" else "Component"
    end = f"<{RDF}type> <{NS}{kind}> .\n".encode()
    items = [line.split(b" ")[0][1:-1].decode() for graph in own for line in state.lines(graph) if line.endswith(end)]
    items = draw.sample(sorted(items), 8)
    before = {item: answer(question, state.reader, item) for item in items}
    changed = named = 0
    for _ in range(12):
        graph = draw.choice(own)
        lines = [line for line in state.lines(graph) if b'"' not in line]
        touched = state.apply({graph: Delta(removed=draw.sample(lines, min(len(lines), 5)))})
        view = View(state.reader, touched)
        found = foci(footprint, view, view.visible())
        after = {item: answer(question, state.reader, item) for item in items}
        moved = {item for item in items if after[item] != before[item]}
        assert not isinstance(found, Everything)
        assert moved <= found
        changed, named, before = changed + len(moved), named + len(found.intersection(items)), after
    assert 0 < changed <= named < 12 * len(items)
