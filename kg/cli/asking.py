"""What the commands that ask questions share: opening the project, choosing the question, writing the answer."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from kg.cli.common import write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kg.project.project import Project
    from kg.questions import Asker
    from kg.report import Format

__all__ = ["ask_of", "opened"]


@contextmanager
def opened() -> Iterator[tuple[Project, Asker]]:
    """Open the project of the working folder, commit what changed in its sources, and lease its present state."""
    from kg.importers.registry import convert
    from kg.project.project import Project
    from kg.questions import Asker

    project = Project.find(convert=convert)
    project.refresh()
    with project.reader() as reader:
        yield project, Asker(reader, project.config.prefixes)


def ask_of(command: str, name: str, form: Format, output: Path | None) -> None:
    """Ask of an item the question that `command` has for items of its class, and write the answer.

    Args:
        command: ``impact``, ``why`` or ``trace``.
        name: how the user calls the item.
        form: how to write the answer.
        output: the file to write to; None for standard output.
    """
    with opened() as (project, asker):
        item = asker.item(name)
        answer = asker.answer(asker.choose(item, command), {"item": item.iri})
        write(answer, form, output, prefixes=project.config.prefixes)
