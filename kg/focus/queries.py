"""What a SPARQL query reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kg.focus.automaton import Builder
from kg.focus.catalogued import read_catalogued
from kg.focus.footprint import FOCUS, Opaque

if TYPE_CHECKING:
    from kg.focus.catalogued import Catalogued
    from kg.focus.footprint import Footprint
    from kg.focus.paths import Path

__all__ = ["footprint_of_query", "lay_query"]

_EMPTY: Final = re.compile(r"VALUES\s*[?$](\w+)\s*\{\s*\}", re.IGNORECASE)
_PATH: Final = re.compile(r"[?$]PATH\b")


def footprint_of_query(text: str, focus: str = "focus", catalogued: Catalogued | None = None) -> Footprint | Opaque:
    """Return what a query reads when a variable of it is bound to a focus node.

    Args:
        text: a query of SPARQL 1.1. ``VALUES ?<focus> { }`` in it marks where the focus is bound; without one it is
            bound from outside, everywhere. Any other empty ``VALUES`` is that of a parameter.
        focus: name of the variable.
        catalogued: what `read_catalogued` returns, where it is at hand.
    """
    from kg.focus.algebra import Unreadable

    builder = Builder(read_catalogued() if catalogued is None else catalogued)
    try:
        lay_query(builder, text, focus, FOCUS, exists=False)
    except Unreadable as reason:
        return Opaque(str(reason))
    return builder.build()


def lay_query(
    builder: Builder,
    text: str,
    focus: str,
    state: int,
    *,
    result: str = "",
    path: Path | None = None,
    exists: bool = True,
) -> list[int]:
    """Put what a query reads into an automaton.

    Args:
        builder: the automaton.
        text: the query, as for `footprint_of_query`.
        focus: name of the variable that is bound to the focus.
        state: the state of the focus.
        result: name of the variable whose states to return.
        path: what ``$PATH`` in it stands for.
        exists: whether some statement surely speaks of the focus.

    Returns:
        The states of `result`: several where it is bound in several optional groups.

    Raises:
        Unreadable: nobody can tell what it reads.
    """
    from pyparsing import ParseException
    from rdflib.plugins.sparql.algebra import translateQuery
    from rdflib.plugins.sparql.parser import parseQuery

    from kg.focus.algebra import ANY, HERE, WAY, Unreadable, read_algebra
    from kg.focus.solutions import undeclared
    from kg.focus.solver import Solver

    filled = _PATH.sub(f"<{WAY}>", text) if path else text
    filled = _EMPTY.sub(lambda m: f"VALUES ?{m[1]} {{ <{HERE if m[1] == focus else ANY}> }}", filled)
    try:
        parsed = parseQuery(filled)
        for prefix in undeclared(
            parsed
        ):  # rdflib knows some that engines do not, and has no error of its own for others
            raise Unreadable(f"it does not declare the prefix {prefix}:")
        translated = translateQuery(parsed)
    except (ParseException, RecursionError, SyntaxError, ValueError) as error:
        raise Unreadable(f"it does not parse: {error}") from error
    scope, names, graphs = read_algebra(translated, focus, path)
    solver = Solver(builder, state, exists=exists)
    solver.solve(scope)
    builder.graphs |= graphs
    return [solver.states[number] for number in names.named(result) if number in solver.states] if result else []
