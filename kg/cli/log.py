"""`interlock log`: what was recorded, and whether it still is what was recorded."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.common import OutputOption, TableFormatOption, write
from kg.errors import InputError
from kg.report import Format

__all__ = ["command"]


def command(
    item: Annotated[
        str, typer.Argument(metavar="[ITEM]", help="Only what changes did to this item.", show_default=False)
    ] = "",
    limit: Annotated[int, typer.Option(min=0, help="How many rows at most; 0 for all.")] = 20,
    verify: Annotated[
        bool, typer.Option("--verify", help="Hold every record and the index against their hashes; 1 if one fails.")
    ] = False,
    form: TableFormatOption = Format.TEXT,
    output: OutputOption = None,
) -> None:
    """List the changes, newest first: who, when, why, with what, and what they did; or what they did to ITEM."""
    from kg.opening import open_project

    project = open_project()
    prefixes = project.config.prefixes
    if verify:
        from kg.change.log_verify import verify_project

        if item:
            raise InputError("--verify looks at all records: leave the item out")
        found = verify_project(project)
        write(found, form, output, prefixes=prefixes)
        if found.rows:
            raise typer.Exit(1)
        return
    from kg.change.log import item_table, log_table

    project.refresh()
    with project.reader() as reader:
        history = project.history()
        brief = form is Format.TEXT
        if item:
            table = item_table(history, reader, item, prefixes, limit, brief=brief)
        else:
            table = log_table(history, limit, brief=brief)
        write(table, form, output, prefixes=prefixes)
