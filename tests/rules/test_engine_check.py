from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING

import pytest

from kg.errors import BrokenFile
from kg.rules import apply_profile, check, judge_by_files, load_profile, read_rules, run_fast, run_judge
from kg.values import Finding, Findings, Severity

if TYPE_CHECKING:
    from pathlib import Path

    from kg.rules.check import Runner

DAY = date(2026, 6, 30)
PLANT = "https://plant.example/"
ONTOLOGY = """
@prefix owl: <http://www.w3.org/2002/07/owl#> .
il:Item a owl:Class ; rdfs:label "item" .
il:Scope a owl:Class ; rdfs:subClassOf il:Item .
il:Zone a owl:Class ; rdfs:subClassOf il:Scope .
il:Asset a owl:Class ; rdfs:subClassOf il:Item .
il:level a owl:DatatypeProperty ; rdfs:label "level" .
il:locatedIn a owl:ObjectProperty ; rdfs:label "located in" .
il:zoneKind a owl:ObjectProperty ; rdfs:label "zone kind" .
il:asOf a owl:DatatypeProperty ; rdfs:label "as of" .
il:validUntil a owl:DatatypeProperty ; rdfs:label "valid until" .
il:thisCheck a owl:NamedIndividual .
il:safetyZone a owl:NamedIndividual .
dcterms:identifier a owl:AnnotationProperty .
entry: a il:Item ; dcterms:identifier "IEC 62443-3-2:2020" ; dcterms:title "Risk" .
<https://w3id.org/interlock/id/iec62443-3-2-2020> dcterms:identifier "IEC 62443-3-2:2020" ; dcterms:title "Risk" .
entry:ZCR-5.6 a il:Item ; dcterms:identifier "ZCR 5.6" ; dcterms:title "Target levels" .
"""
HEAD = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix il: <https://w3id.org/interlock/ns#> .
@prefix entry: <https://w3id.org/interlock/id/iec62443-3-2-2020/> .
@prefix rule: <https://w3id.org/interlock/rule/model/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
LEVEL = """
rule:level a sh:NodeShape ; rdfs:label "A zone has a level" ; dcterms:source entry:ZCR-5.6 ; sh:targetClass il:Zone ;
  sh:property [ sh:path il:level ; sh:minCount 1 ; sh:severity sh:Warning ; sh:message "The zone has no level." ] ,
    [ sh:path il:level ; sh:maxInclusive 4 ; sh:message "The level is above 4." ] .
"""
HOME = """
rule:home a sh:NodeShape ; sh:targetClass il:Asset ; dcterms:source "house rule" ; sh:property [
  sh:path ( il:locatedIn il:zoneKind ) ; sh:sparql [ sh:message "{$this} sits in a zone of kind {?value}" ;
  sh:select "SELECT $this ?value WHERE { $this $PATH ?value }" ] ] .
"""
TODAY = """
rule:today a sh:NodeShape ; sh:targetSubjectsOf il:validUntil ; sh:sparql [ sh:message "over since {?value}" ;
  sh:select '''PREFIX il: <https://w3id.org/interlock/ns#>
    SELECT $this ?value WHERE { $this il:validUntil ?value . il:thisCheck il:asOf ?day
      FILTER(STR(?value) < STR(?day)) }''' ] .
"""


def facts(turtle: str) -> bytes:
    from pyoxigraph import RdfFormat, parse, serialize

    quads = parse(input=(HEAD + ONTOLOGY + turtle).encode(), format=RdfFormat.TURTLE, base_iri=PLANT)
    text = serialize([q.triple for q in quads], format=RdfFormat.N_TRIPLES)
    assert text is not None
    return text


def run(folder: Path, rules: str, data: str, runner: Runner = run_fast, day: date = DAY) -> Findings:
    file = folder / "rules.ttl"
    file.write_text(HEAD + rules, encoding="utf-8")
    chosen = apply_profile(read_rules([file]), load_profile("all"))
    return check([facts(data)], chosen, as_of=day, runner=runner)


