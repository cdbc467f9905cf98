"""A project follows its files: edited, renamed, deleted sources, past states, merges, damage, other processes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import textwrap
import time
import warnings
from typing import TYPE_CHECKING

import pytest
from project_states import rebuilt_state, whole_state
from pyoxigraph import RdfFormat, parse

from kg.errors import BrokenFile, Busy, InputError, InterlockError
from kg.project.delta import item_change
from kg.project.lock import hold
from kg.project.project import Project
from kg.project.sources import StatCache
from kg.rdf.names import BASE
from kg.store import Delta

if TYPE_CHECKING:
    from pathlib import Path

PLANT = "https://plant.example/"
SOURCE = PLANT + "graph/source/"
TITLE = "<http://purl.org/dc/terms/title>"


def item(name: str, title: str) -> str:
    return f'<item/{name}> a <{BASE}ns#Zone> ; <http://purl.org/dc/terms/identifier> "{name}" ; {TITLE} "{title}" .\n'


def fact(name: str) -> bytes:
    return f'<{PLANT}{name}> <http://p> "v" .\n'.encode()


@pytest.fixture
def root(tmp_path: Path, ontology: Path) -> Path:
    del ontology
    folder = tmp_path / "plant"
    (folder / "sources").mkdir(parents=True)
    (folder / "interlock.toml").write_text(
        f'[project]\nbase = "{PLANT}"\n[[source]]\nname = "plant"\npath = "sources/*.ttl"\n'
    )
    (folder / "sources" / "zones.ttl").write_text(item("Z1", "one") + item("Z2", "two"))
    (folder / "sources" / "more.ttl").write_text(item("Z2", "two"))
    return folder


def titles(project: Project) -> list[str]:
    with project.reader() as reader:
        rows = reader.select(f"SELECT ?t WHERE {{ ?s a <{BASE}ns#Zone> ; {TITLE} ?t }} ORDER BY ?t")
        return [row[0].value for row in rows]


def test_sources_become_graphs_and_one_default_graph(root: Path) -> None:
    project = Project.find(root / "sources")
    change = project.refresh()
    assert change is not None
    assert sorted(change.added) == [SOURCE + "plant/more", SOURCE + "plant/zones"]
    assert {name: len(lines) for name, lines in change.added.items()} == {
        SOURCE + "plant/more": 3,
        SOURCE + "plant/zones": 6,
    }
    assert titles(project) == ["one", "two"]
    with project.reader() as reader:
        graphs = [f"{BASE}graph/catalogue/iec62443-3-3-2013", f"{BASE}graph/ontology/core", PLANT + "graph/record"]
        assert list(reader.graphs) == sorted([*graphs, SOURCE + "plant/more", SOURCE + "plant/zones"])
        assert not reader.ask("ASK { <http://never> ?p ?o }"), "alignments are not loaded"
    assert project.refresh() is None


def test_edited_renamed_and_deleted(root: Path) -> None:
    project = Project(root)
    project.refresh()
    zones = root / "sources" / "zones.ttl"
    zones.write_text(item("Z1", "uno") + item("Z3", "three"))
    change = project.refresh()
    assert change is not None
    graph = SOURCE + "plant/zones"
    assert [len(change.added[graph]), len(change.removed[graph])] == [4, 4]
    assert titles(project) == ["three", "two", "uno"], "Z2 stays: another source has it"
    with project.reader() as reader:
        counted = item_change(reader.graph(graph).lines(), change.added[graph], change.removed[graph])
    ids = [[iri.rpartition("/")[2] for iri in iris] for iris in (counted.added, counted.modified, counted.retired)]
    assert (ids, counted.unchanged) == ([["Z3"], ["Z1"], ["Z2"]], 0)

    zones.rename(root / "sources" / "areas.ttl")
    change = project.refresh()
    assert change is not None
    assert (list(change.added), list(change.removed)) == ([SOURCE + "plant/areas"], [graph])
    assert {source.name: source.digest[:7] for source in change.header.sources} == {
        "plant/areas": "sha256:",
        "plant/zones": "retired",
    }
    assert titles(project) == ["three", "two", "uno"]

    (root / "sources" / "areas.ttl").unlink()
    project.refresh()
    assert titles(project) == ["two"]
    assert rebuilt_state(project, None, root.with_name("copy")) == whole_state(project)


def test_a_comment_changes_the_digest_and_no_fact(root: Path) -> None:
    project = Project(root)
    project.refresh()
    (root / "sources" / "more.ttl").write_text("# a comment\n" + item("Z2", "two"))
    change = project.refresh()
    assert change is not None
    assert change.deltas == {}
    assert project.refresh() is None
    shutil.rmtree(root / ".interlock")
    assert Project(root).refresh() is None


def test_the_index_may_be_deleted(root: Path) -> None:
    project = Project(root)
    project.refresh()
    project.commit({"notes": [fact("n1"), fact("n2")]}, reason="noted", tool="test 1")
    project.amend("notes", Delta([fact("n3")], [fact("n1"), fact("absent")]), reason="noted again")
    before = whole_state(project)
    records = sorted((root / "record").rglob("*"))
    shutil.rmtree(root / ".interlock")
    again = Project(root)
    assert again.refresh() is None
    assert whole_state(again) == before
    assert sorted((root / "record").rglob("*")) == records


def test_any_past_state_comes_back(root: Path) -> None:
    project = Project(root)
    states = {}
    for number in range(4):
        if number % 2:
            project.amend("notes", Delta([fact(f"n{number}")], [fact(f"n{number - 2}")]), reason=f"step {number}")
        else:
            (root / "sources" / "zones.ttl").write_text(item("Z1", f"title {number}"))
            project.refresh()
        (head,) = project.history().heads()
        with project.reader() as reader:
            own = [graph for graph in reader.graphs if graph.startswith(PLANT)]
            states[head] = {graph: list(reader.graph(graph).lines()) for graph in own}
    assert len(states) == 4
    for change, expected in states.items():
        assert project.state_at(change[:12]) == expected
    with pytest.raises(InputError, match="no change has an id that starts with 'zz'"):
        project.state_at("zz")
    with pytest.raises(InputError, match="4 changes have"):
        project.state_at("")


def test_records_are_trig_that_another_parser_reads(root: Path) -> None:
    rdflib = pytest.importorskip("rdflib")
    project = Project(root)
    change = project.refresh()
    assert change is not None
    path = project.history().path(change.id)
    expected = {(str(q.graph_name), f"{q.triple} .") for q in parse(path=str(path), format=RdfFormat.TRIG)}
    blocks = {graph for graph, _ in expected}
    assert blocks == {"DEFAULT", f"<{SOURCE}plant/more#added>", f"<{SOURCE}plant/zones#added>"}
    dataset = rdflib.Dataset()
    with warnings.catch_warnings():  # rdflib warns of its own use of what it deprecates
        warnings.simplefilter("ignore", DeprecationWarning)
        dataset.parse(data=path.read_text("utf-8"), format="trig")
    assert len(list(dataset.quads())) == len(expected)
    assert change.header.why == "source changed"
    assert change.header.who
    assert change.header.tool.startswith("interlock")


def test_two_branches_merge_as_git_merges_them(root: Path) -> None:
    Project(root).refresh()
    other = root.with_name("other")
    shutil.copytree(root, other)
    ours, theirs = Project(root), Project(other)
    ours.amend("notes", Delta([fact("ours")]), reason="ours")
    theirs.amend("notes", Delta([fact("theirs")]), reason="theirs")
    theirs.amend("notes", Delta([fact("theirs, too")]), reason="theirs")
    shutil.copytree(other / "record", root / "record", dirs_exist_ok=True)
    merged = Project(root)
    assert len(merged.history().heads()) == 2
    with merged.reader() as reader:
        lines = list(reader.graph(SOURCE + "notes").lines())
    assert lines == sorted([fact("ours"), fact("theirs"), fact("theirs, too")])
    change = merged.amend("notes", Delta([], [fact("theirs")]), reason="after the merge")
    assert change is not None
    assert len(change.header.parents) == 2
    assert merged.history().heads() == (change.id,)
    assert merged.state_at(change.id)[SOURCE + "notes"] == sorted([fact("ours"), fact("theirs, too")])
    state = whole_state(merged)
    assert rebuilt_state(merged, None, root.with_name("copy")) == state
    # The other side gets the same by taking the records over.
    shutil.copytree(root / "record", other / "record", dirs_exist_ok=True)
    assert whole_state(Project(other)) == state


@pytest.mark.parametrize(
    ("ours", "theirs", "resolved"),
    [
        pytest.param("A", "B", "A", id="ours"),
        pytest.param("A", "B", "B", id="theirs"),
        pytest.param("A", "B", "one", id="as before both"),
        pytest.param("A", "A", "A", id="both the same"),
        pytest.param("A", None, None, id="deleted by them"),
        pytest.param("A", None, "A", id="kept by us"),
        pytest.param(None, "B", None, id="deleted by us"),
    ],
)
def test_a_file_that_both_branches_changed_is_what_the_merged_file_says(
    root: Path, ours: str | None, theirs: str | None, resolved: str | None
) -> None:
    def put(folder: Path, title: str | None) -> None:
        file = folder / "sources" / "zones.ttl"
        file.unlink(missing_ok=True)
        if title:
            file.write_text(item("Z1", title) + item("Z2", "two"))

    Project(root).refresh()
    other = root.with_name("other")
    shutil.copytree(root, other)
    for folder, title in ((root, ours), (other, theirs)):
        put(folder, title)
        Project(folder).refresh()
    shutil.copytree(other / "record", root / "record", dirs_exist_ok=True)
    put(root, resolved)
    merged = Project(root)
    merged.refresh()
    assert titles(merged) == sorted([*([resolved] if resolved else []), "two"])
    assert Project(root).refresh() is None  # settled, once
    assert rebuilt_state(merged, None, root.with_name("copy")) == whole_state(merged)


def test_branches_that_contradict_each_other_end_the_same_everywhere(root: Path) -> None:
    first = Project(root)
    first.refresh()
    first.amend("notes", Delta([fact(f"n{number}") for number in range(8)]), reason="common")
    for side in range(4):  # on each side another line goes and comes back, while the others lose it for good
        branch = root.with_name(f"branch{side}")
        shutil.copytree(root, branch)
        project = Project(branch)
        project.amend("notes", Delta([], [fact(f"n{number}") for number in range(4)]), reason=f"side {side}")
        project.amend("notes", Delta([fact(f"n{side}")]), reason=f"side {side} again")
    for side in range(4):
        shutil.copytree(root.with_name(f"branch{side}") / "record", root / "record", dirs_exist_ok=True)
    merged = Project(root)
    with merged.reader() as reader:
        before = list(reader.graph(SOURCE + "notes").lines())
    change = merged.amend("notes", Delta([fact("after")]), reason="merged")
    assert change is not None
    assert len(change.header.parents) == 4
    assert merged.state_at(change.id)[SOURCE + "notes"] == sorted([*before, fact("after")])
    assert rebuilt_state(merged, None, root.with_name("copy")) == whole_state(merged)


def test_going_back_in_git_takes_the_index_back(root: Path) -> None:
    project = Project(root)
    project.refresh()
    before = whole_state(project)
    change = project.amend("notes", Delta([fact("n")]), reason="to be undone")
    assert change is not None
    project.history().path(change.id).unlink()
    assert whole_state(project) == before


def test_a_damaged_or_missing_record_is_one_line(root: Path) -> None:
    project = Project(root)
    first = project.refresh()
    project.amend("notes", Delta([fact("n")]), reason="second")
    assert first is not None
    path = project.history().path(first.id)
    whole = path.read_bytes()
    shutil.rmtree(root / ".interlock")
    for spoilt in (whole.replace(b'"one"', b'"two"'), whole[: len(whole) // 2], whole.replace(b" {\n", b" \n"), b""):
        path.write_bytes(spoilt)
        with pytest.raises(BrokenFile, match=rf"^record/changes/{first.id}\.trig: is damaged.*git checkout"):
            Project(root).refresh()
    path.unlink()
    with pytest.raises(InputError, match=rf"{first.id}\.trig is missing, but [0-9a-f]{{12}}….trig builds on it"):
        Project(root).refresh()
    path.write_bytes(whole)
    Project(root).refresh()
    (root / "record" / "changes" / "stray.trig").write_text("")
    with pytest.raises(BrokenFile, match="is no change record"):
        Project(root).refresh()


@pytest.mark.parametrize("damage", ["missing", "cut off"])
def test_a_damaged_store_is_one_line_and_never_an_empty_answer(root: Path, damage: str) -> None:
    many = "".join(item(f"Z{n}", "one of many") for n in range(100, 150))
    (root / "sources" / "many.ttl").write_text(many)  # so that the change below is not most of all, and loads anew
    project = Project(root)
    project.refresh()
    with project.reader() as reader:
        before = len(list(reader.select("SELECT ?z { ?z a <https://w3id.org/interlock/ns#Zone> }")))
    if damage == "missing":
        shutil.rmtree(root / ".interlock" / "store")
    else:
        for file in (root / ".interlock" / "store").glob("*.sst"):
            cut = file.read_bytes()[:10]
            file.unlink()  # it is a link to the file of the snapshot
            file.write_bytes(cut)
    (root / "sources" / "more.ttl").write_text(item("Z9", "nine"))
    for _ in range(2):
        with pytest.raises(InterlockError, match=r"delete \.interlock to build it anew"):
            Project(root).refresh()
    shutil.rmtree(root / ".interlock")
    assert Project(root).refresh() is None  # the change was recorded before the damage was met
    with Project(root).reader() as reader:
        assert len(list(reader.select("SELECT ?z { ?z a <https://w3id.org/interlock/ns#Zone> }"))) == before + 1


def test_a_broken_source_touches_nothing(root: Path) -> None:
    project = Project(root)
    project.refresh()
    before, records = whole_state(project), list((root / "record").rglob("*"))
    (root / "sources" / "more.ttl").write_text(item("Z9", "nine"))
    (root / "sources" / "zones.ttl").write_text("<a> <b> .")
    with pytest.raises(BrokenFile, match=r"^sources/zones\.ttl:1:\d+: "):
        project.refresh()
    assert whole_state(project) == before
    assert list((root / "record").rglob("*")) == records


def test_an_upgrade_of_the_ontology_refreshes_its_graph_and_records_nothing(root: Path, ontology: Path) -> None:
    project = Project(root)
    project.refresh()
    records = sorted((root / "record").rglob("*"))
    (ontology / "core.ttl").write_text("<http://new> <http://p> [ <http://q> 1 ] .")
    (ontology / "catalogue" / "iec62443-3-3-2013.ttl").unlink()
    (ontology / "catalogue" / "other.ttl").write_text("<http://other> <http://p> 1 .")
    with project.reader() as reader:
        assert reader.ask("ASK { GRAPH ?g { <http://new> <http://p> ?part . ?part <http://q> 1 } }")
        assert [graph for graph in reader.graphs if "catalogue" in graph] == [f"{BASE}graph/catalogue/other"]
    assert sorted((root / "record").rglob("*")) == records
    assert project.refresh() is None


def test_a_source_that_is_a_file_changes_with_the_file_only(root: Path) -> None:
    project = Project(root)
    project.refresh()
    for call in (
        lambda: project.commit({"plant/zones": []}, reason="no"),
        lambda: project.amend("plant/zones", Delta(), reason="no"),
    ):
        with pytest.raises(InputError, match=r"'plant/zones' is the file sources/zones\.ttl: change that instead"):
            call()


def test_committing_what_is_there_commits_nothing(root: Path) -> None:
    project = Project(root)
    project.refresh()
    assert project.commit({"notes": [fact("n")]}, reason="new") is not None
    records = len(list((root / "record").rglob("*")))
    assert project.commit({"notes": [fact("n"), fact("n")]}, reason="again") is None
    assert project.amend("notes", Delta([fact("n")], [fact("absent")]), reason="again") is None
    assert len(list((root / "record").rglob("*"))) == records
    change = project.commit({"notes": []}, reason="retired")
    assert change is not None
    assert change.header.sources[0].digest == "retired"


def test_a_newer_index_is_one_line(root: Path) -> None:
    Project(root).refresh()
    (root / ".interlock" / "format").write_text("9\n")
    with pytest.raises(InputError, match=r"newer Interlock \(index format 9, this one knows 2\): upgrade"):
        Project(root)


def test_no_project_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="`interlock init DIR`"):
        Project.find(tmp_path)


def test_the_stat_cache_reads_an_old_file_once_and_a_fresh_one_again(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("one")
    cache = StatCache(tmp_path / "cache.json")
    first = cache.digest(file)
    cache.save()
    assert not (tmp_path / "cache.json").exists(), "written a moment ago: its times prove nothing yet"
    time.sleep(2.1)
    cache = StatCache(tmp_path / "cache.json")
    assert cache.digest(file) == first
    cache.save()
    facts = file.stat()
    again = StatCache(tmp_path / "cache.json")
    file.chmod(0)
    with contextlib.suppress(InputError):  # its ctime differs now, so it is read; only root can
        assert again.digest(file) == first
    file.chmod(0o644)
    file.write_text("two")
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert StatCache(tmp_path / "cache.json").digest(file) != first, "same size, same mtime, other content"
    with pytest.raises(InputError, match="can't be read"):
        cache.digest(tmp_path / "none")


def test_nothing_changed_opens_no_store_and_takes_no_lock(root: Path) -> None:
    Project(root).refresh()
    steps: list[str] = []
    project = Project(root, on_step=steps.append)
    assert project.refresh() is None
    project.reader().close()
    assert steps == []


def test_a_taken_lock_is_waited_for_and_then_said(root: Path) -> None:
    text = (root / "interlock.toml").read_text() + "[settings]\nlock-wait-seconds = 0.3\n"
    (root / "interlock.toml").write_text(text)
    (root / ".interlock").mkdir()
    with (root / ".interlock" / "lock").open("w") as held:
        held.write("4711\n")
        held.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        begin = time.monotonic()
        with pytest.raises(Busy, match=r"held by process 4711, which did not let go in 0\.3 s"):
            Project(root).refresh()
        assert time.monotonic() - begin >= 0.3
    assert Project(root).refresh() is not None


@pytest.mark.parametrize("moment", [0, 1], ids=["waiting for its turn", "waiting for the lock"])
def test_a_lock_on_a_file_that_is_gone_is_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int) -> None:
    real, path = fcntl.flock, tmp_path / ".interlock" / "lock"
    calls = []

    def flock(handle: int, kind: int) -> None:
        if len(calls) == moment:
            shutil.rmtree(path.parent)  # somebody deletes .interlock at the worst moment
        calls.append(kind)
        real(handle, kind)

    monkeypatch.setattr(fcntl, "flock", flock)
    with hold(path, 5), path.open() as other, pytest.raises(BlockingIOError):
        real(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert len(calls) == 3


def test_who_waits_has_the_lock_before_who_had_it(tmp_path: Path) -> None:
    """A process that takes the lock again and again gives it to the one that waits, each time."""
    path = tmp_path / ".interlock" / "lock"
    code = textwrap.dedent("""
        import sys, time
        from pathlib import Path
        from kg.project.lock import hold
        until = time.monotonic() + 3
        count = 0
        while time.monotonic() < until:
            with hold(Path(sys.argv[1]), 10):
                time.sleep(0.2)
            count += 1
        print(count)
    """)
    several = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    counts = [int(one.communicate()[0]) for one in several]
    assert min(counts) >= 2, counts


def test_two_processes_at_once_both_get_through(root: Path, ontology: Path) -> None:
    code = textwrap.dedent("""
        import sys
        from pathlib import Path
        from kg.project import builtin
        from kg.project.project import Project
        from kg.store import Delta
        builtin.ontology_folder = lambda: Path(sys.argv[1])
        project = Project(Path(sys.argv[2]))
        project.refresh()
        for number in range(5):
            line = f'<http://{sys.argv[3]}/{number}> <http://p> "v" .\\n'
            project.amend("notes", Delta([line.encode()]), reason=line.strip())
    """)
    command = [sys.executable, "-c", code, str(ontology), str(root)]
    both = [subprocess.Popen([*command, name], stderr=subprocess.PIPE) for name in "ab"]
    assert [(one.communicate()[1], one.returncode) for one in both] == [(b"", 0), (b"", 0)]
    project = Project(root)
    with project.reader() as reader:
        assert len(reader.graph(SOURCE + "notes")) == 10
    history = project.history()
    assert len(history.ids) == 11, "the sources were committed by one of them, not by both"
    assert len(history.heads()) == 1
    assert rebuilt_state(project, None, root.with_name("copy")) == whole_state(project)


def test_readers_keep_their_state_while_others_commit(root: Path) -> None:
    (root / "interlock.toml").write_text((root / "interlock.toml").read_text() + "[settings]\nsnapshots-kept = 1\n")
    project = Project(root)
    project.refresh()
    reader = project.reader()
    before = list(reader.select("SELECT * WHERE { ?s ?p ?o }"))
    for number in range(4):
        project.amend("notes", Delta([fact(f"n{number}")]), reason="more")
    assert sorted(map(str, reader.select("SELECT * WHERE { ?s ?p ?o }"))) == sorted(map(str, before))
    assert len(b"".join(reader.facts()).splitlines()) == len(before) + 3  # Z2 comes from two sources
    assert len(list((root / ".interlock" / "snapshots").iterdir())) == 2
    reader.close()


def test_facts_stream_every_graph(root: Path) -> None:
    project = Project(root)
    project.refresh()
    with project.reader() as reader:
        assert len(set(b"".join(project.facts()).splitlines())) == reader.manifest.merged


def test_another_base_takes_everything_over(root: Path) -> None:
    project = Project(root)
    project.refresh()
    text = (root / "interlock.toml").read_text()
    (root / "interlock.toml").write_text(text.replace(PLANT, "https://other.example/"))
    moved = Project(root)
    change = moved.refresh()
    assert change is not None
    with moved.reader() as reader:
        assert not [graph for graph in reader.graphs if graph.startswith(PLANT)]
        assert reader.ask("ASK { <https://other.example/item/Z1> ?p ?o }")
    assert rebuilt_state(moved, None, root.with_name("copy")) == whole_state(moved)
