"""`interlock review` as people meet it: what is shown, recorded and refused, and that nothing stale is stored."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse
from review_models import PREFIXES

from kg.cli import reviewing
from kg.cli.ending import run_to_end
from kg.cli.main import app
from kg.opening import open_project
from kg.rdf.names import NS, RDF

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MODEL = """
:t a il:ThreatScenario ; dcterms:identifier "T" ; dcterms:title "Flood" .
:r a il:RiskResult ; dcterms:identifier "R" ; dcterms:title "Flood risk" ; il:derivedFrom :t ; il:affectsScope :z .
:l a il:TargetLevel ; dcterms:identifier "L" ; dcterms:title "Level" ; il:derivedFrom :r ; il:targetFor :z .
:z a il:Zone ; dcterms:identifier "Z" ; dcterms:title "Zone" .
"""


class Done(NamedTuple):
    code: int
    out: str
    err: str


class Plant:
    """A project in a folder, and the command line in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        (folder / "interlock.toml").write_text(
            '[project]\nbase = "https://plant.example/"\n\n[[source]]\nname = "model"\npath = "model.ttl"\n', "utf-8"
        )
        self.write(MODEL)

    def write(self, text: str) -> None:
        (self.folder / "model.ttl").write_text(PREFIXES + text, "utf-8")

    def run(self, *words: str) -> Done:
        code = run_to_end(lambda: app(list(words), standalone_mode=False), words)
        return Done(code, *self._capsys.readouterr())

    def ok(self, *words: str) -> str:
        done = self.run(*words)
        assert done.code == 0, done.err
        return done.out

    def rows(self, *words: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.ok("review", *words, "--format", "csv"))))

    def states(self, *words: str) -> dict[str, str]:
        return {f"{row['from']} {row['link']} {row['to']}": row["state"] for row in self.rows(*words)}

    def changes(self) -> int:
        return len(list((self.folder / "record" / "changes").iterdir()))


