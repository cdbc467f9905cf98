"""A commit that changes one component, against the engine's own update, sync and backup of one triple."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Final

from kg.bench.figures import Budget, Figure, Measure
from kg.bench.plants import PLANT
from kg.bench.timing import Trial, in_turns
from kg.rdf.names import NS

if TYPE_CHECKING:
    from kg.bench.workspace import Workspace

__all__ = ["measure_commit"]

_COMPONENT: Final = f"{PLANT}s1/z0/d0"
_PROPERTY: Final = f"{NS}firmwareVersion"
_SOURCE: Final = "benchmark"


def measure_commit(work: Workspace, runs: int) -> Figure:
    """Time a commit that gives a component another firmware version; each time it is the last one that goes.

    The reference removes and adds the same triple in a store that holds the plant, syncs it and makes a backup. It
    keeps no record, no merge of several graphs and no sorted N-Triples; ours does. The budget stands for commit,
    derivation, check and suspects together; what there is of it is the commit.
    """
    from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store

    from kg.store import Delta

    project, versions = work.project, count()
    project.amend(_SOURCE, Delta([_line(next(versions))]), reason="benchmark")

    def ours() -> object:
        version = next(versions)
        return project.amend(_SOURCE, Delta([_line(version)], [_line(version - 1)]), reason="benchmark")

    store = Store(str(work.folder / "updated"))
    store.bulk_load(path=str(work.plant), format=RdfFormat.N_TRIPLES)
    store.flush()
    theirs = count()

    def quad(version: int) -> Quad:
        return Quad(NamedNode(_COMPONENT), NamedNode(_PROPERTY), Literal(str(version)))

    def reference() -> None:
        version = next(theirs)
        store.remove(quad(version - 1))
        store.add(quad(version))
        store.flush()
        store.backup(str(work.folder / "backup"))

    timing = in_turns(Trial(ours), Trial(reference, after=lambda: work.remove("backup")), runs)
    return Figure.of("commit", work.triples, "update and backup", timing, Budget(Measure.SECONDS, 0.15))


def _line(version: int) -> bytes:
    return f'<{_COMPONENT}> <{_PROPERTY}> "{version}" .\n'.encode()
