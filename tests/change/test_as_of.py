"""Any question as of a moment: the same answer as then, whatever came later, and wherever the index went."""

from __future__ import annotations

import io
import shutil
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from history_projects import BASE, as_json, begin, edit, git, interlock, ok, refused

from kg.change.moments import resolve
from kg.change.moments_past import open_at
from kg.cli.asking import view_at
from kg.errors import InputError
from kg.opening import open_project
from kg.questions import all_questions
from kg.report import Format, render
from kg.store import Delta

if TYPE_CHECKING:
    from pathlib import Path

ITEMS = ("Z", "T1", "T2", "R1", "SL-T IAC", "Z SR 1.1", "Z SR 1.1 RE 1", "C1")


def answers(folder: Path, as_of: str = "") -> dict[tuple[str, str], str]:
    """Every stored question, of every item that it can be asked of, as JSON."""
    found = {}
    with view_at(as_of, folder) as view:
        asker = view.asker()
        for question in all_questions().values():
            for item in ITEMS if question.start else ("",):
                given = {"item": item} if item else {}
                try:
                    answer = asker.answer(question, given)
                except InputError as wrong:
                    found[question.slug, item] = str(wrong)
                    continue
                text = io.StringIO()
                render(answer, Format.JSON, text, prefixes=view.prefixes)
                found[question.slug, item] = text.getvalue()
    return found


def facts(folder: Path, as_of: str = "") -> dict[str, list[bytes]]:
    with view_at(as_of, folder) as view:
        return {graph: list(view.reader.graph(graph).lines()) for graph in view.reader.graphs}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[tuple[str, str], str]]]:
    """A project with two baselines and changes after each, and what was answered when each was current."""
    folder = begin(tmp_path_factory.mktemp("as-of") / "plant")
    git(folder, "init", "--quiet")
    then = {}
    ok(interlock("baseline", "A", "--reason", "first", "--accept", "--role", "asset-owner", cwd=folder))
    then["A"] = answers(folder)
    edit(folder, "A stranger logs in", "A guest logs in")
    edit(folder, "il:derivedFrom <risk/R1>, <risk/R2>", "il:derivedFrom <risk/R1>")
    ok(interlock("baseline", "B", cwd=folder))
    then["B"] = answers(folder)
    project = open_project(folder)
    for number in range(8):  # more than there are snapshots
        project.amend("notes", Delta([f'<{BASE}n{number}> <http://p> "x" .\n'.encode()]), reason=f"note {number}")
    edit(folder, '<threat/T2> a il:ThreatScenario ; dcterms:identifier "T2" ; ', "<threat/T2> ")
    edit(folder, '<cm/C1> a il:Countermeasure ; dcterms:identifier "C1" ; dcterms:title "Accounts" ; ', "<cm/C1> ")
    return folder, then


def test_the_answers_differ_at_all(told: tuple[Path, dict[str, dict[tuple[str, str], str]]]) -> None:
    folder, then = told
    now = answers(folder)
    assert "no item is called 'C1'" in now["component-impact", "C1"]
    assert '"R2"' in then["A"]["why", "Z SR 1.1"]
    assert '"R2"' not in then["B"]["why", "Z SR 1.1"]
    assert "A guest logs in" in then["B"]["threat-impact", "T1"]


@pytest.mark.parametrize("baseline", ["A", "B"])
def test_every_question_answers_as_it_did_then(
    told: tuple[Path, dict[str, dict[tuple[str, str], str]]], baseline: str
) -> None:
    folder, then = told
    assert answers(folder, baseline) == then[baseline]
    assert answers(folder, f"baseline {baseline}") == then[baseline]


