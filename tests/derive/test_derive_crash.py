"""Record, index, derived facts and snapshot: together or not at all, wherever a commit is killed."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from derive_crash_driver import CONFIG, OPERATIONS
from toy_derivations import EX, fact, toy_units

from kg.derive import Derivations
from kg.project import builtin
from kg.project.project import Project
from kg.store import Delta

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
DERIVED = EX + "graph/derived"
STEPS = {"record", "recorded", "graphs", "redo", "store", "follow", "apply what is derived", "derived in full"}
STEPS |= {"derived what was touched", "followed", "flush", "state", "redone", "snapshot", "current", "prune", "done"}
MEMORY = Path("/dev/shm")  # noqa: S108 - a fresh folder in it


@pytest.fixture
def ontology(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "ontology"
    (folder / "catalogue").mkdir(parents=True)
    (folder / "core.ttl").write_text("<http://e/Class> <http://e/likes> <http://e/Class> .")
    monkeypatch.setattr(builtin, "ontology_folder", lambda: folder)
    return folder


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: SIGKILL does not ask for a disk."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as folder:
        yield Path(folder)


@pytest.fixture
def driver(ontology: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(HERE / "derive_crash_driver.py"), str(ontology)]
    one = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield one
    one.communicate()


def run(driver: subprocess.Popen[str], root: Path, **more: Any) -> dict[str, Any]:
    assert driver.stdin is not None
    assert driver.stdout is not None
    driver.stdin.write(json.dumps({"root": str(root), "kill": None, "delay": None, **more}) + "\n")
    driver.stdin.flush()
    answer: dict[str, Any] = json.loads(driver.stdout.readline())
    return answer


def opened(root: Path, *, fewer: bool = False) -> Project:
    units = toy_units()
    return Project(root, derive=Derivations(units[:1] if fewer else units))


def state_of(project: Project) -> dict[str, Any]:
    """All that the index answers, its derived graph apart, after what it says of itself was held against its files."""
    project.refresh()
    with project.reader() as reader:
        files = {graph: list(reader.graph(graph).lines()) for graph in reader.graphs}
        quads = {tuple(map(str, row)) for row in reader.select("SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } }")}
        merged = [tuple(map(str, row)) for row in reader.select("SELECT ?s ?p ?o { ?s ?p ?o }")]
        assert len(quads) == sum(map(len, files.values()))
        assert len(merged) == len(set(merged)) == reader.manifest.merged
        assert set(merged) == {row[1:] for row in quads}
        assert "derived" in reader.manifest.notes
        return {"id": reader.manifest.id, "files": files, "derived": files.get(DERIVED, []), "quads": quads}


def rebuilt(root: Path, elsewhere: Path, *, fewer: bool = False) -> dict[str, Any]:
    shutil.copytree(root, elsewhere, ignore=shutil.ignore_patterns(".interlock"))
    try:
        return state_of(opened(elsewhere, fewer=fewer))
    finally:
        shutil.rmtree(elsewhere)


def check(root: Path, acknowledged: int, elsewhere: Path, *, fewer: bool = False) -> None:
    """The next command completes or undoes; then all is as an index built from the records says."""
    state = state_of(opened(root, fewer=fewer))
    possible = []
    for count in (acknowledged, acknowledged + 1):
        lines: set[bytes] = set()
        for come, gone in OPERATIONS[:count]:
            lines = (lines - set(gone)) | set(come)
        possible.append(sorted(lines))
    assert state["files"].get(EX + "graph/source/notes", []) in possible
    assert rebuilt(root, elsewhere, fewer=fewer) == state
    assert not (root / ".interlock" / "redo.json").exists()
    again = opened(root, fewer=fewer)
    assert again.amend("notes", Delta([fact("b", "from", "x")]), reason="go on") is not None
    assert rebuilt(root, elsewhere, fewer=fewer) == state_of(again)
    shutil.rmtree(root)


def test_killed_at_every_step_and_at_random_moments(driver: subprocess.Popen[str], quick: Path) -> None:
    root, elsewhere = quick / "plant", quick / "elsewhere"
    begin = time.monotonic()
    whole = run(driver, root)
    duration = time.monotonic() - begin
    assert set(whole["steps"]) >= STEPS
    assert whole["acknowledged"] == len(OPERATIONS)
    derived = state_of(opened(root))["derived"]
    assert fact("b", "lost", "gone") in derived
    assert f'<{EX}d> <{EX}loud> "2" .\n'.encode() in derived
    check(root, len(OPERATIONS), elsewhere)

    each = int(os.environ.get("INTERLOCK_CRASHES", "1"))
    rng = random.Random(4)  # noqa: S311 - moments, no secrets
    for name in sorted(STEPS):
        places = [number for number, step in enumerate(whole["steps"]) if step == name]
        for step in rng.sample(places, min(each, len(places))):
            answer = run(driver, root, kill=step)
            assert answer["steps"] == whole["steps"][:step]
            check(root, answer["acknowledged"], elsewhere)
    for _ in range(4 * each):
        answer = run(driver, root, delay=rng.uniform(0, duration))
        check(root, answer["acknowledged"], elsewhere)


@pytest.mark.parametrize("name", ["apply what is derived", "derived what was touched", "followed", "flush", "redone"])
def test_killed_and_then_another_version_comes(driver: subprocess.Popen[str], quick: Path, name: str) -> None:
    """What the old version had begun to derive must not stay in the store."""
    root = quick / "plant"
    steps = run(driver, root)["steps"]
    shutil.rmtree(root)
    step = max(
        number for number, one in enumerate(steps[: steps.index("done", steps.index("followed"))]) if one == name
    )
    answer = run(driver, root, kill=step)
    check(root, answer["acknowledged"], quick / "elsewhere", fewer=True)


def test_with_and_without_derivations_and_back(ontology: Path, quick: Path) -> None:
    del ontology
    root = quick / "plant"
    root.mkdir()
    (root / "interlock.toml").write_text(CONFIG)
    project = opened(root)
    for come, gone in OPERATIONS[:4]:
        project.amend("notes", Delta(sorted(come), sorted(gone)), reason="step")
    state = state_of(project)
    assert state["derived"]
    plain = Project(root)
    with plain.reader() as reader:
        assert DERIVED not in reader.graphs
        assert "derived" not in reader.manifest.notes
        assert reader.manifest.id != state["id"]
    assert state_of(opened(root)) == state
    assert opened(root, fewer=True).refresh() is None
    few = opened(root, fewer=True)
    assert state_of(few)["derived"] == [fact("b", "lost", "s")]
    assert state_of(opened(root)) == state


def test_the_base_changes_and_the_book_goes(ontology: Path, quick: Path) -> None:
    del ontology
    root = quick / "plant"
    root.mkdir()
    (root / "interlock.toml").write_text(CONFIG)
    project = opened(root)
    for come, gone in OPERATIONS[:4]:
        project.amend("notes", Delta(sorted(come), sorted(gone)), reason="step")
    derived = state_of(project)["derived"]
    (root / "interlock.toml").write_text(CONFIG.replace(EX, "http://other/"))
    moved = opened(root)
    with moved.reader() as reader:
        assert DERIVED not in reader.graphs
        assert list(reader.graph("http://other/graph/derived").lines()) == derived
    assert [note.code for note in moved.told] == ["full-run"]
    (root / ".interlock" / "derive.sqlite").unlink()
    change = moved.amend("notes", Delta([fact("b", "from", "x")]), reason="more")
    assert change is not None
    assert [note.code for note in change.notes] == ["full-run"]
    with moved.reader() as reader:
        assert fact("b", "lost", "x") in list(reader.graph("http://other/graph/derived").lines())


def test_eight_writers_at_once_lose_nothing(ontology: Path, quick: Path) -> None:
    root = quick / "plant"
    root.mkdir()
    (root / "interlock.toml").write_text(CONFIG + "[settings]\nlock-wait-seconds = 60.0\n")
    opened(root).refresh()
    code = """
