"""What an assessor expects of changes, worked by hand from MEANINGS "Change" before the program was asked."""

from __future__ import annotations

import shutil
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import rdflib
from history_projects import ROOT, as_json, git, interlock, ok

from kg.change.suspects import find_suspects
from kg.cli.asking import view_at
from kg.questions import Asker, find_question
from kg.values import Item, Table

if TYPE_CHECKING:
    from pathlib import Path

    from kg.values import Suspect

CASES = ROOT / "tests" / "cases" / "change" / "assessor"
PLANT = (CASES / "plant.ttl").read_text(encoding="utf-8")
EXPECTED = tomllib.loads((CASES / "expected.toml").read_text(encoding="utf-8"))["case"]
WORDING = ('"Communication integrity, A"', '"Communication integrity of all traffic, A"')
"""The title of A SR 3.1: P1 CR 3.1 and P2 CR 3.1 derive from it, V1 verifies it, CM1 answers it, Z-A has to meet it."""
BELOW = {"P1 CR 3.1", "P2 CR 3.1", "V1", "CM1", "Z-A"}


def write(folder: Path, text: str, name: str = "plant.ttl") -> None:
    (folder / "sources" / name).write_text(text, encoding="utf-8")


def edit(folder: Path, old: str, new: str) -> None:
    text = (folder / "sources" / "plant.ttl").read_text(encoding="utf-8")
    assert old in text
    write(folder, text.replace(old, new, 1))


def suspects(folder: Path) -> dict[str, list[Suspect]]:
    """Return identifier → each suspicion of that item."""
    found: dict[str, list[Suspect]] = {}
    with view_at(folder=folder) as view:
        for one in find_suspects(view.reader, view.history, prefixes=view.prefixes).items:
            found.setdefault(one.item.id, []).append(one)
    return found


def unjustified(folder: Path) -> set[str]:
    with view_at(folder=folder) as view:
        table = Asker(view.reader, view.prefixes, view.day).answer(find_question("Q28"), {})
    assert isinstance(table, Table)
    return {cell.id for (cell, *_) in table.rows if isinstance(cell, Item)}


def review(folder: Path, *words: str) -> None:
    done = interlock("review", *words, "--role", "assessor", "--reason", "looked at", cwd=folder)
    assert done.returncode == 0, done.stderr


def rewritten(text: str) -> tuple[str, str]:
    """Return the same facts by another writer: backwards, numbers spelt its way, blank nodes renamed and apart."""
    graph = rdflib.Graph().parse(data=text, format="turtle")
    lines = sorted((line for line in graph.serialize(format="nt").splitlines() if line), reverse=True)
    parts = [line.replace("_:", "_:z") for line in lines if "_:" in line]
    return "\n".join(line for line in lines if "_:" not in line) + "\n", "\n".join(parts) + "\n"


