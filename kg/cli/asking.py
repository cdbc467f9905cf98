"""What the commands that ask share: opening the project as of a moment, choosing the question, writing the answer."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from kg.cli.common import write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from kg.change.moments import Moment
    from kg.project.history import History
    from kg.project.project import Project
    from kg.questions import Asker
    from kg.report import Format
    from kg.store import SnapshotReader
    from kg.values import Findings, Note, Suspects, Table, Trace

__all__ = ["View", "ask_of", "noted", "opened", "view_at"]

Answer = TypeVar("Answer", bound="Findings | Suspects | Table | Trace")


@dataclass(frozen=True, slots=True)
class View:
    """A project as of a moment.

    Attributes:
        project: the project.
        reader: its facts then.
        moment: the moment.
        history: the changes that led to it.
        notes: what the reader of an answer must know about it.
    """

    project: Project
    reader: SnapshotReader
    moment: Moment
    history: History
    notes: tuple[Note, ...]

    @property
    def day(self) -> date:
        """The day for which everything is judged."""
        return self.moment.day

    @property
    def is_now(self) -> bool:
        """Whether the facts are those of the present state; the day may be another all the same."""
        return self.reader.path.is_relative_to(self.project.index_folder / "snapshots")

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes of the project."""
        return self.project.config.prefixes

    def asker(self) -> Asker:
        """Return what answers stored questions of it."""
        from kg.questions import Asker

        return Asker(self.reader, self.prefixes, self.day)


@contextmanager
def view_at(as_of: str = "", folder: Path | None = None) -> Iterator[View]:
    """Open a project as of a moment, after committing what changed in its sources, and lease that state.

    Args:
        as_of: a baseline, a date or a change, as the user called it; empty for now.
        folder: a folder of the project; default is the working folder.

    Raises:
        InputError: there is no project, or nothing is called `as_of`.
    """
    from kg.change.moments import now, resolve, version_notes
    from kg.change.moments_past import open_at
    from kg.opening import open_project

    project = open_project(folder)
    project.refresh()
    moment = resolve(project, as_of) if as_of else now(project)
    with open_at(project, moment) as reader:
        history = project.history()
        if history.digest != reader.manifest.notes["records"]:  # an earlier state, or somebody was faster
            history = history.until(reader.manifest.notes["heads"])
        notes = (*project.told, *moment.notes, *version_notes(history, moment))
        yield View(project, reader, moment, history, notes)


@contextmanager
def opened(as_of: str = "") -> Iterator[tuple[View, Asker]]:
    """Open the project of the working folder as `view_at` does, with what answers stored questions of it."""
    with view_at(as_of) as view:
        yield view, view.asker()


def noted(answer: Answer, notes: Sequence[Note]) -> Answer:
    """Return `answer` with further notes."""
    return replace(answer, notes=(*answer.notes, *notes)) if notes else answer


def ask_of(command: str, name: str, as_of: str, form: Format, output: Path | None) -> None:
    """Ask of an item the question that `command` has for items of its class, and write the answer.

    Args:
        command: ``impact``, ``why`` or ``trace``.
        name: how the user calls the item.
        as_of: the moment, as the user called it; empty for now.
        form: how to write the answer.
        output: the file to write to; None for standard output.
    """
    with opened(as_of) as (view, asker):
        item = asker.item(name)
        answer = asker.answer(asker.choose(item, command), {"item": item.iri})
        write(noted(answer, view.notes), form, output, prefixes=view.prefixes)
