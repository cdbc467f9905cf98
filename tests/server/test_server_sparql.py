"""SPARQL over HTTP: the protocol's three ways to ask, the formats, and what is refused."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from kg.questions.adhoc import Answer
from server.results import write_answer

if TYPE_CHECKING:
    from conftest import Refused
    from flask.testing import FlaskClient

BASE = "https://example.org/pump-station/"
XSD = "http://www.w3.org/2001/XMLSchema#"
COMPONENTS = "SELECT ?c ?id WHERE { ?c a il:Component ; dcterms:identifier ?id } ORDER BY ?id"
IDS = ["PLC-1", "PNL-1", "RTR-1"]
DIRECT = "application/sparql-query"


def test_three_ways_to_ask(client: FlaskClient) -> None:
    answers = [
        client.get("/sparql", query_string={"query": COMPONENTS}),
        client.post("/sparql", data={"query": COMPONENTS}),
        client.post("/sparql", data=COMPONENTS, content_type=DIRECT),
        client.post("/sparql", data=COMPONENTS, content_type=DIRECT + "; charset=utf-8"),
    ]
    for answer in answers:
        assert (answer.status_code, answer.content_type) == (200, "application/sparql-results+json"), answer.text
        found = answer.get_json(force=True)
        assert found["head"] == {"vars": ["c", "id"]}
        assert [row["id"] for row in found["results"]["bindings"]] == [{"type": "literal", "value": i} for i in IDS]
    assert found["results"]["bindings"][0]["c"] == {"type": "uri", "value": BASE + "component/controller"}


def test_rows_as_csv(client: FlaskClient) -> None:
    for asked in ({"query_string": {"query": COMPONENTS, "format": "csv"}}, {"query_string": {"query": COMPONENTS}}):
        answer = client.get("/sparql", headers={"Accept": "text/csv"}, **asked)  # type: ignore[arg-type]
        assert answer.content_type == "text/csv; charset=utf-8"
        rows = list(csv.reader(io.StringIO(answer.text)))
        assert rows[0] == ["c", "id"]
        assert [row[1] for row in rows[1:]] == IDS


def test_the_format_of_a_form_counts_too(client: FlaskClient) -> None:
    answer = client.post("/sparql", data={"query": COMPONENTS, "format": "csv"})
    assert answer.content_type == "text/csv; charset=utf-8"
    answer = client.post("/sparql?format=csv", data=COMPONENTS, content_type=DIRECT)
    assert answer.content_type == "text/csv; charset=utf-8"


@pytest.mark.parametrize(("pattern", "truth"), [("?c a il:Component", True), ("?c a il:NoSuchThing", False)])
def test_ask(client: FlaskClient, pattern: str, truth: bool) -> None:
    text = f"ASK {{ {pattern} }}"
    answer = client.get("/sparql", query_string={"query": text})
    assert answer.get_json(force=True) == {"head": {}, "boolean": truth}
    assert client.get("/sparql", query_string={"query": text, "format": "csv"}).text == (
        f"answer\r\n{'true' if truth else 'false'}\r\n"
    )


def test_json_where_just_json_is_asked_for(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": "ASK {}"}, headers={"Accept": "application/json"})
    assert (answer.content_type, answer.get_json()["boolean"]) == ("application/json", True)


def test_graphs_as_turtle_and_ntriples(client: FlaskClient) -> None:
    where = "?c a il:Component ; dcterms:identifier ?id"
    text = f"CONSTRUCT {{ ?c dcterms:identifier ?id . [] rdfs:seeAlso ?c }} WHERE {{ {where} }}"
    turtle = client.get("/sparql", query_string={"query": text})
    plain = client.get("/sparql", query_string={"query": text}, headers={"Accept": "application/n-triples"})
    named = client.get("/sparql", query_string={"query": text, "format": "ntriples"})
    assert turtle.content_type == "text/turtle; charset=utf-8"
    assert "dcterms:identifier" in turtle.text
    assert plain.content_type == named.content_type == "application/n-triples"
    for answer, form in ((turtle, RdfFormat.TURTLE), (plain, RdfFormat.N_TRIPLES)):
        triples = [quad.triple for quad in parse(answer.data, form)]
        assert len(triples) == 6
        assert sorted(t.object.value for t in triples if isinstance(t.object, Literal)) == IDS


def test_describe(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": "DESCRIBE :component/router", "format": "ntriples"})
    assert answer.status_code == 400  # a slash ends a prefixed name
    answer = client.get("/sparql", query_string={"query": f"DESCRIBE <{BASE}component/router>", "format": "ntriples"})
    assert f'<{BASE}component/router> <http://purl.org/dc/terms/identifier> "RTR-1" .' in answer.text


def test_nothing_found_is_an_empty_answer(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": "SELECT ?x { ?x a il:NoSuchThing }"})
    assert answer.get_json(force=True) == {"head": {"vars": ["x"]}, "results": {"bindings": []}}
    answer = client.get("/sparql", query_string={"query": "CONSTRUCT WHERE { ?x a il:NoSuchThing }"})
    assert (answer.status_code, list(parse(answer.data, RdfFormat.TURTLE))) == (200, [])


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("ASK {}", {"format": "turtle"}),
        ("ASK {}", {"format": "xml"}),
        ("CONSTRUCT WHERE { ?s a il:Zone }", {"format": "json"}),
        ("ASK {}", {"accept": "text/turtle"}),
        ("CONSTRUCT WHERE { ?s a il:Zone }", {"accept": "text/csv"}),
        ("ASK {}", {"accept": "application/sparql-results+xml"}),
    ],
)
def test_what_does_not_fit_the_answer_is_406(
    client: FlaskClient, refused: Refused, text: str, asked: dict[str, str]
) -> None:
    accept = {"Accept": asked["accept"]} if "accept" in asked else {}
    given = {"query": text} | ({"format": asked["format"]} if "format" in asked else {})
    assert "it can as: " in refused(client.get("/sparql", query_string=given, headers=accept), 406, "not-acceptable")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE, which would reach the network"),
        ("LOAD <http://127.0.0.1:9/x>", "is an update"),
        ("INSERT DATA { <a:a> <a:b> <a:c> }", "is an update"),
        ("DROP ALL", "is an update"),
        ("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }", "which is no graph of the project; nothing is fetched"),
        ("SELECT ?x { ?x", "no SPARQL 1.1: line 1, column 13"),
        ("<script>alert(1)</script>", "no SPARQL 1.1: line 1, column 1"),
        ("SELECT * " + "{" * 3000 + "}" * 3000, "nests too deep"),
        ("ASK {} #" + "x" * 40_000, "longer than 32 KiB"),
        ("\x00", "no SPARQL 1.1"),
    ],
)
def test_refused_with_one_line(client: FlaskClient, refused: Refused, text: str, message: str) -> None:
    assert message in refused(client.post("/sparql", data={"query": text}), 400, "bad-input")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "there is no query"),
        ("query=", "there is no query"),
        ("query=%20%0A", "there is no query"),
        ("query=ASK{}&query=ASK{}", "'query' is given more than once"),
        ("query=ASK{}&update=DROP+ALL", "there is no update"),
        ("query=ASK{}&default-graph-uri=http://127.0.0.1:9/", "write FROM into the query"),
        ("query=ASK{}&named-graph-uri=http://127.0.0.1:9/", "write FROM NAMED into the query"),
        ("query=%FF", "no UTF-8"),
    ],
)
def test_wrong_parameters(client: FlaskClient, refused: Refused, query: str, message: str) -> None:
    form = "application/x-www-form-urlencoded"
    assert message in refused(client.get(f"/sparql?{query}"), 400, "bad-input")
    assert message in refused(client.post("/sparql", data=query, content_type=form), 400, "bad-input")


def test_wrong_bodies(client: FlaskClient, refused: Refused) -> None:
    for kind in ("application/sparql-update", "application/json", "multipart/form-data; boundary=x", "", "text/plain"):
        answer = client.post("/sparql", data="DROP ALL", content_type=kind)
        assert DIRECT in refused(answer, 415, "unsupported-media-type")
    assert "no UTF-8 (byte 5)" in refused(
        client.post("/sparql", data=b"ASK {\xff}", content_type=DIRECT), 400, "bad-input"
    )
    twice = client.post("/sparql?query=ASK{}", data="ASK {}", content_type=DIRECT)
    assert "more than once" in refused(twice, 400, "bad-input")


@pytest.mark.parametrize("kind", [DIRECT, "application/x-www-form-urlencoded"])
def test_a_large_body_is_413(client: FlaskClient, refused: Refused, kind: str) -> None:
    refused(client.post("/sparql", data="query=ASK{}" + " " * 65_536, content_type=kind), 413, "too-large")


def answer_of(*terms: object) -> Answer:
    return Answer("select", tuple(f"v{n}" for n in range(len(terms))), (terms,))  # type: ignore[arg-type]


def test_every_kind_of_term_as_json_and_csv() -> None:
    """Shapes from SPARQL 1.1 Query Results JSON Format, 3.2.2, and SPARQL 1.1 CSV, 3.2."""
    from json import loads

    iri = NamedNode("http://x/é")
    answer = answer_of(
        iri,
        BlankNode("b1"),
        Literal('say "hi",\nthere'),
        Literal("chat", language="fr"),
        Literal(5),
        None,
        Triple(iri, iri, Literal("o")),
    )
    (row,) = loads(write_answer(answer, "json", {}))["results"]["bindings"]
    assert row == {
        "v0": {"type": "uri", "value": "http://x/é"},
        "v1": {"type": "bnode", "value": "b1"},
        "v2": {"type": "literal", "value": 'say "hi",\nthere'},
        "v3": {"type": "literal", "value": "chat", "xml:lang": "fr"},
        "v4": {"type": "literal", "value": "5", "datatype": XSD + "integer"},
        "v6": {
            "type": "triple",
            "value": {
                "subject": {"type": "uri", "value": "http://x/é"},
                "predicate": {"type": "uri", "value": "http://x/é"},
                "object": {"type": "literal", "value": "o"},
            },
        },
    }
    head, cells = csv.reader(io.StringIO(write_answer(answer, "csv", {}).decode(), newline=""))
    assert head == [f"v{n}" for n in range(7)]
    assert cells[:6] == ["http://x/é", "_:b1", 'say "hi",\nthere', "chat", "5", ""]