def test_after_the_index_is_deleted_and_after_a_merge(
    told: tuple[Path, dict[str, dict[tuple[str, str], str]]], tmp_path: Path
) -> None:
    folder, then = told
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".interlock"))
    assert answers(copy, "A") == then["A"]
    (copy / ".gitignore").write_text(".interlock/\n")
    git(copy, "add", "-A")
    git(copy, "commit", "--quiet", "-m", "one")
    git(copy, "branch", "other")
    edit(copy, "Control zone", "Control area")
    ok(interlock("baseline", "C", cwd=copy))
    git(copy, "add", "-A")
    git(copy, "commit", "--quiet", "-m", "ours")
    git(copy, "checkout", "--quiet", "other")
    edit(copy, "People are told apart", "People are known")
    ok(interlock("baseline", "D", cwd=copy))
    then_d = answers(copy)
    git(copy, "add", "-A")
    git(copy, "commit", "--quiet", "-m", "theirs")
    git(copy, "merge", "--quiet", "--no-edit", "-")
    assert [row[0] for row in as_json("baseline", "--list", cwd=copy)["rows"]] == ["A", "B", "C", "D"]
    for name, expected in (("A", then["A"]), ("B", then["B"]), ("D", then_d)):
        assert answers(copy, name) == expected
    assert any(b"Control area" in line for lines in facts(copy).values() for line in lines)
    assert "People are known" in answers(copy)["why", "Z SR 1.1"]


def test_check_and_suspects_as_of_a_baseline(tmp_path: Path) -> None:
    folder = begin(tmp_path / "plant")
    ok(interlock("baseline", "A", "--reason", "first", "--accept", "--role", "asset-owner", cwd=folder))
    edit(folder, "A stranger logs in", "A guest logs in")
    first = as_json("suspects", cwd=folder, code=1)
    assert [one["id"] for one in first["suspects"]] == ["R1", "SL-T IAC", "Z SR 1.1", "Z SR 1.1 RE 1", "C1"]
    checked = as_json("check", "--fail-on", "never", cwd=folder)
    ok(interlock("baseline", "B", cwd=folder))
    edit(folder, ' ; dcterms:title "Control zone"', "")
    now = as_json("check", "--fail-on", "never", cwd=folder)
    assert {one["name"] for one in now["findings"]} > {one["name"] for one in checked["findings"]}
    assert as_json("check", "--fail-on", "never", "--as-of", "B", cwd=folder)["findings"] == checked["findings"]
    assert as_json("suspects", "--as-of", "B", cwd=folder, code=1)["suspects"] == first["suspects"]
    assert as_json("suspects", "--as-of", "A", cwd=folder)["suspects"] == []


def test_past_states_are_whole_few_and_made_once(tmp_path: Path) -> None:
    folder = begin(tmp_path / "plant")
    project = open_project(folder)
    project.refresh()
    states = {}
    for number in range(11):
        project.amend("notes", Delta([f'<{BASE}n{number}> <http://p> "x" .\n'.encode()]), reason=f"note {number}")
        (head,) = project.history().heads()
        states[head] = facts(folder)
    for head, expected in states.items():
        assert facts(folder, head[:8]) == expected
    past = [path.name for path in (folder / ".interlock" / "past").iterdir()]
    assert len(past) == 4, "a few are kept"
    assert not [name for name in past if name.startswith(".")], "nothing unfinished is left"
    first = next(iter(states))
    with open_at(project, resolve(project, first)) as reader:
        made = (reader.path / "manifest.json").stat().st_mtime_ns
        merged = {tuple(map(str, row)) for row in reader.select("SELECT ?s ?p ?o { ?s ?p ?o }")}
        assert len(merged) == reader.manifest.merged
        with open_at(project, resolve(project, first)) as again:
            assert (again.path / "manifest.json").stat().st_mtime_ns == made


