"""`interlock serve` as a process of its own: waitress, real clients, slow queries, and how it ends."""

from __future__ import annotations

import csv
import http.client
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from server.errors import HEADERS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
START = "import sys; sys.argv[0] = 'interlock'; from kg.cli.main import run; run()"
COMPONENTS = "SELECT ?c ?id WHERE { ?c a il:Component ; dcterms:identifier ?id } ORDER BY ?id"
IDS = ["PLC-1", "PNL-1", "RTR-1"]
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a != ?g) }"
SECONDS = 4


@dataclass
class Answer:
    """What a server said."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> dict[str, str]:
        """The error, checked to be of the one shape."""
        assert self.headers["content-type"] == "application/json"
        assert all(self.headers[name.casefold()] == value for name, value in HEADERS.items())
        shape: dict[str, Any] = json.loads(self.body)
        assert list(shape) == ["error"]
        assert list(shape["error"]) == ["code", "message"]
        return dict(shape["error"])


@dataclass
class Server:
    """A server that runs."""

    process: subprocess.Popen[str]
    port: int

    def ask(self, path: str, method: str = "GET", body: Any = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return Answer(answer.status, {k.casefold(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def query(self, text: str) -> Answer:
        return self.ask("/sparql", "POST", text, Content_Type="application/sparql-query")

    def raw(self, *parts: bytes) -> Answer:
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as line:
            for part in parts:
                line.sendall(part)
            answer = http.client.HTTPResponse(line)
            answer.begin()
            return Answer(answer.status, {k.casefold(): v for k, v in answer.getheaders()}, answer.read())


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", START, "serve", "--port", "0", *words],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PYTHONWARNINGS": "error"},
    )


@pytest.fixture(scope="module")
def folder(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = shutil.copytree(built, tmp_path_factory.mktemp("process") / "pump")
    config = copy / "interlock.toml"
    limits = f"\n[settings]\nserver-workers = 1\nquery-seconds = {SECONDS}\n"
    config.write_text(config.read_text("utf-8") + limits, "utf-8")
    zone = '<zone/new> a <https://w3id.org/interlock/ns#Zone> ; <http://purl.org/dc/terms/identifier> "Z-2" .'
    (copy / "model" / "changed-before-the-start.ttl").write_text(zone, "utf-8")
    return copy


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Server]:
    with start(folder) as process:
        try:
            assert process.stderr is not None
            said = process.stderr.readline()
            found = re.fullmatch(r"serving pump at http://127\.0\.0\.1:(\d+)/ - Ctrl-C ends it\n", said)
            assert found, said + process.stderr.read()
            yield Server(process, int(found[1]))
        finally:
            process.kill()


def test_changed_sources_are_committed_at_the_start(running: Server) -> None:
    assert json.loads(running.ask("/questions/required?item=Z-2").body)["title"].startswith("Q12")


def test_an_iri_in_the_path_comes_through(running: Server) -> None:
    for name in (
        "https://example.org/pump-station/threat/scan",
        "https:%2F%2Fexample.org%2fpump-station%2Fthreat%2Fscan",
    ):
        assert json.loads(running.ask(f"/impact/{name}").body)["item"]["id"] == "TS-1"


def test_rdflib_is_a_client(running: Server) -> None:
    from rdflib import Graph, URIRef
    from rdflib.plugins.stores.sparqlstore import SPARQLStore

    for method in ("GET", "POST", "POST_FORM"):
        address = f"http://127.0.0.1:{running.port}/sparql"
        graph = Graph(SPARQLStore(address, returnFormat="json", method=method))  # type: ignore[arg-type]
        rows = graph.query(COMPONENTS)
        assert [str(row["id"]) for row in rows] == IDS  # type: ignore[index,call-overload]
        router = URIRef("https://example.org/pump-station/component/router")
        assert {str(o) for o in graph.objects(router, URIRef("http://purl.org/dc/terms/identifier"))} == {"RTR-1"}
        assert graph.query("ASK { ?c a il:Component }").askAnswer is True


def test_sparqlwrapper_is_a_client(running: Server) -> None:
    from SPARQLWrapper import CSV, JSON, POST, TURTLE, SPARQLWrapper

    client = SPARQLWrapper(f"http://127.0.0.1:{running.port}/sparql")
    client.setReturnFormat(JSON)
    client.setQuery(COMPONENTS)
    for method in ("GET", POST):
        client.setMethod(method)
        found = client.queryAndConvert()
        assert [row["id"]["value"] for row in found["results"]["bindings"]] == IDS
    client.setReturnFormat(CSV)
    rows = list(csv.reader(io.StringIO(client.queryAndConvert().decode())))
    assert [row[1] for row in rows[1:]] == IDS
    client.setReturnFormat(TURTLE)
    client.setQuery("CONSTRUCT { ?c dcterms:identifier ?id } WHERE { ?c a il:Component ; dcterms:identifier ?id }")
    assert b"dcterms:identifier" in client.queryAndConvert()


def test_sparqlwrapper_is_told_what_is_wrong(running: Server) -> None:
    from SPARQLWrapper import JSON, SPARQLWrapper
    from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

    client = SPARQLWrapper(f"http://127.0.0.1:{running.port}/sparql")
    client.setReturnFormat(JSON)
    client.setQuery("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
    with pytest.raises(QueryBadFormed, match="which would reach the network"):
        client.query()


def test_a_slow_query_dies_alone(running: Server) -> None:
    """While it runs, /health and stored questions answer, and a second query is told to come back."""
    slow: list[Answer] = []

    def ask_slowly() -> None:
        while (answer := running.query(SLOW)).headers.get("retry-after"):  # the other one was there first
            time.sleep(0.1)
        slow.append(answer)

    thread = threading.Thread(target=ask_slowly)
    began = time.monotonic()
    thread.start()
    try:
        while (second := running.query("ASK {}")).status == 200:  # until the slow one has the place
            assert time.monotonic() - began < 10
            time.sleep(0.5)
        assert (second.status, second.error["code"], second.headers["retry-after"]) == (503, "unavailable", "1")
        for _ in range(5):
            asked = time.monotonic()
            assert running.ask("/health").status == 200
            assert time.monotonic() - asked < 1
        assert running.ask("/impact/TS-1").status == 200
        assert thread.is_alive()
    finally:
        thread.join()
    assert slow[0].status == 503
    assert slow[0].error == {
        "code": "limit-exceeded",
        "message": f"the query took longer than {SECONDS} s; the setting query-seconds raises the limit",
    }
    assert "retry-after" not in slow[0].headers
    assert time.monotonic() - began < SECONDS + 20
    assert running.query("ASK {}").status == 200


def test_a_query_that_kills_its_process_kills_nothing_else(running: Server) -> None:
    hungry = "SELECT (STRLEN(?x) AS ?n) { BIND('xxxxxxxx' AS ?x0) " + "".join(
        f"BIND(CONCAT(?x{n}, ?x{n}, ?x{n}, ?x{n}) AS ?x{n + 1}) " for n in range(16)
    )
    answer = running.query(hungry + "BIND(?x16 AS ?x) }")
    assert answer.status in {400, 503}
    assert answer.error["message"].startswith("the query ")
    assert running.ask("/health").status == 200


@pytest.mark.parametrize(
    ("parts", "status", "code"),
    [
        ([b"GET\r\n\r\n"], 400, "bad-input"),
        ([b"GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n"], 400, "bad-input"),
        ([b"GET /health HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n"], 400, "bad-input"),
        ([b"GET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n"], 400, "bad-input"),
        ([b"GET /health HTTP/1.0\r\n\r\n"], 200, ""),
        ([b"GET //health HTTP/1.1\r\nHost: localhost\r\n\r\n"], 200, ""),
        ([b"GET /<b> HTTP/1.1\r\nHost: localhost\r\n\r\n"], 404, "not-found"),
        ([b"BREW /health HTTP/1.1\r\nHost: localhost\r\n\r\n"], 405, "method-not-allowed"),
        ([b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"], 431, "too-large"),
        ([b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: x\r\n\r\n"], 501, "not-implemented"),
        (
            [
                b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n",
                b"Transfer-Encoding: chunked\r\n\r\n",
                *([b"4000\r\n" + b" " * 0x4000 + b"\r\n"] * 5),
                b"0\r\n\r\n",
            ],
            413,
            "too-large",
        ),
        (
            [b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n" + b"x"],
            413,
            "too-large",
        ),
    ],
)
def test_what_never_reaches_the_application_has_the_shape_too(
    running: Server, parts: list[bytes], status: int, code: str
) -> None:
    answer = running.raw(*parts)
    assert answer.status == status
    assert "server" not in answer.headers
    if code:
        assert answer.error["code"] == code
    else:
        assert json.loads(answer.body)["status"] == "ok"


def test_a_body_beyond_the_limit(running: Server) -> None:
    answer = running.query("ASK {} " + " " * 65_536)
    assert (answer.status, answer.error["code"]) == (413, "too-large")


def test_a_port_that_is_taken_gets_one_line(running: Server, folder: Path) -> None:
    with start(folder, "--port", str(running.port)) as process:
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said.count("\n")) == (2, 1)
    assert said.startswith(f"interlock: nothing can listen at 127.0.0.1, port {running.port}: ")


def test_beyond_this_machine_it_warns_and_ends_when_told(folder: Path) -> None:
    with start(folder, "--host", "0.0.0.0") as process:  # noqa: S104 - that is what is tested
        assert process.stderr is not None
        assert "whoever reaches this machine may read the whole project" in process.stderr.readline()
        assert process.stderr.readline().startswith("serving pump at http://0.0.0.0:")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        assert "Traceback" not in process.stderr.read()


def test_a_query_does_not_outlive_the_server(folder: Path) -> None:
    with start(folder) as process:
        assert process.stderr is not None
        found = re.search(r":(\d+)/", process.stderr.readline())
        assert found
        one = Server(process, int(found[1]))

        def ask_in_vain() -> None:
            with pytest.raises((OSError, http.client.HTTPException)):
                one.query(SLOW)

        thread = threading.Thread(target=ask_in_vain)
        thread.start()
        children = Path(f"/proc/{process.pid}/task")
        while not (workers := " ".join(p.read_text() for p in children.glob("*/children")).split()):
            time.sleep(0.05)
        time.sleep(1.5)  # it has started, and reads no more from a pipe whose end would tell it
        process.kill()
        thread.join()
    deadline = time.monotonic() + 2
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)
