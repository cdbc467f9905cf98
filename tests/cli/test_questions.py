"""`impact`, `why`, `trace`, `ask` and `query` as a user meets them: output, formats, exit codes, wrong input."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "cases" / "questions"


def interlock(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    start = "import sys; sys.argv[0] = 'interlock'; from kg.cli.main import run; run()"
    return subprocess.run(
        [sys.executable, "-c", start, *map(str, words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "PYTHONWARNINGS": "error", "PYTHONUTF8": "1", "COLUMNS": "160"},
        check=False,
    )


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plant")
    (folder / "sources").mkdir()
    (folder / "interlock.toml").write_text(
        '[project]\nbase = "https://example.org/case/"\n\n[[source]]\nname = "plant"\npath = "sources/*"\n', "utf-8"
    )
    for case in ("threat-impact", "component-impact"):
        text = (CASES / case / "model.ttl").read_text("utf-8")
        if case == "component-impact":  # the two cases use some of the same names for different things
            text = text.replace("https://example.org/case/", "https://example.org/case/c/")
            text = text.replace('dcterms:identifier "', 'dcterms:identifier "c-')
        (folder / "sources" / f"{case}.ttl").write_text(text, "utf-8")
    return folder


def ok(done: subprocess.CompletedProcess[str]) -> str:
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_impact_as_json(plant: Path) -> None:
    found = json.loads(ok(interlock("impact", "T1", "--format", "json", cwd=plant)))
    assert {"item", "requirements", "countermeasures", "components", "conduits", "safety_functions", "evidence"} <= set(
        found
    )
    assert found["item"]["id"] == "T1"
    entry = next(one for one in found["requirements"] if one["id"] == "Z SR 2.1")
    assert entry["iri"] == "https://example.org/case/SR-2.1"
    assert entry["governing"] == "governing"
    assert {"id", "iri", "title"} <= entry.keys()
    marks = {one["id"]: one["governing"] for one in found["requirements"]}
    assert marks["Z SR 2.1 RE 1"] == "contributing"
    path = next(one for one in found["paths"] if one[-1]["id"] == "F1")
    assert [node["id"] for node in path] == ["T1", "R1", "TL-IAC", "Z SR 1.1 RE 1", "SV1", "D2", "E1", "S1", "F1"]


@pytest.mark.parametrize(
    ("item", "question"), [("T1", "Q1"), ("POL", "Q1"), ("OWN", "Q1"), ("c-D", "Q4"), ("M1", "Q4")]
)
def test_impact_takes_the_question_that_fits(plant: Path, item: str, question: str) -> None:
    found = json.loads(ok(interlock("impact", item, "--format", "json", cwd=plant)))
    assert found["question"].startswith(question + " ")
    assert {
        "item",
        "requirements",
        "countermeasures",
        "components",
        "conduits",
        "safety_functions",
        "evidence",
        "paths",
    } <= set(found)


def test_impact_as_text_csv_and_turtle(plant: Path) -> None:
    text = ok(interlock("impact", "T1", cwd=plant))
    assert "requirements  10  7 governing, 3 contributing" in text
    rows = list(csv.reader(io.StringIO(ok(interlock("impact", "T1", "--format", "csv", cwd=plant)))))
    assert any("FW" in row for row in rows)
    assert "case/T1>" in ok(interlock("impact", "T1", "--format", "turtle", cwd=plant))


def test_why_and_trace(plant: Path) -> None:
    why = json.loads(ok(interlock("why", "DES-2", "--format", "json", cwd=plant)))
    assert [one["id"] for one in why["threat_scenarios"]] == ["T1"]
    assert why["notes"] == []
    trace = ok(interlock("trace", "T1", cwd=plant))
    assert "the chain first breaks at" in trace


def test_ask_lists_and_answers(plant: Path) -> None:
    listed = json.loads(ok(interlock("ask", "--list", "--format", "json", cwd=plant)))
    assert next(row[:2] for row in listed["rows"] if row[0] == "Q5") == ["Q5", "orphans"]
    rows = list(csv.reader(io.StringIO(ok(interlock("ask", "one-place", "-p", "item=c-D", "-f", "csv", cwd=plant)))))
    assert len(rows) == 1 + 3
    same = [interlock("ask", name, "--param", "item=T1", cwd=plant).stdout for name in ("q1", "threat-impact")]
    assert same[0] == same[1] == ok(interlock("impact", "T1", cwd=plant))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("impact", "TT1"), "no item is called 'TT1'; nearest: "),
        (("impact", "SR-1"), "'SR-1' is ambiguous, name one of: "),
        (("impact", "Z SR"), "no item is called 'Z SR'; nearest: "),
        (("why", "c-D"), "c-D is a Component; why starts from: "),
        (("trace", "M1"), "M1 is a Countermeasure; trace starts from: "),
        (("impact", "SR 1.1"), "SR 1.1 is a SystemRequirementEntry; impact starts from: "),
        (("ask",), "name a question, or --list for all that there are"),
        (("ask", "Q99"), "no question is called 'Q99'"),
        (("ask", "one-place"), "Q6 one-place needs item; it takes: item (the component, zone, conduit or function)"),
        (("ask", "one-place", "-p", "itm=Z"), "Q6 one-place has no parameter 'itm'; did you mean 'item'?"),
        (("ask", "one-place", "-p", "item"), "'item' is no parameter: write NAME=VALUE"),
        (("ask", "one-place", "-p", "item=T1"), "T1 is a ThreatScenario; Q6 one-place wants: "),
        (("ask", "orphans", "-p", "item=T1"), "Q5 orphans has no parameter 'item'; it takes none"),
        (
            ("ask", "capability", "-p", "item=c-D", "-p", "as_of=soon"),
            "as_of must be a day such as 2026-06-30, or today",
        ),
        (("ask", "orphans", "-f", "turtle"), "a table can't be written as turtle"),
        (("query", "SELECT ?x { ?x"), "the query is no SPARQL 1.1: line 1, column 13"),
        (("query", "gone.rq"), "gone.rq: there is no such file"),
        (("query", " "), "the query is empty"),
        (("query", "DELETE WHERE { ?s ?p ?o }"), "the query is an update"),
        (("query", "SELECT * { SERVICE <http://x/> { ?s ?p ?o } }"), "the query uses SERVICE"),
    ],
)
def test_wrong_input_gets_one_line(plant: Path, words: tuple[str, ...], message: str) -> None:
    assert message in refused(interlock(*words, cwd=plant))


def test_a_wrong_class_is_told_which_question_fits(plant: Path) -> None:
    said = refused(interlock("ask", "one-place", "-p", "item=T1", cwd=plant))
    assert "of it can be asked: Q1 threat-impact, Q3 proof" in said


def test_outside_a_project(tmp_path: Path) -> None:
    assert "no interlock.toml" in refused(interlock("impact", "T1", cwd=tmp_path))


def test_query_formats(plant: Path) -> None:
    select = "SELECT ?z ?id { ?z a il:Zone ; dcterms:identifier ?id } ORDER BY ?id"
    found = json.loads(ok(interlock("query", select, "-f", "json", cwd=plant)))
    assert found["columns"] == ["z", "id"]
    assert [row[1] for row in found["rows"]] == ["Z", "c-Z"]
    assert ok(interlock("query", select, "-f", "csv", cwd=plant)).splitlines()[0].startswith("z")
    assert json.loads(ok(interlock("query", "ASK { ?z a il:Zone }", "-f", "json", cwd=plant)))["rows"] == [[True]]
    graph = ok(interlock("query", "CONSTRUCT WHERE { ?z a il:Conduit }", cwd=plant))
    assert "a il:Conduit ." in graph
    assert "turtle" in refused(interlock("query", select, "-f", "turtle", cwd=plant))


def test_query_from_a_file(plant: Path) -> None:
    (plant / "zones.rq").write_text("SELECT ?z {\n ?z a il:Zone\n}\n", "utf-8")
    (plant / "broken.rq").write_text("SELECT ?z {\n ?z a\n}\n", "utf-8")
    assert "2 rows" in ok(interlock("query", "zones.rq", cwd=plant))
    assert "line 2, column 2" in refused(interlock("query", "broken.rq", cwd=plant))


def test_limits_come_from_the_settings(plant: Path, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    config = (plant / "interlock.toml").read_text("utf-8")
    (tmp_path / "interlock.toml").write_text(config + "\n[settings]\nquery-rows = 3\nquery-seconds = 1\n", "utf-8")
    (tmp_path / "sources" / "z.ttl").write_text("<a> <urn:p> <b> .", "utf-8")
    many = interlock("query", "SELECT * { ?s ?p ?o }", cwd=tmp_path)
    assert (many.returncode, "more than 3 rows" in many.stderr) == (3, True)
    slow = interlock(
        "query", "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a != ?g) }", cwd=tmp_path
    )
    assert (slow.returncode, "longer than 1 s" in slow.stderr) == (3, True)


@pytest.mark.parametrize("command", ["impact", "why", "trace", "ask", "query"])
def test_help_says_what_it_does(command: str, tmp_path: Path) -> None:
    assert len(ok(interlock(command, "--help", cwd=tmp_path)).splitlines()) > 8
