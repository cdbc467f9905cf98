"""What is otherwise in one state than in another, by hand: items, findings, derived facts, answers, suspects."""

from __future__ import annotations

import csv
import io
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from history_projects import BASE, as_json, begin, edit, git, interlock, ok, refused

from kg.change.baselines import make_baseline
from kg.change.difference import compare
from kg.change.difference_answers import compare_answers
from kg.change.difference_findings import compare_findings
from kg.change.difference_states import States
from kg.change.moments import now, resolve
from kg.change.moments_past import open_at
from kg.opening import open_project
from kg.rdf.names import NS, RDF
from kg.rules import check
from kg.rules.project_rules import rules_of
from kg.store import Delta

if TYPE_CHECKING:
    from pathlib import Path

    from kg.project.project import Project
    from kg.values import Difference


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with the baseline A, every link of it accepted."""
    project = open_project(begin(tmp_path / "plant"))
    project.refresh()
    make_baseline(project, "A", reason="first", accepting="asset-owner")
    return project


def changed(project: Project, old: str, new: str) -> Difference:
    """What the present has otherwise than baseline A after an edit."""
    edit(project.root, old, new)
    project.refresh()
    return compare(project, resolve(project, "A"), now(project))


def test_nothing_is_otherwise(project: Project) -> None:
    found = compare(project, resolve(project, "A"), now(project))
    assert not found
    assert (found.before, found.after) == ("baseline A", "now")
    make_baseline(project, "B")
    assert not compare(project, resolve(project, "A"), resolve(project, "B")), "a baseline is no difference"


def test_items_that_came_went_and_say_otherwise(project: Project) -> None:
    edit(
        project.root,
        '<cm/C1> a il:Countermeasure ; dcterms:identifier "C1"',
        '<cm/C2> a il:Countermeasure ; dcterms:identifier "C2"',
    )
    found = changed(project, "Control zone", "Control area")
    assert [item.id for item in found.added] == ["C2"]
    assert [(item.id, item.title) for item in found.retired] == [("C1", "Accounts")]
    assert [(one.item.id, one.property, one.old, one.new) for one in found.changed] == [
        ("Z", "dcterms:title", "Control zone", "Control area")
    ]


def test_a_part_is_told_under_its_owner(project: Project) -> None:
    """R1 asks 1 of IAC instead of 2: the RE of level 2 is governed by nothing any more, T1 only contributes to it."""
    found = changed(project, "il:level 2 ] .", "il:level 1 ] .")
    assert [(one.item.id, one.property, one.old, one.new) for one in found.changed] == [
        ("R1", "il:asks/il:level", "2", "1")
    ]
    assert [(one.start.id, one.bucket, one.item.id, one.old, one.new) for one in found.answers] == [
        ("T1", "requirements", "Z SR 1.1 RE 1", "governing", "contributing")
    ]
    assert {(one.name, one.focus.id) for one in found.new} >= {("iec62443-3-2-2020/ZCR-5.6-method", "SL-T IAC")}
    assert {one.item.id for one in found.suspects} == {"SL-T IAC", "Z SR 1.1", "Z SR 1.1 RE 1", "C1"}


def test_a_link_that_is_gone(project: Project) -> None:
    """Without R2 among the results of the target, nothing depends on T2 but R2 itself."""
    found = changed(project, "il:derivedFrom <risk/R1>, <risk/R2>", "il:derivedFrom <risk/R1>")
    assert [(one.item.id, one.property, getattr(one.old, "id", None), one.new) for one in found.changed] == [
        ("SL-T IAC", "il:derivedFrom", "R2", None)
    ]
    assert [(one.bucket, one.item.id, one.old, one.new) for one in found.answers] == [
        ("countermeasures", "C1", "reached", None),
        ("requirements", "Z SR 1.1", "governing", None),
        ("requirements", "Z SR 1.1 RE 1", "contributing", None),
        ("targets", "SL-T IAC", "reached", None),
    ]
    assert {one.start.id for one in found.answers} == {"T2"}


def test_a_finding_that_is_cured_and_one_that_is_new(project: Project) -> None:
    edit(project.root, ' ; dcterms:title "Control zone"', "")
    project.refresh()
    make_baseline(project, "B")
    worse = compare(project, resolve(project, "A"), resolve(project, "B"))
    better = compare(project, resolve(project, "B"), resolve(project, "A"))
    assert [(one.name, one.focus.iri) for one in worse.new] == [("model/identifier", f"{BASE}zone/Z")]
    assert worse.cured == ()
    assert (better.new, better.cured) == ((), worse.new)
    assert [note.code for note in better.notes] == ["suspects-left-out"], "A does not build on B"


def test_a_retired_threat(project: Project) -> None:
    """T1 alone governed the RE: with T1 retired nothing justifies it; SR 1.1 stands on T2."""
    found = changed(
        project, 'dcterms:title "A stranger logs in"', 'dcterms:title "A stranger logs in" ; il:status il:retired'
    )
    assert [item.id for item in found.retired] == ["T1"]
    derived = {(one.item.id, one.property, getattr(one.new, "id", None)) for one in found.derived}
    assert ("Z SR 1.1 RE 1", "il:unjustifiedBecauseOf", "T1") in derived or any(
        item == "Z SR 1.1 RE 1" and property_ == "il:unjustifiedBecauseOf" for item, property_, _ in derived
    )
    assert not [one for one in found.derived if one.item.id == "Z SR 1.1" and one.property == "il:unjustifiedBecauseOf"]


def test_findings_and_answers_are_those_of_full_runs(project: Project) -> None:
    """Brought from the present to either state, against everything judged and asked anew."""
    edits = [
        ("il:level 2 ] .", "il:level 3 ] ."),
        ("il:basis il:detailedAssessment ;", ""),
        (' ; dcterms:title "Accounts"', ""),
        ("il:derivedFrom <threat/T2>", "il:derivedFrom <threat/T1>"),
    ]
    for number, (old, new) in enumerate(edits):
        edit(project.root, old, new)
        project.refresh()
        make_baseline(project, f"M{number}")
    project.amend("notes", Delta([f"<{BASE}n> <{RDF}type> <{NS}Zone> .\n".encode()]), reason="bare")
    rules, prefixes = rules_of(project.config, project.root), project.config.prefixes
    names = ["A", *(f"M{number}" for number in range(len(edits))), "now"]
    for before, after in [*pairwise(names), ("A", "now"), ("M2", "A")]:
        moments = [resolve(project, before), resolve(project, after)]
        with project.reader() as present, open_at(project, moments[0]) as old_, open_at(project, moments[1]) as new_:
            states = States(project, project.history(), present, old_, new_)
            day = moments[1].day
            fresh, cured, _ = compare_findings(states, rules, day)
            full = [
                {one.fingerprint for one in check(reader.facts(), rules, as_of=day, prefixes=prefixes).items}
                for reader in (old_, new_)
            ]
            assert {one.fingerprint for one in fresh} == full[1] - full[0], (before, after)
            assert {one.fingerprint for one in cured} == full[0] - full[1], (before, after)
            answers, _ = compare_answers(states, day)
            every, _ = compare_answers(states, day, everything=True)
            assert answers == every
            come, gone = states.merged()
            lines = [
                {
                    line
                    for graph in r.graphs
                    if "/source/" in graph and not graph.endswith("baselines")
                    for line in r.graph(graph).lines()
                }
                for r in (old_, new_)
            ]
            assert (come, gone) == (lines[1] - lines[0], lines[0] - lines[1])


def test_the_command(project: Project) -> None:
    root = project.root
    assert "nothing is otherwise" in ok(interlock("diff", "A", cwd=root))
    edit(root, "il:level 2 ] .", "il:level 1 ] .")
    text = ok(interlock("diff", "A", cwd=root), 1)
    assert text.startswith("baseline A → now\n\n1 item changed\n  ~ R1  Log-in, control zone\n")
    assert "      il:asks/il:level  “2” → “1”\n" in text
    assert "      requirements  governing → contributing: Z SR 1.1 RE 1\n" in text
    found = as_json("diff", "A", "now", cwd=root, code=1)
    assert list(found) == [
        *("before", "after", "added", "retired", "changed", "findings", "derived", "answers", "suspects", "notes")
    ]
    assert found["answers"][0]["start"]["id"] == "T1"
    rows = list(csv.reader(io.StringIO(ok(interlock("diff", "A", "-f", "csv", cwd=root), 1))))
    assert rows[0][:4] == ["part", "item", "item_iri", "title"]
    assert {row[0] for row in rows[1:]} >= {"changed", "finding new", "answer to Q1 threat-impact", "suspect"}
    brief = as_json("diff", "A", "--items", cwd=root, code=1)
    assert (len(brief["changed"]), brief["answers"], brief["suspects"]) == (1, [], [])
    assert "'B' names no moment" in refused(interlock("diff", "B", cwd=root))
    assert "turtle" in refused(interlock("diff", "A", "-f", "turtle", cwd=root))


def test_across_a_merge(project: Project) -> None:
    root = project.root
    (root / ".gitignore").write_text(".interlock/\n")
    git(root, "init", "--quiet")
    git(root, "add", "-A")
    git(root, "commit", "--quiet", "-m", "one")
    git(root, "branch", "other")
    edit(root, "Control zone", "Control area")
    ok(interlock("baseline", "OURS", cwd=root))
    project.amend("notes", Delta([f'<{BASE}n> <http://purl.org/dc/terms/title> "ours" .\n'.encode()]), reason="ours")
    git(root, "add", "-A")
    git(root, "commit", "--quiet", "-m", "ours")
    git(root, "checkout", "--quiet", "other")
    edit(root, "Accounts", "Badges")
    ok(interlock("baseline", "THEIRS", cwd=root))
    theirs = open_project(root)
    theirs.amend("notes", Delta([f'<{BASE}n> <http://purl.org/dc/terms/title> "theirs" .\n'.encode()]), reason="theirs")
    git(root, "add", "-A")
    git(root, "commit", "--quiet", "-m", "theirs")
    git(root, "merge", "--quiet", "--no-edit", "master")
    merged = open_project(root)
    assert len(merged.history().heads()) == 2
    both = as_json("diff", "OURS", "THEIRS", "--items", cwd=root, code=1)
    assert [(row["item"]["id"], row["old"], row["new"]) for row in both["changed"]] == [
        ("C1", "Accounts", "Badges"),
        ("Z", "Control area", "Control zone"),
    ]
    for name, titles in (("OURS", {"Badges"}), ("THEIRS", {"Control area"})):
        found = as_json("diff", name, "--items", cwd=root, code=1)
        assert {row["new"] for row in found["changed"] if row["item"]["id"] in {"C1", "Z"}} == titles
    assert len(open_project(root).history().heads()) == 1, "the merged file was committed, which joined the two"
    query = "SELECT ?t WHERE { <https://example.org/two-zones/n> dcterms:title ?t } ORDER BY ?t"
    assert as_json("query", query, cwd=root)["rows"] == [["ours"], ["theirs"]], "both said so; a rule may object"
    assert as_json("log", "--verify", cwd=root)["rows"] == []
