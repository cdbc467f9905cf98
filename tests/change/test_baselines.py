"""Names of states: how they are made, what they record, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from history_projects import BASE, as_json, begin, edit, interlock, ok, refused

from kg.change.baselines import find_baselines, make_baseline
from kg.change.moments import resolve
from kg.errors import InputError
from kg.opening import open_project
from kg.rdf.names import DCTERMS, NS
from kg.review.records import acceptances
from kg.store import Delta

if TYPE_CHECKING:
    from pathlib import Path

    from kg.project.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = open_project(begin(tmp_path / "plant"))
    project.refresh()
    return project


def said(project: Project, name: str) -> set[tuple[str, str]]:
    with project.reader() as reader:
        rows = reader.select(f"SELECT ?p ?o WHERE {{ <{BASE}{name}> ?p ?o }}")
        return {(str(p)[1:-1], str(o)) for p, o in rows}


def test_a_baseline_names_the_state_that_was_there(project: Project) -> None:
    (head,) = project.history().heads()
    made = make_baseline(project, "R1.0", reason="first issue")
    assert (made.iri, made.name, made.changes) == (f"{BASE}baseline/R1.0", "R1.0", (head,))
    facts = said(project, "baseline/R1.0")
    assert (NS + "baselineOf", f"<{BASE}change/{head}>") in facts
    assert (DCTERMS + "identifier", '"baseline R1.0"') in facts, "an item of the case may be called R1.0"
    (recorded,) = project.history().heads()
    assert project.history().header(recorded).parents == (head,)
    assert project.history().header(recorded).why == "baseline R1.0: first issue"
    assert [source.name for source in project.history().header(recorded).sources] == ["baselines"]
    assert resolve(project, "R1.0").heads == (recorded,), "with what was said of the baseline itself"
    edit(project.root, "Control zone", "Control area")
    project.refresh()
    assert resolve(project, "R1.0").heads == (recorded,)
    with project.reader() as reader:
        assert find_baselines(reader) == [made]


def test_an_acceptance_goes_with_it(project: Project) -> None:
    made = make_baseline(project, "A", reason="reviewed in the workshop", accepting="asset-owner")
    with project.reader() as reader:
        (accepted,) = acceptances(reader)
    assert (accepted.baseline, accepted.changes) == (made.iri, made.changes)
    facts = said(project, "acceptance/A")
    assert (NS + "acceptsBaseline", f"<{made.iri}>") in facts
    assert (NS + "actingAs", f"<{NS}assetOwner>") in facts
    assert (NS + "reason", '"reviewed in the workshop"') in facts
    assert len(project.history().ids) == 2, "one record for both"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("", "can't be the name of a baseline"),
        ("two words", "can't be the name of a baseline"),
        ("-x", "can't be the name of a baseline"),
        ("a/b", "can't be the name of a baseline"),
        ("x" * 81, "can't be the name of a baseline"),
        ("2026-06-30", "would be taken for a date, a change or a revision"),
        ("1.0", "would be taken for a date, a change or a revision"),
        ("abcdef12", "would be taken for a date, a change or a revision"),
        ("HEAD", "would be taken for a date, a change or a revision"),
        ("NOW", "would be taken for a date, a change or a revision"),
    ],
)
def test_odd_names_are_refused(project: Project, name: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        make_baseline(project, name)
    assert len(project.history().ids) == 1


def test_a_name_twice_and_an_acceptance_without_a_reason(project: Project) -> None:
    make_baseline(project, "Grün")
    with pytest.raises(InputError, match="there is a baseline 'Grün' already, made 20"):
        make_baseline(project, "GRÜN")
    with pytest.raises(InputError, match="say why with --reason"):
        make_baseline(project, "B", accepting="asset-owner")
    with pytest.raises(InputError, match="'boss' is no acting role: give one of asset-owner, "):
        make_baseline(project, "B", reason="x", accepting="boss")
    assert len(project.history().ids) == 2, "a refusal records nothing"


def test_nothing_to_name(tmp_path: Path) -> None:
    folder = begin(tmp_path / "plant")
    (folder / "model" / "zone.ttl").unlink()
    with pytest.raises(InputError, match="nothing is recorded yet"):
        make_baseline(open_project(folder), "A")


def test_one_name_on_two_branches_is_said(project: Project) -> None:
    """Both records come together: the name means two states then."""
    base = project.history()
    (head,) = base.heads()
    make_baseline(project, "A")
    first = base.path(project.history().heads()[0])
    text = first.read_bytes()
    first.unlink()
    project.amend("notes", Delta([f'<{BASE}n> <{DCTERMS}title> "x" .\n'.encode()]), reason="theirs")
    (theirs,) = project.history().heads()
    import time

    time.sleep(1.1)  # another second: made when is how the two are told apart
    make_baseline(project, "A")
    first.write_bytes(text)
    with pytest.raises(InputError, match="two branches made a baseline 'A' each: name a change instead") as wrong:
        resolve(project, "A")
    assert head[:12] in str(wrong.value)
    assert theirs[:12] in str(wrong.value)


def test_the_command(project: Project) -> None:
    root = project.root
    assert "name the baseline, such as R1" in refused(interlock("baseline", cwd=root))
    assert "in which role with --role" in refused(interlock("baseline", "A", "--accept", "--reason", "x", cwd=root))
    assert "--list makes no baseline" in refused(interlock("baseline", "A", "--list", cwd=root))
    ok(interlock("baseline", "A", "--reason", "x", "--accept", "--role", "asset-owner", cwd=root))
    assert "already, made" in refused(interlock("baseline", "a", cwd=root))
    listed = as_json("baseline", "--list", cwd=root)
    assert listed["columns"] == ["baseline", "made", "changes", "reason"]
    assert [(row[0], row[3]) for row in listed["rows"]] == [("A", "x")]
    for command in ("baseline", "log", "undo", "diff"):
        assert len(ok(interlock(command, "--help", cwd=root)).splitlines()) > 8
