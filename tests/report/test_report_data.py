from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse
from report_results import CHAIN, CONTROL, FINDINGS, MEASURE, PLANT, RISK, SCENARIO, TABLE, TARGET, TRACE, item

from kg.errors import InputError
from kg.rdf.names import DCTERMS, NS, RDF, RULE, SH
from kg.values import Findings, Table

if TYPE_CHECKING:
    from collections.abc import Callable

CONTROL_JSON = {"id": "Z-CTRL", "iri": PLANT + "Z-CTRL", "title": "Basic process control", "kind": "Zone"}


def test_json_of_findings(rendered: Callable[..., str]) -> None:
    shape = json.loads(rendered(FINDINGS, "json"))
    assert list(shape) == ["findings", "counts", "rules_run", "notes"]
    assert shape["findings"][0] == {
        "fingerprint": FINDINGS.items[0].fingerprint,
        "rule": "https://w3id.org/interlock/rule/iec62443-3-2-2020/ZCR-5.6",
        "name": "iec62443-3-2-2020/ZCR-5.6",
        "clause": "IEC 62443-3-2:2020 ZCR 5.6",
        "severity": "violation",
        "focus": CONTROL_JSON,
        "path": "^il:targetFor/il:forRequirement",
        "value": "<https://w3id.org/interlock/id/iec62443-1-1-2009/IAC>",
        "about": {
            "id": "IAC",
            "iri": "https://w3id.org/interlock/id/iec62443-1-1-2009/IAC",
            "title": "t",
            "kind": "FoundationalRequirement",
        },
        "message": FINDINGS.items[0].message,
    }
    assert shape["counts"] == {"violation": 4, "warning": 2, "info": 1}
    assert shape["rules_run"] == 71
    assert shape["notes"][0]["code"] == "rule-without-target"
    assert shape["notes"][0]["about"] == ["model/a", "model/b"]


def test_json_of_a_table(rendered: Callable[..., str]) -> None:
    shape = json.loads(rendered(TABLE, "json"))
    assert shape["columns"] == ["item", "zone", "number", "share", "safety"]
    assert shape["rows"][0][1:] == [CONTROL_JSON, 12, 0.25, True]
    assert shape["rows"][1][3] is None


def test_json_of_a_trace(rendered: Callable[..., str]) -> None:
    shape = json.loads(rendered(TRACE, "json"))
    buckets = ["risk_results", "requirements", "countermeasures", "evidence"]
    assert list(shape) == ["question", "item", *buckets, "paths", "notes"]
    assert shape["item"]["id"] == "TS-4"
    assert [entry["governing"] for entry in shape["requirements"]] == ["contributing", "governing"]
    assert shape["requirements"][1]["facts"] == {"level": 2, "held_by": CONTROL_JSON}
    assert "governing" not in shape["risk_results"][0]
    assert shape["evidence"] == []
    path: list[dict[str, Any]] = shape["paths"][3]
    assert [node["iri"] for node in path] == [SCENARIO.iri, RISK.iri, TARGET, CHAIN.iri, MEASURE.iri]
    assert [node.get("link") for node in path] == [None, *["^il:derivedFrom"] * 3, "is answered by"]
    assert path[2]["id"] == TARGET


def test_csv_of_findings(rendered: Callable[..., str]) -> None:
    rows = list(csv.DictReader(io.StringIO(rendered(FINDINGS, "csv"), newline="")))
    assert len(rows) == 7
    assert rows[0]["focus"] == "Z-CTRL"
    assert rows[0]["focus_iri"] == CONTROL.iri
    assert rows[0]["severity"] == "violation"
    assert rows[0]["fingerprint"] == FINDINGS.items[0].fingerprint


def test_csv_gives_an_item_two_columns(rendered: Callable[..., str]) -> None:
    assert rendered(TABLE, "csv").split("\r\n")[:2] == [
        "item,item_iri,zone,zone_iri,number,share,safety",
        f"PLC-1,{PLANT}PLC-1,Z-CTRL,{PLANT}Z-CTRL,12,0.25,true",
    ]


