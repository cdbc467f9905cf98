"""`interlock suspects`: what has to be looked at again, and because of which change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.common import AsOfOption, FormatOption, OutputOption, stated, write
from kg.report import Format

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.change.moments import Moment
    from kg.values import Note

__all__ = ["command"]


def command(  # noqa: PLR0917 - options, which Typer passes by name
    since: Annotated[
        str,
        typer.Option(
            metavar="MOMENT",
            callback=stated,
            help="As if all had been accepted at a revision of git, baseline, date or change: what changed since then.",
        ),
    ] = "",
    under: Annotated[
        str,
        typer.Option(
            metavar="ITEM",
            callback=stated,
            help="Only ITEM, what belongs to it, and what would be suspect if it changed.",
        ),
    ] = "",
    cause: Annotated[
        str,
        typer.Option(
            "--cause",
            metavar="CAUSE",
            callback=stated,
            help="Only what such changes made suspect: threat, firmware, setting …",
        ),
    ] = "",
    as_of: AsOfOption = "",
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> None:
    """List what has to be looked at again because something above it changed, with the way; 0 none, 1 suspects.

    Suspicion starts at links that were reviewed or accepted and whose other end changed since, and goes on along the
    declared links. `interlock review` ends it. To a zone, component or function belongs what is located in it or
    required of it, at any depth.
    """
    from kg.change.suspects import find_suspects
    from kg.cli.asking import noted, view_at

    with view_at(as_of) as view:
        moment = None
        if since:
            from kg.change.moments import resolve

            moment = resolve(view.project, since, git=True)
        item = view.asker().item(under) if under else None
        found = find_suspects(
            view.reader,
            view.history,
            since=None if moment is None else moment.heads,
            below=item.iri if item else "",
            cause=cause,
            prefixes=view.prefixes,
        )
        found = noted(found, (*view.notes, *(_compared_with(moment) if moment else ())))
        write(found, form, output, prefixes=view.prefixes)
    if found.items:
        raise typer.Exit(1)


def _compared_with(moment: Moment) -> Iterable[Note]:
    """Yield what the reader must know about the moment that the state is compared with."""
    from kg.values import Note

    for note in moment.notes:
        if note.code != "records-begin-later":
            yield note
        else:
            yield Note(note.code, f"nothing was recorded yet by {moment.label}: there is nothing to compare with")