def edited(case: dict[str, Any]) -> str:
    text = PLANT
    for old, new in case.get("edits", []):
        assert old in text, old
        text = text.replace(old, new) if case.get("everywhere") else text.replace(old, new, 1)
    if gone := case.get("drop"):
        start = text.index(f"\n{gone} a ") + 1
        text = text[:start] + text[text.index("\n<", start) + 1 :]
    return f"{text}{case.get('append', '')}\n"


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of the plant, with all its links accepted by a baseline B1."""
    folder = tmp_path_factory.mktemp("assessor") / "accepted"
    ok(interlock("init", "--base", "https://example.org/a/", folder.name, cwd=folder.parent))
    write(folder, PLANT)
    ok(interlock("baseline", "B1", "--accept", "--role", "assessor", "--reason", "as built", cwd=folder))
    return folder


@pytest.fixture(scope="module")
def one(accepted: Path) -> Path:
    """One project for all cases: each begins with other text, so each also goes back on what the last one did."""
    return shutil.copytree(accepted, accepted.with_name("one"))


@pytest.fixture
def folder(accepted: Path, tmp_path: Path) -> Path:
    """A project of the plant for one test alone."""
    return shutil.copytree(accepted, tmp_path / "folder")


@pytest.mark.parametrize("case", EXPECTED, ids=[case["title"] for case in EXPECTED])
def test_one_edit(one: Path, case: dict[str, Any]) -> None:
    (one / "sources" / "parts.ttl").unlink(missing_ok=True)
    if case.get("rewritten"):
        text, parts = rewritten(PLANT)
        write(one, parts, "parts.ttl")
    else:
        text = edited(case)
    write(one, text)
    found = suspects(one)
    assert not case.get("none") or not found
    assert set(case.get("suspect", [])) - found.keys() == set(), "missing"
    assert set(case.get("not", [])) & found.keys() == set(), "too much"
    for id_, causes in case.get("causes", {}).items():
        assert {each.cause for each in found[id_]} == set(causes), id_
    for id_, path in case.get("paths", {}).items():
        assert path in [[step.id for step in each.path] for each in found[id_]], id_
    for id_, row in case.get("changed", {}).items():
        shown = [[c.item.id, c.property, c.old, c.new] for each in found[id_] for c in each.changed]
        assert row in shown, shown
    if "unjustified" in case:
        assert unjustified(one) == set(case["unjustified"])


def test_deciding_settles_only_where_nothing_else_changed(folder: Path) -> None:
    edit(folder, '"Highest"', '"Highest, with new tools"')
    review(folder, "RR1", "--outcome", "update")
    # The analysis ended RR1's suspicion; it has to change, so what hangs on it stays open, and so does CM1 beside it.
    found = suspects(folder)
    assert "RR1" not in found
    assert {"TA-SI", "A SR 3.1 RE 1", "V2", "CM1"} <= found.keys()
    edit(folder, "il:likelihoodRank 4", "il:likelihoodRank 5")
    review(folder, "RR1", "--verdict", "valid")
    # RR1 fits T1 again; TA-SI is to be looked at because RR1 says something else, no longer because of T1.
    found = suspects(folder)
    assert {each.cause for each in found["TA-SI"]} == {"risk"}
    assert {each.cause for each in found["CM1"]} == {"risk", "threat"}
    review(folder, "TA-SI", "--verdict", "valid")
    # Level 3 stays: nothing below had to change, so all of it is settled. CM1 mitigates T1: its own question.
    assert suspects(folder).keys() == {"CM1"}
    edit(folder, '"Highest, with new tools"', '"Highest, with newer tools"')
    assert {"RR1", "TA-SI", "A SR 3.1 RE 1", "CM1"} <= suspects(folder).keys()


def test_latest_verdict_for_the_same_content_counts(folder: Path) -> None:
    edit(folder, *WORDING)
    assert suspects(folder).keys() == BELOW
    review(folder, "V1", "--verdict", "invalid")
    assert suspects(folder).keys() == BELOW - {"V1"}  # decided: invalid, no longer open
    edit(folder, *reversed(WORDING))
    assert not suspects(folder)  # the acceptance counts again, for V1 too
    edit(folder, *WORDING)
    states = as_json("review", "V1", cwd=folder)
    assert sorted(row[0] for row in states["rows"]) == ["invalid", "valid", "valid"]
    review(folder, "V1", "--link", "A SR 3.1", "--verdict", "valid")
    assert as_json("review", "--list", "--state", "invalid", cwd=folder)["rows"] == []


def test_review_can_be_undone_beside_others_by_the_same_person(folder: Path) -> None:
    edit(folder, *WORDING)
    review(folder, "V1", "--verdict", "valid")
    (hasty,) = [row[0] for row in as_json("log", cwd=folder)["rows"] if row[3] == "review: looked at"]
    review(folder, "P1 CR 3.1", "--verdict", "valid")
    assert suspects(folder).keys() == BELOW - {"V1", "P1 CR 3.1"}
    ok(interlock("undo", hasty, "--reason", "hasty", cwd=folder))
    assert suspects(folder).keys() == BELOW - {"P1 CR 3.1"}
    decided = as_json("ask", "decisions", "--param", "about=P1 CR 3.1", cwd=folder)
    row = dict(zip(decided["columns"], decided["rows"][-1], strict=True))
    assert row["by"]["kind"] == "Person"  # the other decision still says who made it


def test_reviews_of_two_clones_both_count(folder: Path) -> None:
    here, there = folder, folder.with_name("there")
    edit(here, *WORDING)
    assert suspects(here).keys() == BELOW
    git(here, "init", "-q")
    git(here, "add", "-A")
    git(here, "commit", "-qm", "wording")
    git(here, "clone", "-q", ".", str(there))
    for clone, item in ((here, "V1"), (there, "P1 CR 3.1")):
        review(clone, item, "--verdict", "valid")
        git(clone, "add", "-A")
        git(clone, "commit", "-qm", item)
    git(there, "pull", "-q", "--no-rebase", "--no-edit", str(here))
    assert suspects(there).keys() == BELOW - {"V1", "P1 CR 3.1"}
    ok(interlock("log", "--verify", cwd=there))