def test_csv_of_a_trace_has_the_way_to_each(rendered: Callable[..., str]) -> None:
    rows = list(csv.DictReader(io.StringIO(rendered(TRACE, "csv"), newline="")))
    assert [(row["bucket"], row["item"]) for row in rows] == [
        ("risk_results", "RR-4"),
        ("requirements", "SR-2"),
        ("requirements", "SR-1"),
        ("countermeasures", "CM-3"),
    ]
    assert rows[3]["path"] == f"TS-4 > RR-4 > {TARGET} > SR-1 > CM-3"
    assert rows[2]["level"] == "2"
    assert rows[1]["governing"] == "contributing"


def triples(text: str) -> set[tuple[str, str, str]]:
    return {
        (str(q.subject), str(q.predicate), str(q.object)) for q in parse(input=text.encode(), format=RdfFormat.TURTLE)
    }


def test_turtle_of_findings_is_a_validation_report(rendered: Callable[..., str]) -> None:
    quads = list(parse(input=rendered(FINDINGS, "turtle").encode(), format=RdfFormat.TURTLE))
    about: dict[Any, dict[str, Any]] = {}
    for quad in quads:
        about.setdefault(quad.subject, {})[quad.predicate.value] = quad.object
    (report,) = {q.subject for q in quads if q.object == NamedNode(SH + "ValidationReport")}
    assert about[report][SH + "conforms"].value == "false"
    results = [q.object for q in quads if q.subject == report and q.predicate.value == SH + "result"]
    assert len(results) == 7
    found = next(
        about[r] for r in results if about[r][DCTERMS + "identifier"] == Literal(FINDINGS.items[0].fingerprint)
    )
    assert found[SH + "focusNode"] == NamedNode(CONTROL.iri)
    assert found[SH + "sourceShape"] == NamedNode(RULE + "iec62443-3-2-2020/ZCR-5.6")
    assert found[SH + "sourceConstraintComponent"] == NamedNode(SH + "MinCountConstraintComponent")
    assert found[SH + "resultSeverity"] == NamedNode(SH + "Violation")
    first = about[about[found[SH + "resultPath"]][RDF + "first"]]
    assert isinstance(found[SH + "resultPath"], BlankNode)
    assert first == {SH + "inversePath": NamedNode(NS + "targetFor")}


def test_a_finding_of_a_check_that_is_no_shacl_has_no_component(rendered: Callable[..., str]) -> None:
    finding = replace(FINDINGS.items[0], component="")
    text = rendered(Findings((finding,), 1), "turtle")
    assert finding.fingerprint in text
    assert "sourceConstraintComponent" not in text


def test_turtle_of_no_findings_conforms(rendered: Callable[..., str]) -> None:
    assert "sh:conforms true" in rendered(Findings((), 3), "turtle")


def test_turtle_of_a_trace_states_the_links_as_the_graph_does(rendered: Callable[..., str]) -> None:
    said = triples(rendered(TRACE, "turtle"))
    assert (f"<{RISK.iri}>", f"<{NS}derivedFrom>", f"<{SCENARIO.iri}>") in said
    assert (f"<{CHAIN.iri}>", f"<{NS}derivedFrom>", f"<{TARGET}>") in said
    assert (f"<{CHAIN.iri}>", f"<{DCTERMS}relation>", f"<{MEASURE.iri}>") in said
    assert (f"<{RISK.iri}>", f"<{RDF}type>", f"<{NS}RiskResult>") in said


def test_a_table_is_not_offered_as_turtle(rendered: Callable[..., str]) -> None:
    with pytest.raises(InputError, match="--format text, json or csv fit"):
        rendered(TABLE, "turtle")


@pytest.mark.parametrize("form", ["text", "json", "csv", "turtle"])
def test_the_same_result_gives_the_same_bytes(rendered: Callable[..., str], form: str) -> None:
    for result in (FINDINGS, TRACE):
        assert rendered(result, form) == rendered(replace(result), form)


def test_letters_beyond_ascii_are_written_as_they_are(rendered: Callable[..., str]) -> None:
    table = Table("Über", ("a",), ((item("Ü-1", "制御"),),))
    assert "制御" in rendered(table, "json")
    assert "Ü-1" in rendered(table, "csv")
