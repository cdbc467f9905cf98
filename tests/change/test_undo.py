"""Taking a change back: facts by the record, files by their earlier text; refused where something was built on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from history_projects import BASE, as_json, begin, edit, git, interlock, ok, refused

from kg.change.baselines import find_baselines, make_baseline
from kg.change.log_verify import verify_project
from kg.change.undo import undo
from kg.errors import InputError
from kg.opening import open_project
from kg.store import Delta

if TYPE_CHECKING:
    from pathlib import Path

    from kg.project.project import Project

NOTES = f"{BASE}graph/source/notes"
ID = "<http://purl.org/dc/terms/identifier>"


def note(name: str) -> bytes:
    return f'<{BASE}{name}> {ID} "{name}" .\n'.encode()


def link(name: str, other: str) -> bytes:
    return f"<{BASE}{name}> <http://purl.org/dc/terms/relation> <{BASE}{other}> .\n".encode()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = begin(tmp_path / "plant")
    git(folder, "init", "--quiet")
    git(folder, "add", "model")
    git(folder, "commit", "--quiet", "-m", "one")
    project = open_project(folder)
    project.refresh()
    return project


def notes(project: Project) -> list[bytes]:
    with project.reader() as reader:
        return list(reader.graph(NOTES).lines()) if NOTES in reader.graphs else []


def amend(project: Project, come: list[bytes], gone: list[bytes] | None = None, why: str = "note") -> str:
    change = project.amend("notes", Delta(come, gone or []), reason=why)
    assert change is not None
    return change.id


def head(project: Project) -> str:
    (only,) = project.history().heads()
    return only


def whole(project: Project) -> bool:
    return not verify_project(project).rows


def test_facts_go_and_come_back_and_go_again(project: Project) -> None:
    amend(project, [note("a"), note("b")])
    change = amend(project, [note("c")], [note("a")])
    told = undo(project, change, reason="", dry_run=True)
    assert [(row[0].id, row[2], row[3]) for row in told.rows] == [("a", None, "a"), ("c", "c", None)]  # type: ignore[union-attr]
    assert notes(project) == [note("b"), note("c")], "a dry run changes nothing"
    undo(project, change[:8], reason="too early")
    assert notes(project) == [note("a"), note("b")]
    first = head(project)
    assert project.history().header(first).why == f"undo of change {change[:12]}: too early"
    undo(project, first, reason="right after all")
    assert notes(project) == [note("b"), note("c")]
    undo(project, head(project), reason="no")
    assert notes(project) == [note("a"), note("b")]
    assert whole(project)


def test_later_changes_on_the_same_facts_are_named(project: Project) -> None:
    change = amend(project, [note("a")])
    amend(project, [note("x")], why="elsewhere")
    later = amend(project, [note("b")], [note("a")], why="a became b")
    before = project.history().ids
    with pytest.raises(InputError, match=rf"taken back already: {later[:12]} \(a became b\)"):
        undo(project, change, reason="no")
    both = amend(project, [note("c"), note("d")])
    last = amend(project, [], [note("c")], why="c is gone")
    with pytest.raises(
        InputError, match=rf"built on the facts of change .*, undo them first: {last[:12]} \(c is gone\)$"
    ):
        undo(project, both, reason="no")
    assert set(project.history().ids) - set(before) == {both, last}, "a refusal records nothing"
    undo(project, last, reason="c was right")
    undo(project, both, reason="now it goes")
    assert notes(project) == [note("b"), note("x")]


def test_what_others_link_to_stays(project: Project) -> None:
    change = amend(project, [note("a")])
    later = amend(project, [note("b"), link("b", "a")], why="b rests on a")
    with pytest.raises(
        InputError, match=rf"built on what .* added \({BASE}a\), undo them first: {later[:12]} \(b rests"
    ):
        undo(project, change, reason="no")
    undo(project, later, reason="first this")
    undo(project, change, reason="then that")
    assert notes(project) == []


def test_a_file_gets_its_earlier_text_out_of_git(project: Project) -> None:
    path = project.root / "model" / "zone.ttl"
    path.chmod(0o640)
    first = path.read_bytes()
    edit(project.root, "Control zone", "Control area")
    ok(interlock("ask", "orphans", cwd=project.root))
    second, change = path.read_bytes(), head(project)
    ok(interlock("undo", change[:10], "--reason", "wrong name", cwd=project.root))
    assert path.read_bytes() == first
    assert path.stat().st_mode & 0o777 == 0o640
    assert project.history().header(head(project)).why == f"undo of change {change[:12]}: wrong name"
    assert project.refresh() is None, "record and file agree"
    ok(interlock("undo", head(project)[:10], "--reason", "right name", cwd=project.root))
    assert path.read_bytes() == second, "though git never had this text"
    assert project.refresh() is None
    assert whole(project)


def test_files_that_can_not_be_put_back(project: Project) -> None:
    path = project.root / "model" / "zone.ttl"
    came = head(project)
    with pytest.raises(InputError, match=r"model/zone.ttl came with change .*: to take that back, remove the file"):
        undo(project, came, reason="no")
    edit(project.root, "Control zone", "Control area")
    project.refresh()
    second, lost = head(project), path.read_bytes()
    edit(project.root, "Control area", "Control place")
    project.refresh(reason="third")
    third = head(project)
    with pytest.raises(InputError, match=rf"'model/zone' changed again since, undo that first: {third[:12]} \(third\)"):
        undo(project, second, reason="no")
    with pytest.raises(InputError, match=r"neither in git nor in record/texts: put it back by hand"):
        undo(project, third, reason="no")
    assert b"Control place" in path.read_bytes()
    path.write_bytes(lost)
    git(project.root, "commit", "--quiet", "-am", "two")
    path.write_bytes(lost.replace(b"Control area", b"Control place"))
    project.refresh()
    undo(project, third, reason="now git knows")
    assert path.read_bytes() == lost


def test_a_source_that_is_gone_comes_back(project: Project) -> None:
    path = project.root / "model" / "zone.ttl"
    text = path.read_bytes()
    path.unlink()
    project.refresh(reason="removed")
    undo(project, head(project), reason="still needed")
    assert path.read_bytes() == text
    assert project.refresh() is None


def test_a_broken_commit_leaves_file_and_record_as_they_were(project: Project) -> None:
    path = project.root / "model" / "zone.ttl"
    edit(project.root, "Control zone", "Control area")
    project.refresh()
    (project.root / "model" / "other.ttl").write_text("<a> <b> .")
    text, ids = path.read_bytes(), project.history().ids
    with pytest.raises(InputError, match=r"model/other\.ttl:1"):
        undo(project, head(project), reason="no")
    assert (path.read_bytes(), project.history().ids) == (text, ids)


def test_a_baseline_with_its_acceptance_can_be_undone(project: Project) -> None:
    make_baseline(project, "A", reason="first", accepting="asset-owner")
    made = head(project)
    undo(project, made, reason="too early")
    with project.reader() as reader:
        assert find_baselines(reader) == []
    undo(project, head(project), reason="it was right")
    with project.reader() as reader:
        assert [one.name for one in find_baselines(reader)] == ["A"]


def test_wrong_use_is_one_line(project: Project) -> None:
    change = head(project)
    assert "say why with --reason" in refused(interlock("undo", change[:8], cwd=project.root))
    assert "no change has an id" in refused(interlock("undo", "ffffffffff", "--reason", "x", cwd=project.root))
    assert len(as_json("log", cwd=project.root)["rows"]) == 1