import sys
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from kg.derive import Derivations
from kg.project import builtin
from kg.project.project import Project
from kg.store import Delta
from toy_derivations import fact, toy_units
builtin.ontology_folder = lambda: Path(sys.argv[1])
project = Project(Path(sys.argv[2]), derive=Derivations(toy_units()))
me = sys.argv[4]
for number in range(3):
    come = [fact(f"w{me}-{number}", "from", f"s{number}"), fact(f"x{me}", "likes", f"shared{number}")]
    project.amend("notes", Delta(come), reason=f"{me} {number}")
    with project.reader() as reader:
        derived = set(reader.graph("http://e/graph/derived").lines())
        assert fact(f"w{me}-{number}", "lost", f"s{number}") in derived
"""
    command = [sys.executable, "-c", code, str(ontology), str(root), str(HERE)]
    workers = [subprocess.Popen([*command, str(me)], stderr=subprocess.PIPE) for me in range(8)]
    assert [(one.communicate()[1], one.returncode) for one in workers] == [(b"", 0)] * 8
    state = state_of(opened(root))
    assert len(state["files"][EX + "graph/source/notes"]) == 48
    assert {f'<{EX}shared{n}> <{EX}loud> "8" .\n'.encode() for n in range(3)} <= set(state["derived"])
    assert rebuilt(root, quick / "elsewhere") == state


@pytest.fixture
def settled(ontology: Path, quick: Path) -> Path:
    del ontology
    root = quick / "plant"
    root.mkdir()
    (root / "interlock.toml").write_text(CONFIG + "[settings]\nsnapshots-kept = 1\n")
    project = opened(root)
    for come, gone in OPERATIONS[:4]:
        project.amend("notes", Delta(sorted(come), sorted(gone)), reason="step")
    return root


@pytest.mark.parametrize("left", [None, b"", b"0123456789abcdef\n", b"\0" * 65], ids=["none", "empty", "old", "zeros"])
def test_the_name_of_the_snapshot_may_be_lost_in_a_power_cut(settled: Path, left: bytes | None) -> None:
    """It is not synced: what it should say follows from the state, which is."""
    state = state_of(opened(settled))
    current = settled / ".interlock" / "current"
    current.unlink()
    if left is not None:
        current.write_bytes(left)
    assert state_of(opened(settled)) == state
    assert current.read_text().strip() == state["id"]


def test_an_index_from_before_facts_were_derived_is_brought_forward(settled: Path) -> None:
    state = state_of(opened(settled))
    assert state["derived"]
    assert opened(settled, fewer=True).refresh() is None  # another state, which the old format is made of
    folder = settled / ".interlock"
    shutil.rmtree(folder / "log")
    (folder / "derive.sqlite").unlink()
    (folder / "format").write_text("1\n")
    for file in (folder / "state.json", *folder.glob("snapshots/*/manifest.json")):
        data = json.loads(file.read_bytes())
        data["notes"] = {name: value for name, value in data["notes"].items() if not name.startswith("deriv")}
        for graph in data["graphs"].values():
            graph["vocabulary"] = {"predicates": {}, "classes": {}}
        file.unlink()
        file.write_text(json.dumps(data))
    again = opened(settled)
    again.reader().close()
    assert [(note.code, note.text.rpartition(": ")[2]) for note in again.told] == [
        ("full-run", "how it is derived has changed")
    ]
    assert state_of(again) == state
    with again.reader() as reader:
        assert reader.since("an older state") is None
    assert (folder / "format").read_text() == "2\n"
