"""What the user gave for the parameters of a question, checked and as RDF terms."""

from __future__ import annotations

import difflib
from datetime import date
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from kg.errors import InputError
from kg.rdf.names import XSD
from kg.rdf.terms import values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kg.questions.header import Parameter, Question
    from kg.values import Item

__all__ = ["bind", "blocks"]


def bind(
    question: Question, given: Mapping[str, str], resolve: Callable[[Parameter, str], Item], today: date
) -> dict[str, NamedNode | Literal | None]:
    """Return parameter → its value; None for one that need not be given and is not.

    Args:
        question: whose parameters they are.
        given: what the user gave: name → text.
        resolve: finds the item that a parameter's text names, and checks its class.
        today: what ``today`` means.

    Raises:
        InputError: a parameter is unknown, missing or not of its type; the message names what there is.
    """
    known = {parameter.name: parameter for parameter in question.parameters}
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else _there_are(question)
            raise InputError(f"{_shown(question)} has no parameter {name!r}; {hint}")
    missing = [p.name for p in question.parameters if p.required and not given.get(p.name, "").strip()]
    if missing:
        raise InputError(f"{_shown(question)} needs {', '.join(missing)}; {_there_are(question)}")
    return {
        name: _term(question, parameter, text, resolve, today)
        if (text := given.get(name, "").strip() or parameter.default)
        else None
        for name, parameter in known.items()
    }


def blocks(bound: Mapping[str, NamedNode | Literal | None]) -> tuple[tuple[str, str], ...]:
    """Return for each parameter the text in a query that stands for it, and what takes its place."""
    return tuple(
        (f"VALUES ?{name} {{ }}", next(values(name, [term])) if term is not None else "")
        for name, term in bound.items()
    )


def _term(
    question: Question, parameter: Parameter, text: str, resolve: Callable[[Parameter, str], Item], today: date
) -> NamedNode | Literal:
    match parameter.type:
        case "item":
            return NamedNode(resolve(parameter, text).iri)
        case "integer":
            try:
                return Literal(int(text))
            except ValueError:
                raise _wrong(question, parameter, text, "a whole number") from None
        case "date":
            try:
                day = today if text == "today" else date.fromisoformat(text)
            except ValueError:
                raise _wrong(question, parameter, text, "a day such as 2026-06-30, or today") from None
            return Literal(day.isoformat(), datatype=NamedNode(XSD + "date"))
        case _:
            if parameter.choices and text not in parameter.choices:
                raise _wrong(question, parameter, text, f"one of {', '.join(parameter.choices)}")
            return Literal(text)


def _wrong(question: Question, parameter: Parameter, text: str, right: str) -> InputError:
    return InputError(f"{_shown(question)}: {parameter.name} must be {right}, not {text!r}")


def _there_are(question: Question) -> str:
    if not question.parameters:
        return "it takes none"
    return "it takes: " + ", ".join(
        f"{p.name} ({p.help}{'' if p.required else '; may be left out'})" for p in question.parameters
    )


def _shown(question: Question) -> str:
    return f"{question.id} {question.slug}"
