"""Small facts about parts of a query's algebra, as rdflib makes it; whoever imports this needs rdflib anyhow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import Literal as Text
from pyparsing import ParseResults
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import BNode, Literal, URIRef, Variable

from kg.rdf.names import XSD
from kg.rdf.terms import to_ntriples

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = [
    "WRAPPERS",
    "certain",
    "choice_of",
    "conjuncts",
    "filled",
    "grouping",
    "mentions",
    "name_of_variable",
    "same_as",
    "tests_in",
    "text_of",
    "undeclared",
]

WRAPPERS: Final = frozenset({"Distinct", "Reduced", "OrderBy"})
"""Parts that change nothing but the order and number of rows."""

_TESTS: Final = frozenset({"Builtin_EXISTS", "Builtin_NOTEXISTS"})


def certain(part: Any) -> frozenset[str]:
    """Return the names of the variables that have a value in each solution of a part of the algebra."""
    match part.name:
        case "BGP":
            terms = {term for triple in part.triples for term in triple}
            found = {name_of_variable(term) for term in terms if isinstance(term, Variable | BNode)}
        case "Join":
            found = {*certain(part.p1), *certain(part.p2)}
        case "Union":
            found = {*certain(part.p1)} & certain(part.p2)
        case "LeftJoin" | "Minus":
            found = {*certain(part.p1)}
        case "ToMultiSet" if part.p.name == "values":
            found = {*filled(part.p.res)}
        case _:
            found = {*certain(part.p)} if part.p is not None else set()
            found = _narrowed(part, found)
    return frozenset(found)


def _narrowed(part: Any, found: set[str]) -> set[str]:
    """Return what is left, or comes to what surely has a value in the only part within `part`."""
    match part.name:
        case "Project":
            return found & {str(variable) for variable in part.PV}
        case "Group":
            return found & _keys(part)
        case "Extend" if same_as(part, frozenset(found)) is not None or isinstance(part.expr, URIRef):
            return found | {str(part.var)}
    return found


def same_as(part: Any, bound: frozenset[str]) -> str | None:
    """Return the variable that a BIND gives another name, if it does just that."""
    return str(part.expr) if isinstance(part.expr, Variable) and str(part.expr) in bound else None


def filled(rows: Iterable[Mapping[Any, Any]]) -> list[str]:
    """Return the variables to which each row of a VALUES gives a value."""
    rows = list(rows)
    if not rows:
        return []
    return sorted(str(key) for key in rows[0] if all(row.get(key, "UNDEF") != "UNDEF" for row in rows))


def mentions(part: Any, iri: str) -> bool:
    """Tell whether a VALUES somewhere in the algebra has an IRI."""
    tables = [one for one in _parts(part) if one.name == "values"]
    return any(value == URIRef(iri) for one in tables for row in one.res for value in row.values())


def _parts(value: Any) -> Iterator[Any]:
    """Yield each part of an algebra, conditions and the groups in them included."""
    if isinstance(value, CompValue):
        yield value
        if value.name in _TESTS:
            yield from _parts(value.graph)
        else:
            for below in value.values():
                yield from _parts(below)
    elif isinstance(value, list | tuple | ParseResults):
        for below in value:
            yield from _parts(below)


def tests_in(expression: Any) -> Iterator[Any]:
    """Yield each EXISTS and NOT EXISTS of an expression, not those inside another."""
    if isinstance(expression, CompValue):
        if expression.name in _TESTS:
            yield expression
        else:
            for below in expression.values():
                yield from tests_in(below)
    elif isinstance(expression, list | tuple):
        for below in expression:
            yield from tests_in(below)


def grouping(part: Any) -> frozenset[str] | None:
    """Return the variables by which a SELECT groups its rows, None where it does not."""
    while part is not None and part.name in {"Extend", "Filter", "AggregateJoin", *WRAPPERS}:
        part = part.p
    return _keys(part) if part is not None and part.name == "Group" else None


def _keys(group: Any) -> frozenset[str]:
    return frozenset(str(key) for key in group.expr or () if isinstance(key, Variable))


def conjuncts(expression: Any) -> Iterator[Any]:
    """Yield the conditions that must all hold."""
    if getattr(expression, "name", "") == "ConditionalAndExpression":
        yield from conjuncts(expression.expr)
        for other in expression.other:
            yield from conjuncts(other)
    elif expression is not None:
        yield expression


def choice_of(expression: Any) -> tuple[str, tuple[str, ...]] | None:
    """Return variable and IRIs of a condition that a variable is one of some IRIs."""
    if getattr(expression, "name", "") != "RelationalExpression" or not isinstance(expression.expr, Variable):
        return None
    if expression.op not in {"=", "IN"}:
        return None
    others = expression.other if isinstance(expression.other, list) else [expression.other]
    iris = [other for other in others if isinstance(other, URIRef)]
    return (str(expression.expr), tuple(map(text_of, iris))) if len(iris) == len(others) else None


def name_of_variable(term: Variable | BNode) -> str:
    """Return the name of a variable, or of a blank node that stands for one."""
    return f"_:{term}" if isinstance(term, BNode) else str(term)


def text_of(term: Any) -> str:
    """Return a constant in N-Triples syntax; nothing for a literal that a store may spell in another way."""
    if isinstance(term, URIRef):
        return f"<{term}>"
    if isinstance(term, Literal) and not term.language and str(term.datatype or XSD + "string") == XSD + "string":
        return to_ntriples(Text(str(term)))
    return ""


def undeclared(parsed: Any) -> list[str]:
    """Return the prefixes that a parsed query uses and does not declare."""
    prologue, query = parsed[0], parsed[1]
    declared = {one.prefix or "" for one in prologue if one.name == "PrefixDecl"}
    return sorted({one.prefix or "" for one in _parts(query) if one.name == "pname"} - declared)