@pytest.fixture
def plant(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Plant:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    (tmp_path / "gitconfig").write_text("[user]\n\tname = Ann\n\temail = ann@plant.example\n", "utf-8")
    return Plant(tmp_path, capsys)


@pytest.fixture
def accepted(plant: Plant) -> Plant:
    plant.ok("baseline", "R1", "--accept", "--reason", "first import", "--role", "asset-owner")
    return plant


SAID = ("--reason", "looked", "--role", "assessor")
DERIVED = "R il:derivedFrom T"


def test_a_change_is_shown_and_decided(accepted: Plant) -> None:
    assert set(accepted.states("R").values()) == {"valid"}
    accepted.write(MODEL.replace('"Flood"', '"Deluge"'))
    (row,) = [row for row in accepted.rows("R") if row["state"] == "suspect"]
    assert (row["from"], row["to"], row["looks"], row["changed"]) == ("R", "T", "R", "T")
    assert (row["property"], row["old"], row["new"]) == ("dcterms:title", "Flood", "Deluge")
    assert (row["by"], row["as"], row["reason"]) == ("Ann", "asset owner", "first import")
    assert row["to_fingerprint"] != row["judged_to_fingerprint"]
    assert row["from_fingerprint"] == row["judged_from_fingerprint"]
    (decided,) = accepted.rows("R", "--verdict", "valid", *SAID)
    assert (decided["state"], decided["by"], decided["as"], decided["reason"]) == ("valid", "Ann", "assessor", "looked")
    assert set(accepted.states("R").values()) == {"valid"}


def test_going_back_counts_again(accepted: Plant) -> None:
    accepted.write(MODEL.replace('"Flood"', '"Deluge"'))
    accepted.ok("review", "R", "--verdict", "invalid", *SAID)
    assert accepted.states("R")[DERIVED] == "invalid"
    accepted.write(MODEL)
    assert accepted.states("R")[DERIVED] == "valid"


def test_a_decision_is_not_that_of_dependents(accepted: Plant) -> None:
    accepted.write(MODEL.replace('"Flood"', '"Deluge"').replace('"Zone"', '"Area"'))
    assert {row["from"] for row in accepted.rows("R", "--verdict", "valid", *SAID)} == {"R"}
    assert accepted.states("L") == {"L il:derivedFrom R": "valid", "L il:targetFor Z": "suspect"}


def test_one_link_alone(accepted: Plant) -> None:
    accepted.write(MODEL.replace('"Flood"', '"Deluge"').replace('"Zone"', '"Area"'))
    assert accepted.states("R", "--link", "Z") == {"R il:affectsScope Z": "suspect"}
    accepted.ok("review", "R", "--link", "Z", "--verdict", "valid", *SAID)
    assert accepted.states("R") == {"R il:affectsScope Z": "valid", DERIVED: "suspect", "L il:derivedFrom R": "valid"}


def test_nothing_to_decide_is_no_fault(accepted: Plant) -> None:
    before = accepted.changes()
    done = accepted.run("review", "R", "--verdict", "valid", *SAID)
    assert (done.code, accepted.changes()) == (0, before)
    assert "nothing to decide" in done.err


def test_dry_run_decides_nothing(plant: Plant) -> None:
    plant.ok("review", "R")
    before = plant.changes()
    assert len(plant.rows("R", "--verdict", "valid", *SAID, "--dry-run")) == 2
    assert plant.changes() == before
    assert set(plant.states("R").values()) == {"unreviewed"}


@pytest.mark.parametrize(
    ("words", "state", "facts"),
    [
        (("no-effect",), "valid", {"impactOutcome": "noEffect"}),
        (("update",), "invalid", {"impactOutcome": "updateNeeded"}),
        (("back-to-phase", "--phase", "3"), "invalid", {"returnsToPhase": "Phase-3"}),
        (("new-risk-assessment", "--zone", "Z"), "invalid", {"assessesAnew": "z"}),
    ],
)
def test_an_impact_analysis_ends_a_suspicion(
    accepted: Plant, words: tuple[str, ...], state: str, facts: dict[str, str]
) -> None:
    accepted.write(MODEL.replace('"Flood"', '"Deluge"'))
    assert [row["state"] for row in accepted.rows("R", "--outcome", *words, *SAID)] == [state]
    assert accepted.rows("--list", "--state", "suspect") == []
    with open_project().reader() as reader:
        (analysis,) = reader.subjects(NamedNode(RDF + "type"), NamedNode(NS + "ImpactAnalysis"))
        told = {
            property_.value.removeprefix(NS): value.value.removeprefix(NS).rpartition("/")[2]  # type: ignore[union-attr]
            for property_, value in reader.outgoing(analysis)
        }
    assert facts.items() <= told.items()
    assert told["reason"] == "looked"


def test_what_was_brought_up_to_date_is_asked_again(accepted: Plant) -> None:
    deluge = MODEL.replace('"Flood"', '"Deluge"')
    accepted.write(deluge)
    accepted.ok("review", "R", "--outcome", "update", *SAID)
    accepted.write(deluge.replace('"Flood risk"', '"Deluge risk"'))
    assert accepted.states("R")[DERIVED] == "suspect"
    accepted.ok("review", "R", "--verdict", "valid", *SAID)
    assert accepted.states("R")[DERIVED] == "valid"


def test_a_selection_is_named_and_counted(plant: Plant) -> None:
    query = "SELECT ?item WHERE { ?item a il:RiskResult }"
    assert len(plant.rows("--query", query, "--verdict", "valid", *SAID)) == 2
    with open_project().reader() as reader:
        told = f"?review <{NS}selectedBy> ?s . ?s <{NS}selectionQuery> ?q ; <{NS}selectionSize> ?n"
        rows = list(reader.select(f"SELECT ?q ?n WHERE {{ {told} }}"))
    assert {(q.value, n.value) for q, n in rows} == {(query, "2")}


def test_a_selection_of_pairs_from_a_file(plant: Plant) -> None:
    (plant.folder / "pairs.rq").write_text("SELECT ?a ?b WHERE { ?a il:targetFor ?b }", "utf-8")
    plant.ok("review", "--query", "pairs.rq", "--verdict", "valid", *SAID)
    assert plant.states("L") == {"L il:derivedFrom R": "unreviewed", "L il:targetFor Z": "valid"}


WRONG = (
    (("R", "--verdict", "valid", "--role", "assessor"), "reason"),
    (("R", "--verdict", "valid", "--reason", "  ", "--role", "assessor"), "reason"),
    (("R", "--verdict", "valid", "--reason", "x"), "role"),
    (("R", "--verdict", "valid", "--reason", "x", "--role", "wizard"), "wizard"),
    (("R", "--verdict", "maybe", *SAID), "maybe"),
    (("R", "--outcome", "later", *SAID), "later"),
    (("R", "--outcome", "no-effect", "--verdict", "invalid", *SAID), "no-effect"),
    (("R", "--outcome", "back-to-phase", *SAID), "--phase"),
    (("R", "--outcome", "back-to-phase", "--phase", "99", *SAID), "99"),
    (("R", "--outcome", "no-effect", "--phase", "3", *SAID), "--phase"),
    (("R", "--outcome", "new-risk-assessment", *SAID), "--zone"),
    (("R", "--outcome", "new-risk-assessment", "--zone", "T", *SAID), "zone or conduit"),
    (("R", "--reason", "x"), "--verdict"),
    (("NOBODY",), "NOBODY"),
    ((), "--list"),
    (("R", "--query", "SELECT ?x WHERE { ?x a il:Zone }"), "not both"),
    (("--list", "R"), "--list"),
    (("--list", "--state", "odd"), "odd"),
    (("R", "--state", "valid"), "--list"),
    (("--query", "ASK { ?s ?p ?o }", "--verdict", "valid", *SAID), "SELECT"),
    (("--query", "SELECT ?a WHERE { ?x dcterms:title ?a }", "--verdict", "valid", *SAID), "no item"),
    (("--query", "SELECT ?a ?b ?c WHERE { ?a ?b ?c }", "--verdict", "valid", *SAID), "3 columns"),
    (("T", "--link", "Z", "--verdict", "valid", *SAID), "no link"),
    (("R", "--verdict", "valid", *SAID, "--against", "1:zz"), "1:zz"),
    (("R", "--verdict", "valid", *SAID, "--against", "zz"), "zz"),
    (("R", "--verdict", "valid", *SAID, "--as-of", "R1"), "--as-of"),
    (("R", "--verdict", "valid", *SAID, "--link", ""), "--link was given with nothing after it"),
    (("R", "--verdict", "valid", *SAID, "--against", ""), "--against was given with nothing after it"),
)


def test_wrong_use_is_one_line(plant: Plant) -> None:
    for words, told in WRONG:
        done = plant.run("review", *words)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1), words
        assert told in done.err