def judged(result: Findings) -> list[Finding]:
    """Return what was found about the data, not about rules that selected nothing."""
    return [f for f in result.items if f.name != "model/rule-without-target"]


def found(result: Findings) -> list[tuple[str, str, str, str, str]]:
    return [(f.name, str(f.severity), f.focus.id, f.path, f.value) for f in judged(result)]


def only(result: Findings) -> Finding:
    (finding,) = judged(result)
    return finding


BOTH = pytest.mark.parametrize("runner", [run_fast, run_judge])


@BOTH
def test_a_finding_names_rule_clause_item_path_value_and_message(tmp_path: Path, runner: Runner) -> None:
    data = '<Z1> a il:Zone ; dcterms:identifier "Z 1" ; dcterms:title "Über \\"alles\\"" ; il:level 05 .'
    finding = only(run(tmp_path, LEVEL, data, runner))
    assert finding.rule == "https://w3id.org/interlock/rule/model/level"
    assert (finding.name, finding.clause) == ("model/level", "IEC 62443-3-2:2020 ZCR 5.6")
    assert finding.severity is Severity.VIOLATION
    focus = finding.focus
    assert (focus.iri, focus.id, focus.title, focus.kind) == (PLANT + "Z1", "Z 1", 'Über "alles"', "Zone")
    # The lexical form that the file has is kept, although 05 and 5 are one number.
    assert (finding.path, finding.value) == ("il:level", '"05"^^<http://www.w3.org/2001/XMLSchema#integer>')
    assert finding.message == "The level is above 4."
    assert finding.component == "http://www.w3.org/ns/shacl#MaxInclusiveConstraintComponent"


@BOTH
def test_values_that_are_items_are_called_by_their_names(tmp_path: Path, runner: Runner) -> None:
    data = (
        '<Z1> a il:Zone ; il:zoneKind il:safetyZone . <A> a il:Asset ; dcterms:identifier "A 1" ; il:locatedIn <Z1> .'
    )
    finding = only(run(tmp_path, HOME, data, runner))
    assert finding.path == "il:locatedIn/il:zoneKind"
    assert finding.value == "<https://w3id.org/interlock/ns#safetyZone>"
    assert finding.about is not None
    assert finding.about.id == "il:safetyZone"
    assert finding.message == "A 1 sits in a zone of kind il:safetyZone"


@BOTH
def test_rules_know_the_day(tmp_path: Path, runner: Runner) -> None:
    data = '<Z1> a il:Zone ; il:validUntil "2026-06-30"^^xsd:date .'
    assert run(tmp_path, TODAY, data, runner).items == ()
    assert len(run(tmp_path, TODAY, data, runner, date(2026, 7, 1)).items) == 1


def test_judge_and_engine_give_the_same_findings(tmp_path: Path) -> None:
    data = "".join(
        f'<Z{i}> a il:Zone ; dcterms:identifier "Z-{i}" {f"; il:level {i % 7}" if i % 3 else ""} .'
        f'<A{i}> a il:Asset ; dcterms:identifier "A-{i}" ; il:locatedIn <Z{i}> .'
        f"<Z{i}> il:zoneKind {'il:safetyZone' if i % 2 else '<K>'} ; il:validUntil '2026-0{1 + i % 9}-01'^^xsd:date ."
        for i in range(25)
    )
    fast = run(tmp_path, LEVEL + HOME + TODAY, data)
    assert fast == run(tmp_path, LEVEL + HOME + TODAY, data, run_judge)
    # By hand: 0, 3 … 24 have no level: 9. Levels 5 and 6 are too high: 5, 13, 19, 20 (6 and 12 have none).
    assert sum(f.name == "model/level" for f in fast.items) == 9 + 4
    assert sum(f.name == "model/home" for f in fast.items) == 25
    # Months 1 to 9 in turn: 25 = 9 + 9 + 7, of which January to June are over on 30 June: 6 + 6 + 6.
    assert sum(f.name == "model/today" for f in fast.items) == 18


