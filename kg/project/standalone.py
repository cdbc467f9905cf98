"""Memory mode: a few files checked as they are, without a project, an index or a trace on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.errors import InputError
from kg.project.builtin import builtin_files, read_builtin
from kg.project.config import Config
from kg.project.sources import Source, graph_of, parse_limits, read_rdf
from kg.rdf.skolem import skolemise
from kg.store import memory_reader
from kg.values import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from kg.project.sources import Converter
    from kg.store import EmbeddedReader

__all__ = ["Standalone"]


class Standalone:
    """What a few files say together with the ontology and the catalogues.

    Args:
        paths: the files; of a folder, all files in it and below that are not hidden.
        base: base IRI for relative IRIs.
        convert: turns sources into facts; without one, sources are RDF.

    Attributes:
        config: the configuration of a project that sets nothing.
        graphs: IRI of each graph → its sorted lines.
        notes: what the importers left out or read with a guess.

    Raises:
        InputError: a file is missing or broken.
    """

    def __init__(
        self, paths: Sequence[Path], *, base: str = "https://example.org/check/", convert: Converter | None = None
    ) -> None:
        self.config = Config(base)
        sources = [Source(str(path), path, "", str(path)) for given in paths for path in _files(given)]
        converted = (convert or read_rdf)(sources, base, parse_limits(self.config))
        self.graphs = {graph: read_builtin(path) for graph, path in builtin_files().items()}
        notes = []
        for source, facts in zip(sources, converted, strict=True):
            self.graphs[graph_of(base, source.name.lstrip("/"))] = skolemise(facts.lines, base, name=source.shown)
            notes += [Note("import-caveat", f"{note.where}: {note.what}", (source.shown,)) for note in facts.caveats]
        self.notes = tuple(notes)

    def facts(self) -> Iterator[bytes]:
        """Yield the default graph as chunks of N-Triples lines; a line that several graphs have comes several times."""
        for lines in self.graphs.values():
            yield b"".join(lines)

    def reader(self) -> EmbeddedReader:
        """Return a reader of the default graph."""
        return memory_reader(self.facts())


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        inside = (p for p in sorted(path.rglob("*")) if p.is_file())
        return [p for p in inside if not any(part.startswith(".") for part in p.relative_to(path).parts)]
    if not path.exists():
        raise InputError(f"there is no file or folder {path}")
    return [path]
