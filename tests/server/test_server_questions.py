"""Stored questions over HTTP: the same answers as the command line, in the same shapes."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from kg.questions import all_questions

if TYPE_CHECKING:
    from conftest import Refused
    from flask.testing import FlaskClient

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://example.org/pump-station/"


def command_line(folder: Path, *words: str) -> str:
    start = "import sys; sys.argv[0] = 'interlock'; from kg.cli.main import run; run()"
    done = subprocess.run(
        [sys.executable, "-c", start, *words],
        capture_output=True,
        check=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )
    return done.stdout.decode()


def test_the_list_is_what_the_headers_say(client: FlaskClient) -> None:
    answer = client.get("/questions")
    assert answer.content_type == "application/json"
    listed = answer.get_json()["questions"]
    assert [one["slug"] for one in listed] == list(all_questions())
    q1, q15 = (next(one for one in listed if one["id"] == name) for name in ("Q1", "Q15"))
    assert (q1["slug"], q1["command"], q1["path"]) == ("threat-impact", "impact", "/questions/threat-impact")
    assert "ThreatScenario" in q1["parameters"][0]["classes"]
    assert [(p["name"], p["type"], p["required"], p["default"]) for p in q15["parameters"]] == [
        ("item", "item", True, ""),
        ("as_of", "date", False, "today"),
    ]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/impact/TS-1", ("impact", "TS-1", "--format", "json")),
        ("/impact/TS-1?format=json", ("impact", "TS-1", "--format", "json")),
        ("/impact/TS-1?format=csv", ("impact", "TS-1", "--format", "csv")),
        ("/why/Z-1%20SR%205.2", ("why", "Z-1 SR 5.2", "--format", "json")),
        ("/trace/TS-1", ("trace", "TS-1", "--format", "json")),
        ("/questions/orphans", ("ask", "orphans", "--format", "json")),
        ("/questions/Q12?item=Z-1&format=csv", ("ask", "required", "-p", "item=Z-1", "--format", "csv")),
    ],
)
def test_the_same_bytes_as_the_command_line(
    client: FlaskClient, built: Path, path: str, words: tuple[str, ...]
) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.text == command_line(built, *words)


def test_an_answer_that_was_worked_out_by_hand(client: FlaskClient) -> None:
    """TS-1 → RR-1 → the target for data flow → the three requirements; SR 5.1 is allocated to the router."""
    found = client.get("/impact/TS-1").get_json()
    assert [one["id"] for one in found["requirements"]] == ["Z-1 SR 5.1", "Z-1 SR 5.2", "Z-1 SR 5.3"]
    assert [one["iri"] for one in found["components"]] == [BASE + "component/router"]


@pytest.mark.parametrize(
    "name",
    [
        "TS-1",
        "ts-1",
        ":threat/scan",
        "threat/scan",
        BASE + "threat/scan",
        quote(BASE + "threat/scan", safe=""),
        "%20TS-1%20",
    ],
)
def test_an_item_is_an_identifier_a_curie_or_an_iri(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/impact/{name}")
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["item"]["iri"] == BASE + "threat/scan"


def test_the_item_as_parameter_is_the_same_question(client: FlaskClient) -> None:
    assert client.get("/questions/q1?item=TS-1").text == client.get("/impact/TS-1").text


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/*", "text/csv; charset=utf-8"),
        ("application/json;q=0.5, text/csv;q=0.9", "text/csv; charset=utf-8"),
        ("*/*, application/json;q=0", "text/csv; charset=utf-8"),
        ("application/json, text/csv", "application/json"),
        ("text/csv; charset=utf-8", "text/csv; charset=utf-8"),
    ],
)
def test_accept_chooses(client: FlaskClient, accept: str | None, media: str) -> None:
    answer = client.get("/questions/orphans", headers={} if accept is None else {"Accept": accept})
    assert answer.status_code == 200
    assert answer.content_type == media
    assert answer.headers["Vary"] == "Accept"


def test_the_format_wins_over_accept(client: FlaskClient) -> None:
    answer = client.get("/questions/Q12?item=Z-1&format=csv", headers={"Accept": "application/json"})
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert [row[rows[0].index("entry")] for row in rows[1:]] == ["SR 5.1", "SR 5.2", "SR 5.3", "SR 5.4"]


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/impact/TS-1", "text/html"),
        ("/impact/TS-1?format=turtle", "*/*"),
        ("/impact/TS-1?format=", "*/*"),
        ("/questions/orphans", "application/json;q=0"),
        ("/questions", "text/csv"),
        ("/health?format=csv", "*/*"),
    ],
)
def test_what_nobody_can_write_is_406(client: FlaskClient, refused: Refused, path: str, accept: str) -> None:
    message = refused(client.get(path, headers={"Accept": accept}), 406, "not-acceptable")
    assert "application/json (format=json)" in message


def test_further_parameters_reach_the_question(client: FlaskClient, refused: Refused) -> None:
    assert client.get("/trace/TS-1?as_of=2026-06-30").status_code == 200
    message = refused(client.get("/trace/TS-1?as_of=soon"), 400, "bad-input")
    assert "as_of must be a day such as 2026-06-30, or today, not 'soon'" in message


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        ("/impact/TS-9", (404, "unknown-item"), "no item is called 'TS-9'; nearest: TS-1"),
        ("/questions/q1?item=TS-9", (404, "unknown-item"), "no item is called 'TS-9'; nearest: TS-1"),
        ("/why/SI", (400, "ambiguous-item"), "'SI' is ambiguous, name one of: fr:SI, iec62443-4-1:SI"),
        ("/why/PLC-1", (400, "bad-input"), "PLC-1 is a Component; why starts from: "),
        ("/questions/q99", (404, "not-found"), "no question is called 'q99'"),
        ("/questions/orphan", (404, "not-found"), "no question is called 'orphan'; nearest: orphans"),
        ("/questions/required", (400, "bad-input"), "Q12 required needs item"),
        ("/questions/required?item=", (400, "bad-input"), "Q12 required needs item"),
        ("/questions/required?itm=Z-1", (400, "bad-input"), "no parameter 'itm'; did you mean 'item'?"),
        ("/questions/required?item=Z-1&item=Z-2", (400, "bad-input"), "'item' is given more than once"),
        ("/questions/required?item=TS-1", (400, "bad-input"), "TS-1 is a ThreatScenario; Q12 required wants: "),
        ("/impact/TS-1?item=TS-1", (400, "bad-input"), "leave out the parameter 'item'"),
        ("/impact/TS-1?depth=3", (400, "bad-input"), "has no parameter 'depth'"),
        ("/questions/required?item=%FF", (400, "bad-input"), "no UTF-8"),
        (
            "/questions/required?" + "&".join(f"p{n}=1" for n in range(65)),
            (400, "bad-input"),
            "more than 64 parameters",
        ),
        ("/impact/" + "a" * 1001, (400, "bad-input"), "1001 characters"),
        ("/questions/q1?item=" + "a" * 1001, (400, "bad-input"), "1001 characters"),
    ],
)
def test_wrong_input_says_what_would_be_right(
    client: FlaskClient, refused: Refused, path: str, error: tuple[int, str], message: str
) -> None:
    assert message in refused(client.get(path), *error)


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "x> } ; DROP ALL #",
    "http://x/> . ?s ?p ?o } #",
    'TS-1" } SERVICE <http://127.0.0.1:9/> { ?s ?p "',
    "../../../../etc/passwd",
    "file:///etc/passwd",
    "TS-1\r\nX-Injected: yes",
    "\x00",
    "\u202e1-ST",
    "\ud800",
    "{{7*7}}",
    "%s%n",
    "$(id)",
    "' OR 1=1 --",
    "_:b0",
    "urn:",
    ":",
    "é" * 400,
    "a-" * 500,
    "1." * 500,
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("route", ["/impact/", "/why/", "/trace/", "/questions/", "/questions/q1?item="])
def test_hostile_names_find_nothing_and_do_nothing(
    client: FlaskClient, refused: Refused, route: str, name: str
) -> None:
    answer = client.get(route + quote(name, safe="", errors="surrogatepass"))
    assert answer.status_code in {400, 404}, answer.text
    refused(answer, answer.status_code, answer.get_json()["error"]["code"])
    assert "X-Injected" not in answer.headers
    assert "root:" not in answer.text
