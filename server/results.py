"""What a SPARQL query gave, in the formats of SPARQL 1.1: rows as JSON or CSV, graphs as Turtle or N-Triples."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from kg.rdf.names import XSD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.questions.adhoc import Answer
    from kg.rdf.terms import Term

__all__ = ["GRAPH_FORMATS", "ROW_FORMATS", "write_answer"]

ROW_FORMATS: Final = {"application/sparql-results+json": "json", "application/json": "json", "text/csv": "csv"}
"""Media type → format of what SELECT and ASK give."""
GRAPH_FORMATS: Final = {"text/turtle": "turtle", "application/n-triples": "ntriples"}
"""Media type → format of what CONSTRUCT and DESCRIBE give."""


def write_answer(answer: Answer, form: str, prefixes: Mapping[str, str]) -> bytes:
    """Return the answer in a format.

    Args:
        answer: the answer.
        form: ``json`` or ``csv`` for rows, ``turtle`` or ``ntriples`` for a graph.
        prefixes: prefix → namespace, for Turtle.
    """
    match form:
        case "json":
            return json.dumps(_json(answer), ensure_ascii=False).encode("utf-8", "replace")
        case "csv":
            return _csv(answer).encode("utf-8", "replace")
        case "turtle":
            return _graph(answer, RdfFormat.TURTLE, prefixes)
        case _:
            return _graph(answer, RdfFormat.N_TRIPLES, {})


def _json(answer: Answer) -> dict[str, Any]:
    """Return the answer as SPARQL 1.1 Query Results JSON has it."""
    if answer.form == "ask":
        return {"head": {}, "boolean": answer.rows[0][0] == Literal(True)}
    rows = [
        {name: _term(term) for name, term in zip(answer.columns, row, strict=True) if term is not None}
        for row in answer.rows
    ]
    return {"head": {"vars": list(answer.columns)}, "results": {"bindings": rows}}


def _term(term: Term) -> dict[str, Any]:
    match term:
        case NamedNode():
            return {"type": "uri", "value": term.value}
        case BlankNode():
            return {"type": "bnode", "value": term.value}
        case Literal():
            shown = {"type": "literal", "value": term.value}
            if term.language:
                return shown | {"xml:lang": term.language}
            return shown if term.datatype.value == XSD + "string" else shown | {"datatype": term.datatype.value}
        case Triple():
            parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
            return {"type": "triple", "value": {name: _term(part) for name, part in parts.items()}}
    raise TypeError(term)


def _csv(answer: Answer) -> str:
    """Return the answer as SPARQL 1.1 Query Results CSV has it; of ASK one cell under ``answer``."""
    stream = io.StringIO(newline="")
    rows = csv.writer(stream, lineterminator="\r\n")
    rows.writerow(answer.columns)
    rows.writerows([_text(term) for term in row] for row in answer.rows)
    return stream.getvalue()


def _text(term: Term | None) -> str:
    match term:
        case None:
            return ""
        case BlankNode() | Triple():
            return str(term)
        case _:
            return term.value


def _graph(answer: Answer, form: RdfFormat, prefixes: Mapping[str, str]) -> bytes:
    triples = [Triple(*row) for row in answer.rows]  # type: ignore[arg-type]  # a graph has no unbound cells
    return serialize(triples, format=form, prefixes={name: iri for name, iri in prefixes.items() if name}) or b""