def test_findings_come_worst_first_and_as_people_count(tmp_path: Path) -> None:
    data = "".join(f'<Z{i}> a il:Zone ; dcterms:identifier "Z-{i}" .' for i in (10, 9, 2))
    data += '<Y> a il:Zone ; dcterms:identifier "Y" ; il:level 9 .'
    assert [f.focus.id for f in run(tmp_path, LEVEL, data).items] == ["Y", "Z-2", "Z-9", "Z-10"]


def test_a_fingerprint_survives_rewording_and_other_data_but_not_another_value(tmp_path: Path) -> None:
    first = only(run(tmp_path, LEVEL, "<Z1> a il:Zone ; il:level 5 ."))
    again = run(tmp_path, LEVEL.replace("above 4", "too high"), "<Z0> a il:Zone . <Z1> a il:Zone ; il:level 5 .")
    other = only(run(tmp_path, LEVEL, "<Z1> a il:Zone ; il:level 6 ."))
    assert first.fingerprint in {f.fingerprint for f in again.items}
    assert first.message not in {f.message for f in again.items}
    assert first.fingerprint != other.fingerprint
    parts = (
        "https://w3id.org/interlock/rule/model/level",
        "https://plant.example/Z1",
        "il:level",
        '"5"^^<http://www.w3.org/2001/XMLSchema#integer>',
    )
    assert first.fingerprint == hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def test_a_line_given_twice_counts_once(tmp_path: Path) -> None:
    file = tmp_path / "rules.ttl"
    file.write_text(HEAD + LEVEL, encoding="utf-8")
    chunk = facts("<Z1> a il:Zone ; il:level 5 .")
    assert len(check([chunk, chunk], read_rules([file]), as_of=DAY).items) == 1


def test_a_shape_without_message_says_what_broke(tmp_path: Path) -> None:
    rule = 'rule:r a sh:NodeShape ; rdfs:label "Zones have levels" ; sh:targetClass il:Zone ; '
    rule += "sh:property [ sh:path il:level ; sh:minCount 1 ] ."
    messages = {only(run(tmp_path, rule, "<Z> a il:Zone .", runner)).message for runner in (run_fast, run_judge)}
    assert messages == {"il:level has too few values; the rule asks: Zones have levels"}


def test_blank_nodes_have_one_stable_name(tmp_path: Path) -> None:
    rule = (
        "rule:r a sh:NodeShape ; sh:targetClass il:Zone ; sh:property [ sh:path il:locatedIn ; sh:nodeKind sh:IRI ] ."
    )
    finding = only(run(tmp_path, rule, "<Z> a il:Zone ; il:locatedIn [ a il:Asset ], [ a il:Item ] ."))
    assert finding.value == "_:"


def test_a_rule_that_selects_nothing_is_a_finding(tmp_path: Path) -> None:
    result = run(tmp_path, LEVEL + HOME + TODAY, "<Z> a il:Zone ; il:level 1 .")
    idle = [(f.name, f.severity, f.focus.id) for f in result.items]
    name = "model/rule-without-target"
    assert idle == [(name, Severity.INFO, "model/home"), (name, Severity.INFO, "model/today")]
    assert result.rules_run == 4


def test_an_instance_of_a_subclass_is_a_target(tmp_path: Path) -> None:
    result = run(tmp_path, LEVEL.replace("targetClass il:Zone", "targetClass il:Item"), "<Z> a il:Zone .")
    assert judged(result) == list(result.items)
    assert ("model/level", "warning", PLANT + "Z", "il:level", "") in found(result)


