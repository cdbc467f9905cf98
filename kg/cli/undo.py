"""`interlock undo`: take back what one change did."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.common import OutputOption, TableFormatOption, write
from kg.report import Format

__all__ = ["command"]


def command(
    change: Annotated[str, typer.Argument(metavar="CHANGE", help="The beginning of its id.", show_default=False)],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the record.", show_default=False)] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would become of which item.")] = False,
    form: TableFormatOption = Format.TEXT,
    output: OutputOption = None,
) -> None:
    """Take back what CHANGE did, by a new change; refused where later ones built on it, which are named.

    A file gets back the text that it had before, out of git; a review or a baseline just goes. An undo can be undone.
    """
    from kg.change.undo import undo
    from kg.opening import open_project

    project = open_project()
    project.refresh()
    done = undo(project, change, reason=reason, dry_run=dry_run)
    write(done, form, output, prefixes=project.config.prefixes)
