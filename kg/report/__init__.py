"""Reports: one module per format; each renders the results that there are and knows nothing else."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, TextIO, TypeAlias

from kg.values import Difference, Findings, Suspects, Table, Trace

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NO_TURTLE", "NO_TURTLE_EITHER", "Format", "Result", "render"]

Result: TypeAlias = Difference | Findings | Suspects | Table | Trace
"""Everything that Interlock answers."""


NO_TURTLE: Final = "a table can't be written as turtle; --format text, json or csv fit"
"""No RDF vocabulary says well what a table says."""

NO_TURTLE_EITHER: Final = "a difference can't be written as turtle; --format text, json or csv fit"
"""Nor what a difference says."""


class Format(StrEnum):
    """How a result can be written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    TURTLE = "turtle"


def render(
    result: Result,
    format: Format,  # noqa: A002 - what the option is called
    stream: TextIO,
    *,
    colour: bool = False,
    width: int | None = None,
    prefixes: Mapping[str, str] | None = None,
) -> None:
    """Write a result.

    Args:
        result: what to write.
        format: how.
        stream: where to.
        colour: use colours; only text has any.
        width: columns of the terminal; None where it is none. Only text cares.
        prefixes: prefix → namespace for CURIEs; None for Interlock's own.

    Raises:
        InputError: the format does not fit the kind of result.
    """
    match format:
        case Format.TEXT:
            from kg.report.text import write_text

            write_text(result, stream, colour=colour, width=width, prefixes=prefixes)
        case Format.JSON:
            from kg.report.json import write_json

            write_json(result, stream)
        case Format.CSV:
            from kg.report.csv import write_csv

            write_csv(result, stream)
        case Format.TURTLE:
            from kg.report.turtle import write_turtle_report

            write_turtle_report(result, stream, prefixes=prefixes)
