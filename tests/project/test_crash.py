"""Killed with SIGKILL at any moment of a commit, nothing acknowledged is lost and the next command makes it whole."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from project_crash_driver import OPERATIONS, convert
from project_states import rebuilt_state, whole_state

from kg.project.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator

STEPS = {"lock", "convert", "record", "recorded", "graphs", "redo", "store", "flush", "state", "redone"}
STEPS |= {"prune", "snapshot", "current", "done"}


class Driver:
    def __init__(self, ontology: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("project_crash_driver.py")), str(ontology)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, root: Path, *, kill: int | None = None, delay: float | None = None) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"root": str(root), "kill": kill, "delay": delay}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture
def driver(ontology: Path) -> Iterator[Driver]:
    one = Driver(ontology)
    yield one
    one.close()


def check(root: Path, acknowledged: int, elsewhere: Path) -> None:
    """The next command completes or undoes; then the state is that of what was acknowledged, or of one commit more."""
    project = Project(root, convert=convert)
    project.refresh()
    state = whole_state(project)
    files: dict[str, list[bytes]] = state["files"]  # type: ignore[assignment]
    prefix = "https://plant.example/graph/source/"
    facts = {graph.removeprefix(prefix): lines for graph, lines in files.items() if graph.startswith(prefix)}
    possible = []
    for count in (acknowledged, acknowledged + 1):
        latest = dict(OPERATIONS[:count])
        possible.append({name: sorted(lines) for name, lines in latest.items() if lines})
    assert facts in possible
    assert rebuilt_state(project, convert, elsewhere) == state
    assert not (root / ".interlock" / "redo.json").exists()
    left = [path for path in root.rglob("*") if path.name.endswith((".tmp", ".old"))]
    assert not [path for path in left if "snapshots" in path.parts]
    assert Project(root, convert=convert).refresh() is None
    shutil.rmtree(root)
    shutil.rmtree(elsewhere)


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: SIGKILL does not ask for a disk, and syncing takes most of the time."""
    memory = Path("/dev/shm")  # noqa: S108 - a fresh folder in it
    with TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        yield Path(folder)


def test_killed_at_every_step_and_at_random_moments(driver: Driver, quick: Path) -> None:
    root, elsewhere = quick / "plant", quick / "elsewhere"
    begin = time.monotonic()
    whole = driver.run(root)
    duration = time.monotonic() - begin
    assert set(whole["steps"]) >= STEPS
    assert whole["acknowledged"] == len(OPERATIONS)
    check(root, len(OPERATIONS), elsewhere)

    kills = 0
    # Every step of the first commits, which build the index, change it and change it again; then every second one.
    third = [number for number, step in enumerate(whole["steps"]) if step == "done"][3]
    for step in [*range(third + 1), *range(third + 2, len(whole["steps"]), 2)]:
        answer = driver.run(root, kill=step)
        assert answer["steps"] == whole["steps"][:step]
        check(root, answer["acknowledged"], elsewhere)
        kills += 1
    rng = random.Random(62443)  # noqa: S311 - moments, no secrets
    for _ in range(12):
        answer = driver.run(root, delay=rng.uniform(0, duration))
        check(root, answer["acknowledged"], elsewhere)
        kills += 1
    assert kills >= 50
