"""`interlock why`: what made a requirement necessary."""

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
    """Say why a requirement is there: the chain up to its target level, risk results, threat scenarios and hazards.

    `why` walks up, towards reasons; `trace` walks down, towards proof; `impact` walks down to all that depends.
    """
    ask_of("why", item, as_of, form, output)
