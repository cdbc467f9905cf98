"""`interlock baseline`: name the present state."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.common import OutputOption, TableFormatOption, write
from kg.errors import InputError
from kg.report import Format

__all__ = ["command"]


def command(  # noqa: PLR0917 - options, which Typer passes by name
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="What to call the state.", show_default=False)] = "",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the record.", show_default=False)] = "",
    accept: Annotated[
        bool, typer.Option("--accept", help="Take every link that stands now as reviewed and valid; needs --reason.")
    ] = False,
    role: Annotated[
        str, typer.Option("--role", metavar="ROLE", help="With --accept, in which role: asset-owner, assessor …")
    ] = "",
    list_: Annotated[bool, typer.Option("--list", help="List the baselines.")] = False,
    form: TableFormatOption = Format.TEXT,
    output: OutputOption = None,
) -> None:
    """Name the present state. Every --as-of, --since and diff takes the name from then on.

    --accept is one decision about all links at once, as after a first import: each counts as reviewed for what both its
    ends say now, until one of them says something else.
    """
    from kg.change.baselines import baseline_table, find_baselines, make_baseline
    from kg.opening import open_project

    if list_ and (name or accept or reason):
        raise InputError("--list makes no baseline: leave the rest out")
    if not list_ and not name:
        raise InputError("name the baseline, such as R1, or --list for those that there are")
    if accept and not role:
        raise InputError("--accept is an act of somebody: say in which role with --role, such as asset-owner")
    project = open_project()
    project.refresh()
    if list_:
        with project.reader() as reader:
            found = find_baselines(reader)
    else:
        found = [make_baseline(project, name, reason=reason, accepting=role if accept else None)]
    write(baseline_table(found), form, output, prefixes=project.config.prefixes)
