"""What the rules and questions that come with Interlock read: all of it can be told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kg.focus.cache import Footprints
from kg.focus.catalogued import read_catalogued
from kg.focus.footprint import Footprint, Opaque
from kg.focus.shapes import Shapes
from kg.focus.traces import TraceStep, footprint_of_trace
from kg.questions.library import all_questions
from kg.rdf.names import NS
from kg.rules import packaged_rule_files, read_rules

if TYPE_CHECKING:
    from pathlib import Path

    from kg.rules import RuleSet

TODAY = f"<{NS}thisCheck>"


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return read_rules(packaged_rule_files())


@pytest.fixture(scope="module")
def shapes(rules: RuleSet) -> Shapes:
    return Shapes(triple for file in rules.files for triple in file.triples)


@pytest.fixture(scope="module")
def footprints(rules: RuleSet, shapes: Shapes) -> dict[str, Footprint | Opaque]:
    return {rule.name: shapes.footprint(rule.iri) for rule in rules.rules}


def test_no_rule_hides_what_it_reads(footprints: dict[str, Footprint | Opaque]) -> None:
    assert len(footprints) > 80
    assert {name: found.reason for name, found in footprints.items() if isinstance(found, Opaque)} == {}
    assert [name for name, found in footprints.items() if isinstance(found, Footprint) and found.open] == []


def test_what_rules_read_for_every_item_is_the_day_and_catalogues(footprints: dict[str, Footprint | Opaque]) -> None:
    # A change there concerns every item, so a full run: these classes are filled by catalogues alone.
    roots = {
        name: {text for text, _ in found.roots} - {TODAY}
        for name, found in footprints.items()
        if isinstance(found, Footprint)
    }
    assert {name: texts for name, texts in roots.items() if texts} == {
        "iec61511-1-2016/8.2.4": {f"<{NS}SecurityAssessmentOutput>"},
        "iec62443-3-2-2020/ZCR-5.6": {f"<{NS}FoundationalRequirement>"},
        "iec62443-3-3-2013/annex-B": {f"<{NS}SystemRequirementEntry>"},
        "iec62443-4-2-2019/CCSC-1": {f"<{NS}EssentialFunctionCheck>"},
    }


def test_rules_that_read_the_day_are_known_by_it(footprints: dict[str, Footprint | Opaque]) -> None:
    daily = {
        name for name, found in footprints.items() if isinstance(found, Footprint) and NS + "asOf" in found.properties
    }
    rooted = {name for name, found in footprints.items() if isinstance(found, Footprint) and TODAY in dict(found.roots)}
    assert daily == rooted
    assert {"iec62443-3-2-2020/ZCR-5.6-override", "model/assumption"} <= daily
    assert "iec61511-1-2016/9.2" not in daily


def test_a_rule_below_a_choice_is_not_looked_at_from_the_choice(footprints: dict[str, Footprint | Opaque]) -> None:
    # ZCR-5.6-override enters through il:override and reports at target levels: from one of these it reads its own
    # basis, and never all that was overridden.
    found = footprints["iec62443-3-2-2020/ZCR-5.6-override"]
    assert isinstance(found, Footprint)
    assert not any(edge.inverse for edge in found.by_property[NS + "basis"])
    assert {edge.ends for edge in found.by_property[NS + "basis"]} == {(f"<{NS}override>",)}


def test_what_questions_read() -> None:
    catalogued = read_catalogued()
    cache = Footprints()
    found: dict[str, Footprint | Opaque] = {}
    for slug, question in all_questions().items():
        if question.kind == "trace":
            steps = [TraceStep(s.query, () if s.start else s.sources, s.targets) for s in question.steps]
            found[slug] = footprint_of_trace(steps, [facts.query for facts in question.facts], catalogued)
        else:
            one = cache.query(question.query, "item")
            if question.start is not None or slug == "orphans":  # the others are about everything
                found[slug] = one
    assert {slug: one.reason for slug, one in found.items() if isinstance(one, Opaque)} == {}
    assert [slug for slug, one in found.items() if isinstance(one, Footprint) and one.open] == []
    threat = found["threat-impact"]
    assert isinstance(threat, Footprint)
    assert threat.roots == ()
    assert {NS + "derivedFrom", NS + "refines", NS + "deployedOn", NS + "realisedBy"} <= threat.properties
    assert NS + "partOfZone" not in threat.properties


def test_what_is_few_and_shared_by_many() -> None:
    found = read_catalogued()
    assert {NS + "SystemRequirementEntry", NS + "FoundationalRequirement"} <= found.classes
    assert {NS + "Component", NS + "Zone", NS + "SystemRequirement", NS + "TargetLevel"}.isdisjoint(found.classes)
    assert {NS + "foundationalRequirement", NS + "level", NS + "status", NS + "trigger"} <= found.shared
    assert {NS + "locatedIn", NS + "targetFor", NS + "hasTriggerFact"} <= found.owned
    assert found.shared.isdisjoint(found.owned)


def test_footprints_come_back_from_disk_as_they_were(
    rules: RuleSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "footprints.json"
    some = rules.rules[:5]
    shapes = Shapes(triple for file in rules.files for triple in file.triples)
    steps = [TraceStep("SELECT ?from ?to WHERE { VALUES ?from { } ?from ?p ?to }", (), ("all",))]
    first = Footprints(path)
    made = [first.rule(rule.iri, "as they are", lambda: shapes) for rule in some]
    made += [
        first.query("ASK { ?focus ?p ?o }"),
        first.query("DESCRIBE ?focus"),
        first.trace(steps, ["ASK { ?from ?p ?o }"]),
    ]
    first.save()
    # Nothing is compiled again.
    monkeypatch.setattr(Shapes, "footprint", None)
    monkeypatch.setattr("kg.focus.cache.footprint_of_query", None)
    monkeypatch.setattr("kg.focus.cache.footprint_of_trace", None)
    again = Footprints(path)
    kept = [again.rule(rule.iri, "as they are", lambda: shapes) for rule in some]
    kept += [
        again.query("ASK { ?focus ?p ?o }"),
        again.query("DESCRIBE ?focus"),
        again.trace(steps, ["ASK { ?from ?p ?o }"]),
    ]
    assert kept == made
    assert isinstance(kept[-2], Opaque)
    with pytest.raises(TypeError):  # a rule that says something else is compiled
        again.rule(some[0].iri, "otherwise", lambda: shapes)
    written = path.stat().st_mtime_ns
    again.save()
    assert path.stat().st_mtime_ns == written


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"format": 0, "footprints": {}}', '{"format": 5, "footprints": 3}']
)
def test_a_file_of_footprints_that_is_of_no_use_counts_as_empty(tmp_path: Path, content: str) -> None:
    path = tmp_path / "footprints.json"
    path.write_text(content, encoding="utf-8")
    footprints = Footprints(path)
    assert isinstance(footprints.query("ASK { ?focus ?p ?o }"), Footprint)
    footprints.save()
    assert len(json.loads(path.read_bytes())["footprints"]) == 1


def test_a_place_that_can_not_be_written_is_no_error(tmp_path: Path) -> None:
    footprints = Footprints(tmp_path / "nowhere" / "footprints.json")
    assert isinstance(footprints.query("ASK { ?focus ?p ?o }"), Footprint)
    footprints.save()
