"""Snapshots: states of the index that nobody changes any more, leased by those who read them.

A snapshot is a folder ``<id>/`` with ``store/`` (hard links into the index store), ``manifest.json`` and ``lease``. Who
reads holds a shared lock on ``lease``; it goes with the process, however that ends. Who prunes takes it exclusively.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import NamedNode, Store

from kg.errors import InterlockError
from kg.rdf.ntriples import sync_folder, write_atomic
from kg.store.embedded import EmbeddedReader
from kg.store.graphs import GraphFile, GraphState
from kg.store.log import touched_since
from kg.store.written import as_written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.store.touched import Touched
    from kg.store.writer import StoreWriter

__all__ = ["Manifest", "SnapshotReader", "open_snapshot", "prune", "publish", "take_lease"]

_MANIFEST = "manifest.json"
_LEASE = "lease"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot holds.

    Attributes:
        id: hash of the content: of the changes applied and of the read-only graphs loaded.
        sequence: number of the commit that published it, within this index.
        merged: triples in the default graph, each counted once.
        graphs: IRI of each graph → its files and its size.
        notes: what the project wrote down with it: heads, sources, digests of the read-only graphs.
        churn: triples removed since the store was last compacted.
    """

    id: str
    sequence: int
    merged: int
    graphs: dict[str, GraphState]
    notes: dict[str, Any]
    churn: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        graphs = {iri: graph.to_json() for iri, graph in self.graphs.items()}
        return {
            "id": self.id,
            "sequence": self.sequence,
            "merged": self.merged,
            "graphs": graphs,
            "notes": self.notes,
            "churn": self.churn,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Manifest:
        """Return what `to_json` wrote."""
        return cls(**{**data, "graphs": {iri: GraphState.from_json(graph) for iri, graph in data["graphs"].items()}})


class SnapshotReader(EmbeddedReader):
    """Reads one snapshot, and keeps it from being pruned until `close`, or until it is forgotten.

    Attributes:
        path: folder of the snapshot; another process may open it too.
        manifest: what it holds.
    """

    def __init__(self, path: Path, lease: int) -> None:
        self._lease = weakref.finalize(self, os.close, lease)
        self.path = path
        self.manifest = Manifest.from_json(json.loads((path / _MANIFEST).read_bytes()))
        super().__init__(Store.read_only(str(path / "store")))

    @property
    def graphs(self) -> tuple[str, ...]:
        """The IRIs of its named graphs, sorted."""
        return tuple(sorted(self.manifest.graphs))

    def graph(self, iri: str) -> GraphFile:
        """Return the lines of one named graph."""
        return GraphFile(self.files, self.manifest.graphs[iri])

    @property
    def files(self) -> Path:
        """The folder of the files that hold the lines of its graphs."""
        return self.path.parent.parent / "graphs"

    def facts(self) -> Iterator[bytes]:
        """Yield the default graph as chunks of N-Triples lines; a line that several graphs have comes several times."""
        for iri in self.graphs:
            yield from self.graph(iri).chunks()

    def since(self, state_id: str) -> Touched | None:
        """Return what came and went since an earlier state (`Manifest.id`).

        Returns:
            None where that can't be told: the log of deltas does not reach back so far, the store was loaded anew in
            between, or this state did not come from that one. Whoever brings something forward runs it in full then.
        """
        folder = self.path.parent.parent
        return touched_since(folder, state_id, self.manifest.id, self.manifest.sequence)

    def written(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Yield lines of the default graph, as a store gives them, as their sources write them; see `as_written`."""
        files: dict[str, GraphFile] = {}

        def starting(prefix: bytes) -> Iterator[bytes]:
            subject, predicate, _ = prefix.split(b" ", 2)
            for iri in self.graphs_with(NamedNode(subject[1:-1].decode()), NamedNode(predicate[1:-1].decode())):
                yield from files.setdefault(iri, self.graph(iri)).starting(prefix)

        return as_written(lines, starting)

    def close(self) -> None:
        """Give up the lease."""
        self._lease()

    def __enter__(self) -> SnapshotReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_snapshot(path: Path) -> SnapshotReader:
    """Return a reader of the snapshot in folder `path`, leased.

    Raises:
        InterlockError: the snapshot was pruned, or is damaged.
    """
    lease = take_lease(path, fcntl.LOCK_SH)
    if lease is None:
        raise InterlockError(f"the snapshot {path.name} is gone, ask for the current one")
    try:
        return SnapshotReader(path, lease)
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise InterlockError(f"the snapshot {path} is damaged, delete .interlock to build it anew: {error}") from error


def publish(folder: Path, manifest: Manifest, store: StoreWriter, state: Path) -> None:
    """Make the present state of `store` a snapshot in `folder`; one that is there already stays as it is.

    Args:
        folder: of the snapshots.
        manifest: what the snapshot holds.
        store: the store.
        state: a file on disk that says what `manifest` does, and is only ever replaced as a whole.
    """
    target = folder / manifest.id
    if target.is_dir():
        return
    draft = folder / f".{manifest.id}.tmp"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    store.backup(draft / "store")
    (draft / _LEASE).touch()
    try:
        os.link(state, draft / _MANIFEST)
    except OSError:  # a file system without links
        write_atomic(draft / _MANIFEST, [json.dumps(manifest.to_json()).encode()])
    sync_folder(draft)
    draft.replace(target)


def prune(folder: Path, keep: int, current: str) -> list[Manifest]:
    """Remove all but the newest `keep` snapshots, `current` and those under lease; return what is left."""
    found = []
    for path in folder.iterdir():
        if path.name.startswith("."):
            shutil.rmtree(path)
        else:
            found.append(Manifest.from_json(json.loads((path / _MANIFEST).read_bytes())))
    found.sort(key=lambda manifest: (manifest.id == current, manifest.sequence), reverse=True)
    return found[:keep] + [manifest for manifest in found[keep:] if not _remove(folder / manifest.id)]


def _remove(path: Path) -> bool:
    lease = take_lease(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if lease is None:
        return False
    try:
        path.rename(path.with_name(f".{path.name}.old"))
    finally:
        os.close(lease)
    shutil.rmtree(path.with_name(f".{path.name}.old"))
    return True


def take_lease(path: Path, kind: int) -> int | None:
    """Lock the lease of a snapshot; return its handle, None where the snapshot is gone or the lock is held."""
    try:
        handle = os.open(path / _LEASE, os.O_RDONLY if kind & fcntl.LOCK_SH else os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, kind)
        if os.path.samestat(os.fstat(handle), Path(path / _LEASE).stat()):
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(handle)
    return None
