from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kg.errors import BrokenFile
from kg.rules import packaged_rule_files, read_rules
from kg.rules.engine import compile_rules
from kg.values import Severity

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix il: <https://w3id.org/interlock/ns#> .
@prefix rule: <https://w3id.org/interlock/rule/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
ZONE = "<https://w3id.org/interlock/rule/model/r> a sh:NodeShape ; sh:targetClass il:Zone ; "


def write(folder: Path, text: str, name: str = "r.ttl") -> Path:
    file = folder / name
    file.write_text(HEAD + text, encoding="utf-8")
    return file


def test_a_rule_tells_name_label_source_severity_targets(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        ZONE + 'rdfs:label "Zones have names"@en ; dcterms:source "IEC 62443-3-2 (r)" ; sh:targetSubjectsOf il:level ;'
        " sh:property [ sh:path il:level ; sh:minCount 1 ; sh:severity sh:Info ] ,"
        " [ sh:path il:status ; sh:minCount 1 ; sh:severity sh:Warning ] .",
    )
    (rule,) = read_rules([file]).rules
    assert (rule.name, rule.label, rule.sources) == ("model/r", "Zones have names", ("IEC 62443-3-2 (r)",))
    assert rule.severity is Severity.WARNING
    assert {(str(t.kind), t.term.rpartition("#")[2]) for t in rule.targets} == {
        ("targetClass", "Zone"),
        ("targetSubjectsOf", "level"),
    }
    assert rule.file == str(file)


def test_parts_after_a_fragment_are_one_rule(tmp_path: Path) -> None:
    one = ZONE.replace("model/r>", "model/r#{}>") + "sh:property [ sh:path il:level ; sh:minCount 1 ] .\n"
    rules = read_rules([write(tmp_path, one.replace("{}", "a") + one.replace("{}", "b"))]).rules
    assert [rule.name for rule in rules] == ["model/r"]


def test_a_rule_of_somebody_else_is_named_after_its_path(tmp_path: Path) -> None:
    text = "<https://plant.example/rule/site/names> a sh:NodeShape ; sh:targetClass il:Zone ; sh:nodeKind sh:IRI .\n"
    text += "<https://plant.example/shapes#other> a sh:NodeShape ; sh:targetClass il:Zone ; sh:nodeKind sh:IRI ."
    assert [rule.name for rule in read_rules([], [write(tmp_path, text)]).rules] == ["other", "site/names"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sh:property [ sh:path il:level ; sh:minCont 1 ] .", "sh:minCont is no term of SHACL"),
        ("sh:property [ sh:path il:level ; sh:minCount '1' ] .", "sh:minCount of the shape for il:level"),
        ("sh:property [ sh:path il:level ; sh:uniqueLang 1 ] .", "must be true or false"),
        ("sh:property [ sh:path il:level ; sh:in 1 ] .", "must be a list"),
        ("sh:property [ sh:path il:level ; sh:severity sh:Wraning ] .", "nearest: sh:Warning"),
        ("sh:property [ sh:path il:level ; sh:severity il:Warning ] .", "must be sh:Violation, sh:Warning or sh:Info"),
        ("sh:property [ sh:minCount 1 ] .", "has no sh:path"),
        ("sh:property [ sh:path ( il:level ) ; sh:minCount 1 ] .", "no well-formed property path"),
        ("sh:property [ sh:path [ sh:inversePath il:a, il:b ] ; sh:minCount 1 ] .", "no well-formed property path"),
        ("sh:severity sh:Info ; sh:property [ sh:path il:level ; sh:minCount 1 ] .", "state it on the property shape"),
        ("sh:sparql [ sh:message 'm' ] .", "must have one sh:select"),
        ("sh:sparql [ sh:select 'SELECT ?x WHERE { ?x ?p ?o }' ] .", "never speaks of $this"),
        ("sh:sparql [ sh:severity sh:Info ; sh:select 'SELECT $this WHERE { $this ?p ?o }' ] .", "not portable"),
        (
            "sh:sparql [ sh:select 'SELECT $this { $this il:reviewDue ?u . ?x il:asOf ?d FILTER(?u < ?d) }' ] .",
            "STR(?until) < STR(?day)",
        ),
        ("sh:property [ sh:path il:level ; sh:minCount 1 ; sh:message '{$this} is bad' ] .", "has a place to fill"),
        ("sh:targetNode 'x' .", "must be an IRI"),
        ("sh:nodeKind sh:IRI . [] sh:targetClass il:Zone ; sh:nodeKind sh:IRI .", "has no IRI"),
        ("sh:nodeKind sh:IRI . rule:s a sh:NodeShape ; sh:nodeKind sh:IRI .", "would judge nothing"),
    ],
)
def test_a_rule_that_would_pass_in_silence_is_refused_with_its_file(tmp_path: Path, text: str, said: str) -> None:
    file = write(tmp_path, ZONE + text)
    with pytest.raises(BrokenFile) as error:
        read_rules([file])
    assert str(error.value).startswith(f"{file}: ")
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sh:property [ sh:path il:level ; sh:pattern '(((' ] .", "sh:pattern"),
        ("sh:sparql [ sh:select 'SELECT $this WHERE { $this ?p ' ] .", "SPARQL"),
        ("sh:sparql [ sh:select 'SELECT $this WHERE { $this foo:bar 1 }' ] .", "SPARQL"),
    ],
)
def test_what_the_engine_refuses_names_the_file_among_several(tmp_path: Path, text: str, said: str) -> None:
    good = write(tmp_path, ZONE.replace("model/r", "model/good") + "sh:nodeKind sh:IRI .", "good.ttl")
    bad = write(tmp_path, ZONE + text, "bad.ttl")
    with pytest.raises(BrokenFile) as error:
        compile_rules(read_rules([good, bad]))
    assert str(error.value).startswith(f"{bad}: ")
    assert said in str(error.value)
    assert len(str(error.value)) < 300


