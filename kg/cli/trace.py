"""`interlock trace`: what proves an item, and where the chain to its evidence breaks."""

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
    """Follow ITEM forward to the evidence that finally verifies it, and say where the chain first breaks.

    `trace` walks down, from a threat, target or requirement to its proof; `why` walks up, from a requirement to what
    made it necessary.
    """
    ask_of("trace", item, as_of, form, output)
