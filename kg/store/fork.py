"""An index of its own that begins as a copy of a snapshot, by hard links: to go back from there to a past state."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

from kg.rdf.ntriples import write_atomic
from kg.store.index import Index

if TYPE_CHECKING:
    from pathlib import Path

    from kg.store.snapshot import SnapshotReader

__all__ = ["fork"]


def fork(snapshot: SnapshotReader, folder: Path) -> Index:
    """Return an index in `folder` that holds what a snapshot holds, open for writing; the snapshot stays as it is.

    Args:
        snapshot: leased until this is done.
        folder: made; must not exist. No other process may know of it yet.
    """
    (folder / "graphs").mkdir(parents=True)
    (folder / "store").mkdir()
    for state in snapshot.manifest.graphs.values():
        for name in state.files():
            _link(snapshot.files / name, folder / "graphs" / name)
    for path in (snapshot.path / "store").iterdir():
        if path.suffix == ".sst":  # an engine never changes such a file, and rewrites all others
            _link(path, folder / "store" / path.name)
        else:
            shutil.copyfile(path, folder / "store" / path.name)
    write_atomic(folder / "state.json", [json.dumps(snapshot.manifest.to_json()).encode()])
    return Index(folder, lambda _: None)


def _link(file: Path, to: Path) -> None:
    try:
        os.link(file, to)
    except OSError:  # a file system without links
        shutil.copyfile(file, to)
