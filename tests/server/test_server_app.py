"""What holds on every route: one shape of errors, headers, methods; and the states that are served."""

from __future__ import annotations

import json
import shutil
import threading
from typing import TYPE_CHECKING

import pytest

import server.questions
from kg.errors import InputError
from kg.project.lock import hold
from kg.project.project import Project
from kg.store import current_snapshot
from server.app import create_app, is_loopback
from server.slots import Slots

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Refused
    from flask.testing import FlaskClient

ROUTES = ["/health", "/questions", "/questions/orphans", "/impact/TS-1", "/why/Z-1%20SR%205.2", "/trace/TS-1"]
ASK = "/sparql?query=ASK{}"
COUNT = "/sparql?query=SELECT(COUNT(?z)AS?n){?z+a+il:Zone}"


def zones(client: FlaskClient) -> int:
    answer = client.get(COUNT)
    assert answer.status_code == 200, answer.text
    return int(answer.get_json(force=True)["results"]["bindings"][0]["n"]["value"])


def test_health(client: FlaskClient, built: Path) -> None:
    current = current_snapshot(built / ".interlock")
    assert current is not None
    assert client.get("/health").get_json() == {"status": "ok", "snapshot": current.name}


@pytest.mark.parametrize("route", [*ROUTES, ASK])
def test_head_and_options(client: FlaskClient, route: str) -> None:
    got, head = client.get(route), client.head(route)
    assert (got.status_code, head.status_code, head.data) == (200, 200, b"")
    assert head.content_type == got.content_type
    allowed = client.options(route).headers["Allow"]
    assert set(allowed.split(", ")) == {"GET", "HEAD", "OPTIONS"} | ({"POST"} if route == ASK else set())


@pytest.mark.parametrize("route", [*ROUTES, ASK])
def test_every_answer_is_guarded(client: FlaskClient, route: str) -> None:
    headers = client.get(route).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none';")
    assert headers["Cache-Control"] == "no-store"
    assert not {"Access-Control-Allow-Origin", "Set-Cookie"} & set(headers.keys())


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
@pytest.mark.parametrize("route", [*ROUTES, ASK])
def test_other_methods_are_405(client: FlaskClient, refused: Refused, route: str, method: str) -> None:
    if (route, method) == (ASK, "POST"):
        return
    answer = client.open(route, method=method)
    refused(answer, 405, "method-not-allowed")
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/nope", "/impact", "/impact/", "/health/", "/questions/", "/questions/a/b", "/sparql/", "/static/x"),
        *("/%2e%2e/etc/passwd", "/impact/../../etc/passwd", "/<script>", "/\r\nX: y"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_unknown_addresses_are_404(client: FlaskClient, refused: Refused, path: str, method: str) -> None:
    answer = client.open(path, method=method)
    if path == "/impact/../../etc/passwd" and method != "GET":  # an item's name, however odd
        refused(answer, 405, "method-not-allowed")
    else:
        refused(answer, 404, answer.get_json()["error"]["code"])


@pytest.mark.parametrize("route", ["/health", "/nope", ASK])
@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "a b"]
)
def test_only_this_machine_may_be_meant(client: FlaskClient, refused: Refused, host: str, route: str) -> None:
    refused(client.get(route, headers={"Host": host}), 400, "bad-input")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "127.0.0.1", "[::1]:8080", "[::1]"])
def test_this_machine_by_any_name(client: FlaskClient, host: str) -> None:
    assert client.get("/health", headers={"Host": host}).status_code == 200


def test_beyond_loopback_any_name_will_do(built: Path) -> None:
    client = create_app(built, any_host=True).test_client()
    assert client.get("/health", headers={"Host": "plant.example:8080"}).status_code == 200


