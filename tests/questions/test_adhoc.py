"""Ad-hoc queries: what is answered, what is refused with one line, and what dies at its limit."""

from __future__ import annotations

import http.server
import threading
import time
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, NamedNode

from kg.errors import InputError, LimitExceeded
from kg.project.project import Project
from kg.project.start import init_project
from kg.questions.adhoc import QueryLimits, run_query
from kg.rdf.names import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kg.questions.adhoc import Answer

BASE = "https://example.org/plant/"
MODEL = """
@prefix il: <https://w3id.org/interlock/ns#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
<z1> a il:Zone ; dcterms:identifier "Z1" ; dcterms:title "Zone one"@en .
<z2> a il:Zone ; dcterms:identifier "Z2" .
<c> a il:Conduit ; dcterms:identifier "C" ; il:connects <z1>, <z2> .
"""


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("plant")
    init_project(folder, base=BASE)
    (folder / "sources" / "zones.ttl").write_text(MODEL, "utf-8")
    project = Project(folder)
    project.refresh()
    with project.reader() as reader:
        yield reader.path


def ask(snapshot: Path, text: str, **limits: float) -> Answer:
    return run_query(snapshot, text, {**PREFIXES, "": BASE}, QueryLimits(**limits))  # type: ignore[arg-type]


def test_select(snapshot: Path) -> None:
    answer = ask(snapshot, "SELECT ?z ?t { ?z a il:Zone OPTIONAL { ?z dcterms:title ?t } } ORDER BY ?z")
    assert answer.form == "select"
    assert answer.columns == ("z", "t")
    assert answer.rows == (
        (NamedNode(BASE + "z1"), Literal("Zone one", language="en")),
        (NamedNode(BASE + "z2"), None),
    )


def test_ask_and_the_base_as_empty_prefix(snapshot: Path) -> None:
    assert ask(snapshot, "ASK { :c il:connects :z1 }").rows == ((Literal(True),),)
    assert ask(snapshot, "ASK { :z1 il:connects :c }").rows == ((Literal(False),),)


def test_construct_and_describe(snapshot: Path) -> None:
    made = ask(snapshot, "CONSTRUCT { ?z il:partOfZone ?c } WHERE { ?c il:connects ?z }")
    assert {(row[0], row[2]) for row in made.rows} == {
        (NamedNode(BASE + z), NamedNode(BASE + "c")) for z in ("z1", "z2")
    }
    assert len(ask(snapshot, f"DESCRIBE <{BASE}c>").rows) == 4


def test_own_prefixes_win(snapshot: Path) -> None:
    text = "PREFIX il: <https://other.example/>\nASK { ?z a il:Zone }"
    assert ask(snapshot, text).rows == ((Literal(False),),)


def test_from_a_graph_of_the_project(snapshot: Path) -> None:
    text = f"SELECT ?z FROM <{BASE}graph/source/plant/zones> {{ ?z a il:Zone }}"  # noqa: S608 - SPARQL
    assert len(ask(snapshot, text).rows) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT ?z { ?z a il:Zone ", r"no SPARQL 1\.1: line 1, column \d+, at the end of the line"),
        ("SELECT ?z {\n  ?z a il:Zone .\n  ?z b }", r"line 3, column 3, before '\?z b \}'"),
        ("hello", r"line 1, column 1, before 'hello'"),
        ("SELECT * { ?s foo:bar ?o }", r"uses the prefix foo: which neither it nor interlock\.toml declares"),
        ('SELECT * { ?s ?p "1"^^foo:bar }', r"uses the prefix foo:"),
        ("SELECT (1 AS ?x) ?x {}", r"not a valid SPARQL query"),
        ("INSERT DATA { :a :b :c }", r"is an update; the graph changes with its sources only"),
        ("LOAD <http://127.0.0.1:9/x>", r"is an update"),
        ("DROP ALL", r"is an update"),
        ("SELECT * { LATERAL { ?s ?p ?o } }", r"no SPARQL 1\.1"),
        ("SELECT * FROM <http://127.0.0.1:9/x> { ?s ?p ?o }", r"FROM <http://127\.0\.0\.1:9/x>, which is no graph"),
        ("SELECT * FROM NAMED il:x { ?s ?p ?o }", r"FROM <https://w3id\.org/interlock/ns#x>, which is no graph"),
        ("SELECT * { ?s ?p ?o } #" + "x" * 40_000, r"longer than 32 KiB"),
        ("SELECT * " + "{" * 3000 + " ?s ?p ?o " + "}" * 3000, r"nests too deep"),
        ("SELECT * { ?s ?p " + "(" * 400 + " 1 " + ")" * 400 + " }", r"nests too deep"),
    ],
)
def test_refused_with_one_line(snapshot: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        ask(snapshot, text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <URL> { ?s ?p ?o } }",
        "SELECT * { ?a ?b ?c FILTER EXISTS { { SELECT * { SERVICE ?a { ?s ?p ?o } } } } }",
    ],
)
def test_service_reaches_nobody(snapshot: Path, text: str) -> None:
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

        do_POST = do_GET  # noqa: N815 - likewise

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with pytest.raises(InputError, match="SERVICE, which would reach the network"):
            ask(snapshot, text.replace("URL", f"http://127.0.0.1:{server.server_port}/sparql"))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert not asked


SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a != ?g) }"


def test_too_slow_dies_at_its_limit(snapshot: Path) -> None:
    began = time.monotonic()
    with pytest.raises(LimitExceeded, match=r"took longer than 1 s; the setting query-seconds"):
        ask(snapshot, SLOW, seconds=1)
    assert time.monotonic() - began < 10


def test_a_gate_too_slow_dies_too(snapshot: Path) -> None:
    text = "SELECT * { ?s ?p ?o FILTER(?s IN (" + ", ".join(f"<u:{n}>" for n in range(3000)) + ")) }"
    with pytest.raises(LimitExceeded, match=r"took longer than 0\.2 s"):
        ask(snapshot, text, seconds=0.2)


def test_too_much_memory(snapshot: Path) -> None:
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f"
    with pytest.raises(LimitExceeded, match=r"needed more than 256 MiB of memory; the setting query-memory"):
        ask(snapshot, text, memory=256 << 20, rows=10**9)


def test_too_large_an_answer(snapshot: Path) -> None:
    text = "SELECT ?x4 { BIND('xxxxxxxx' AS ?x0) "
    for n in range(4):
        text += f"BIND(CONCAT({', '.join([f'?x{n}'] * 32)}) AS ?x{n + 1}) "
    with pytest.raises(LimitExceeded, match=r"gives more than 1 MiB; the setting query-size raises the limit"):
        ask(snapshot, text + "}", size=1 << 20)


def test_too_many_rows(snapshot: Path) -> None:
    with pytest.raises(LimitExceeded, match=r"gives more than 5 rows; a LIMIT in it helps; the setting query-rows"):
        ask(snapshot, "SELECT * { ?s ?p ?o }", rows=5)
    assert len(ask(snapshot, "SELECT * { ?s ?p ?o } LIMIT 5", rows=5).rows) == 5
    with pytest.raises(LimitExceeded, match="gives more than 5 rows"):
        ask(snapshot, "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", rows=5)
