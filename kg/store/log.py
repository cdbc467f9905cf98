"""The log of deltas: what each commit changed in the index, so that a reader can tell what was touched since a state.

An entry is the redo file of its commit, which becomes ``log/<sequence>.json`` when the commit is done: no write is
added for it. Its first line is the change (ids of the state before and after, deltas per graph or null where the store
was loaded anew), its second the state that it led to, which only the redo needs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from kg.errors import InterlockError
from kg.rdf.ntriples import sync_files, sync_folder
from kg.store.delta import Delta
from kg.store.touched import Touched

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["Redo", "keep_entry", "read_redo", "touched_since", "write_redo"]

_KEPT: Final = 1000
_BYTES: Final = 32 << 20
"""Entries that are kept, and their bytes in all."""

_EVERY: Final = 50
"""After so many commits the sizes are added up; the oldest entry by number goes at each commit."""


@dataclass(frozen=True, slots=True)
class Redo:
    """What is to be done; see `write_redo`."""

    state: dict[str, Any]
    deltas: dict[str, Delta] | None
    then: str


def write_redo(
    path: Path,
    before: str,
    state: dict[str, Any],
    deltas: Mapping[str, Delta] | None,
    *,
    then: str = "",
    first: Iterable[Path] = (),
) -> None:
    """Write what is to be done, synced to disk.

    Args:
        path: the redo file.
        before: id of the state before.
        state: the state afterwards, as JSON values.
        deltas: IRI of each graph that changes → how; None where the store is loaded anew from the files of its graphs.
        then: IRI of a graph that follows from these and is brought forward afterwards; empty where none is.
        first: files and folders that must be on disk before the redo file is.
    """
    change = {"from": before, "to": state["id"], "deltas": None if deltas is None else _plain(deltas), "then": then}
    draft = path.with_name(f".{path.name}.tmp")
    draft.write_bytes(b"%b\n%b\n" % (json.dumps(change).encode(), json.dumps(state).encode()))
    sync_files([*first, draft])
    draft.replace(path)
    sync_folder(path.parent)


def read_redo(path: Path) -> Redo:
    """Return what `write_redo` wrote, or Interlock before there was a log.

    Raises:
        InterlockError: the file is damaged.
    """
    try:
        head, *rest = path.read_bytes().splitlines()
        change = json.loads(head)
        state = json.loads(rest[0]) if rest else change["state"]
        return Redo(state, _packed(change["deltas"]), change.get("then", ""))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InterlockError(f"{path} is damaged, delete .interlock to build it anew: {error}") from error


def keep_entry(redo: Path, sequence: int) -> None:
    """Make the redo file of commit number `sequence` an entry of the log, and forget the oldest entries."""
    folder = redo.parent / "log"
    folder.mkdir(exist_ok=True)
    redo.replace(_entry(folder, sequence))
    _entry(folder, sequence - _KEPT).unlink(missing_ok=True)
    if sequence % _EVERY == 0:
        _prune(folder)


def touched_since(folder: Path, before: str, after: str, sequence: int) -> Touched | None:
    """Return what came and went between two states.

    Args:
        folder: ``.interlock``.
        before: id of the earlier state.
        after: id of the later state.
        sequence: number of the commit that led to the later state.

    Returns:
        None where the log doesn't tell: it does not reach back so far, or the store was loaded anew in between, or
        the later state did not come from the earlier one.
    """
    changes: list[dict[str, Delta]] = []
    for number in count(sequence, -1):
        if before == after:
            return Touched.by(*reversed(changes))
        try:
            with _entry(folder / "log", number).open("rb") as file:
                change = json.loads(file.readline())
            deltas = _packed(change["deltas"])
            if change["to"] != after or deltas is None:
                return None
            after = change["from"]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):  # pruned, or damaged: then all is looked at
            return None
        changes.append(deltas)
    return None


def _entry(folder: Path, sequence: int) -> Path:
    return folder / f"{sequence}.json"


def _prune(folder: Path) -> None:
    """Forget entries, the oldest first, until both limits hold."""
    found = sorted((path for path in folder.iterdir() if path.stem.isdigit()), key=lambda p: int(p.stem), reverse=True)
    size = 0
    for number, path in enumerate(found):
        size += path.stat().st_size
        if number >= _KEPT or size > _BYTES:
            path.unlink()


def _plain(deltas: Mapping[str, Delta]) -> dict[str, dict[str, list[str]]]:
    return {
        iri: {"added": [line.decode() for line in d.added], "removed": [line.decode() for line in d.removed]}
        for iri, d in deltas.items()
    }


def _packed(data: dict[str, dict[str, list[str]]] | None) -> dict[str, Delta] | None:
    if data is None:
        return None
    return {
        iri: Delta([line.encode() for line in d["added"]], [line.encode() for line in d["removed"]])
        for iri, d in data.items()
    }
