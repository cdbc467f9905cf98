"""The making of one commit: what is recorded into the index, what changed into a record, the record into the index."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kg.errors import InputError
from kg.project.builtin import builtin_files, read_builtin
from kg.project.change import Change
from kg.project.derived import Context, Following, derived_graph, is_derived
from kg.project.history import compose, digest_of
from kg.project.record import RECORDED, RETIRED, Header, SourceState, read_deltas, record_facts, write_record
from kg.project.sources import graph_of, hash_file, name_of, parse_limits
from kg.project.who import user
from kg.rdf.ntriples import sort_unique
from kg.rdf.skolem import SkolemLimits, skolemise
from kg.store import FORMAT, Delta
from kg.values import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from kg.project.config import Config
    from kg.project.derived import Derive
    from kg.project.history import History
    from kg.project.sources import Converter, Source
    from kg.store import Index, Manifest

__all__ = ["Commit", "identity_of", "notes_at", "record_graph", "stale"]


def record_graph(base: str) -> str:
    """Return the IRI of the graph of what is recorded about changes."""
    return f"{base}graph/record"


def stale(state: Manifest, sources: Mapping[str, tuple[Source, str]], tool: str) -> list[str]:
    """Return the graphs whose source is not as it was last taken in, those of files that are gone last.

    Args:
        state: what the index holds.
        sources: graph → source file and its digest.
        tool: this program and version: another one may have read the same file differently.
    """
    known = state.notes.get("sources", {})
    changed = [graph for graph, (one, digest) in sources.items() if known.get(graph) != _seen(digest, one.kind, tool)]
    return changed + [graph for graph, was in known.items() if graph not in sources and was["digest"] != RECORDED]


def _seen(digest: str, kind: str, tool: str) -> dict[str, str]:
    return {"digest": digest, "kind": kind, "tool": tool}


class Commit:
    """Makes one commit; whoever has it holds the project's lock.

    Args:
        root: the project's folder.
        config: its configuration.
        index: the index, open for writing.
        history: the changes recorded when the lock was taken.
        tool: this program and version.
        derive: derives facts from those of each commit; None where nobody does.
        on_step: told the name of each step before it is taken.

    Attributes:
        told: what the user must know of what was derived.
    """

    def __init__(
        self,
        root: Path,
        config: Config,
        index: Index,
        history: History,
        *,
        tool: str,
        derive: Derive | None,
        on_step: Callable[[str], None],
    ) -> None:
        self._root, self._config, self._index, self._history = root, config, index, history
        self._tool, self._derive, self._step = tool, derive, on_step
        self.told: tuple[Note, ...] = ()

    def synchronise(self, builtin: dict[str, str]) -> None:
        """Take into the index what is recorded or comes with Interlock and is not in it yet, and publish it.

        Args:
            builtin: each read-only graph → the digest of its file.
        """
        notes = self._index.state.notes
        deltas = dict(self._builtin_deltas(notes.get("builtin", {}), builtin))
        after = {**notes, "base": self._config.base, "builtin": builtin}
        if (notes.get("records"), notes.get("base")) != (self._history.digest, self._config.base):
            self._step("replay")
            heads = self._history.heads()
            order = self._history.order(heads)
            deltas |= self._replayed(order, notes, builtin)
            after |= notes_at(self._history, heads)
        if after != notes or not is_derived(notes, self._derive):
            self._enter(after, deltas, self._history)
        self._publish()

    def sources(self, found: Mapping[str, tuple[Source, str]], convert: Converter, reason: str) -> Change | None:
        """Commit the source files that changed; None where none did, or none says anything else than before.

        Args:
            found: graph → source file and its digest.
            convert: turns them into facts.
            reason: why, for the record.

        Raises:
            InputError: a file is broken, or was changed while it was read.
        """
        changed = stale(self._index.state, found, self._tool)
        files = [found[graph] for graph in changed if graph in found]
        self._step("convert")
        facts = convert([one for one, _ in files], self._config.base, parse_limits(self._config)) if files else []
        states, deltas, notes = [], {}, []
        for (one, digest), converted in zip(files, facts, strict=True):
            if hash_file(one.path) != digest:
                raise InputError(f"{one.shown} changed while it was read: run the command again")
            graph = graph_of(self._config.base, one.name)
            deltas[graph] = Delta.between(self._lines(graph), self._named(converted.lines, one.shown))
            states.append(SourceState(graph, one.name, digest, one.kind))
            notes += [Note("import-caveat", f"{note.where}: {note.what}", (one.shown,)) for note in converted.caveats]
        known = self._index.state.notes["sources"]
        for graph in changed[len(files) :]:
            deltas[graph] = Delta(removed=list(self._lines(graph)))
            states.append(SourceState(graph, name_of(graph), RETIRED))
        news = [one for one in states if deltas[one.graph] or known.get(one.graph, {}).get("digest") != one.digest]
        if news:
            return self._record(deltas, states, reason, self._tool, tuple(notes))
        if states:  # another version of Interlock reads the same from them
            self._index.commit(self._index.state.id, {}, self._noted(states, self._tool))
        return None

    def replace(self, facts: Mapping[str, Iterable[bytes]], reason: str, tool: str | None) -> Change | None:
        """Commit new facts of sources without a file; see `Project.commit`."""
        deltas, states = {}, []
        for name, lines in facts.items():
            graph = graph_of(self._config.base, name)
            new = self._named(lines, name)
            deltas[graph] = Delta.between(self._lines(graph), new)
            states.append(SourceState(graph, name, RECORDED if new else RETIRED))
        return self._record(deltas, states, reason, tool or self._tool) if any(deltas.values()) else None

    def amend(self, deltas: Mapping[str, Delta], reason: str, tool: str | None) -> Change | None:
        """Commit a few facts of sources without a file; see `Project.amend`."""
        real, states = {}, []
        for name, delta in deltas.items():
            graph = graph_of(self._config.base, name)
            file = self._index.graph(graph)
            wanted, unwanted = self._named(delta.added, name), self._named(delta.removed, name)
            there = {line for line in (*wanted, *unwanted) if file is not None and file.has(line)}
            come = [line for line in wanted if line not in there]
            gone = sorted(set(unwanted) & there - set(wanted))
            if come or gone:
                left = (len(file) if file is not None else 0) + len(come) - len(gone)
                states.append(SourceState(graph, name, RECORDED if left else RETIRED))
                real[graph] = Delta(come, gone)
        return self._record(real, states, reason, tool or self._tool) if real else None

    def _record(
        self,
        deltas: dict[str, Delta],
        states: Sequence[SourceState],
        reason: str,
        tool: str,
        notes: tuple[Note, ...] = (),
    ) -> Change:
        """Write the record, then the index, then the snapshot."""
        deltas = {graph: delta for graph, delta in deltas.items() if delta}
        parents = tuple(sorted(self._index.state.notes["heads"]))
        when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        header = Header(self._config.base, parents, when, user(self._root), reason, tool, tuple(states))
        self._step("record")
        id_ = write_record(self._history.folder, header, deltas)
        self._step("recorded")
        self._history = self._history.followed_by(id_, header)
        after = self._noted(states, tool) | {"heads": [id_], "records": self._history.digest}
        self._enter(after, deltas | self._record_deltas([(id_, header)]), self._history)
        self._publish()
        return Change(id_, header, deltas, (*notes, *self.told))

    def _enter(self, after: dict[str, Any], deltas: dict[str, Delta], history: History) -> None:
        """Commit to the index, with what is derived from it.

        Args:
            after: what the index is to note.
            deltas: what changes in the graphs that are not derived.
            history: the changes that led to the state afterwards.
        """
        before = self._index.state.notes
        after = {name: value for name, value in after.items() if name not in {"derivations", "derived"}}
        graph = derived_graph(self._config.base)
        if self._derive is None:
            gone = Delta(removed=list(self._lines(graph)))
            self._index.commit(identity_of(after), deltas | ({graph: gone} if gone else {}), after)
            return
        after["derivations"] = self._derive.digest
        context = Context(self._config, history, tuple(after["heads"]), self._root / ".interlock")
        follow = Following(self._derive, context, before)
        self._index.commit(identity_of(after), deltas, after, follow)
        self.told += follow.told

    def _builtin_deltas(self, old: dict[str, str], new: dict[str, str]) -> Iterator[tuple[str, Delta]]:
        files = builtin_files()
        for graph in sorted(old.keys() | new.keys()):
            if old.get(graph) != new.get(graph):
                self._step(f"read {graph}")
                lines = read_builtin(files[graph]) if graph in files else []
                yield graph, Delta.between(self._lines(graph), lines)

    def _replayed(self, order: list[str], notes: dict[str, Any], builtin: dict[str, str]) -> dict[str, Delta]:
        """Return how to get from what the index holds to the state after the changes in `order`."""
        heads = notes.get("heads", [])
        before = self._history.order(heads) if set(heads) <= set(self._history.ids) else []
        if before and set(before) <= set(order) and notes["base"] == self._config.base:
            same = next(
                (at for at, pair in enumerate(zip(before, order, strict=False)) if pair[0] != pair[1]), len(before)
            )
            new = sorted(set(order) - set(before))
            recorded = self._record_deltas([(id_, self._history.header(id_)) for id_ in new])
            return compose([*(read_deltas(self._history.path(id_)) for id_ in order[same:]), recorded])
        target = self._history.replay(order)
        if order:
            target[record_graph(self._config.base)] = self._history.facts(order)
        here = self._index.state.graphs.keys() - builtin.keys() - notes.get("builtin", {}).keys()
        here -= {derived_graph(self._config.base)}
        return {
            graph: Delta.between(self._lines(graph), target.get(graph, [])) for graph in sorted(here | target.keys())
        }

    def _record_deltas(self, changes: Iterable[tuple[str, Header]]) -> dict[str, Delta]:
        lines = sort_unique(line for id_, header in changes for line in record_facts(id_, header))
        return {record_graph(self._config.base): Delta(lines)} if lines else {}

    def _noted(self, states: Iterable[SourceState], tool: str) -> dict[str, Any]:
        """Return the notes of the index with `states` in them."""
        notes = self._index.state.notes
        sources = dict(notes["sources"])
        for one in states:
            sources.pop(one.graph, None)
            if one.digest != RETIRED:
                sources[one.graph] = _seen(one.digest, one.kind, tool)
        return {**notes, "sources": sources}

    def _lines(self, graph: str) -> Iterable[bytes]:
        file = self._index.graph(graph)
        return file.lines() if file is not None else ()

    def _named(self, lines: Iterable[bytes], shown: str) -> list[bytes]:
        settings = self._config.settings
        limits = SkolemLimits(settings.whole("blank-node-count"), settings.number("blank-node-seconds"))
        return skolemise(lines, self._config.base, name=shown, limits=limits)

    def _publish(self) -> None:
        self._index.publish(self._config.settings.whole("snapshots-kept"))


def notes_at(history: History, heads: Iterable[str]) -> dict[str, Any]:
    """Return what the index notes of the records when `heads` are its heads."""
    order = history.order(heads)
    sources = {graph: _seen(one.digest, one.kind, tool) for graph, (one, tool) in history.sources(order).items()}
    return {"sources": sources, "heads": list(heads), "records": digest_of(order)}


def identity_of(notes: dict[str, Any]) -> str:
    """Return the hash of what follows from the changes, read-only graphs and derivations that `notes` name."""
    named = notes["base"], sorted(notes["heads"]), sorted(notes["builtin"].items()), notes.get("derivations", "")
    parts = [FORMAT, *named]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
