"""The index: everything below ``.interlock/`` that answers questions. It is built from the files, and may be deleted.

Each commit goes through four steps, and a crash between any two of them is made good by whoever opens the index next:

1. the new lines of each changed graph are written to new files; nothing refers to them yet;
2. ``redo.json`` says what the state is to be and what changes in the store; from here on the commit completes;
3. the store is changed, and what follows from the change derived; if anything does, ``redo.json`` is written anew with
   it; then the store is synced, ``state.json`` replaced, and ``redo.json`` becomes an entry of the log of deltas;
4. a snapshot is published and ``current`` names it.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from kg.errors import InterlockError
from kg.rdf.ntriples import write_atomic, write_whole
from kg.store.current import FORMAT, current_snapshot, read_state
from kg.store.graph_writer import write_graph
from kg.store.graphs import GraphFile
from kg.store.live import LiveState
from kg.store.log import keep_entry, read_redo, write_redo
from kg.store.snapshot import Manifest, prune, publish
from kg.store.writer import StoreWriter, open_writer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from kg.store.delta import Delta
    from kg.store.graphs import GraphState
    from kg.store.live import Follow

__all__ = ["Index"]

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
        for name, text in ((".gitignore", b"*\n"), ("format", b"%d\n" % FORMAT)):
            path = folder / name
            if not path.exists() or path.read_bytes() != text:
                write_atomic(path, [text])
        self.state = read_state(folder / "state.json") or Manifest("", 0, 0, {}, {})
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

    def commit(
        self, id_: str, deltas: Mapping[str, Delta], notes: dict[str, Any], follow: Follow | None = None
    ) -> None:
        """Change graphs; a graph that is left without lines is gone.

        Args:
            id_: hash of the content afterwards.
            deltas: IRI of each graph that changes → how. A line to add that is there, and one to remove that is not,
                do no harm.
            notes: what to keep with the state.
            follow: brings forward one more graph, which follows from the others; what it returns is added to `notes`.
                If a crash cuts it off, the state is completed without it: then those notes are missing.
        """
        sequence = self.state.sequence + 1
        self._step("graphs")
        graphs = self._written(self.state.graphs, deltas, sequence)
        total = sum(graph.lines for graph in self.state.graphs.values())
        rebuild = sum(map(len, deltas.values())) > total * _REBUILD
        churn = 0 if rebuild else self.state.churn + sum(len(delta.removed) for delta in deltas.values())
        after = Manifest(id_, sequence, self.state.merged, graphs, notes, churn)
        change = None if rebuild else deltas
        self._step("redo")
        self._write_redo(after, change, follow.graph if follow else "")
        self._step("store")
        growth = self._change_store(after, change)
        if follow is not None:
            after, more = self._follow(follow, after, change)
            growth += more
        self._step("flush")
        self._store().flush()
        self._settle(after, None if rebuild else self.state.merged + growth)

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
        publish(snapshots, self.state, store, self._folder / "state.json")
        self._step("current")
        write_whole(self._folder / "current", self.state.id.encode() + b"\n")  # if it is lost, it is written again
        self._step("prune")
        left = prune(snapshots, keep, self.state.id)
        used = {name for state in [self.state, *left] for graph in state.graphs.values() for name in graph.files()}
        for path in self._graphs.iterdir():
            if path.name not in used:
                path.unlink()
        self._step("done")

    def close(self) -> None:
        """Let go of the store."""
        if self._writer is not None:
            self._writer.close()
        self._writer = None

    def _store(self, *, anew: bool = False) -> StoreWriter:
        if self._writer is None:
            store = self._folder / "store"
            if self.state.graphs and not anew and not (store / "CURRENT").is_file():  # it would be made, and be empty
                raise InterlockError(f"{store} is damaged, delete .interlock to build it anew: its files are missing")
            self._writer = open_writer(store)
        return self._writer

    def _follow(self, follow: Follow, after: Manifest, change: Mapping[str, Delta] | None) -> tuple[Manifest, int]:
        """Bring forward what follows; return the state with it, and by how many triples the merge grew."""
        self._step("follow")
        state = after.graphs.get(follow.graph)
        live = LiveState(self._store(), follow.graph, GraphFile(self._graphs, state) if state else None)
        after = replace(after, notes=after.notes | follow(live, change))
        if more := live.delta():
            self._step("followed")
            graphs = self._written(after.graphs, {follow.graph: more}, after.sequence)
            after = replace(after, graphs=graphs, churn=after.churn + len(more.removed))
            whole = None if change is None else {**change, follow.graph: more}
            self._write_redo(after, whole)
        return after, live.growth

    def _complete(self) -> None:
        """Do again what a crash cut off; what was done already does no harm."""
        self._step("recover")
        redo = read_redo(self._redo)
        try:
            after = Manifest.from_json(redo.state)
        except (KeyError, TypeError, AttributeError) as error:
            raise InterlockError(f"{self._redo} is damaged, delete .interlock to build it anew: {error}") from error
        if after.sequence == self.state.sequence:  # all was done but to keep the redo file in the log
            keep_entry(self._redo, after.sequence)
            return
        self._change_store(after, redo.deltas)
        if redo.then and redo.deltas is not None:  # what follows was under way: back to what its file says
            state = after.graphs.get(redo.then)
            self._store().reset(redo.then, GraphFile(self._graphs, state).lines() if state else ())
        self._step("flush")
        self._store().flush()
        self._settle(after, None)

    def _change_store(self, after: Manifest, deltas: Mapping[str, Delta] | None) -> int:
        """Apply `deltas`, or load all graphs anew where there are none; return the growth of the merge."""
        if deltas is None:
            self.close()
            shutil.rmtree(self._folder / "store", ignore_errors=True)
            self._store(anew=True).load({iri: GraphFile(self._graphs, state) for iri, state in after.graphs.items()})
            return 0
        files = {iri: GraphFile(self._graphs, after.graphs[iri]) for iri in deltas if iri in after.graphs}
        return self._store().apply(
            {iri: delta.added for iri, delta in deltas.items()},
            {iri: delta.removed for iri, delta in deltas.items()},
            lambda iri, prefix: files[iri].starting(prefix) if iri in files else [],
        )

    def _write_redo(self, after: Manifest, change: Mapping[str, Delta] | None, then: str = "") -> None:
        """Write what is to be done, after the new files of graphs: one that it names must be whole."""
        old = {name for graph in self.state.graphs.values() for name in graph.files()}
        new = [self._graphs / name for graph in after.graphs.values() for name in graph.files() if name not in old]
        first = [self._graphs, *new]
        write_redo(self._redo, self.state.id, after.to_json(), change, then=then, first=first if new else ())

    def _settle(self, after: Manifest, merged: int | None) -> None:
        self.state = replace(after, merged=self._store().count() if merged is None else merged)
        self._step("state")
        self._write_state()
        self._step("redone")
        keep_entry(self._redo, after.sequence)

    def _write_state(self) -> None:
        write_atomic(self._folder / "state.json", [json.dumps(self.state.to_json()).encode()])

    def _written(
        self, before: Mapping[str, GraphState], deltas: Mapping[str, Delta], sequence: int
    ) -> dict[str, GraphState]:
        """Write the files of the graphs that change, and return the states of all graphs."""
        graphs = dict(before)
        for iri, delta in deltas.items():
            after = write_graph(self._graphs, iri, graphs.pop(iri, None), delta, sequence)
            if after.lines:
                graphs[iri] = after
        return graphs
