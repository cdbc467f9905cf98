"""First import of a plant: merge, records, N-Triples and snapshot, against the engine's own bulk loader."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from kg.bench.figures import Budget, Figure, Measure
from kg.bench.timing import Trial, in_turns

if TYPE_CHECKING:
    from kg.bench.workspace import Workspace
    from kg.project.project import Project

__all__ = ["measure_import"]


def measure_import(work: Workspace, runs: int) -> Figure:
    """Time the import of the plant into an empty project, each time anew.

    The reference loads the same file into an empty store on disk and syncs it. It neither makes records, digests,
    IRIs of blank nodes and sorted N-Triples, nor merges in ontology and catalogues; ours does.
    """
    from pyoxigraph import RdfFormat, Store

    numbers = count()
    projects: list[Project] = []
    plant = str(work.plant)

    def prepare() -> None:
        projects.append(work.new_project(f"import-{next(numbers)}"))

    def bring_in() -> object:
        return projects[-1].refresh()

    def clean() -> None:
        work.remove(projects.pop().root.name)

    def load() -> None:
        store = Store(str(work.folder / "bulk"))
        store.bulk_load(path=plant, format=RdfFormat.N_TRIPLES)
        store.flush()

    timing = in_turns(Trial(bring_in, prepare, clean), Trial(load, after=lambda: work.remove("bulk")), runs)
    return Figure.of("first import", work.triples, "bulk_load", timing, Budget(Measure.TIMES_REFERENCE, 3))
