"""Writes a graph after a change: a new difference to its base, or a new base."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from kg.rdf.ntriples import merge
from kg.store.graphs import GraphFile, GraphState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kg.store.delta import Delta

__all__ = ["write_graph"]

_SMALL: Final = 2000
_SHARE: Final = 0.01
"""A graph's difference grows to `_SMALL` lines or this share of the graph, then it becomes a new base."""


def write_graph(folder: Path, iri: str, before: GraphState | None, delta: Delta, sequence: int) -> GraphState:
    """Write the files of a graph after `delta`, not synced to disk yet, and return its state; old files stay.

    Args:
        folder: where the files are.
        iri: the graph.
        before: its state before, None where it is new.
        delta: what changes. A line to add that is there, and one to remove that is not, do no harm.
        sequence: number of the commit, for the names of the files.
    """
    stem = f"{hashlib.sha256(iri.encode()).hexdigest()[:16]}-{sequence}"
    if before is not None:
        file = GraphFile(folder, before)
        limit = max(_SMALL, before.lines * _SHARE)
        if len(file.added) + len(file.removed) + len(delta) <= limit:
            return _write_difference(folder, stem, before, file, delta)
        lines = list(merge(file.lines(), delta.added, delta.removed))
    else:
        lines = delta.added
    _write(folder / f"{stem}.nt", lines)
    return GraphState(f"{stem}.nt", lines=len(lines))


def _write_difference(folder: Path, stem: str, before: GraphState, file: GraphFile, delta: Delta) -> GraphState:
    come, gone = set(file.added), set(file.removed)
    removed = [line for line in delta.removed if line in come or (line not in gone and file.in_base(line))]
    for line in removed:
        if line in come:
            come.discard(line)
        else:
            gone.add(line)
    added = [line for line in delta.added if line not in come and (line in gone or not file.in_base(line))]
    for line in added:
        if line in gone:
            gone.discard(line)
        else:
            come.add(line)
    after = GraphState(before.base, lines=before.lines + len(added) - len(removed))
    if come:
        after.added = f"{stem}.added.nt"
        _write(folder / after.added, sorted(come))
    if gone:
        after.removed = f"{stem}.removed.nt"
        _write(folder / after.removed, sorted(gone))
    return after


def _write(path: Path, lines: Iterable[bytes]) -> None:
    """Write a file that nothing names yet: one that a crash left half written is written again from its beginning."""
    path.unlink(missing_ok=True)
    with path.open("wb") as file:
        file.writelines(lines)
