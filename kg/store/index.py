"""The index: everything below ``.interlock/`` that answers questions. It is built from the files, and may be deleted.

Each commit goes through four steps, and a crash between any two of them is made good by whoever opens the index next:

1. the new lines of each changed graph are written to new files; nothing refers to them yet;
2. ``redo.json`` says what the state is to be and what changes in the store; from here on the commit completes;
3. the store is changed and synced, ``state.json`` replaced, and ``redo.json`` becomes an entry of the log of deltas;
4. a snapshot is published and ``current`` names it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from kg.errors import InputError, InterlockError
from kg.rdf.ntriples import Vocabulary, merge, write_atomic
from kg.store.graphs import GraphFile, GraphState
from kg.store.log import keep_entry, read_redo, write_redo
from kg.store.snapshot import Manifest, prune, publish
from kg.store.writer import StoreWriter, open_writer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from kg.store.delta import Delta

__all__ = ["FORMAT", "Index", "check_format", "current_snapshot", "current_state"]

FORMAT: Final = 2
"""Version of the layout below ``.interlock/``; a change that an older program would misread raises it."""

_SMALL: Final = 2000
_SHARE: Final = 0.01
"""A graph's difference grows to `_SMALL` lines or this share of the graph, then it becomes a new base."""

_REBUILD: Final = 0.5
"""A commit that changes more than this share of all triples loads the store anew: bulk loading is that much faster."""


_CHURN: Final = 0.5
"""When lines worth this share of all were removed since the last time, the store is compacted."""


