"""Two states of a project side by side, and exactly the facts in which they differ."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode

from kg.change.baselines import SOURCE
from kg.project.commit import record_graph
from kg.project.derived import derived_graph
from kg.project.past import Past
from kg.project.sources import graph_of
from kg.rdf.terms import parse_lines
from kg.store import Delta, Touched

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyoxigraph import Triple

    from kg.project.history import History
    from kg.project.project import Project
    from kg.store import Reader, SnapshotReader

__all__ = ["States"]

_STREAMED: Final = 0.02
"""Graphs of which more than this share was touched are read whole instead of looked into for each touched line."""


@dataclass(frozen=True)
class States:
    """Two states.

    Attributes:
        project: the project.
        history: all that the present state has taken in.
        present: the present state; both others are reached from it.
        before: the earlier state.
        after: the later one.
    """

    project: Project
    history: History
    present: SnapshotReader
    before: SnapshotReader
    after: SnapshotReader

    @cached_property
    def deltas(self) -> dict[str, Delta]:
        """Graph → what came and went from the earlier state to the later one; of sources and derived facts."""
        touched: dict[str, set[bytes]] = {}
        for state in (self.before, self.after):
            for graph, delta in self._from_present(state).items():
                touched.setdefault(graph, set()).update(delta.added, delta.removed)
        found = {graph: _between(self.before, self.after, graph, lines) for graph, lines in touched.items()}
        found[self.derived] = _streamed(self.before, self.after, self.derived)
        return {graph: delta for graph, delta in sorted(found.items()) if delta}

    @property
    def derived(self) -> str:
        """The IRI of the graph of derived facts."""
        return derived_graph(self.project.config.base)

    @cached_property
    def touched(self) -> Touched:
        """What came and went from the earlier state to the later one."""
        return Touched.by(self.deltas)

    def touched_from_present(self, state: SnapshotReader) -> Touched:
        """Return what came and went from the present state to another one."""
        if state.manifest.id == self.present.manifest.id:
            return Touched.by({})
        past = Past(self.history, state.manifest.notes["heads"])
        record = Delta(removed=self.history.facts(past.since))
        aside = {self.derived: _streamed(self.present, state, self.derived)}
        return Touched.by({**past.delta(), **aside, record_graph(self.project.config.base): record})

    def merged(self) -> tuple[set[bytes], set[bytes]]:
        """Return the lines of sources that came and those that went, in the merge of all graphs; no baselines."""
        come, gone = set[bytes](), set[bytes]()
        aside = {self.derived, graph_of(self.project.config.base, SOURCE)}
        for graph, delta in self.deltas.items():
            if graph not in aside:
                come.update(delta.added)
                gone.update(delta.removed)
        return _absent(come - gone, self.before), _absent(gone - come, self.after)

    def _from_present(self, state: SnapshotReader) -> Mapping[str, Delta]:
        heads = state.manifest.notes["heads"]
        return {} if state.manifest.id == self.present.manifest.id else Past(self.history, heads).delta()


def _absent(lines: Iterable[bytes], reader: Reader) -> set[bytes]:
    """Return those of some lines that a state does not have in any graph."""
    several = sorted(lines)
    return {line for line, triple in zip(several, parse_lines(several), strict=True) if not _has(reader, triple)}


def _has(reader: Reader, triple: Triple) -> bool:
    return isinstance(triple.subject, NamedNode) and triple.object in list(
        reader.objects(triple.subject, triple.predicate)
    )


def _between(before: SnapshotReader, after: SnapshotReader, graph: str, touched: set[bytes]) -> Delta:
    """Return what came and went in one graph, of which only some lines may have."""
    files = [state.graph(graph) if graph in state.graphs else None for state in (before, after)]
    if len(touched) > _STREAMED * max(len(file) if file is not None else 0 for file in files):
        return _streamed(before, after, graph)
    found = Delta()
    for line in sorted(touched):
        was, is_ = (file is not None and file.has(line) for file in files)
        if is_ and not was:
            found.added.append(line)
        elif was and not is_:
            found.removed.append(line)
    return found


def _streamed(before: SnapshotReader, after: SnapshotReader, graph: str) -> Delta:
    """Return what came and went in one graph by reading it twice."""
    old, new = (state.graph(graph).lines() if graph in state.graphs else () for state in (before, after))
    return Delta.between(old, new)
