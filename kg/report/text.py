"""Results as text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from kg.rdf.names import PREFIXES
from kg.report.style import Style
from kg.report.text_difference import difference_lines
from kg.report.text_findings import findings_lines
from kg.report.text_suspects import suspects_lines
from kg.report.text_table import table_lines
from kg.report.text_trace import trace_lines
from kg.values import Difference, Findings, Suspects, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.report import Result

__all__ = ["write_text"]


def write_text(
    result: Result,
    stream: TextIO,
    *,
    colour: bool = False,
    width: int | None = None,
    prefixes: Mapping[str, str] | None = None,
) -> None:
    """Write `result` for people.

    Args:
        result: what to write.
        stream: where to.
        colour: use colours.
        width: columns of the terminal; None where it is none: then tables are as wide as they are.
        prefixes: prefix → namespace for CURIEs; None for Interlock's own.
    """
    style = Style(colour)
    known = PREFIXES if prefixes is None else prefixes
    if isinstance(result, Findings):
        lines = findings_lines(result, style, width, known)
    elif isinstance(result, Suspects):
        lines = suspects_lines(result, style, width, known)
    elif isinstance(result, Difference):
        lines = difference_lines(result, style, width)
    elif isinstance(result, Table):
        lines = table_lines(result, style, width)
    else:
        lines = trace_lines(result, style, width, known)
    stream.writelines(f"{line.rstrip()}\n" for line in lines)
