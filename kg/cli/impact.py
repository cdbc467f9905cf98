"""`interlock impact`: what depends on an item."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.asking import ask_of
from kg.cli.common import AsOfOption, FormatOption, OutputOption
from kg.report import Format

__all__ = ["command"]


def command(
    item: Annotated[str, typer.Argument(metavar="ITEM", help="An identifier, a CURIE or an IRI.", show_default=False)],
    as_of: AsOfOption = "",
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> None:
    """Say what depends on ITEM and must be looked at again when it changes, with the way to each.

    Down from a threat scenario, target, requirement or policy: requirements, measures, components, safety functions,
    evidence. From a component, setting, measure or piece of evidence: what rests on it.
    """
    ask_of("impact", item, as_of, form, output)