@pytest.mark.parametrize("against", ["fingerprint", "change"])
def test_a_decision_against_what_is_no_longer_so_is_refused(accepted: Plant, against: str) -> None:
    accepted.write(MODEL.replace('"Flood"', '"Deluge"'))
    (row,) = [row for row in accepted.rows("R") if row["to"] == "T"]
    (head,) = open_project().history().heads()
    name = row["to_fingerprint"] if against == "fingerprint" else head[:12]
    accepted.write(MODEL.replace('"Flood"', '"Storm"'))
    before = accepted.changes()
    done = accepted.run("review", "R", "--verdict", "valid", *SAID, "--against", name, "--format", "json")
    assert (done.code, done.err.count("\n")) == (1, 1)
    table = json.loads(done.out)
    (side,) = (dict(zip(table["columns"], row, strict=True)) for row in table["rows"])
    assert (side["old"], side["new"]) == ("Deluge", "Storm")
    assert accepted.changes() == before + 1  # the new model, and no decision
    assert accepted.states("R")[DERIVED] == "suspect"


def test_a_decision_against_what_is_so_is_taken(accepted: Plant) -> None:
    accepted.write(MODEL.replace('"Flood"', '"Deluge"'))
    (row,) = [row for row in accepted.rows("R") if row["to"] == "T"]
    for name in (row["to_fingerprint"][:12], open_project().history().heads()[0][:12]):
        accepted.ok("review", "R", "--link", "T", "--verdict", "valid", *SAID, "--against", name)
    assert accepted.states("R")[DERIVED] == "valid"