class Index:
    """The index opened for writing; whoever has it holds the project's lock.

    Args:
        folder: ``.interlock``; made if it is missing.
        on_step: told the name of each step before it is taken.

    Attributes:
        state: what the index holds; all empty at first.
    """

    def __init__(self, folder: Path, on_step: Callable[[str], None]) -> None:
        self._folder, self._step = folder, on_step
        self._writer: StoreWriter | None = None
        self._graphs.mkdir(parents=True, exist_ok=True)
        (folder / "snapshots").mkdir(exist_ok=True)
        (folder / ".gitignore").write_text("*\n")
        write_atomic(folder / "format", [b"%d\n" % FORMAT])
        self.state = _state(folder / "state.json") or Manifest("", 0, 0, {}, {})
        if self._redo.exists():
            self._complete()

    @property
    def _graphs(self) -> Path:
        return self._folder / "graphs"

    @property
    def _redo(self) -> Path:
        return self._folder / "redo.json"

    def graph(self, iri: str) -> GraphFile | None:
        """Return the lines of a graph, None where there is no such graph."""
        state = self.state.graphs.get(iri)
        return GraphFile(self._graphs, state) if state else None

    def commit(self, id_: str, deltas: Mapping[str, Delta], notes: dict[str, Any]) -> None:
        """Change graphs; a graph that is left without lines is gone.

        Args:
            id_: hash of the content afterwards.
            deltas: IRI of each graph that changes → how. A line to add that is there, and one to remove that is not,
                do no harm.
            notes: what to keep with the state.
        """
        sequence = self.state.sequence + 1
        graphs = dict(self.state.graphs)
        self._step("graphs")
        for iri, delta in deltas.items():
            after = self._write_graph(iri, delta, sequence)
            if after.lines:
                graphs[iri] = after
            else:
                graphs.pop(iri, None)
        total = sum(graph.lines for graph in self.state.graphs.values())
        changed = sum(map(len, deltas.values()))
        rebuild = changed > total * _REBUILD
        churn = 0 if rebuild else self.state.churn + sum(len(delta.removed) for delta in deltas.values())
        after_all = Manifest(id_, sequence, self.state.merged, graphs, notes, churn)
        self._step("redo")
        write_redo(self._redo, self.state.id, after_all.to_json(), None if rebuild else deltas)
        self._step("store")
        growth = self._change_store(after_all, None if rebuild else deltas)
        self._settle(after_all, None if rebuild else self.state.merged + growth)

    def publish(self, keep: int) -> None:
        """Make the state a snapshot, let ``current`` name it, and keep about `keep` snapshots in all."""
        current = current_snapshot(self._folder)
        if current is not None and current.name == self.state.id and current.is_dir():
            return
        store = self._store()
        if self.state.churn > _CHURN * sum(graph.lines for graph in self.state.graphs.values()):
            self._step("compact")
            store.compact()
            self.state = replace(self.state, churn=0)
            self._write_state()
        self._step("snapshot")
        snapshots = self._folder / "snapshots"
        publish(snapshots, self.state, store)
        self._step("current")
        write_atomic(self._folder / "current", [self.state.id.encode() + b"\n"])
        self._step("prune")
        left = prune(snapshots, keep, self.state.id)
        used = {name for state in [self.state, *left] for graph in state.graphs.values() for name in graph.files()}
        for path in self._graphs.iterdir():
            if path.name not in used:
                path.unlink()
        self._step("done")

    def close(self) -> None:
        """Let go of the store."""
        self._writer = None

    def _store(self, *, anew: bool = False) -> StoreWriter:
        if self._writer is None:
            store = self._folder / "store"
            if self.state.graphs and not anew and not (store / "CURRENT").is_file():  # it would be made, and be empty
                raise InterlockError(f"{store} is damaged, delete .interlock to build it anew: its files are missing")
            self._writer = open_writer(store)
        return self._writer

    def _complete(self) -> None:
        """Do again what a crash cut off; what was done already does no harm."""
        self._step("recover")
        data, deltas = read_redo(self._redo)
        try:
            after = Manifest.from_json(data)
        except (KeyError, TypeError, AttributeError) as error:
            raise InterlockError(f"{self._redo} is damaged, delete .interlock to build it anew: {error}") from error
        self._change_store(after, deltas)
        self._settle(after, None)

    def _change_store(self, after: Manifest, deltas: Mapping[str, Delta] | None) -> int:
        """Apply `deltas`, or load all graphs anew where there are none; return the growth of the merge."""
        if deltas is None:
            self._writer = None
            shutil.rmtree(self._folder / "store", ignore_errors=True)
            files = {iri: GraphFile(self._graphs, state) for iri, state in after.graphs.items()}
            self._store(anew=True).load(files)
            growth = 0
        else:
            files = {iri: GraphFile(self._graphs, after.graphs[iri]) for iri in deltas if iri in after.graphs}
            growth = self._store().apply(
                {iri: delta.added for iri, delta in deltas.items()},
                {iri: delta.removed for iri, delta in deltas.items()},
                lambda iri, prefix: files[iri].starting(prefix) if iri in files else [],
            )
        self._step("flush")
        self._store().flush()
        return growth

    def _settle(self, after: Manifest, merged: int | None) -> None:
        self.state = replace(after, merged=self._store().count() if merged is None else merged)
        self._step("state")
        self._write_state()
        self._step("redone")
        keep_entry(self._redo, after.sequence)

    def _write_state(self) -> None:
        write_atomic(self._folder / "state.json", [json.dumps(self.state.to_json()).encode()])

    def _write_graph(self, iri: str, delta: Delta, sequence: int) -> GraphState:
        """Write the files of a graph after `delta`, and return their state."""
        stem = f"{hashlib.sha256(iri.encode()).hexdigest()[:16]}-{sequence}"
        before = self.state.graphs.get(iri)
        if before is not None:
            file = GraphFile(self._graphs, before)
            limit = max(_SMALL, before.lines * _SHARE)
            if len(file.added) + len(file.removed) + len(delta) <= limit:
                return self._write_difference(stem, before, file, delta)
            lines = list(merge(file.lines(), delta.added, delta.removed))
        else:
            lines = delta.added
        write_atomic(self._graphs / f"{stem}.nt", lines)
        return GraphState(f"{stem}.nt", lines=len(lines), vocabulary=Vocabulary.of(lines))

    def _write_difference(self, stem: str, before: GraphState, file: GraphFile, delta: Delta) -> GraphState:
        come, gone = set(file.added), set(file.removed)
        vocabulary = Vocabulary(dict(before.vocabulary.predicates), dict(before.vocabulary.classes))
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
        vocabulary.remove(removed)
        vocabulary.add(added)
        after = GraphState(before.base, lines=before.lines + len(added) - len(removed), vocabulary=vocabulary)
        if come:
            after.added = f"{stem}.added.nt"
            write_atomic(self._graphs / after.added, sorted(come))
        if gone:
            after.removed = f"{stem}.removed.nt"
            write_atomic(self._graphs / after.removed, sorted(gone))
        return after


def check_format(folder: Path) -> None:
    """Refuse an index that a newer Interlock wrote.

    Raises:
        InputError: the index is newer.
    """
    try:
        found = int((folder / "format").read_text())
    except FileNotFoundError:
        return
    except ValueError as error:
        raise InputError(f"{folder / 'format'} holds no number: delete .interlock to build it anew") from error
    if found > FORMAT:
        raise InputError(
            f"{folder} was written by a newer Interlock (index format {found}, this one knows {FORMAT}): upgrade"
            " Interlock, or delete .interlock to build it anew"
        )


def current_snapshot(folder: Path) -> Path | None:
    """Return the folder of the snapshot that ``current`` names, None where there is none yet."""
    try:
        return folder / "snapshots" / (folder / "current").read_text().strip()
    except FileNotFoundError:
        return None


def current_state(folder: Path) -> Manifest | None:
    """Return the state of the index without opening it; None where a commit is under way, was cut off, or none was."""
    current = current_snapshot(folder)
    state = _state(folder / "state.json")
    if current is None or state is None or (folder / "redo.json").exists():
        return None
    return state if current.name == state.id and current.is_dir() else None


def _state(path: Path) -> Manifest | None:
    try:
        return Manifest.from_json(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise InterlockError(f"{path} is damaged, delete .interlock to build it anew: {error}") from error