def test_loopback() -> None:
    assert all(map(is_loopback, ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"]))
    assert not any(map(is_loopback, ["", "0.0.0.0", "::", "10.0.0.1", "plant.example", "localhost."]))  # noqa: S104


def test_a_fault_of_ours_tells_nothing(
    client: FlaskClient, refused: Refused, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("a secret of /srv/plant")

    monkeypatch.setattr(server.questions, "all_questions", broken)
    message = refused(client.get("/questions"), 500, "could-not-finish")
    assert "secret" not in message
    assert "a secret of /srv/plant" in caplog.text


def test_a_damaged_index_is_500_and_names_no_file(own: Path, refused: Refused) -> None:
    current = current_snapshot(own / ".interlock")
    assert current is not None
    (current / "manifest.json").write_text("{")
    client = create_app(own).test_client()
    assert str(own) not in refused(client.get("/impact/TS-1"), 500, "could-not-finish")
    assert str(own) not in refused(client.get(ASK), 500, "could-not-finish")


def test_wrong_configuration_is_said_at_the_start(own: Path) -> None:
    (own / ".interlock" / "format").write_text("9999")
    with pytest.raises(InputError, match="newer Interlock"):
        create_app(own)
    (own / "interlock.toml").write_text("[settings]\nserver-workers = 0\n")
    with pytest.raises(InputError, match=r"interlock\.toml"):
        create_app(own)


def test_slots_say_no_instead_of_waiting() -> None:
    from werkzeug.exceptions import ServiceUnavailable

    slots = Slots(2, "queries")
    with (
        slots.take(),
        slots.take(),
        pytest.raises(ServiceUnavailable, match="2 queries are being answered"),
        slots.take(),
    ):
        pass
    with slots.take():
        pass


def test_stored_questions_are_bounded(built: Path, refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two are asked and made to wait; a third is turned away, and /health answers."""
    inside, go = threading.Semaphore(0), threading.Event()
    render = server.questions.render

    def slowly(*given: object, **named: object) -> None:
        inside.release()
        assert go.wait(30)
        render(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(server.questions, "render", slowly)
    app = create_app(built)
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(app.test_client().get("/questions/orphans").status_code))
        for _ in range(2)
    ]
    try:
        for thread in threads:
            thread.start()
            assert inside.acquire(timeout=30)
        third = app.test_client().get("/questions/orphans")
        assert "setting server-workers" in refused(third, 503, "unavailable")
        assert third.headers["Retry-After"] == "1"
        assert app.test_client().get("/health").status_code == 200
    finally:
        go.set()
        for thread in threads:
            thread.join()
    assert found == [200, 200]
    monkeypatch.undo()
    assert app.test_client().get("/questions/orphans").status_code == 200


def test_commits_of_others_are_seen_and_none_is_made_here(own: Path) -> None:
    client = create_app(own).test_client()
    before = client.get("/health").get_json()["snapshot"]
    assert zones(client) == 1
    assert client.get("/questions/required?item=Z-2").status_code == 404
    extra = '<zone/new> a <https://w3id.org/interlock/ns#Zone> ; <http://purl.org/dc/terms/identifier> "Z-2" .'
    (own / "model" / "extra.ttl").write_text(extra, "utf-8")
    records = sorted((own / "record" / "changes").iterdir())
    assert zones(client) == 1
    assert client.get("/questions/required?item=Z-2").status_code == 404
    assert client.get("/health").get_json()["snapshot"] == before
    assert sorted((own / "record" / "changes").iterdir()) == records
    assert Project(own).refresh() is not None
    assert zones(client) == 2
    assert client.get("/questions/required?item=Z-2").status_code == 200
    assert client.get("/health").get_json()["snapshot"] != before


def test_it_answers_while_another_process_commits(own: Path) -> None:
    client = create_app(own).test_client()
    (own / "model" / "extra.ttl").write_text("<a> <urn:p> <b> .", "utf-8")
    with hold(own / ".interlock" / "lock", 0):
        for route in [*ROUTES, ASK]:
            assert client.get(route).status_code == 200


def test_a_snapshot_that_nobody_reads_any_more_is_given_up(own: Path) -> None:
    config = own / "interlock.toml"
    config.write_text(config.read_text("utf-8") + "\n[settings]\nsnapshots-kept = 1\n", "utf-8")
    client = create_app(own).test_client()
    for number in range(3):
        assert client.get("/impact/TS-1").status_code == 200
        (own / "model" / "extra.ttl").write_text(f"<a> <urn:p> {number} .", "utf-8")
        assert Project(own).refresh() is not None
    assert client.get("/impact/TS-1").status_code == 200
    (own / "model" / "extra.ttl").write_text("<a> <urn:p> 9 .", "utf-8")
    Project(own).refresh()
    assert len(list((own / ".interlock" / "snapshots").iterdir())) == 2  # the current one, and the one read last


def test_without_an_index_it_says_so_until_there_is_one(own: Path, refused: Refused) -> None:
    client = create_app(own).test_client()
    before = client.get("/impact/TS-1").text
    shutil.rmtree(own / ".interlock")
    for route in ("/health", "/impact/TS-1", ASK):
        answer = client.get(route)
        assert "any command inside it" in refused(answer, 503, "unavailable")
        assert answer.headers["Retry-After"] == "1"
    Project(own).refresh()
    assert client.get("/impact/TS-1").text == before
    assert json.loads(client.get(ASK).text)["boolean"] is True
