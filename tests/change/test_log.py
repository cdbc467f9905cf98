"""The log of changes, and what it says when somebody tampered with a record or the index."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING

import pytest
from history_projects import BASE, as_json, begin, edit, git, interlock, ok, refused

from kg.change.log import item_table, log_table
from kg.change.log_verify import verify_project
from kg.opening import open_project
from kg.project.record import Header, write_record
from kg.store import Delta
from kg.values import Item

if TYPE_CHECKING:
    from pathlib import Path

    from kg.project.project import Project

NOTES = f"{BASE}graph/source/notes"


def note(number: int) -> bytes:
    return f'<{BASE}n{number}> <http://purl.org/dc/terms/identifier> "n{number}" .\n'.encode()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Three changes: the file, one note, another note in place of the first."""
    folder = begin(tmp_path / "plant")
    project = open_project(folder)
    project.refresh()
    project.amend("notes", Delta([note(1)]), reason="one note")
    project.amend("notes", Delta([note(2)], [note(1)]), reason="another")
    return project


def faults(project: Project) -> list[tuple[str, str]]:
    return [(str(row[0]), str(row[1])) for row in verify_project(open_project(project.root)).rows]


def test_newest_first_with_what_each_did(project: Project) -> None:
    edit(project.root, "Control zone", "Control area")
    edit(project.root, '<cm/C1> a il:Countermeasure ; dcterms:identifier "C1" ;', "<cm/C1>")
    project.refresh(reason="tidied up")
    table = log_table(project.history())
    at = table.columns.index
    rows = [
        tuple(row[at(name)] for name in ("why", "sources", "items_added", "items_modified", "items_retired"))
        for row in table.rows
    ]
    assert rows == [
        ("tidied up", "model/zone", 0, 1, 1),
        ("another", "notes", 1, 0, 1),
        ("one note", "notes", 1, 0, 0),
        ("source changed", "model/zone", 9, 0, 0),
    ]
    facts = [(row[at("facts_added")], row[at("facts_removed")]) for row in table.rows]
    assert facts[:3] == [(1, 3), (1, 1), (1, 0)]
    assert len(log_table(project.history(), 1).rows) == 1
    assert [one.code for one in log_table(project.history(), 1).notes] == ["more-changes"]


def test_what_changes_did_to_one_item(project: Project) -> None:
    edit(project.root, "Control zone", "Control area")
    project.refresh(reason="renamed")
    edit(project.root, "il:level 2 ] .", "il:level 3 ] .")
    project.refresh(reason="more")
    with project.reader() as reader:
        history, prefixes = project.history(), project.config.prefixes
        zone = item_table(history, reader, "Z", prefixes)
        assert [row[4:] for row in zone.rows if row[3] == "renamed"] == [
            ("dcterms:title", "Control zone", "Control area")
        ]
        risk = item_table(history, reader, "R1", prefixes)
        assert [row[4:] for row in risk.rows if row[3] == "more"] == [("il:asks/il:level", "2", "3")]
        gone = item_table(history, reader, "n1", prefixes)
        assert [(row[3], row[5], row[6]) for row in gone.rows] == [("another", "n1", None), ("one note", None, "n1")]
        target = item_table(history, reader, "SL-T IAC", prefixes)
        links = [row[6] for row in target.rows if row[4] == "il:derivedFrom"]
        assert [link.id for link in links if isinstance(link, Item)] == ["R1", "R2"]
    assert "no item is called 'n9'" in refused(interlock("log", "n9", cwd=project.root))


def test_what_is_whole_verifies(project: Project) -> None:
    table = verify_project(project)
    assert (table.rows, [one.code for one in table.notes]) == ((), ["verified"])
    (head,) = project.history().heads()
    assert f"3 changes, which end in {head[:12]}: every record, and the index" in table.notes[0].text
    shutil.rmtree(project.root / ".interlock")
    assert [one.code for one in verify_project(project).notes] == ["no-index", "verified"]
    assert ok(interlock("log", "--verify", cwd=project.root))


def test_a_changed_record(project: Project) -> None:
    id_ = project.history().order(project.history().heads())[1]
    path = project.history().path(id_)
    path.write_bytes(path.read_bytes().replace(b'"n1"', b'"n8"'))
    shown = f"record/changes/{id_}.trig"
    ((file, what),) = faults(project)
    assert (file, what) == (shown, "is not what its name says")
    git(project.root, "init", "--quiet")
    git(project.root, "add", "record")
    assert faults(project) == [(shown, "is not what its name says: it was changed")]
    done = interlock("log", "--verify", "--format", "json", cwd=project.root)
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout)["rows"] == [
        [shown, "is not what its name says: it was changed", f"git checkout -- {shown}"]
    ]


