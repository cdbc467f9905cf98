"""Runs a fixed list of commits in forked children that are killed on the way; a program for test_crash.

It reads one JSON object per line: ``root`` (a fresh project folder), ``kill`` (number of the step before which the
child kills itself, or null) and ``delay`` (seconds after which it is killed from outside, or null). It answers with one
JSON object: ``steps`` (names of the steps taken) and ``acknowledged`` (how many of `OPERATIONS` returned).
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

from kg.project import builtin
from kg.project.project import Project
from kg.store import Delta

BASE = "https://plant.example/"
CONFIG = f'[project]\nbase = "{BASE}"\n[[source]]\nname = "plant"\npath = "sources/*.nt"\n'
SHARED = (
    b'<https://plant.example/shared> <https://plant.example/p> "01"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
)


def lines(tag: str, numbers: range) -> list[bytes]:
    return [f'<{BASE}{tag}/{n:05}> <{BASE}p> "{n}" .\n'.encode() for n in numbers]


# Each operation: the source that it changes, and all the facts of that source afterwards.
OPERATIONS: list[tuple[str, list[bytes]]] = [
    ("plant/a", [*lines("a", range(300)), SHARED]),
    ("notes", [*lines("n", range(3)), SHARED]),
    ("plant/a", lines("a", range(1, 301))),
    ("notes", [*lines("n", range(2)), *lines("m", range(2))]),
    ("plant/b", lines("b", range(2000))),
    ("plant/b", []),
]


class Facts:
    def __init__(self, found: list[bytes]) -> None:
        self.lines, self.caveats = found, ()


def convert(sources: list, _base: str, _limits: object) -> list[Facts]:
    return [Facts(one.path.read_bytes().splitlines(keepends=True)) for one in sources]


def prepare(root: Path) -> None:
    (root / "sources").mkdir(parents=True)
    (root / "interlock.toml").write_text(CONFIG)


def operate(project: Project, number: int) -> None:
    source, facts = OPERATIONS[number]
    if source == "notes":
        before = dict(OPERATIONS[:number]).get(source, [])
        delta = Delta(sorted(set(facts) - set(before)), sorted(set(before) - set(facts)))
        project.amend(source, delta, reason=f"operation {number}")
        return
    file = project.root / "sources" / f"{source.rpartition('/')[2]}.nt"
    if facts:
        draft = file.with_suffix(".draft")
        draft.write_bytes(b"".join(facts))
        draft.replace(file)
    else:
        file.unlink()
    project.refresh()


def child(root: Path, kill: int | None, report: int) -> None:
    taken = 0

    def on_step(name: str) -> None:
        nonlocal taken
        if taken == kill:
            os.kill(os.getpid(), signal.SIGKILL)
        taken += 1
        os.write(report, f"step {name}\n".encode())

    project = Project(root, convert=convert, on_step=on_step)
    for number in range(len(OPERATIONS)):
        operate(project, number)
        os.write(report, b"done\n")


def main() -> None:
    builtin.ontology_folder = lambda: Path(sys.argv[1])
    for request in map(json.loads, sys.stdin):
        root = Path(request["root"])
        prepare(root)
        read, write = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(read)
            child(root, request["kill"], write)
            os._exit(0)
        os.close(write)
        if request["delay"] is not None:
            time.sleep(request["delay"])
            os.kill(pid, signal.SIGKILL)
        said = b""
        while part := os.read(read, 1 << 16):
            said += part
        os.close(read)
        os.waitpid(pid, 0)
        told = said.decode().splitlines()
        steps = [line.removeprefix("step ") for line in told if line != "done"]
        sys.stdout.write(json.dumps({"steps": steps, "acknowledged": told.count("done")}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
