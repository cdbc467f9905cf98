"""Whether the index says what replaying the records gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kg.project.builtin import builtin_files, read_builtin
from kg.project.commit import record_graph
from kg.store import memory_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kg.project.history import History
    from kg.store import Reader, SnapshotReader
    from kg.values import Cell

__all__ = ["index_faults"]

_ANEW: Final = "delete .interlock: the next command builds it anew from the files"
_DERIVED: Final = "graph/derived"


def index_faults(base: str, history: History, reader: SnapshotReader) -> Iterator[tuple[Cell, ...]]:
    """Yield what the index says otherwise than the records: file, what is wrong, what to do.

    Derived facts are left out: they follow from the others by derivations that may be new.

    Args:
        base: base IRI of the project.
        history: the changes that the index has taken in.
        reader: a snapshot of it.
    """
    order = history.order(history.heads())
    wanted = history.replay(order)
    if order:
        wanted[record_graph(base)] = history.facts(order)
    files = builtin_files()
    for graph in reader.manifest.notes.get("builtin", {}):
        if graph in files:
            wanted[graph] = read_builtin(files[graph])
    merged: set[int] = set()
    for graph in sorted(wanted.keys() | set(reader.graphs)):
        file = reader.manifest.graphs.get(graph)
        held = list(reader.graph(graph).lines()) if file is not None else []
        answered = _answered(reader, f"GRAPH <{graph}> {{ ?s ?p ?o }}")
        merged |= answered
        if held != wanted.get(graph, []) and graph != base + _DERIVED:
            shown = f".interlock/graphs/{file.base}" if file is not None else ".interlock/graphs"
            yield shown, f"the graph {graph} {_difference(held, wanted.get(graph, []))}", _ANEW
        elif count := len(answered ^ _answered(memory_state(held).reader, "?s ?p ?o")):
            yield _shown(reader), f"the graph {graph} answers {count} facts otherwise than its file", _ANEW
    if count := len(merged ^ _answered(reader, "?s ?p ?o")):
        yield _shown(reader), f"all graphs together answer {count} facts otherwise than each for itself", _ANEW


def _shown(reader: SnapshotReader) -> str:
    return f".interlock/snapshots/{reader.path.name}"


def _difference(held: Sequence[bytes], wanted: Sequence[bytes]) -> str:
    more, less = len(set(held) - set(wanted)), len(set(wanted) - set(held))
    if not more and not less:
        return "is not in order"
    return f"has {more} facts that nobody recorded, and lacks {less} that somebody did"


def _answered(reader: Reader, pattern: str) -> set[int]:
    """Return a number for each fact that a reader finds; so many as there may be are too large to be kept whole."""
    return {hash(row) for row in reader.select(f"SELECT ?s ?p ?o WHERE {{ {pattern} }}")}
