"""Comparing whole states of a project; used by several tests."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from kg.project.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from kg.project.sources import Converter


def whole_state(project: Project) -> dict[str, object]:
    """All that the index answers, through its files and through its store."""
    with project.reader() as reader:
        store = {tuple(map(str, row)) for row in reader.select("SELECT ?g ?s ?p ?o WHERE { GRAPH ?g { ?s ?p ?o } }")}
        merged = [tuple(map(str, row)) for row in reader.select("SELECT ?s ?p ?o WHERE { ?s ?p ?o }")]
        assert len(merged) == len(set(merged)) == reader.manifest.merged
        assert set(merged) == {row[1:] for row in store}
        files = {graph: list(reader.graph(graph).lines()) for graph in reader.graphs}
        assert files == {graph: b"".join(reader.graph(graph).chunks()).splitlines(True) for graph in reader.graphs}
        assert {graph: len(lines) for graph, lines in files.items()} == {
            graph: state.lines for graph, state in reader.manifest.graphs.items()
        }
        return {
            "id": reader.manifest.id,
            "store": store,
            "merged": len(merged),
            "files": files,
        }


def rebuilt_state(project: Project, convert: Converter | None, elsewhere: Path) -> dict[str, object]:
    """The same of a copy of the project whose index is built from nothing."""
    shutil.copytree(project.root, elsewhere, ignore=shutil.ignore_patterns(".interlock"))
    copy = Project(elsewhere, convert=convert)
    assert copy.refresh() is None
    return whole_state(copy)
