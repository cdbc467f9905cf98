"""`interlock diff`: what is otherwise in one moment than in another, and what that brings about."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.common import OutputOption, TableFormatOption, write
from kg.report import Format

__all__ = ["command"]

_MOMENT = "A baseline, a date such as 2026-06-30, a change, a revision of git, or now."


def command(
    before: Annotated[str, typer.Argument(metavar="A", help=_MOMENT, show_default=False)],
    after: Annotated[str, typer.Argument(metavar="[B]", help="The same; default is now.", show_default=False)] = "now",
    items: Annotated[
        bool, typer.Option("--items", help="Only which items were added, changed, retired; not what follows.")
    ] = False,
    form: TableFormatOption = Format.TEXT,
    output: OutputOption = None,
) -> None:
    """Tell what B has otherwise than A, and its effect; 0 nothing is otherwise, 1 something is.

    Items added, changed and retired; findings new and cured, by the rules of today and for the day of B; derived facts
    that moved; threat scenarios of which other requirements depend now; and what is suspect if all was well at A.
    """
    from kg.change.difference import compare
    from kg.change.moments import resolve
    from kg.opening import open_project

    project = open_project()
    project.refresh()
    moments = [resolve(project, text, git=True) for text in (before, after)]
    found = compare(project, *moments, effect=not items)
    write(found, form, output, prefixes=project.config.prefixes)
    if found:
        raise typer.Exit(1)