def test_a_missing_record(project: Project) -> None:
    order = project.history().order(project.history().heads())
    for place, what in ((0, f"is missing: {order[1]}.trig builds on it"), (2, "is missing: the index holds it")):
        path = project.history().path(order[place])
        kept = path.read_bytes()
        path.unlink()
        assert faults(project) == [(f"record/changes/{order[place]}.trig", what)]
        path.write_bytes(kept)
    assert faults(project) == []


def test_a_missing_last_record_that_only_git_knows(project: Project) -> None:
    git(project.root, "init", "--quiet")
    git(project.root, "add", "record")
    git(project.root, "commit", "--quiet", "-m", "all")
    (head,) = project.history().heads()
    project.history().path(head).unlink()
    shutil.rmtree(project.root / ".interlock")
    assert faults(project) == [(f"record/changes/{head}.trig", "is missing: git has it")]


def test_an_added_and_a_renamed_file(project: Project) -> None:
    (head,) = project.history().heads()
    path = project.history().path(head)
    stray = path.with_name("notes.txt")
    stray.write_text("mine")
    assert faults(project) == [("record/changes/notes.txt", "is no change record")]
    stray.unlink()
    renamed = path.rename(path.with_name("last.trig"))
    assert ("record/changes/last.trig", "is a record under another name") in faults(project)
    (row,) = [row for row in verify_project(project).rows if row[0] == "record/changes/last.trig"]
    assert row[2] == f"name it {head}.trig again"
    renamed.rename(path)
    other = path.with_name("0" * 64 + ".trig")
    shutil.copyfile(path, other)
    assert [file for file, _ in faults(project)] == [f"record/changes/{other.name}"]


def test_a_forged_record_that_hashes_right(project: Project) -> None:
    """Its name is the hash of its content, but it removes what was never there."""
    (head,) = project.history().heads()
    header = Header(BASE, (head,), "2026-11-23T10:00:00Z", "Eve", "forged", "interlock 0.1.0")
    forged = write_record(project.history().folder, header, {NOTES: Delta([note(2)], [note(7)])})
    found = faults(project)
    assert [file for file, _ in found] == [f"record/changes/{forged}.trig"] * 2
    assert [what.partition(",")[0] for _, what in found] == ["adds what was there", "removes what was not there"]


def test_a_changed_graph_file_of_the_index(project: Project) -> None:
    with project.reader() as reader:
        name = reader.manifest.graphs[f"{BASE}graph/source/model/zone"].base
    path = project.root / ".interlock" / "graphs" / name
    path.write_bytes(path.read_bytes().replace(b'"Control zone"', b'"Control room"'))
    found = faults(project)
    assert (f".interlock/graphs/{name}", "the graph") == (found[0][0], found[0][1][:9])
    assert "has 1 facts that nobody recorded, and lacks 1 that somebody did" in found[0][1]
    shutil.rmtree(project.root / ".interlock")
    open_project(project.root).refresh()
    assert faults(project) == []


def test_a_changed_text_that_an_undo_kept(project: Project) -> None:
    texts = project.root / "record" / "texts"
    texts.mkdir()
    (texts / hashlib.sha256(b"kept").hexdigest()).write_bytes(b"kept")
    assert faults(project) == []
    (texts / ("0" * 64)).write_bytes(b"other")
    assert faults(project) == [(f"record/texts/{'0' * 64}", "is not what its name says")]


def test_two_heads_are_said(project: Project) -> None:
    order = project.history().order(project.history().heads())
    header = Header(BASE, (order[1],), "2026-11-23T10:00:00Z", "Ada", "beside", "interlock 0.1.0")
    write_record(project.history().folder, header, {NOTES: Delta([note(3)])})
    table = verify_project(open_project(project.root))
    assert table.rows == ()
    assert [one.code for one in table.notes] == ["index-behind", "verified"]
    assert "; the next change joins them" in table.notes[1].text
    assert [one.code for one in log_table(project.history()).notes] == ["several-heads"]
    joined = project.amend("notes", Delta([note(4)]), reason="joined")
    assert joined is not None
    row = as_json("log", "--limit", "1", cwd=project.root)["rows"][0]
    assert row[0] == joined.id
    assert len(row[11].split(", ")) == 2
    assert "joins" in ok(interlock("log", "--limit", "1", cwd=project.root))
    assert hashlib.sha256(project.history().path(joined.id).read_bytes()).hexdigest() == joined.id