def test_broken_turtle_names_line_and_column(tmp_path: Path) -> None:
    file = write(tmp_path, "rule:x a sh:NodeShape ;; sh:targetClass il:Zone\nil:x il:y .")
    for own, others in (([file], []), ([], [file])):
        with pytest.raises(BrokenFile) as error:
            read_rules(own, others)
        assert error.value.line is not None
        assert error.value.column is not None


def test_two_files_may_not_hold_one_rule(tmp_path: Path) -> None:
    files = [write(tmp_path, ZONE + "sh:nodeKind sh:IRI .", name) for name in ("a.ttl", "b.ttl")]
    with pytest.raises(BrokenFile, match=r"b\.ttl: holds the rule model/r, which .*a\.ttl holds already"):
        read_rules(files)


def test_two_rules_may_not_share_a_property_shape(tmp_path: Path) -> None:
    text = ZONE + "sh:property rule:p .\n" + ZONE.replace("model/r", "model/s") + "sh:property rule:p .\n"
    with pytest.raises(BrokenFile, match="between two rules"):
        read_rules([write(tmp_path, text + "rule:p sh:path il:level ; sh:minCount 1 .")])


def test_blank_nodes_of_two_files_stay_apart(tmp_path: Path) -> None:
    files = [
        write(tmp_path, ZONE.replace("/r>", f"/{n}>") + f"sh:property _:b0 . _:b0 sh:path il:{n} ; sh:minCount 1 .", n)
        for n in ("level", "status")
    ]
    shapes = read_rules(files).shapes.values()
    assert sorted((shape.rule.rpartition("/")[2], shape.path) for shape in shapes if shape.path) == [
        ("level", "il:level"),
        ("status", "il:status"),
    ]


def test_all_packaged_rules_are_well_formed() -> None:
    files = packaged_rule_files()
    rules = read_rules(files)
    compile_rules(rules)
    assert len(files) > 0
    assert all(rule.label and rule.sources for rule in rules.rules)
    assert not any("/ontology/" in str(file) for file in files)