@pytest.mark.parametrize(
    ("data", "path", "term", "said"),
    [
        ("<Z> a il:Zone ; il:levl 1 .", "il:levl", "ns#levl", "defines the property il:levl; nearest: il:level"),
        ("<Z> a il:Zoen .", "rdf:type", "ns#Zoen", "defines the class il:Zoen; nearest: il:Zone"),
        (
            "<Z> il:zoneKind il:safetyZne .",
            "il:zoneKind",
            "ns#safetyZne",
            "the term il:safetyZne; nearest: il:safetyZone",
        ),
        ("<Z> il:zoneKind entry:ZCR-5.66 .", "il:zoneKind", "id/iec62443-3-2-2020/ZCR-5.66", "No catalogue defines"),
    ],
)
def test_a_term_that_nobody_defines_is_a_finding(tmp_path: Path, data: str, path: str, term: str, said: str) -> None:
    finding = next(f for f in run(tmp_path, TODAY, data).items if f.name == "model/unknown-term")
    assert (finding.focus.iri, finding.path) == (PLANT + "Z", path)
    assert finding.value == f"<https://w3id.org/interlock/{term}>"
    assert said in finding.message


def test_terms_of_others_and_quoted_terms_are_let_alone(tmp_path: Path) -> None:
    data = (
        "<Z> <http://other.example/p> <http://other.example/C> ; a <http://other.example/C> ;"
        ' dcterms:creator "x" ; dcterms:identifier "a> <https://w3id.org/interlock/ns#wrong> <b" .'
    )
    assert judged(run(tmp_path, TODAY, data)) == []


def test_the_namespace_of_a_loaded_extension_is_closed_too(tmp_path: Path) -> None:
    data = '<http://ext.example/ns#p> a owl:ObjectProperty ; rdfs:label "p" . <Z> <http://ext.example/ns#q> <Y> .'
    finding = only(run(tmp_path, TODAY, data))
    assert finding.value == "<http://ext.example/ns#q>"


def test_many_uses_of_an_unknown_term_show_the_first_five_and_the_count(tmp_path: Path) -> None:
    result = run(tmp_path, TODAY, "".join(f"<Z{i}> il:levl {i} ." for i in range(12)))
    assert [f.focus.iri.removeprefix(PLANT) for f in judged(result)] == ["Z0", "Z1", "Z2", "Z3", "Z4"]
    assert all("(12 items use it)" in f.message for f in judged(result))


@pytest.mark.parametrize(
    "rule",
    [
        LEVEL.replace("il:Zone", "il:Zoen"),
        LEVEL.replace("sh:path il:level", "sh:path il:levl"),
        TODAY.replace("il:asOf", "il:asOff"),
        TODAY.replace("il:thisCheck", "<https://w3id.org/interlock/ns#thisChek>"),
    ],
)
def test_a_rule_that_speaks_of_an_unknown_term_is_refused(tmp_path: Path, rule: str) -> None:
    with pytest.raises(BrokenFile, match=r"rules\.ttl: speaks of .* which is defined nowhere; nearest: il:"):
        run(tmp_path, rule, "<Z> a il:Zone ; il:validUntil '2020-01-01'^^xsd:date .")


def test_shapes_alone_judge_bytes(tmp_path: Path) -> None:
    file = tmp_path / "rules.ttl"
    file.write_text(HEAD + LEVEL, encoding="utf-8")
    (finding,) = judge_by_files([file], facts("<Z> a il:Zone ; il:level 9 ; il:levl 1 ."))
    assert (finding.name, finding.focus.iri) == ("model/level", PLANT + "Z")


def test_a_rule_that_enters_through_a_choice_judges_nothing_where_nobody_made_it(tmp_path: Path) -> None:
    rule = (
        "rule:entered a sh:NodeShape ; sh:targetNode il:safetyZone ; sh:property"
        " [ sh:path [ sh:inversePath il:zoneKind ] ; sh:property [ sh:path il:level ; sh:minCount 1 ] ] ."
    )
    idle = run(tmp_path, rule, "<Z> a il:Zone .")
    assert [(f.name, f.focus.id) for f in idle.items] == [("model/rule-without-target", "model/entered")]
    entered = run(tmp_path, rule, "<Z> a il:Zone ; il:zoneKind il:safetyZone .")
    assert [f.name for f in entered.items] == ["model/entered"]