def test_dates(tmp_path: Path) -> None:
    folder = begin(tmp_path / "plant")
    project = open_project(folder)
    project.refresh()
    heads, today = project.history().heads(), date.today()  # noqa: DTZ011 - days are local to people
    for text in (str(today), str(today + timedelta(days=400)), "now"):
        moment = resolve(project, text)
        assert (moment.heads, moment.is_now, moment.notes) == (heads, True, ())
    assert resolve(project, str(today + timedelta(days=400))).day == today + timedelta(days=400)
    early = resolve(project, "2001-02-03")
    assert (early.is_now, early.day, [note.code for note in early.notes]) == (
        True,
        date(2001, 2, 3),
        ["records-begin-later"],
    )
    assert resolve(project, "2001-02-03T04:05").day == date(2001, 2, 3)


def test_a_date_between_two_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was recorded by the end of a day in local time: Kiritimati is fourteen hours ahead of UTC."""
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    import time

    time.tzset()
    folder = begin(tmp_path / "plant")
    project = open_project(folder)
    changes = folder / "record" / "changes"
    from kg.project.record import Header, write_record

    graph = f"{BASE}graph/source/notes"
    parents: tuple[str, ...] = ()
    ids = []
    for number, stamp in enumerate(["2026-03-01T09:59:59Z", "2026-03-01T10:00:00Z", "2026-03-02T12:00:00Z"]):
        header = Header(BASE, parents, stamp, "Ada", f"note {number}", "interlock 0.1.0")
        line = f'<{BASE}n{number}> <http://p> "x" .\n'.encode()
        ids.append(write_record(changes, header, {graph: Delta([line])}))
        parents = (ids[-1],)
    try:
        assert resolve(project, "2026-03-01").heads == (ids[0],), "10:00 UTC is midnight of the second there"
        assert resolve(project, "2026-03-02").heads == (ids[1],)
        assert resolve(project, "2026-03-03").heads == (ids[2],)
        assert resolve(project, "2026-03-02T00:00:00").heads == (ids[1],)
        assert resolve(project, "2026-03-01T09:59:59+00:00").heads == (ids[0],)
        assert resolve(project, ids[1][:6]).day == date(2026, 3, 2)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_revisions_of_git_where_they_are_asked_for(tmp_path: Path) -> None:
    folder = begin(tmp_path / "plant")
    git(folder, "init", "--quiet")
    project = open_project(folder)
    git(folder, "add", "model")
    git(folder, "commit", "--quiet", "-m", "no records yet")
    git(folder, "tag", "before")
    project.refresh()
    first = project.history().heads()
    git(folder, "add", "-A", "record")
    git(folder, "commit", "--quiet", "-m", "records")
    git(folder, "tag", "v1")
    project.amend("notes", Delta([f'<{BASE}n> <http://p> "x" .\n'.encode()]), reason="later")
    assert resolve(project, "v1", git=True).heads == first
    assert resolve(project, "HEAD", git=True).heads == first
    with pytest.raises(InputError, match="holds no records"):
        resolve(project, "before", git=True)
    with pytest.raises(InputError, match="'v1' names no moment"):
        resolve(project, "v1")
    with pytest.raises(InputError, match="or a revision of git"):
        resolve(project, "--output=x", git=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "nothing",
            "'nothing' names no moment: give a baseline (there is none yet), a date such as 2026-06-30, or six",
        ),
        ("2026-13-01", "'2026-13-01' names no moment"),
        ("abcdef", "no change has an id that starts with 'abcdef'"),
        ("abc", "'abc' names no moment"),
        (" ", "' ' names no moment"),
    ],
)
def test_wrong_moments_are_one_line(tmp_path: Path, text: str, said: str) -> None:
    folder = begin(tmp_path / "plant")
    if text == "nothing":
        for words in (("impact", "T1"), ("why", "R1"), ("trace", "T1"), ("ask", "orphans"), ("query", "ASK { }")):
            assert said in refused(interlock(*words, "--as-of", text, cwd=folder))
        return
    project = open_project(folder)
    project.refresh()
    with pytest.raises(InputError) as wrong:
        resolve(project, text)
    assert said.replace("' '", "''") in str(wrong.value)
