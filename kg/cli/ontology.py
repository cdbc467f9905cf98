"""`interlock ontology`: check, explain, draw and format the words of Interlock."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kg.errors import InputError
from kg.values import Cell, Findings, Item, Table

__all__ = ["app"]

app = typer.Typer(
    help="The words: check them or an extension of them, read them as HTML, see which are in use.",
    no_args_is_help=True,
)


class Format(StrEnum):
    """How a result is printed."""

    TEXT = "text"
    JSON = "json"


_FORMAT = typer.Option("--format", help="How to print the result.")


@app.command("check")
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Ontology files that extend ours, in any RDF syntax; none: check our own.", metavar="FILE…"
        ),
    ] = None,
    form: Annotated[Format, _FORMAT] = Format.TEXT,
    seconds: Annotated[float, typer.Option(help="Seconds after which the reasoner is stopped.", min=1.0)] = 120.0,
) -> None:
    """Check profile, consistency, wording and names; 0 nothing found, 1 findings."""
    from kg.ontology.check import check_extension, check_ours
    from kg.rdf.guard import Request

    if files:
        findings = check_extension([Request(path, name=str(path)) for path in files], seconds=seconds)
    else:
        findings = check_ours(seconds=seconds)
    _print(findings, form)
    if findings.items:
        raise typer.Exit(1)


@app.command("docs")
def docs(
    folder: Annotated[Path, typer.Argument(help="Where to write; made where it is missing.", metavar="DIR")],
) -> None:
    """Write every word and catalogue as HTML that can be read without a server."""
    from kg.ontology.pages import write_pages

    files = write_pages(folder)
    _say(f"{len(files)} files written; begin at {folder / 'index.html'}")


@app.command("context")
def context(
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether the file is fresh; 1 where it is stale.")
    ] = False,
) -> None:
    """Make the JSON-LD context anew from the ontology."""
    from kg.ontology.context import context_file, context_text
    from kg.ontology.vocabulary import load_vocabulary

    path, text = context_file(), context_text(load_vocabulary())
    if path.is_file() and path.read_bytes() == text.encode():
        _say(f"{path.name} is fresh")
    elif check:
        _say(f"{path.name} is stale; `interlock ontology context` makes it anew")
        raise typer.Exit(1)
    else:
        _write(path, text)
        _say(f"{path.name} written")


@app.command("unused")
def unused(form: Annotated[Format, _FORMAT] = Format.TEXT) -> None:
    """List the terms that no question, rule, derivation or importer uses yet."""
    from kg.ontology.usage import unused_terms
    from kg.ontology.vocabulary import load_vocabulary

    _print(unused_terms(load_vocabulary()), form)


@app.command("fmt")
def fmt(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Turtle files; none: ontology, catalogues, alignments and the shapes about them.", metavar="FILE…"
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only name the files that are not in form; 1 where any is.")
    ] = False,
) -> None:
    """Write Turtle files in canonical form: the same facts give the same bytes."""
    from kg.ontology.formatting import canonical_text, packaged_files

    changed = [(path, text) for path in files or packaged_files() if _read(path) != (text := canonical_text(path))]
    for path, text in changed:
        sys.stdout.write(f"{path}\n")
        if not check:
            _write(path, text)
    _say(f"{len(changed)} files {'are not in canonical form' if check else 'written'}")
    if check and changed:
        raise typer.Exit(1)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""  # the parser says what is wrong with it


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: can't be written: {error.strerror}") from error


def _print(result: Findings | Table, form: Format) -> None:
    if form is Format.JSON:
        sys.stdout.write(json.dumps(asdict(result), indent=2, ensure_ascii=False) + "\n")
    else:
        lines = _finding_lines(result) if isinstance(result, Findings) else _table_lines(result)
        sys.stdout.writelines(f"{line}\n" for line in lines)
    for note in result.notes:
        _say(note.text)


def _finding_lines(findings: Findings) -> list[str]:
    return [f"{f.severity}  {f.name}  {f.focus.id}: {f.message}" for f in findings.items]


def _table_lines(table: Table) -> list[str]:
    rows = [table.columns, *([_cell(cell) for cell in row] for row in table.rows)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.columns))]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _cell(cell: Cell) -> str:
    return cell.id if isinstance(cell, Item) else "" if cell is None else str(cell)


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
