"""Taking back a change of source files: their earlier texts are put back and committed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.change.undo_texts import find_text, keep_text, paths_of
from kg.errors import InputError, InterlockError
from kg.project.record import RECORDED, RETIRED
from kg.project.sources import find_sources, graph_of
from kg.rdf.ntriples import write_atomic

if TYPE_CHECKING:
    from pathlib import Path

    from kg.project.change import Change
    from kg.project.history import History
    from kg.project.project import Project

__all__ = ["FileUndo"]


@dataclass(frozen=True)
class FileUndo:
    """What is to be put back.

    Attributes:
        project: the project.
        id: the change that is taken back.
        graphs: the graphs of the files that it recorded.
        texts: each file, relative to the project's folder → its earlier text.
    """

    project: Project
    id: str
    graphs: frozenset[str]
    texts: dict[str, bytes]

    @classmethod
    def of(cls, project: Project, history: History, id_: str) -> FileUndo:
        """Return what is to be put back to take back a change; nothing where it recorded no files.

        Raises:
            InputError: a file changed again later, came with the change, or its earlier text can't be found.
        """
        header = history.header(id_)
        before = history.sources(history.order(header.parents))
        present = history.sources(history.order(history.heads()))
        shown = {
            graph_of(project.config.base, one.name): one.shown for one in find_sources(project.root, project.config)
        }
        texts: dict[str, bytes] = {}
        graphs: set[str] = set()
        for source in header.sources:
            was = before[source.graph][0].digest if source.graph in before else RETIRED
            if not (source.digest.startswith("sha256:") or was.startswith("sha256:")):
                continue
            graphs.add(source.graph)
            now = present[source.graph][0].digest if source.graph in present else RETIRED
            if now == was:
                raise InputError(f"change {id_[:12]} is taken back already: source {source.name!r} is as it was before")
            if now != source.digest:
                later = [one for one in history.since([id_]) if _speaks(history, one, source.graph)]
                said = ", ".join(f"{one[:12]} ({history.header(one).why})" for one in later)
                raise InputError(f"source {source.name!r} changed again since, undo that first: {said}")
            if was in {RETIRED, RECORDED}:
                file = shown.get(source.graph, source.name)
                raise InputError(
                    f"{file} came with change {id_[:12]}: to take that back, remove the file, and its [[source]] if it"
                    " has one of its own; the next command records that"
                )
            paths = (
                [shown[source.graph]] if source.graph in shown else paths_of(project.root, project.config, source.graph)
            )
            found = find_text(project.root, paths, was)
            if found is None:
                raise InputError(
                    f"the text that {', '.join(paths) or source.name} had before change {id_[:12]} ({was[:19]}…) is"
                    " neither in git nor in record/texts: put it back by hand, the next command records that"
                )
            texts[found[0]] = found[1]
        return cls(project, id_, frozenset(graphs), texts)

    def restore(self, reason: str) -> Change | None:
        """Put the texts back and commit them; where that fails, the files are as they were.

        Args:
            reason: why, for the record.

        Raises:
            InterlockError: the commit failed.
        """
        root = self.project.root
        replaced = {path: _read(root / path) for path in self.texts}
        try:
            for path, text in replaced.items():
                if text is not None:
                    keep_text(root, path, text)
            for path, text in self.texts.items():
                _put(root / path, text)
            return self.project.refresh(reason=reason)
        except (InterlockError, OSError):
            for path, text in replaced.items():
                if text is None:
                    (root / path).unlink(missing_ok=True)
                else:
                    _put(root / path, text)
            raise


def _speaks(history: History, id_: str, graph: str) -> bool:
    return any(source.graph == graph for source in history.header(id_).sources)


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _put(path: Path, text: bytes) -> None:
    """Write a text over a file, whole or not at all; the file keeps its permissions."""
    mode = path.stat().st_mode if path.is_file() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, [text])
    if mode is not None:
        path.chmod(mode)
