"""Eight processes at work on one project: nothing that was acknowledged is lost, and nobody waits past the setting."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from history_projects import BASE, IDENTITY, ROOT, begin

from kg.change.baselines import find_baselines, make_baseline
from kg.change.log_verify import verify_project
from kg.opening import open_project

SECONDS = float(os.environ.get("INTERLOCK_PROCESSES_SECONDS", "12"))
WAIT = 30.0
WORKER = Path(__file__).with_name("several_processes_worker.py")


def whole(folder: Path) -> dict[str, list[bytes]]:
    with open_project(folder).reader() as reader:
        return {graph: list(reader.graph(graph).lines()) for graph in reader.graphs}


def test_eight_processes_lose_nothing(tmp_path: Path) -> None:
    folder = begin(tmp_path / "plant")
    with (folder / "interlock.toml").open("a") as file:
        file.write(f"\n[settings]\nlock-wait-seconds = {WAIT}\n")
    make_baseline(open_project(folder), "A")
    until = str(time.time() + SECONDS)
    processes = [
        subprocess.Popen(
            [sys.executable, str(WORKER), str(folder), str(number), until],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": f"{ROOT}", "PATH": os.environ["PATH"], **IDENTITY},
        )
        for number in range(8)
    ]
    said: list[dict[str, object]] = []
    for process in processes:
        out, err = process.communicate(timeout=SECONDS + 240)
        assert not err, err
        assert process.returncode == 0
        said += map(json.loads, out.splitlines())

    facts = [(str(one["source"]), str(one["fact"]).encode()) for one in said if "fact" in one]
    baselines = {str(one["baseline"]): one["changes"] for one in said if "baseline" in one}
    assert len(facts) >= 5
    assert baselines
    assert not [one for one in said if "busy" in one], "the lock is held for a short time only"
    assert max(float(str(one["seconds"])) for one in said if "seconds" in one) < WAIT + 30
    assert {tuple(one["read"]["requirements"]) for one in said if "read" in one and "requirements" in one["read"]} == {  # type: ignore[index, operator]
        ("Z SR 1.1", "Z SR 1.1 RE 1")
    }

    project = open_project(folder)
    assert project.refresh() is None
    assert verify_project(project).rows == ()
    history = project.history()
    assert len(history.heads()) == 1, "each change builds on the one before"
    assert len(history.ids) == 2 + len(facts) + len(baselines), "the file, baseline A, and one for each"
    state = whole(folder)
    for source, fact in facts:
        assert fact in state[f"{BASE}graph/source/{source}"]
    with project.reader() as reader:
        found = {one.name: list(one.changes) for one in find_baselines(reader)}
    assert found.keys() == {"A", *baselines}
    assert {name: found[name] for name in baselines} == baselines
    shutil.rmtree(folder / ".interlock")
    assert whole(folder) == state, "the index is what a rebuild gives"
