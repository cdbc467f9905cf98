"""`interlock import`: files of other tools become sources of the project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from kg.cli.common import OutputOption, TableFormatOption, write
from kg.errors import InputError
from kg.report import Format
from kg.values import Item, Note, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kg.importers.changes import ImportReport
    from kg.values import Cell

__all__ = ["command"]

_LISTED: Final = 10


def command(  # noqa: PLR0917 - options, which Typer passes by name
    files: Annotated[list[Path] | None, typer.Argument(help="Files of other tools.", metavar="FILE…")] = None,
    kind: Annotated[str, typer.Option("--as", help="Kind of the files; told by their content where left out.")] = "",
    source: Annotated[str, typer.Option(help="Name of the source, for one file; the file's name by default.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    kinds: Annotated[bool, typer.Option("--list", help="List the kinds of files that can be imported.")] = False,
    form: TableFormatOption = Format.TEXT,
    output: OutputOption = None,
) -> None:
    """Make files of other tools sources of this project, and say which items that added, modified and retired.

    A file outside the project is copied into sources/imported; the same name again replaces it. A broken file changes
    nothing.
    """
    if kinds:
        write(_kinds(), form, output)
        return
    if not files:
        raise InputError("name the files to import, or --list for the kinds of files that there are")
    from kg.importers.intake import import_files, preview
    from kg.opening import open_project

    project = open_project()
    listed = _LISTED if form is Format.TEXT else None
    work = preview if dry_run else import_files
    reports = work(project, files, kind=kind, name=source, listed=listed)
    title = "An import would change" if dry_run else "Imported"
    write(_table(reports, listed, title), form, output, prefixes=project.config.prefixes)


def _kinds() -> Table:
    from kg.importers.registry import KINDS

    return Table("Kinds of files", ("kind", "what it is"), tuple((kind.name, kind.title) for kind in KINDS))


def _table(reports: Sequence[ImportReport], listed: int | None, title: str) -> Table:
    rows: list[tuple[Cell, ...]] = []
    notes: list[Note] = []
    for one in reports:
        rows.extend(_rows(one, listed))
        change = one.change
        counts = (len(change.added), len(change.modified), len(change.retired), change.unchanged)
        words = ("added", "modified", "retired", "unchanged")
        said = ", ".join(f"{count} {word}" for count, word in zip(counts, words, strict=True))
        notes.append(Note("import-counts", f"{one.source} ({one.kind}): {said}", (one.path,)))
        notes.extend(Note("import-caveat", f"{caveat.where}: {caveat.what}") for caveat in one.caveats)
    return Table(title, ("source", "change", "kind", "item"), tuple(rows), tuple(notes))


def _rows(one: ImportReport, listed: int | None) -> Iterator[tuple[Cell, ...]]:
    """Yield one row per item; where only some are listed, one that says how many more there are."""
    sorts = (("added", one.change.added), ("modified", one.change.modified), ("retired", one.change.retired))
    for word, iris in sorts:
        for iri in iris[:listed]:
            item = one.items.get(iri) or Item(iri, iri)
            yield one.source, word, item.kind, item
        if listed is not None and len(iris) > listed:
            yield one.source, word, "", f"… and {len(iris) - listed} more, which --format json names"
