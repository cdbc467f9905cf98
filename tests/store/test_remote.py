"""A remote engine is believed only when its answer is complete in itself."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, QueryResultsFormat, RdfFormat, Store, Triple

from kg.errors import InputError, InterlockError, LimitExceeded
from kg.store import remote_reader

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = "application/sparql-results+json"
DATA = '<http://a> <http://p> "x"@en , 1 , <http://b> .'


class Engine:
    """An engine whose answer can be spoilt: `spoil` gets type and body and returns both, headers and a delay."""

    def __init__(self) -> None:
        store = Store()
        store.load(DATA, RdfFormat.TURTLE)
        self.spoil = lambda kind, body: (200, kind, body, {}, 0.0)
        self.seen: list[str] = []
        engine = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())["query"][0]
                engine.seen.append(query)
                result = store.query(query)
                accept = self.headers["Accept"]
                kind = JSON if accept == JSON else "application/ld+json"
                chosen = QueryResultsFormat.JSON if kind == JSON else RdfFormat.JSON_LD
                status, kind, body, headers, delay = engine.spoil(kind, result.serialize(format=chosen))
                self.send_response(status)
                for name, value in {"Content-Type": kind, **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                for start in range(0, len(body), 8 if delay else len(body) or 1):
                    time.sleep(delay)
                    try:
                        self.wfile.write(body[start : start + (8 if delay else len(body))])
                    except OSError:
                        return

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = False  # so that closing waits for them
        self.url = f"http://127.0.0.1:{self.server.server_port}/sparql"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def engine() -> Iterator[Engine]:
    one = Engine()
    yield one
    one.server.shutdown()
    one.server.server_close()


def test_answers_are_terms(engine: Engine) -> None:
    reader = remote_reader(engine.url)
    rows = reader.select("SELECT ?o ?none WHERE { <http://a> ?p ?o }")
    assert rows.variables == ("o", "none")
    assert set(rows) == {(Literal("x", language="en"), None), (Literal(1), None), (NamedNode("http://b"), None)}
    assert reader.ask("ASK { ?s ?p 1 }") is True
    assert len(list(reader.construct("CONSTRUCT WHERE { ?s ?p ?o }"))) == 3
    assert Triple(NamedNode("http://a"), NamedNode("http://p"), NamedNode("http://b")) in list(
        reader.construct("CONSTRUCT WHERE { ?s ?p ?o }")
    )
    assert len(list(reader.outgoing(NamedNode("http://a")))) == 3
    assert list(reader.incoming(Literal(1))) == [(NamedNode("http://a"), NamedNode("http://p"))]
    assert len(list(reader.objects(NamedNode("http://a"), NamedNode("http://p")))) == 3
    assert list(reader.subjects(NamedNode("http://p"), Literal(1))) == [NamedNode("http://a")]
    query = "SELECT ?s WHERE { ?s ?p ?o } # as it is"
    reader.select(query)
    assert engine.seen[-1] == query


def test_an_answer_cut_off_is_an_error(engine: Engine) -> None:
    engine.spoil = lambda kind, body: (200, kind, body[: len(body) * 2 // 3], {}, 0.0)
    reader = remote_reader(engine.url)
    for call, query in (
        (reader.select, "SELECT * WHERE { ?s ?p ?o }"),
        (reader.ask, "ASK { }"),
        (reader.construct, "CONSTRUCT WHERE { ?s ?p ?o }"),
    ):
        with pytest.raises(InterlockError, match="no answer that can be trusted"):
            call(query)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"head": {"vars": ["s"]}},
        {"head": {"vars": ["s"]}, "results": {"bindings": [{"s": {"type": "odd", "value": "x"}}]}},
        {"head": {"vars": ["s"]}, "results": {"bindings": [{"s": {"type": "uri", "value": "no iri"}}]}},
        {"head": {"vars": ["s"]}, "results": {"bindings": ["row"]}},
    ],
)
def test_json_of_another_shape_is_an_error(engine: Engine, body: object) -> None:
    engine.spoil = lambda kind, _: (200, kind, json.dumps(body).encode(), {}, 0.0)
    with pytest.raises(InterlockError, match="no answer that can be trusted"):
        remote_reader(engine.url).select("SELECT ?s WHERE { ?s ?p ?o }")


def test_a_count_without_its_row_is_an_error(engine: Engine) -> None:
    empty = json.dumps({"head": {"vars": ["n"]}, "results": {"bindings": []}}).encode()
    engine.spoil = lambda kind, _: (200, kind, empty, {}, 0.0)
    reader = remote_reader(engine.url)
    with pytest.raises(InterlockError, match="COUNT came without its row"):
        reader.select("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
    # With GROUP BY no row is a fair answer.
    assert list(reader.select("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o } GROUP BY ?s")) == []


def test_a_time_limit_that_the_engine_reports_is_an_error(engine: Engine) -> None:
    engine.spoil = lambda kind, body: (200, kind, body, {"X-SQL-State": "S1TAT"}, 0.0)
    with pytest.raises(InterlockError, match="S1TAT"):
        remote_reader(engine.url).ask("ASK { }")


def test_triples_in_a_format_that_may_be_cut_anywhere_are_refused(engine: Engine) -> None:
    engine.spoil = lambda _, __: (200, "text/turtle", b"<http://a> <http://b> <http://c> .", {}, 0.0)
    with pytest.raises(InterlockError, match="can't be told from a part"):
        remote_reader(engine.url).construct("CONSTRUCT WHERE { ?s ?p ?o }")


def test_a_trickle_ends_at_the_time_limit(engine: Engine) -> None:
    engine.spoil = lambda kind, body: (200, kind, body * 40, {}, 0.3)
    begin = time.monotonic()
    with pytest.raises(LimitExceeded, match="query-seconds"):
        remote_reader(engine.url, timeout=1).select("SELECT * WHERE { ?s ?p ?o }")
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize(("status", "error"), [(400, InputError), (500, InterlockError), (503, InterlockError)])
def test_a_refusal_is_one_line(engine: Engine, status: int, error: type[InterlockError]) -> None:
    engine.spoil = lambda _, __: (status, "text/plain", b"no", {}, 0.0)
    with pytest.raises(error) as caught:
        remote_reader(engine.url).select("SELECT * WHERE { ?s ?p ?o }")
    assert type(caught.value) is error
    assert "\n" not in str(caught.value)


def test_nothing_but_the_form_asked_for_is_sent(engine: Engine) -> None:
    reader = remote_reader(engine.url)
    for query in ("INSERT DATA { <http://a> <http://b> <http://c> }", "DROP ALL", "ASK { }"):
        with pytest.raises(InputError, match="SELECT is needed here"):
            reader.select(query)
    assert engine.seen == []


def test_nobody_there_and_no_address() -> None:
    with pytest.raises(InterlockError, match="can't be asked"):
        remote_reader("http://127.0.0.1:9/sparql").ask("ASK { }")
    with pytest.raises(InputError, match="no SPARQL endpoint"):
        remote_reader("file:///etc/passwd")
    with pytest.raises(InputError, match="only IRIs and literals"):
        list(remote_reader("http://127.0.0.1:9/sparql").outgoing(BlankNode("b")))
