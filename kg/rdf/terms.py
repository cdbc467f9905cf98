"""RDF terms to text and back: N-Triples, and the `VALUES` blocks of SPARQL.

`values` and `iri_values` are the one place where terms become part of a query's text.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from kg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["CHUNK", "Node", "Term", "iri_values", "line", "parse_lines", "parse_term", "to_ntriples", "values"]

Node: TypeAlias = NamedNode | BlankNode
"""What can be the subject of a triple."""

Term: TypeAlias = NamedNode | BlankNode | Literal | Triple
"""What can be the object of a triple."""

CHUNK: Final = 1000
"""Rows in one `VALUES` block: larger ones are no faster in the engines measured, and some refuse them."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def to_ntriples(term: Term) -> str:
    """Return `term` in canonical N-Triples syntax."""
    if isinstance(term, Triple):
        return f"<<( {to_ntriples(term.subject)} {term.predicate} {to_ntriples(term.object)} )>>"
    return str(term)


def line(subject: Node, predicate: NamedNode, object_: Term) -> bytes:
    """Return one canonical N-Triples line, with its newline."""
    return f"{subject} {predicate} {to_ntriples(object_)} .\n".encode()


def parse_term(text: str) -> Term:
    """Return the term that `text` writes in N-Triples syntax.

    Raises:
        InputError: `text` is not one N-Triples term.
    """
    try:
        triples = list(parse_lines([f"<urn:s> <urn:p> {text} .\n".encode()]))
    except SyntaxError as error:
        raise InputError(f"{text!r} is no RDF term in N-Triples syntax: {error}") from error
    if len(triples) != 1:
        raise InputError(f"{text!r} is no single RDF term in N-Triples syntax")
    return triples[0].object


def parse_lines(lines: Iterable[bytes]) -> Iterator[Triple]:
    """Yield the triple of each N-Triples line; blank node labels are kept.

    The lines are ours, checked when they were made: IRIs are not validated again.
    """
    for quad in parse(input=b"".join(lines), format=RdfFormat.N_TRIPLES, lenient=True):
        yield quad.triple


def values(
    variables: str | Sequence[str], rows: Iterable[Term | Sequence[Term | None]], chunk: int = CHUNK
) -> Iterator[str]:
    """Yield `VALUES` blocks that bind `variables` to `rows`, at most `chunk` rows each.

    Args:
        variables: one name, then `rows` are terms; or several, then `rows` are tuples of that length, None for UNDEF.
        rows: what to bind. No rows give no block, so an empty frontier asks nothing.
        chunk: most rows of one block.

    Raises:
        InputError: a blank node or a triple term is among the rows: SPARQL 1.1 can't name one.
    """
    names = [variables] if isinstance(variables, str) else list(variables)
    if not names or not all(_VARIABLE.fullmatch(name) for name in names):
        raise ValueError(f"no SPARQL variable names: {names}")
    single = isinstance(variables, str)
    head = f"VALUES ?{variables} {{ " if single else f"VALUES ({' '.join('?' + n for n in names)}) {{ "
    texts = (_row(row, single=single, width=len(names)) for row in rows)
    while block := list(islice(texts, chunk)):
        yield head + " ".join(block) + " }"


def iri_values(variable: str, iris: Iterable[str], chunk: int = CHUNK) -> Iterator[str]:
    """Yield the `VALUES` blocks that bind one variable to IRIs given as text; several times as fast as `values`.

    Args:
        variable: its name.
        iris: what to bind it to.
        chunk: most IRIs of one block.

    Raises:
        InputError: a text holds what no IRI may.
    """
    if not _VARIABLE.fullmatch(variable):
        raise ValueError(f"no SPARQL variable name: {variable}")
    texts = iter(iris)
    while block := list(islice(texts, chunk)):
        if _UNSAFE.search("".join(block)):
            raise InputError(f"not an IRI: {next(filter(_UNSAFE.search, block))!r}")
        yield f"VALUES ?{variable} {{ <{'> <'.join(block)}> }}"


def _row(row: Term | Sequence[Term | None], *, single: bool, width: int) -> str:
    if isinstance(row, NamedNode | Literal | BlankNode | Triple):
        if not single:
            raise ValueError("several variables need rows of several terms")
        return _quote(row)
    if single or len(row) != width:
        raise ValueError(f"a row of {len(row)} terms for {width} variables")
    return "(" + " ".join("UNDEF" if term is None else _quote(term) for term in row) + ")"


def _quote(term: Term) -> str:
    if isinstance(term, NamedNode):
        if _UNSAFE.search(term.value):
            raise InputError(f"not an IRI: {term.value!r}")
        return str(term)
    if isinstance(term, Literal):
        return str(term)
    raise InputError(f"{to_ntriples(term)} can't be named in a query: only IRIs and literals can")


# A NamedNode made by a lenient parser may hold what SPARQL's IRIREF forbids, and with it the end of the IRI.
_UNSAFE = re.compile(r'[\x00-\x20<>"{}|^`\\]')