def test_a_source_that_changes_while_it_is_decided(accepted: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the lock somebody else saves the file."""
    accepted.write(MODEL.replace('"Flood"', '"Deluge"'))
    decide: Callable[..., Any] = reviewing.decision_of

    def slow(*words: Any) -> Any:
        accepted.write(MODEL.replace('"Flood"', '"Storm"'))
        return decide(*words)

    monkeypatch.setattr(reviewing, "decision_of", slow)
    done = accepted.run("review", "R", "--verdict", "valid", *SAID, "--format", "csv")
    assert done.code == 1
    (side,) = csv.DictReader(io.StringIO(done.out))
    assert (side["item"], side["old"], side["new"]) == ("T", "Deluge", "Storm")
    monkeypatch.undo()
    monkeypatch.chdir(accepted.folder)
    assert accepted.states("R")[DERIVED] == "suspect"


def test_of_two_decisions_at_once_one_is_refused(accepted: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the lock somebody else decides about the same link."""
    accepted.write(MODEL.replace('"Flood"', '"Deluge"'))
    decide: Callable[..., Any] = reviewing.decision_of
    other: list[Any] = []

    def slow(*words: Any) -> Any:
        decision = decide(*words)
        if not other:
            other.append("the first only")
            accepted.ok("review", "R", "--verdict", "valid", "--role", "assessor", "--reason", "first")
        return decision

    monkeypatch.setattr(reviewing, "decision_of", slow)
    done = accepted.run("review", "R", "--verdict", "invalid", *SAID, "--format", "csv")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "somebody else decided meanwhile" in done.err
    (side,) = csv.DictReader(io.StringIO(done.out))
    assert (side["state"], side["to"], side["reason"]) == ("valid", "T", "first")
    assert accepted.states("R")[DERIVED] == "valid"
    accepted.ok("review", "R", "--link", "T", "--verdict", "invalid", *SAID)  # having seen the other one
    assert accepted.states("R")[DERIVED] == "invalid"


def test_links_as_of_a_baseline(accepted: Plant) -> None:
    accepted.write(MODEL.replace('"Flood"', '"Deluge"'))
    assert accepted.states("R")[DERIVED] == "suspect"
    assert accepted.states("R", "--as-of", "R1")[DERIVED] == "valid"


def test_lists(accepted: Plant) -> None:
    accepted.write(MODEL.replace('"Flood"', '"Deluge"'))
    assert accepted.states("--list", "--state", "suspect") == {DERIVED: "suspect"}
    assert len(accepted.states("--list")) == 4


def test_oslc_link_validity(accepted: Plant) -> None:
    accepted.write(MODEL.replace('"Flood"', '"Deluge"'))
    text = accepted.ok("review", "--list", "--format", "turtle")
    assert "draft" in text.splitlines()[0]
    facts: dict[str, dict[str, str]] = {}
    for quad in parse(text.encode(), format=RdfFormat.TURTLE):
        name = quad.predicate.value.rpartition("#")[2].rpartition("/")[2]
        facts.setdefault(str(quad.subject), {})[name] = quad.object.value  # type: ignore[union-attr]
    (suspect,) = [one for one in facts.values() if one["status"] == "suspect"]
    assert suspect["predicate"] == NS + "derivedFrom"
    assert (suspect["subject"], suspect["object"]) == ("https://plant.example/r", "https://plant.example/t")
    assert {"subjectHash", "objectHash"} <= suspect.keys()
    valid = [one for one in facts.values() if one["status"] == "valid"]
    assert len(valid) == 3
    assert all(one["comment"] == "first import" and "modified" in one and "contributor" in one for one in valid)
