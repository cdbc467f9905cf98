"""Runs commits that derive in forked children which are killed on the way; a program for test_derive_crash.

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
from typing import TYPE_CHECKING

from toy_derivations import EX, fact, toy_units

from kg.derive import Derivations
from kg.project import builtin
from kg.project.project import Project
from kg.store import Delta

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kg.project.derived import Context, Outcome
    from kg.store import Changeable, Reader, Touched

CONFIG = f'[project]\nbase = "{EX}"\n'
FILLER = [fact(f"filler{number:03}", "is", "here") for number in range(400)]

# Each operation: lines that come to the source "notes" and lines that go from it. What follows from them is by hand:
# b lost a source; nothing; c and d are below it; the source stands again; a rebuild of the whole store.
OPERATIONS: list[tuple[list[bytes], list[bytes]]] = [
    ([*FILLER, fact("s", "likes", "s"), fact("b", "from", "s")], []),
    ([fact("c", "below", "b"), fact("d", "uses", "b"), fact("e", "likes", "d")], []),
    ([], [fact("s", "likes", "s")]),
    ([fact("f", "likes", "d"), fact("d", "below", "c")], [fact("e", "likes", "d")]),
    ([fact("s", "likes", "t"), fact("g", "likes", "d")], []),
    ([fact("b", "from", "gone")], FILLER),
]


class Noisy(Derivations):
    """Tells each time that it is about to change the state, and when its book is on disk but the index is not."""

    def __init__(self, on_step: Callable[[str], None]) -> None:
        super().__init__(toy_units())
        self._step = on_step

    def bring(self, state: Changeable, touched: Touched | None, mark: str, context: Context) -> Outcome:
        outcome = super().bring(_Told(state, self._step), touched, mark, context)
        self._step("derived in full" if touched is None else "derived what was touched")
        return outcome


class _Told:
    def __init__(self, state: Changeable, on_step: Callable[[str], None]) -> None:
        self._state, self._step = state, on_step

    @property
    def reader(self) -> Reader:
        return self._state.reader

    def lines(self, graph: str) -> Iterable[bytes]:
        return self._state.lines(graph)

    def apply(self, deltas: Mapping[str, Delta]) -> Touched:
        self._step("apply what is derived")
        return self._state.apply(deltas)


def child(root: Path, kill: int | None, report: int) -> None:
    taken = 0

    def on_step(name: str) -> None:
        nonlocal taken
        if taken == kill:
            os.kill(os.getpid(), signal.SIGKILL)
        taken += 1
        os.write(report, f"step {name}\n".encode())

    project = Project(root, derive=Noisy(on_step), on_step=on_step)
    for number, (come, gone) in enumerate(OPERATIONS):
        project.amend("notes", Delta(sorted(come), sorted(gone)), reason=f"operation {number}")
        os.write(report, b"done\n")


def main() -> None:
    builtin.ontology_folder = lambda: Path(sys.argv[1])
    for request in map(json.loads, sys.stdin):
        root = Path(request["root"])
        root.mkdir(parents=True)
        (root / "interlock.toml").write_text(CONFIG)
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
