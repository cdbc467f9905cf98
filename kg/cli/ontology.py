"""`interlock ontology`: check, explain, draw and format the words of Interlock."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kg.cli.common import FormatOption, TableFormatOption, say, write
from kg.errors import InputError
from kg.report import Format

__all__ = ["app"]

app = typer.Typer(
    help="The words: check them or an extension of them, read them as HTML, see which are in use.",
    no_args_is_help=True,
)


@app.command("check")
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Ontology files that extend ours, in any RDF syntax; none: check our own.", metavar="FILE…"
        ),
    ] = None,
    form: FormatOption = Format.TEXT,
    seconds: Annotated[float, typer.Option(help="Seconds after which the reasoner is stopped.", min=1.0)] = 120.0,
) -> None:
    """Check profile, consistency, wording and names; 0 nothing found, 1 findings."""
    from kg.ontology.check import check_extension, check_ours
    from kg.rdf.guard import Request

    if files:
        findings = check_extension([Request(path, name=str(path)) for path in files], seconds=seconds)
    else:
        findings = check_ours(seconds=seconds)
    write(findings, form)
    if findings.items:
        raise typer.Exit(1)


@app.command("docs")
def docs(
    folder: Annotated[Path, typer.Argument(help="Where to write; made where it is missing.", metavar="DIR")],
) -> None:
    """Write every word and catalogue as HTML that can be read without a server."""
    from kg.ontology.pages import write_pages

    files = write_pages(folder)
    say(f"{len(files)} files written; begin at {folder / 'index.html'}")


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
        say(f"{path.name} is fresh")
    elif check:
        say(f"{path.name} is stale; `interlock ontology context` makes it anew")
        raise typer.Exit(1)
    else:
        _write(path, text)
        say(f"{path.name} written")


@app.command("unused")
def unused(form: TableFormatOption = Format.TEXT) -> None:
    """List the terms that no question, rule, derivation or importer uses yet."""
    from kg.ontology.usage import unused_terms
    from kg.ontology.vocabulary import load_vocabulary

    write(unused_terms(load_vocabulary()), form)


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
    say(f"{len(changed)} files {'are not in canonical form' if check else 'written'}")
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
