"""What commands share: options, where a result goes, and whether it has colours."""

from __future__ import annotations

import os
import shutil
import sys
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO, TypeAlias

import typer

from kg.errors import InputError
from kg.report import NO_TURTLE, Format, render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.report import Result

__all__ = ["AsOfOption", "FormatOption", "OutputOption", "TableFormatOption", "has_colour", "say", "stated", "write"]


def _for_a_table(form: Format) -> Format:
    """Refuse a format that tables do not come in, before anything is done."""
    if form is Format.TURTLE:
        raise InputError(NO_TURTLE)
    return form


def _to_write(output: Path | None) -> Path | None:
    """Refuse a file that could not be written, before anything is done."""
    if output is not None and not output.absolute().parent.is_dir():
        raise InputError(f"{output} can't be written: there is no folder {output.parent}")
    return output


TableFormatOption: TypeAlias = Annotated[
    Format, typer.Option("--format", "-f", help="How to write the result: text, json or csv.", callback=_for_a_table)
]
FormatOption: TypeAlias = Annotated[Format, typer.Option("--format", "-f", help="How to write the result.")]


def stated(context: typer.Context, parameter: typer.CallbackParam, value: str) -> str:
    """Refuse an option that was given with nothing: an unset variable of a script would be taken for no option."""
    source = context.get_parameter_source(parameter.name or "")
    if source is not None and source.name != "DEFAULT" and not value.strip():
        raise InputError(f"{parameter.opts[0]} was given with nothing after it: leave it out, or say what")
    return value


AsOfOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--as-of",
        callback=stated,
        metavar="BASELINE|DATE|CHANGE",
        help="Answer as of then: a baseline, a day such as 2026-06-30, a change; default is now.",
        show_default=False,
    ),
]
OutputOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write to a file instead of the terminal.",
        dir_okay=False,
        callback=_to_write,
    ),
]


def write(
    result: Result, form: Format, output: Path | None = None, *, prefixes: Mapping[str, str] | None = None
) -> None:
    """Write `result` to a file or to standard output, in colours only where that is a terminal.

    Args:
        result: what to write.
        form: how.
        output: the file; None for standard output.
        prefixes: prefix → namespace for CURIEs; None for Interlock's own.

    Raises:
        InputError: the format does not fit the result, or the file can't be written.
    """
    if output is None:
        try:
            width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
            render(result, form, sys.stdout, colour=has_colour(sys.stdout), width=width, prefixes=prefixes)
            sys.stdout.flush()
        except BrokenPipeError:  # the reader has seen enough; nothing must be written at exit either
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    whole = StringIO()  # a result that can't be rendered must not cost the file that is there
    render(result, form, whole, prefixes=prefixes)
    try:
        output.write_text(whole.getvalue(), encoding="utf-8", newline="")
    except OSError as wrong:
        raise InputError(f"{output} can't be written: {wrong.strerror}") from wrong


def has_colour(stream: TextIO) -> bool:
    """Return whether `stream` is a terminal that shows colours, and NO_COLOR does not forbid them."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def say(text: str) -> None:
    """Write one line of talk to standard error."""
    sys.stderr.write(f"{text}\n")
