"""`interlock query`: any SPARQL 1.1 query of the user."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.asking import noted, view_at
from kg.cli.common import AsOfOption, OutputOption, write
from kg.errors import BrokenFile, InputError
from kg.report import Format

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.cli.asking import View
    from kg.questions.adhoc import Answer
    from kg.values import Table

__all__ = ["command", "text_of"]


def command(
    query: Annotated[
        str, typer.Argument(metavar="'SPARQL'|FILE.rq", help="The query, or a file with one.", show_default=False)
    ],
    form: Annotated[
        Format | None,
        typer.Option(
            "--format", "-f", help="How to write the result; default is text, of CONSTRUCT and DESCRIBE turtle."
        ),
    ] = None,
    as_of: AsOfOption = "",
    output: OutputOption = None,
) -> None:
    """Answer a SPARQL 1.1 query of your own: SELECT, ASK, CONSTRUCT or DESCRIBE, on what the project holds now or held.

    Interlock's prefixes and the project's need no declaration. Nothing is fetched and nothing is changed; time, memory
    and rows are limited by the settings query-seconds, query-memory, query-rows and query-size.
    """
    from kg.questions.adhoc import QueryLimits, run_query

    text = text_of(query)
    with view_at(as_of) as view:
        answer = run_query(view.reader.path, text, view.prefixes, QueryLimits.of(view.project.config.settings))
        if answer.form in {"construct", "describe"} and form in {None, Format.TURTLE}:
            _write_graph(answer, view.prefixes, output)
        else:
            table = noted(_table(answer, view), view.notes)
            write(table, form or Format.TEXT, output, prefixes=view.prefixes)


def text_of(query: str) -> str:
    """Return the query that the user named: that of a file, or the text itself."""
    if not query.strip():
        raise InputError("the query is empty; write one in quotes, or name a file with one")
    if "{" in query or len(query.split()) > 1:
        return query
    path = Path(query)
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise BrokenFile(query, "there is no such file, and it is no query") from None
    except UnicodeDecodeError as wrong:
        raise BrokenFile(query, f"is no UTF-8 text (byte {wrong.start})") from None
    except (OSError, ValueError) as wrong:
        raise BrokenFile(query, f"can't be read: {wrong}") from None


def _table(answer: Answer, view: View) -> Table:
    from kg.questions.asking import cells
    from kg.values import Table

    title = {"ask": "Answer"}.get(answer.form, "Rows")
    return Table(title, answer.columns, cells(answer.rows, view.reader, view.prefixes))


def _write_graph(answer: Answer, prefixes: Mapping[str, str], output: Path | None) -> None:
    from pyoxigraph import Triple

    from kg.rdf.turtle import write_turtle

    named = {prefix: namespace for prefix, namespace in prefixes.items() if prefix}
    text = write_turtle([Triple(*row) for row in answer.rows], prefixes=named)  # type: ignore[arg-type]  # rows of a graph are triples
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, "utf-8")
    except OSError as wrong:
        raise InputError(f"{output} can't be written: {wrong.strerror}") from wrong
