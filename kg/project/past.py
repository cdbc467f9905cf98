"""What a project's graphs held after some changes, told from what they hold now and what was recorded since.

The cost follows what was recorded since, and on other branches beside it; never the size of the graphs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

from kg.rdf.terms import iri_values
from kg.store import Delta

if TYPE_CHECKING:
    from kg.project.blocks import Blocks
    from kg.project.history import History
    from kg.store import GraphFile, SnapshotReader

__all__ = ["Now", "Past", "lines_now"]

Now: TypeAlias = Callable[[str], Mapping[str, Iterable[bytes]]]
"""Given the IRI of a subject: graph → the lines of it that the graph has now."""

_Fact: TypeAlias = tuple[str, bytes]
"""The IRI of a graph, and one of its lines."""

_Read: TypeAlias = Callable[[str], Mapping[str, Delta]]
"""Given the id of a change: graph → what it adds and removes, or the part of it that is asked for."""


class Past:
    """The state after some changes.

    Args:
        history: all that is recorded.
        at: ids of the changes.

    Attributes:
        since: the changes that are neither `at` nor lead to it, in order.

    Raises:
        InputError: a record is missing.
    """

    def __init__(self, history: History, at: Iterable[str]) -> None:
        self._history = history
        self._before = history.ancestors(at)
        self._heads = frozenset(history.tips(self._before))
        self.since = history.since(self._heads)
        self._blocks: dict[str, Blocks] = {}

    def lines(self, subject: str, now: Now) -> dict[str, list[bytes]]:
        """Return graph → the sorted lines with the IRI `subject` as their subject that it had then."""
        return self._of([subject], now)[subject]

    def content(self, subjects: Iterable[str], now: Now) -> dict[str, list[bytes]]:
        """Return each subject → its sorted lines in any graph then, each once.

        Args:
            subjects: IRIs.
            now: given a subject, graph → its lines after all changes that are recorded.

        Raises:
            BrokenFile: a record is damaged.
        """
        found = self._of(list(subjects), now)
        return {
            subject: sorted({*(line for lines in graphs.values() for line in lines)})
            for subject, graphs in found.items()
        }

    def moved(self, subjects: Iterable[str], among: Collection[str] | None = None) -> dict[tuple[str, bytes], bool]:
        """Return each fact about some subjects that came or went since, as graph and line → whether it was there then.

        Args:
            subjects: IRIs.
            among: ids of the changes that may speak of them, where that is known; None for all.

        Raises:
            BrokenFile: a record is damaged.
        """
        wanted = list(subjects)
        since = frozenset(self.since)
        return self._then(
            lambda id_: {} if among is not None and id_ in since and id_ not in among else self._read(id_).of(wanted)
        )

    def change(self, id_: str) -> dict[str, Delta]:
        """Return graph → what a change added and removed.

        Raises:
            BrokenFile: the record is damaged.
        """
        return self._read(id_).all()

    def delta(self) -> dict[str, Delta]:
        """Return graph → how to get from what it holds now to what it held then.

        Raises:
            BrokenFile: a record is damaged.
        """
        deltas: dict[str, Delta] = {}
        for (graph, line), there in sorted(self._then(lambda id_: self._history.blocks(id_).all()).items()):
            delta = deltas.setdefault(graph, Delta())
            (delta.added if there else delta.removed).append(line)
        return deltas

    def _of(self, subjects: list[str], now: Now) -> dict[str, dict[str, list[bytes]]]:
        then = self._then(lambda id_: self._read(id_).of(subjects))
        found: dict[str, dict[str, set[bytes]]] = {
            subject: {graph: set(lines) for graph, lines in now(subject).items()} for subject in subjects
        }
        for (graph, line), there in then.items():
            lines = found[line[1 : line.index(b"> ")].decode()].setdefault(graph, set())
            (lines.add if there else lines.discard)(line)
        return {
            subject: {graph: sorted(lines) for graph, lines in graphs.items() if lines}
            for subject, graphs in found.items()
        }

    def _then(self, read: _Read) -> dict[_Fact, bool]:
        """Return each fact that came or went since → whether it was there then.

        A change that builds on all of `at` found what was there then, unless one before it changed that. What another
        branch found need not have been so here: there, the last change that led to `at` and speaks of the fact decides.
        """
        first: dict[_Fact, tuple[str, bool]] = {}
        for id_ in self.since:
            for fact, there in _facts(read(id_)):
                first.setdefault(fact, (id_, not there))
        beside = set(self.since) - self._after()
        unsure = {fact: id_ for fact, (id_, _) in first.items() if id_ in beside}
        return {fact: was_there for fact, (_, was_there) in first.items()} | self._elsewhere(unsure, read)

    def _elsewhere(self, unsure: dict[_Fact, str], read: _Read) -> dict[_Fact, bool]:
        """Return what changes that led to `at` say of facts that another branch changed, if they say anything.

        Args:
            unsure: fact → the first change of the other branch that speaks of it.
            read: what a change adds and removes.
        """
        then: dict[_Fact, bool] = {}
        concurrent: set[str] = set()
        for id_ in set(unsure.values()):
            concurrent |= self._before - self._history.ancestors([id_])
        for id_ in reversed(self._history.order(self._heads)):
            if not concurrent or len(then) == len(unsure):
                break
            concurrent.discard(id_)
            for fact, there in _facts(read(id_)):
                if fact in unsure:
                    then.setdefault(fact, there)
        return then

    def _after(self) -> set[str]:
        """Return the changes that build on all of `at`."""
        known: dict[str, frozenset[str]] = {}
        for id_ in self.since:
            parents = self._history.header(id_).parents
            known[id_] = frozenset().union(*(known.get(parent, self._heads & {parent}) for parent in parents))
        return {id_ for id_, heads in known.items() if heads == self._heads}

    def _read(self, id_: str) -> Blocks:
        if id_ not in self._blocks:
            self._blocks[id_] = self._history.blocks(id_)
        return self._blocks[id_]


def _facts(deltas: Mapping[str, Delta]) -> Iterator[tuple[_Fact, bool]]:
    """Yield each fact that came or went, and whether it is there afterwards."""
    for graph, delta in deltas.items():
        yield from (((graph, line), False) for line in delta.removed)
        yield from (((graph, line), True) for line in delta.added)


def lines_now(reader: SnapshotReader) -> Now:
    """Return what tells which lines a subject has in each graph of a snapshot."""
    files: dict[str, GraphFile] = {}

    def now(subject: str) -> dict[str, list[bytes]]:
        (block,) = iri_values("s", [subject])
        rows = reader.select(f"SELECT DISTINCT ?g WHERE {{ {block} GRAPH ?g {{ ?s ?p ?o }} }}")
        graphs = [str(graph)[1:-1] for (graph,) in rows]
        return {iri: files.setdefault(iri, reader.graph(iri)).starting(f"<{subject}> ".encode()) for iri in graphs}

    return now
