"""Results as RDF in Turtle.

Findings are a SHACL validation report, traces the links that were walked, suspects what is derived of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.errors import InputError
from kg.rdf.names import DCTERMS, NS, PREFIXES, RDF, SH, XSD, expand
from kg.rdf.terms import parse_term
from kg.rdf.turtle import write_turtle
from kg.report import NO_TURTLE, NO_TURTLE_EITHER
from kg.report.paths import path_triples
from kg.report.walk import nodes
from kg.values import Difference, Findings, Suspects, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kg.report import Result
    from kg.values import Finding, Item, Trace

__all__ = ["write_turtle_report"]

_TYPE = NamedNode(RDF + "type")
_TRUE, _FALSE = (Literal(text, datatype=NamedNode(XSD + "boolean")) for text in ("true", "false"))


def write_turtle_report(result: Result, stream: TextIO, *, prefixes: Mapping[str, str] | None = None) -> None:
    """Write `result` as canonical Turtle.

    Raises:
        InputError: `result` is a table, which no RDF vocabulary says well.
    """
    known = dict(PREFIXES if prefixes is None else prefixes)
    if isinstance(result, Table):
        raise InputError(NO_TURTLE)
    if isinstance(result, Difference):
        raise InputError(NO_TURTLE_EITHER)
    if isinstance(result, Suspects):
        triples = list(_suspects(result))
    else:
        triples = list(_report(result, known) if isinstance(result, Findings) else _walk(result, known))
    stream.write(write_turtle(triples, prefixes={p: ns for p, ns in known.items() if p}))


def _report(result: Findings, prefixes: Mapping[str, str]) -> Iterator[Triple]:
    report = BlankNode()
    yield Triple(report, _TYPE, _sh("ValidationReport"))
    yield Triple(report, _sh("conforms"), _FALSE if result.items else _TRUE)
    for finding in result.items:
        node = BlankNode()
        yield Triple(report, _sh("result"), node)
        yield from _result(node, finding, prefixes)


def _result(node: BlankNode, finding: Finding, prefixes: Mapping[str, str]) -> Iterator[Triple]:
    yield Triple(node, _TYPE, _sh("ValidationResult"))
    yield Triple(node, NamedNode(DCTERMS + "identifier"), Literal(finding.fingerprint))
    yield Triple(node, _sh("focusNode"), _node(finding.focus.iri))
    yield Triple(node, _sh("resultMessage"), Literal(finding.message))
    yield Triple(node, _sh("resultSeverity"), _sh(finding.severity.capitalize()))
    yield Triple(node, _sh("sourceShape"), NamedNode(finding.rule))
    if finding.component:  # a check that is no SHACL constraint has none
        yield Triple(node, _sh("sourceConstraintComponent"), NamedNode(finding.component))
    if finding.value:
        value = BlankNode() if finding.value.startswith("_:") else parse_term(finding.value)
        yield Triple(node, _sh("value"), value)
    if finding.path:
        path, triples = path_triples(finding.path, prefixes)
        yield Triple(node, _sh("resultPath"), path)
        yield from triples


def _walk(trace: Trace, prefixes: dict[str, str]) -> Iterator[Triple]:
    """Yield the links of a trace as they stand in the graph, and what its items are called."""
    for item in nodes(trace).values():
        yield from _named(item)
    for step in trace.steps:
        link, back = step.link.removeprefix("^"), step.link.startswith("^")
        iri = expand(link, prefixes) or (link[1:-1] if link.startswith("<") else None)
        source, target = _node(step.source), _node(step.target)
        if iri is None:
            yield Triple(source, NamedNode(DCTERMS + "relation"), target)
        else:
            yield Triple(target if back else source, NamedNode(iri), source if back else target)


def _suspects(result: Suspects) -> Iterator[Triple]:
    """Yield which item is suspect because of which, as it is derived, and what they are called."""
    for item in {one.iri: one for suspect in result.items for one in (suspect.item, suspect.path[0])}.values():
        yield from _named(item)
    for suspect in result.items:
        yield Triple(_node(suspect.item.iri), NamedNode(NS + "suspectBecauseOf"), _node(suspect.path[0].iri))


def _named(item: Item) -> Iterator[Triple]:
    """Yield what an item is called."""
    node = _node(item.iri)
    yield Triple(node, NamedNode(DCTERMS + "identifier"), Literal(item.id))
    if item.title:
        yield Triple(node, NamedNode(DCTERMS + "title"), Literal(item.title))
    if item.kind:
        yield Triple(node, _TYPE, NamedNode(NS + item.kind))


def _sh(name: str) -> NamedNode:
    return NamedNode(SH + name)


def _node(iri: str) -> NamedNode | BlankNode:
    return BlankNode() if iri.startswith("_:") else NamedNode(iri)
