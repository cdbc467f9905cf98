"""`interlock ask`: any stored question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.asking import noted, opened
from kg.cli.common import AsOfOption, FormatOption, OutputOption, write
from kg.errors import InputError
from kg.report import Format

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kg.questions import Question
    from kg.values import Table

__all__ = ["command"]


def command(  # noqa: PLR0917 - options, which Typer passes by name
    question: Annotated[
        str, typer.Argument(metavar="[QUESTION]", help="Its number or name: Q5, orphans.", show_default=False)
    ] = "",
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter; may be given again.")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the questions with what they take.")] = False,
    as_of: AsOfOption = "",
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> None:
    """Ask a stored question of the project; --list names them all."""
    from kg.questions import all_questions, find_question

    if list_:
        write(_listed(all_questions().values()), form, output)
        return
    if not question:
        raise InputError("name a question, or --list for all that there are")
    chosen = find_question(question)
    given = _given(param or [])
    with opened(as_of) as (view, asker):
        write(noted(asker.answer(chosen, given), view.notes), form, output, prefixes=view.prefixes)


def _given(pairs: Sequence[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise InputError(f"{pair!r} is no parameter: write NAME=VALUE, such as item=TS-01")
        given[name.strip()] = value.strip()
    return given


def _listed(questions: Iterable[Question]) -> Table:
    from kg.values import Table

    rows = tuple(
        (q.id, q.slug, q.title, ", ".join(f"{p.name}{'' if p.required else '?'}" for p in q.parameters), q.command)
        for q in questions
    )
    return Table("Stored questions", ("id", "question", "answers", "parameters", "command"), rows)
